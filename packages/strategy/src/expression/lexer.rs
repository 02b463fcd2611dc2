//! From text to tokens, with every mistake on the way.

use std::ops::Range;

use super::signs::{self, Meaning};
use super::{BinaryOp, MAX_MISTAKES, Mistake};

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Number(f64),
    Word(String),
    Name(String),
    Operator(BinaryOp),
    Not,
    Open,
    Close,
    OpenIndex,
    CloseIndex,
    Comma,
    Question,
    Colon,
    /// `@` and the text up to the next blank, bracket or comma; then a timeframe, where one follows.
    At(Vec<(String, Range<usize>)>),
}

/// A text in tokens.
pub(super) struct Tokens {
    pub(super) list: Vec<Token>,
    pub(super) mistakes: Vec<Mistake>,
    /// Whether the tokens stand for all that was meant; where not, no tree can be made of them.
    pub(super) whole: bool,
}

/// Splits `text` into tokens.
pub(super) fn tokens(text: &str) -> Tokens {
    let mut lexer = Lexer { text, at: 0, calls: Vec::new(), tokens: Vec::new(), mistakes: Vec::new(), whole: true };
    while let Some(c) = lexer.peek() {
        if lexer.mistakes.len() >= MAX_MISTAKES {
            lexer.whole = false;
            break;
        }
        lexer.token(c);
    }
    Tokens { list: lexer.tokens, mistakes: lexer.mistakes, whole: lexer.whole }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// For each open parenthesis, whether it is that of a call.
    calls: Vec<bool>,
    tokens: Vec<Token>,
    mistakes: Vec<Mistake>,
    whole: bool,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        self.tokens.push(Token { kind, span: self.at..self.at + length });
        self.at += length;
    }

    /// Tells what is wrong with the next `length` bytes.
    fn tell(&mut self, length: usize, message: impl Into<String>, help: impl Into<String>) {
        self.mistakes.push(Mistake::new(self.at..self.at + length, message, help));
    }

    fn run_of(&self, from: usize, good: impl Fn(char) -> bool) -> usize {
        self.text[from..].find(|c| !good(c)).unwrap_or(self.text.len() - from)
    }

    fn token(&mut self, c: char) {
        match c {
            c if c.is_whitespace() => self.at += c.len_utf8(),
            '(' => {
                self.calls.push(matches!(self.tokens.last(), Some(Token { kind: TokenKind::Name(_), .. })));
                self.push(TokenKind::Open, 1);
            }
            ')' => {
                self.calls.pop();
                self.push(TokenKind::Close, 1);
            }
            '[' => self.push(TokenKind::OpenIndex, 1),
            ']' => self.push(TokenKind::CloseIndex, 1),
            ',' => self.push(TokenKind::Comma, 1),
            '@' => self.place(),
            '\'' | '"' | '‘' | '’' | '“' | '”' => self.word(c),
            c if c.is_ascii_digit() || c == '.' => self.number(),
            c if c.is_alphabetic() || c == '_' => self.name(),
            c => self.sign(c),
        }
    }

    fn name(&mut self) {
        let mut start = self.at;
        let mut length = self.run_of(start, |c| c.is_alphanumeric() || c == '_');
        // `ta.rsi(…)`, as Pine has it.
        while self.text[start + length..].strip_prefix('.').is_some_and(|rest| rest.starts_with(char::is_alphabetic)) {
            start += length + 1;
            length = self.run_of(start, |c| c.is_alphanumeric() || c == '_');
        }
        let (whole, name) = (&self.text[self.at..start + length], &self.text[start..start + length]);
        if start > self.at {
            let (message, help) =
                (format!("`{whole}` is not known here"), format!("names have no dot; write `{name}`"));
            self.tell(whole.len(), message, help);
        }
        let kind = match name {
            "and" | "AND" | "And" => TokenKind::Operator(BinaryOp::And),
            "or" | "OR" | "Or" => TokenKind::Operator(BinaryOp::Or),
            "not" | "NOT" | "Not" => TokenKind::Not,
            name => TokenKind::Name(name.to_owned()),
        };
        if !matches!(kind, TokenKind::Name(_)) && name.starts_with(char::is_uppercase) {
            let (message, help) = (format!("`{name}` is not known here"), format!("write `{}`", name.to_lowercase()));
            self.tell(whole.len(), message, help);
        }
        self.push(kind, whole.len());
    }

    fn number(&mut self) {
        let mut length = self.run_of(self.at, |c| c.is_ascii_digit() || c == '.' || c == '_');
        if self.text[self.at + length..].starts_with(['e', 'E']) {
            let sign = usize::from(self.text[self.at + length + 1..].starts_with(['+', '-']));
            let digits = self.run_of(self.at + length + 1 + sign, |c| c.is_ascii_digit());
            if digits > 0 {
                length += 1 + sign + digits;
            }
        }
        let mut text = self.text[self.at..self.at + length].replace('_', "");
        while let Some(group) = self.thousands(length) {
            text.push_str(&self.text[self.at + length + 1..self.at + length + group]);
            length += group;
        }
        if self.text[self.at..self.at + length].contains(',') && self.text[self.at + length..].starts_with('.') {
            let fraction = 1 + self.run_of(self.at + length + 1, |c| c.is_ascii_digit());
            text.push_str(&self.text[self.at + length..self.at + length + fraction]);
            length += fraction;
        }
        let written = &self.text[self.at..self.at + length];
        if written.contains(',') {
            let (message, help) =
                (format!("`{written}` is not one number here"), format!("write {text}, without a comma"));
            self.tell(length, message, help);
        }
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() {
            self.tell(length, format!("`{text}` is not a number"), "for example 14, 0.5 or 1e-8");
        }
        let number = number.unwrap_or(1.0);
        let after = self.run_of(self.at + length, char::is_alphabetic);
        if after > 0 {
            length += after;
            self.number_with_letters(length);
        } else if self.is_percent(self.at + length) {
            let message = format!("`{}%` is not a number in an expression", &self.text[self.at..self.at + length]);
            let help = format!(
                "write {}, or {number} where the scale is 0 to 100 as that of rsi; between two numbers `%` is the \
                 remainder",
                short(number / 100.0)
            );
            self.tell(length + 1, message, help);
            return self.push(TokenKind::Number(number / 100.0), length + 1);
        }
        self.push(TokenKind::Number(number), length);
    }

    fn number_with_letters(&mut self, length: usize) {
        let whole = &self.text[self.at..self.at + length];
        let help = match whole.parse::<market::Timeframe>() {
            Ok(_) => format!("to read candles of {whole} write `… @ {whole}`"),
            Err(_) => "a name starts with a letter; between a number and a name stands an operator".to_owned(),
        };
        let message = format!("`{whole}` is neither a number nor a name");
        self.tell(length, message, help);
    }

    /// The length of `,000` behind a number of `length` bytes, where it can be nothing but thousands.
    fn thousands(&self, length: usize) -> Option<usize> {
        let group = self.text[self.at + length..].strip_prefix(',')?;
        let digits = self.run_of(self.at + length + 1, |c| c.is_ascii_digit());
        // Between the parentheses of a call a comma separates arguments, which do not begin with a zero.
        let argument = self.calls.last() == Some(&true) && !group.starts_with('0');
        (digits == 3 && !argument).then_some(4)
    }

    /// Whether the `%` of `3%` stands at `at`, and not that of a remainder, which has a value behind it.
    fn is_percent(&self, at: usize) -> bool {
        let Some(rest) = self.text[at..].strip_prefix('%') else { return false };
        let next = rest.trim_start();
        let word = next.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        let value = match next.chars().next() {
            Some(c) if c.is_alphanumeric() || c == '_' => !matches!(word, "and" | "or" | "AND" | "OR"),
            Some('-') => !next[1..].starts_with(char::is_whitespace),
            Some(c) => "(.'\"".contains(c),
            None => false,
        };
        !value
    }

    fn word(&mut self, quote: char) {
        let (inside, closing) = match quote {
            '\'' | '"' => (1, vec![quote]),
            typographic => (typographic.len_utf8(), vec!['‘', '’', '“', '”']),
        };
        let start = self.at + inside;
        let (end, length) = match self.text[start..].char_indices().find(|(_, c)| closing.contains(c)) {
            Some((end, c)) => (start + end, inside + end + c.len_utf8()),
            None => {
                let length = self.text.len() - self.at;
                self.tell(length, "this quote is not closed", format!("add a {quote} behind the word"));
                self.whole = false;
                (self.text.len(), length)
            }
        };
        let word = self.text[start..end].to_owned();
        if inside > 1 && self.whole {
            let help = format!("write the quotes of the keyboard: '{word}'");
            self.tell(length, "these are quotes out of a text editor", help);
        }
        self.push(TokenKind::Word(word), length);
    }

    /// `@ 4h`, `@ ETH/USDT`, `@ ETH/USDT 4h`.
    fn place(&mut self) {
        let start = self.at;
        self.at += 1;
        let first = self.place_part();
        let mut parts: Vec<_> = first.into_iter().collect();
        // A timeframe follows a symbol, also one that is written wrong.
        let is_timeframe = |text: &str| text.parse::<market::Timeframe>().is_ok();
        let is_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        if let Some((first, _)) = parts.first().filter(|(text, _)| !is_timeframe(text)) {
            let is_symbol = first.contains('/');
            let before = self.at;
            match self.place_part() {
                Some(part) if is_timeframe(&part.0) || (is_symbol && is_number(&part.0)) => parts.push(part),
                _ => self.at = before,
            }
        }
        self.tokens.push(Token { kind: TokenKind::At(parts), span: start..self.at });
    }

    fn place_part(&mut self) -> Option<(String, Range<usize>)> {
        let start = self.at + self.run_of(self.at, char::is_whitespace);
        let word = self.run_of(start, char::is_alphanumeric);
        let length = if self.text[start..start + word].parse::<market::Timeframe>().is_ok() {
            word // `@ 4h/2` divides
        } else {
            self.run_of(start, |c| !c.is_whitespace() && !"()[],<>=!+*%".contains(c))
        };
        if length == 0 {
            return None;
        }
        self.at = start + length;
        Some((self.text[start..self.at].to_owned(), start..self.at))
    }

    fn sign(&mut self, c: char) {
        let Some(sign) = signs::sign(self.rest()) else {
            let help = "an expression holds numbers, names, calls, operators and parentheses";
            self.tell(c.len_utf8(), format!("`{}` is not known here", c.escape_debug()), help);
            self.whole = false;
            self.at += c.len_utf8();
            return;
        };
        let length = match sign.meaning {
            Meaning::Comment => self.run_of(self.at, |c| c != '\n'),
            _ => sign.text.len(),
        };
        // The parser tells of `a ? b : c` as a whole.
        if let (Some(instead), false) = (sign.instead, matches!(sign.meaning, Meaning::Question | Meaning::Colon)) {
            self.tell(length, format!("`{}` is not known here", sign.text), instead);
        }
        match sign.meaning.token() {
            Some(kind) => self.push(kind, length),
            None => self.at += length,
        }
    }
}

/// A share without the noise of the division: 0.03, not 0.030000000000000002.
fn short(share: f64) -> f64 {
    (share * 1e12).round() / 1e12
}
