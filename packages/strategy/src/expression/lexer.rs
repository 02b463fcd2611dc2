//! From text to tokens.

use std::ops::Range;

use super::{BinaryOp, Mistake};

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
    /// `@` and the text up to the next blank, bracket or comma; then a timeframe, where one follows.
    At(Vec<(String, Range<usize>)>),
}

/// Splits `text` into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Mistake> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new() };
    while let Some(c) = lexer.peek() {
        lexer.token(c)?;
    }
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        self.tokens.push(Token { kind, span: self.at..self.at + length });
        self.at += length;
    }

    fn run_of(&self, from: usize, good: impl Fn(char) -> bool) -> usize {
        self.text[from..].find(|c| !good(c)).unwrap_or(self.text.len() - from)
    }

    fn token(&mut self, c: char) -> Result<(), Mistake> {
        match c {
            c if c.is_whitespace() => self.at += c.len_utf8(),
            '(' => self.push(TokenKind::Open, 1),
            ')' => self.push(TokenKind::Close, 1),
            '[' => self.push(TokenKind::OpenIndex, 1),
            ']' => self.push(TokenKind::CloseIndex, 1),
            ',' => self.push(TokenKind::Comma, 1),
            '@' => self.place(),
            '\'' | '"' => self.word(c)?,
            c if c.is_ascii_digit() || c == '.' => self.number()?,
            c if c.is_alphabetic() || c == '_' => self.name()?,
            c => self.operator(c)?,
        }
        Ok(())
    }

    fn name(&mut self) -> Result<(), Mistake> {
        let length = self.run_of(self.at, |c| c.is_alphanumeric() || c == '_');
        let kind = match &self.text[self.at..self.at + length] {
            "and" => TokenKind::Operator(BinaryOp::And),
            "or" => TokenKind::Operator(BinaryOp::Or),
            "not" => TokenKind::Not,
            word @ ("AND" | "OR" | "NOT") => {
                let help = format!("write `{}`", word.to_lowercase());
                return Err(Mistake::new(self.at..self.at + length, format!("`{word}` is not known here"), help));
            }
            name => TokenKind::Name(name.to_owned()),
        };
        self.refuse_dot(length)?;
        self.push(kind, length);
        Ok(())
    }

    /// `ta.rsi(…)`, as Pine has it.
    fn refuse_dot(&self, length: usize) -> Result<(), Mistake> {
        let rest = &self.text[self.at + length..];
        if !rest.starts_with('.') {
            return Ok(());
        }
        let after = self.run_of(self.at + length + 1, |c| c.is_alphanumeric() || c == '_');
        let span = self.at..self.at + length + 1 + after;
        let help = format!("names have no dot; write `{}`", &self.text[self.at + length + 1..span.end]);
        Err(Mistake::new(span.clone(), format!("`{}` is not known here", &self.text[span]), help))
    }

    fn number(&mut self) -> Result<(), Mistake> {
        let mut length = self.run_of(self.at, |c| c.is_ascii_digit() || c == '.' || c == '_');
        let rest = &self.text[self.at + length..];
        if rest.starts_with(['e', 'E']) {
            let sign = usize::from(rest[1..].starts_with(['+', '-']));
            let digits = self.run_of(self.at + length + 1 + sign, |c| c.is_ascii_digit());
            if digits > 0 {
                length += 1 + sign + digits;
            }
        }
        let text = &self.text[self.at..self.at + length];
        let number = text.replace('_', "").parse::<f64>().ok().filter(|number| number.is_finite());
        let Some(number) = number else {
            return Err(Mistake::new(
                self.at..self.at + length,
                format!("`{text}` is not a number"),
                "for example 14, 0.5 or 1e-8",
            ));
        };
        let after = self.run_of(self.at + length, char::is_alphabetic);
        if after > 0 {
            let whole = &self.text[self.at..self.at + length + after];
            let help = if whole.parse::<market::Timeframe>().is_ok() {
                format!("to read candles of {whole} write `… @ {whole}`")
            } else {
                "a name starts with a letter; between a number and a name stands an operator".to_owned()
            };
            return Err(Mistake::new(
                self.at..self.at + length + after,
                format!("`{whole}` is neither a number nor a name"),
                help,
            ));
        }
        self.push(TokenKind::Number(number), length);
        Ok(())
    }

    fn word(&mut self, quote: char) -> Result<(), Mistake> {
        match self.text[self.at + 1..].find(quote) {
            Some(length) => {
                let word = self.text[self.at + 1..self.at + 1 + length].to_owned();
                self.push(TokenKind::Word(word), length + 2);
                Ok(())
            }
            None => Err(Mistake::new(
                self.at..self.text.len(),
                "this quote is not closed",
                format!("add a {quote} behind the word"),
            )),
        }
    }

    /// `@ 4h`, `@ ETH/USDT`, `@ ETH/USDT 4h`.
    fn place(&mut self) {
        let start = self.at;
        self.at += 1;
        let first = self.place_part();
        let mut parts: Vec<_> = first.into_iter().collect();
        if parts.first().is_some_and(|(text, _)| text.contains('/')) {
            let before = self.at;
            match self.place_part() {
                Some(part)
                    if part.0.parse::<market::Timeframe>().is_ok()
                        || part.0.starts_with(|c: char| c.is_ascii_digit()) =>
                {
                    parts.push(part);
                }
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

    fn operator(&mut self, c: char) -> Result<(), Mistake> {
        let rest = &self.text[self.at..];
        let (kind, length) = match c {
            '+' => (BinaryOp::Add, 1),
            '-' => (BinaryOp::Subtract, 1),
            '*' => (BinaryOp::Multiply, 1),
            '/' => (BinaryOp::Divide, 1),
            '%' => (BinaryOp::Remainder, 1),
            '<' if rest.starts_with("<=") => (BinaryOp::LessOrEqual, 2),
            '<' => (BinaryOp::Less, 1),
            '>' if rest.starts_with(">=") => (BinaryOp::GreaterOrEqual, 2),
            '>' => (BinaryOp::Greater, 1),
            '=' if rest.starts_with("==") => (BinaryOp::Equal, 2),
            '!' if rest.starts_with("!=") => (BinaryOp::NotEqual, 2),
            _ => return Err(self.unknown(c, rest)),
        };
        self.push(TokenKind::Operator(kind), length);
        Ok(())
    }

    fn unknown(&self, c: char, rest: &str) -> Mistake {
        let (sign, help) = match c {
            '&' if rest.starts_with("&&") => ("&&", "write `and`"),
            '|' if rest.starts_with("||") => ("||", "write `or`"),
            '!' => ("!", "write `not`, or `!=` for unequal"),
            '=' => ("=", "write `==` to compare"),
            '−' | '–' => {
                (&rest[..c.len_utf8()], "this is a dash out of a text editor; write the minus of the keyboard, `-`")
            }
            '^' => ("^", "there is no power operator; multiply instead"),
            '?' | ':' => (&rest[..1], "write `if(condition, a, b)`"),
            _ => (&rest[..c.len_utf8()], "an expression holds numbers, names, calls, operators and parentheses"),
        };
        Mistake::new(self.at..self.at + sign.len(), format!("`{sign}` is not known here"), help)
    }
}
