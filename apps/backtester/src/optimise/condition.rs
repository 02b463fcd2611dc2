//! Conditions on params and figures: `fast < slow`, `trades >= 50`.

use std::str::FromStr;

use report::FIGURES;

/// `left op right`, of names and numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    left: Operand,
    op: Op,
    right: Operand,
}

#[derive(Debug, Clone, PartialEq)]
enum Operand {
    Name(String),
    Number(f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
}

/// The longer signs first: `<=` is not `<`.
const OPS: [(&str, Op); 5] =
    [("<=", Op::LessOrEqual), (">=", Op::GreaterOrEqual), ("==", Op::Equal), ("<", Op::Less), (">", Op::Greater)];

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no condition; for example 'fast < slow' or 'trades >= 50'");
        let found = OPS.iter().find_map(|(sign, op)| text.split_once(sign).map(|(left, right)| (left, *op, right)));
        let (left, op, right) = found.ok_or_else(wrong)?;
        let operand = |text: &str| match text.trim() {
            "" => Err(wrong()),
            text => Ok(text.parse().map_or_else(|_| Operand::Name(text.to_owned()), Operand::Number)),
        };
        Ok(Condition { left: operand(left)?, op, right: operand(right)? })
    }
}

impl Condition {
    /// Whether it speaks of params alone, so that it can be asked before a run.
    pub(crate) fn is_of_params(&self, params: &[String]) -> bool {
        self.names().all(|name| params.contains(name))
    }

    /// The first name that is neither a param nor a figure.
    pub(crate) fn unknown(&self, params: &[String]) -> Option<&String> {
        let is_known = |name: &String| params.contains(name) || FIGURES.iter().any(|figure| figure.name == *name);
        self.names().find(|name| !is_known(name))
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        [&self.left, &self.right].into_iter().filter_map(|operand| match operand {
            Operand::Name(name) => Some(name),
            Operand::Number(_) => None,
        })
    }

    /// Whether it holds; a name without a value makes it false.
    pub(crate) fn holds(&self, value: impl Fn(&str) -> Option<f64>) -> bool {
        let of = |operand: &Operand| match operand {
            Operand::Number(number) => Some(*number),
            Operand::Name(name) => value(name),
        };
        let (Some(left), Some(right)) = (of(&self.left), of(&self.right)) else { return false };
        match self.op {
            Op::Less => left < right,
            Op::LessOrEqual => left <= right,
            Op::Greater => left > right,
            Op::GreaterOrEqual => left >= right,
            Op::Equal => left == right,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_compare_names_and_numbers() {
        let value = |name: &str| match name {
            "fast" => Some(5.0),
            "slow" => Some(20.0),
            _ => None,
        };
        for (text, holds) in [
            ("fast < slow", true),
            ("fast>=slow", false),
            ("fast == 5", true),
            ("20 <= slow", true),
            ("slow > 20", false),
            ("sharpe > 1", false),
        ] {
            assert_eq!(text.parse::<Condition>().unwrap().holds(value), holds, "{text}");
        }
        for text in ["", "fast", "fast <", "< 5"] {
            assert!(text.parse::<Condition>().is_err(), "{text}");
        }
        let params = ["fast".to_owned(), "slow".to_owned()];
        assert!("fast < slow".parse::<Condition>().unwrap().is_of_params(&params));
        assert!(!"trades > 5".parse::<Condition>().unwrap().is_of_params(&params));
        assert_eq!("trade > 5".parse::<Condition>().unwrap().unknown(&params).unwrap(), "trade");
    }
}
