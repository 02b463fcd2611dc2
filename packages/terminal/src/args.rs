//! Readers for what people type as arguments. Symbols need none: clap reads them by `FromStr`.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use market::{Timeframe, WhenError, parse_when};

use crate::now_ms;

/// Reads a point in time as Unix milliseconds: a date (its midnight, UTC), a time, or `90d` for
/// 90 days ago.
///
/// # Errors
/// When the text is none of these.
pub fn parse_time(text: &str) -> Result<i64, WhenError> {
    parse_when(text, now_ms())
}

/// Reads a timeframe; help, completions and errors list them all.
#[must_use]
pub fn timeframe_parser() -> impl TypedValueParser<Value = Timeframe> {
    PossibleValuesParser::new(Timeframe::ALL.map(Timeframe::name)).try_map(|name| name.parse::<Timeframe>())
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command};

    use super::*;

    #[test]
    fn arguments_are_read() {
        let command = Command::new("x").arg(Arg::new("timeframe").value_parser(timeframe_parser()));
        let read = |text| command.clone().try_get_matches_from(["x", text]);
        assert_eq!(read("1M").unwrap().get_one::<Timeframe>("timeframe"), Some(&Timeframe::Month1));
        let error = read("7h").unwrap_err().to_string();
        assert!(error.contains("7h") && error.contains("6h, 8h"), "{error}");

        assert_eq!(parse_time("1970-01-02"), Ok(86_400_000));
        assert!((now_ms() - 86_400_000 - parse_time("1d").unwrap()).abs() < 10_000);
    }
}
