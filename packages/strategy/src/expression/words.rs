//! Words that others write where the language has a call, an operator or nothing, and what to write instead.

use market::Symbol;

use super::lexer::{Token, TokenKind};
use super::{BinaryOp, Expr, Kind, Mistake};

/// What to write for a word between two values, by the word behind it where that decides.
const BETWEEN: &[(&[&str], Between)] = &[
    (&["crosses", "cross", "crossed", "crossing"], Between::Crossing),
    (&["above", "over", "exceeds", "greater", "higher", "more"], Between::Sign(">")),
    (&["below", "under", "less", "lower"], Between::Sign("<")),
    (&["equals", "equal"], Between::Sign("==")),
];

#[derive(Clone, Copy, PartialEq)]
enum Between {
    Crossing,
    Sign(&'static str),
}

/// What is wrong where the token at `at` is a word that compares: `close crosses above open`.
pub(super) fn crossing(text: &str, tokens: &[Token], at: usize) -> Option<Mistake> {
    let name = |index: usize| match tokens.get(index).map(|token| &token.kind) {
        Some(TokenKind::Name(name)) => Some(name.to_ascii_lowercase()),
        _ => None,
    };
    let first = name(at)?;
    let is_filler = |name: &str| ["is", "than", "to", "the"].contains(&name);
    let at_word = if first == "is" { at + 1 } else { at };
    let meant = between(&name(at_word)?)?;
    let next = name(at_word + 1).and_then(|name| between(&name));
    let last = at_word + usize::from(next.is_some() || name(at_word + 1).is_some_and(|name| is_filler(&name)));
    let span = tokens[at].span.start..tokens[last].span.end;
    let written = &text[span.clone()];
    let help = match (meant, next) {
        (Between::Crossing, Some(Between::Sign(">"))) => call("crossover", text, tokens, (at, last)),
        (Between::Crossing, Some(Between::Sign("<"))) => call("crossunder", text, tokens, (at, last)),
        (Between::Crossing, _) => {
            "write `crossover(a, b)` where a comes above b, `crossunder(a, b)` where below".into()
        }
        (Between::Sign(sign), _) => format!("write `{sign}`"),
    };
    Some(Mistake::new(span, format!("`{written}` is not known here"), help))
}

fn between(word: &str) -> Option<Between> {
    BETWEEN.iter().find(|(words, _)| words.contains(&word)).map(|(_, meant)| *meant)
}

/// The call to write for words between two values, with the values where each is a single token.
fn call(function: &str, text: &str, tokens: &[Token], (first, last): (usize, usize)) -> String {
    let is_value = |token: &&Token| matches!(token.kind, TokenKind::Name(_) | TokenKind::Number(_));
    let is_end = |token: Option<&Token>| {
        token.is_none_or(|token| matches!(token.kind, TokenKind::Operator(BinaryOp::And | BinaryOp::Or)))
    };
    let before = first.checked_sub(1).and_then(|left| tokens.get(left)).filter(is_value);
    let before = before.filter(|_| is_end(first.checked_sub(2).and_then(|index| tokens.get(index))));
    let behind = tokens.get(last + 1).filter(is_value).filter(|_| is_end(tokens.get(last + 2)));
    match (before, behind) {
        (Some(a), Some(b)) => format!("write `{function}({}, {})`", &text[a.span.clone()], &text[b.span.clone()]),
        _ => format!("write `{function}(a, b)`, for example {function}(close, sma(close, 20))"),
    }
}

/// Whether an expression is the `true` or `false` of other languages.
pub(super) fn truth(text: &str, expr: &Expr) -> Option<bool> {
    match text[expr.span.clone()].to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// What to write for `condition ? a : b`.
pub(super) fn without_choice(text: &str, condition: &Expr, a: &Expr, b: &Expr) -> String {
    let part = |expr: &Expr| &text[expr.span.clone()];
    // A side of `and`, `or` and `not`.
    let side = |expr: &Expr| match &expr.kind {
        Kind::Binary(BinaryOp::And | BinaryOp::Or, ..) => format!("({})", part(expr)),
        _ => part(expr).to_owned(),
    };
    match (truth(text, a), truth(text, b)) {
        (None, None) => format!("if({}, {}, {})", part(condition), part(a), part(b)),
        (Some(true), Some(false)) => part(condition).to_owned(),
        (Some(false), Some(true)) => format!("not {}", side(condition)),
        (Some(true), Some(true)) => "close > 0".to_owned(),
        (Some(false), Some(false)) => "close < 0".to_owned(),
        (Some(true), None) => format!("{} or {}", side(condition), side(b)),
        (Some(false), None) => format!("not {} and {}", side(condition), side(b)),
        (None, Some(true)) => format!("not {} or {}", side(condition), side(a)),
        (None, Some(false)) => format!("{} and {}", side(condition), side(a)),
    }
}

/// What symbols are quoted in most; longer names first, for the first that fits is it.
const QUOTES: [&str; 12] = ["FDUSD", "USDT", "USDC", "BUSD", "TUSD", "USD", "EUR", "GBP", "TRY", "BTC", "ETH", "BNB"];

/// The symbol that was meant by one without `/`, and what to write; `None` where it can be no symbol.
pub(super) fn symbol_without_slash(
    text: &str,
    behind: Option<&(String, std::ops::Range<usize>)>,
) -> Option<(Option<Symbol>, String)> {
    if text.contains('/') || text.parse::<market::Timeframe>().is_ok() {
        return None;
    }
    let upper = text.to_uppercase();
    let base = QUOTES.iter().find_map(|quote| {
        let base = upper.strip_suffix(quote)?.trim_end_matches(['-', '_']);
        (base.len() > 1 && base.starts_with(char::is_alphanumeric)).then(|| format!("{base}/{quote}"))
    });
    // What stands before a timeframe is meant as a symbol, whatever it is.
    base.as_ref().map(|_| ()).or(behind.map(|_| ()))?;
    let timeframe = behind.map_or_else(String::new, |(timeframe, _)| format!(" {timeframe}"));
    let help = match &base {
        Some(symbol) => format!("write `@ {symbol}{timeframe}`"),
        None => format!("a symbol is base/quote, as in `@ ETH/USDT{timeframe}`"),
    };
    Some((base.and_then(|symbol| symbol.parse().ok()), help))
}
