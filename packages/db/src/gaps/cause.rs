//! Why candles are missing.

use std::fmt;

use market::Rule;

/// Why a stretch has no candles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// Nobody has asked the exchange for it, as far as is known. Never stored: it is what is left.
    NotAsked,
    /// The exchange was asked, and gave no answer that says anything.
    FetchFailed,
    /// The exchange has no candles there; whether it was down or nobody traded is not known.
    Absent,
    /// The exchange was down: it has no candles of other markets either.
    Outage,
    /// Nobody traded, while the exchange went on.
    NoTrades,
    /// The exchange has candles there that are not believed, by this rule.
    Refused(Rule),
    /// The exchange did not list the market yet.
    BeforeListing,
    /// The exchange lists the market no more.
    AfterDelisting,
}

/// What a refusal begins with, before the name of its rule.
const REFUSED: &str = "refused: ";

impl Cause {
    /// The causes that have a name of their own.
    const NAMED: [Cause; 7] = [
        Cause::NotAsked,
        Cause::FetchFailed,
        Cause::Absent,
        Cause::Outage,
        Cause::NoTrades,
        Cause::BeforeListing,
        Cause::AfterDelisting,
    ];

    /// Its name in words: `exchange outage`. A refusal's rule is left out.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Cause::NotAsked => "not asked yet",
            Cause::FetchFailed => "fetch failed",
            Cause::Absent => "not at the exchange",
            Cause::Outage => "exchange outage",
            Cause::NoTrades => "no trades",
            Cause::Refused(_) => "refused",
            Cause::BeforeListing => "before listing",
            Cause::AfterDelisting => "after delisting",
        }
    }

    /// Whether a proof of it says where the candles are. What was not asked for, or in vain, has none.
    #[must_use]
    pub fn explains(self) -> bool {
        !matches!(self, Cause::NotAsked | Cause::FetchFailed)
    }

    /// Reads what [`Cause::fmt`] writes. What is unknown explains nothing.
    pub(crate) fn from_text(text: &str) -> Cause {
        let rule = text.strip_prefix(REFUSED).and_then(|name| Rule::ALL.into_iter().find(|rule| rule.name() == name));
        let named = || Cause::NAMED.into_iter().find(|cause| cause.name() == text);
        rule.map(Cause::Refused).or_else(named).unwrap_or(Cause::NotAsked)
    }
}

/// As the store has it: `no trades`, `refused: high_low`.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Refused(rule) => write!(f, "{REFUSED}{}", rule.name()),
            _ => f.write_str(self.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        for cause in Cause::NAMED.into_iter().chain(Rule::ALL.map(Cause::Refused)) {
            assert_eq!(Cause::from_text(&cause.to_string()), cause);
        }
        for text in ["", "refused: nonsense", "refused", "gone"] {
            assert!(!Cause::from_text(text).explains(), "{text}");
        }
    }
}
