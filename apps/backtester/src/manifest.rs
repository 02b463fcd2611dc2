//! Everything that a run follows from: with it, and with the same data, a run is made again to the bit.

use std::collections::BTreeMap;

use market::{Symbol, Timeframe};
use serde::{Deserialize, Serialize};

use crate::args::{AccountArgs, Fills};

/// Everything that a run follows from, as the store and the reports keep it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) program: Program,
    pub(crate) strategy: Strategy,
    /// As ccxt names it.
    pub(crate) exchange: String,
    #[serde(with = "as_text")]
    pub(crate) symbol: Symbol,
    #[serde(with = "as_text")]
    pub(crate) timeframe: Timeframe,
    pub(crate) range: TimeRange,
    pub(crate) account: AccountArgs,
    pub(crate) fills: Fills,
    /// The finer candles that settle what is ambiguous.
    #[serde(with = "option_as_text")]
    pub(crate) detail: Option<Timeframe>,
    pub(crate) data: Data,
    /// What dice were begun with, where any were rolled.
    pub(crate) seed: Option<u64>,
}

/// The program that ran. Hashes here and below are BLAKE3, hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Program {
    pub(crate) version: String,
    pub(crate) hash: String,
}

/// The strategy that was run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Strategy {
    pub(crate) name: String,
    /// Where its file was.
    pub(crate) file: String,
    /// What was in it.
    pub(crate) text: String,
    /// The params of the command line, as they were given.
    pub(crate) set: Vec<(String, f64)>,
    /// All params, with the values that were used.
    pub(crate) params: BTreeMap<String, f64>,
    /// Of text and params.
    pub(crate) hash: String,
}

/// The range of a run, Unix milliseconds. Ends are exclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimeRange {
    /// As it was asked for: an end that was left out is the end of what was stored.
    pub(crate) asked_from_ms: Option<i64>,
    pub(crate) asked_to_ms: Option<i64>,
    /// What that came to.
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
    /// The strategy's own candles that were read, those before the range among them.
    pub(crate) read_from_ms: i64,
    pub(crate) read_to_ms: i64,
}

/// All data that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Data {
    /// Of all parts.
    pub(crate) hash: String,
    pub(crate) parts: Vec<Part>,
}

/// One series that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// What it is: `candles of binance BTC/USDT 1h`.
    pub(crate) what: String,
    /// How many there are.
    pub(crate) count: usize,
    /// The times of the first and the last, Unix milliseconds.
    pub(crate) first_ms: Option<i64>,
    pub(crate) last_ms: Option<i64>,
    pub(crate) hash: String,
}

/// A value as the text that people write for it.
mod as_text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, T>(deserializer: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
    {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// As [`as_text`], or null.
pub(crate) mod option_as_text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(value: &Option<impl Display>, serializer: S) -> Result<S::Ok, S::Error> {
        value.as_ref().map(ToString::to_string).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, T>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr<Err: Display>,
    {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}
