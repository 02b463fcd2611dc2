//! The signs between values: those of the language, and those of others whose meaning is plain.
//!
//! A sign of another language is told, and reading goes on as if it had been written right, so that
//! what is wrong behind it is told too.

use super::BinaryOp;
use super::lexer::TokenKind;

/// What a sign stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Operator(BinaryOp),
    Not,
    /// `?` of `condition ? a : b`.
    Question,
    /// `:` of `condition ? a : b`.
    Colon,
    /// It can be left out.
    Nothing,
    /// It and all that follows on the line can be left out.
    Comment,
}

impl Meaning {
    pub(super) fn token(self) -> Option<TokenKind> {
        match self {
            Meaning::Operator(op) => Some(TokenKind::Operator(op)),
            Meaning::Not => Some(TokenKind::Not),
            Meaning::Question => Some(TokenKind::Question),
            Meaning::Colon => Some(TokenKind::Colon),
            Meaning::Nothing | Meaning::Comment => None,
        }
    }
}

/// A sign, what it stands for, and what to write instead where it is not of the language.
pub(super) struct Sign {
    pub(super) text: &'static str,
    pub(super) meaning: Meaning,
    pub(super) instead: Option<&'static str>,
}

const fn ours(text: &'static str, op: BinaryOp) -> Sign {
    Sign { text, meaning: Meaning::Operator(op), instead: None }
}

const fn foreign(text: &'static str, op: BinaryOp, instead: &'static str) -> Sign {
    Sign { text, meaning: Meaning::Operator(op), instead: Some(instead) }
}

const fn other(text: &'static str, meaning: Meaning, instead: &'static str) -> Sign {
    Sign { text, meaning, instead: Some(instead) }
}

const POWER: &str = "there is no power operator: for a square write `x * x`";
const DASH: &str = "this is a dash out of a text editor; write the minus of the keyboard, `-`";
const NO_CHANGE: &str = "nothing is changed in an expression: write what the value is, under a name in `let`";
const NO_SETTING: &str = "nothing is set in an expression: give it a name in `let`, or write `==` to compare";

/// Every sign, longer ones first: the first one that fits is it.
const SIGNS: &[Sign] = &[
    foreign("===", BinaryOp::Equal, "write `==`"),
    foreign("!==", BinaryOp::NotEqual, "write `!=`"),
    ours("<=", BinaryOp::LessOrEqual),
    ours(">=", BinaryOp::GreaterOrEqual),
    ours("==", BinaryOp::Equal),
    ours("!=", BinaryOp::NotEqual),
    foreign("=<", BinaryOp::LessOrEqual, "write `<=`"),
    foreign("=>", BinaryOp::GreaterOrEqual, "write `>=`"),
    foreign("<>", BinaryOp::NotEqual, "write `!=`"),
    foreign("~=", BinaryOp::NotEqual, "write `!=`"),
    foreign("&&", BinaryOp::And, "write `and`"),
    foreign("||", BinaryOp::Or, "write `or`"),
    foreign(":=", BinaryOp::Equal, NO_SETTING),
    foreign("+=", BinaryOp::Add, NO_CHANGE),
    foreign("-=", BinaryOp::Subtract, NO_CHANGE),
    foreign("*=", BinaryOp::Multiply, NO_CHANGE),
    foreign("/=", BinaryOp::Divide, NO_CHANGE),
    foreign("**", BinaryOp::Multiply, POWER),
    other("//", Meaning::Comment, "a comment starts with ` #`; to divide write a single `/`"),
    ours("<", BinaryOp::Less),
    ours(">", BinaryOp::Greater),
    ours("+", BinaryOp::Add),
    ours("-", BinaryOp::Subtract),
    ours("*", BinaryOp::Multiply),
    ours("/", BinaryOp::Divide),
    ours("%", BinaryOp::Remainder),
    foreign("&", BinaryOp::And, "write `and`"),
    foreign("|", BinaryOp::Or, "write `or`"),
    other("!", Meaning::Not, "write `not`, or `!=` for unequal"),
    foreign("=", BinaryOp::Equal, "write `==` to compare"),
    foreign("^", BinaryOp::Multiply, POWER),
    foreign("≥", BinaryOp::GreaterOrEqual, "write `>=`"),
    foreign("≤", BinaryOp::LessOrEqual, "write `<=`"),
    foreign("≠", BinaryOp::NotEqual, "write `!=`"),
    foreign("−", BinaryOp::Subtract, DASH),
    foreign("–", BinaryOp::Subtract, DASH),
    foreign("—", BinaryOp::Subtract, DASH),
    foreign("×", BinaryOp::Multiply, "write `*` to multiply"),
    foreign("·", BinaryOp::Multiply, "write `*` to multiply"),
    foreign("÷", BinaryOp::Divide, "write `/` to divide"),
    other("?", Meaning::Question, "write `if(condition, a, b)`"),
    other(":", Meaning::Colon, "write `if(condition, a, b)`"),
    other(";", Meaning::Nothing, "leave it out: an expression ends with its line"),
];

/// The sign that `text` begins with.
pub(super) fn sign(text: &str) -> Option<&'static Sign> {
    SIGNS.iter().find(|sign| text.starts_with(sign.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sign_hides_behind_a_shorter_one() {
        for sign in SIGNS {
            assert_eq!(super::sign(sign.text).map(|found| found.text), Some(sign.text));
        }
    }
}
