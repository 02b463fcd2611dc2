//! What cannot be computed, and why.

/// Inputs that have no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ResearchError {
    /// A param's range cannot be walked.
    #[error("the range of `{name}` cannot be walked: {why}")]
    Range {
        /// The param.
        name: String,
        /// What is wrong and what is expected.
        why: String,
    },
    /// Two params of one space have the same name.
    #[error("`{0}` is there twice; every param of a search needs a name of its own")]
    TwiceNamed(String),
    /// A space without params.
    #[error("there is nothing to search: no param has a range")]
    NoParams,
    /// More points than can be counted.
    #[error("the ranges of the params make more than {most} combinations; widen the steps or leave params out")]
    TooManyPoints {
        /// How many there may be.
        most: usize,
    },
    /// Another number of values than there are points, or periods.
    #[error("{found} {what}; expected {expected}")]
    WrongLength {
        /// What there is too little or too much of, in the plural.
        what: &'static str,
        /// How many there must be.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// A length of time that is not above zero.
    #[error("the {what} windows are {length_ms} ms long; expected a span above zero")]
    NoLength {
        /// `train` or `test`.
        what: &'static str,
        /// The length given, in milliseconds.
        length_ms: i64,
    },
    /// The range does not hold one training window and one test window.
    #[error(
        "the range is {have_ms} ms long, and one training window with its test needs {need_ms} ms; \
         take a longer range or shorter windows"
    )]
    RangeTooShort {
        /// The length of the range, in milliseconds.
        have_ms: i64,
        /// Training and test together, in milliseconds.
        need_ms: i64,
    },
    /// More windows than anyone looks at.
    #[error("the range makes {found} test windows, more than {most}; take longer test windows")]
    TooManyWindows {
        /// How many there would be.
        found: i64,
        /// The most there may be.
        most: i64,
    },
    /// Too few values to say anything.
    #[error("{found} {what}; at least {need} are needed")]
    TooFew {
        /// What there is too little of, in the plural.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there must be.
        need: usize,
    },
    /// Too many values for a bounded amount of memory and time.
    #[error("{found} {what}; at most {most} are possible")]
    TooMany {
        /// What there is too much of, in the plural.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// A value that is not a finite number.
    #[error("return number {position} is {value}; expected a finite share, such as 0.01 for 1 %")]
    NotFinite {
        /// Where it stands, counted from 0.
        position: usize,
        /// What stands there.
        value: f64,
    },
    /// A block of days shorter than one day.
    #[error("blocks of {0} days on average; expected at least 1")]
    Block(f64),
    /// A number of blocks that cannot be halved, or is out of bounds.
    #[error("{found} blocks; expected an even number from {least} to {most}")]
    Blocks {
        /// What was asked for.
        found: usize,
        /// The fewest there may be.
        least: usize,
        /// The most there may be.
        most: usize,
    },
}

/// Refuses returns that are not finite.
pub(crate) fn all_finite(returns: &[f64]) -> Result<(), ResearchError> {
    match returns.iter().position(|value| !value.is_finite()) {
        Some(position) => Err(ResearchError::NotFinite { position, value: returns[position] }),
        None => Ok(()),
    }
}
