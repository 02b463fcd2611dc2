//! Which of an exchange's symbols are meant.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Result, bail};
use market::{Instrument, Symbol};

/// What stands in `symbols:`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Selector {
    /// This one.
    One(Symbol),
    /// Those that are traded now and look so; `*` stands for any characters.
    Pattern(String),
    /// Those that are traded now in this quote, and enough in the last 24 hours, in the quote.
    All { quote: String, min_quote_volume: f64 },
}

impl Selector {
    /// Whether volumes have to be asked for.
    pub(crate) fn needs_volumes(&self) -> bool {
        matches!(self, Selector::All { min_quote_volume, .. } if *min_quote_volume > 0.0)
    }

    /// The symbols that are meant.
    ///
    /// # Errors
    /// When there is none: it is a mistake of writing, or of the market.
    pub(crate) fn choose(&self, listed: &[Instrument], volumes: &HashMap<Symbol, f64>) -> Result<BTreeSet<Symbol>> {
        let is_meant = |instrument: &&Instrument| match self {
            Selector::One(symbol) => instrument.symbol == *symbol,
            Selector::Pattern(pattern) => instrument.active && matches(pattern, &instrument.symbol.to_string()),
            Selector::All { quote, min_quote_volume } => {
                let volume = volumes.get(&instrument.symbol).copied().unwrap_or(0.0);
                instrument.active && instrument.symbol.quote() == quote && volume >= *min_quote_volume
            }
        };
        let chosen: BTreeSet<Symbol> = listed.iter().filter(is_meant).map(|one| one.symbol.clone()).collect();
        if chosen.is_empty() {
            bail!("{}", self.in_vain(listed));
        }
        Ok(chosen)
    }

    fn in_vain(&self, listed: &[Instrument]) -> String {
        match self {
            Selector::One(symbol) => {
                let same_base = listed.iter().filter(|one| one.symbol.base() == symbol.base()).take(5);
                let hints: Vec<String> = same_base.map(|one| one.symbol.to_string()).collect();
                let hint = if hints.is_empty() { String::new() } else { format!("; it has {}", hints.join(", ")) };
                format!("the exchange has no symbol {symbol}{hint}")
            }
            Selector::Pattern(pattern) => format!("no symbol that is traded looks like `{pattern}`"),
            Selector::All { quote, min_quote_volume } => {
                format!("no symbol with the quote {quote} had a volume of {min_quote_volume} {quote} in 24 hours")
            }
        }
    }
}

/// Whether `text` is `pattern`, where `*` stands for any characters, also for none.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text, expected) in [
            ("*/USDT", "BTC/USDT", true),
            ("*/USDT", "BTC/USDT:USDT", false),
            ("ETH/*", "ETH/BTC", true),
            ("ETH/*", "BETH/BTC", false),
            ("*", "A/B", true),
            ("B*/*T", "BTC/USDT", true),
            ("B*TC/*", "BTC/USDT", true),
            ("BTC*BTC", "BTC", false),
            ("*S*D*", "BTC/USDT", true),
            ("*D*S*", "BTC/USDT", false),
            ("BTC/USDT", "BTC/USDT", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    fn listed() -> Vec<Instrument> {
        let instrument = |symbol: &str| Instrument {
            symbol: symbol.parse().unwrap(),
            tick: Default::default(),
            lot: Default::default(),
            min_quantity: Default::default(),
            min_notional: Default::default(),
            active: !symbol.starts_with("OLD"),
        };
        ["BTC/USDT", "ETH/USDT", "OLD/USDT", "ETH/BTC"].map(instrument).to_vec()
    }

    #[track_caller]
    fn check(selector: &Selector, expected: &str) {
        let volumes = [("BTC/USDT", 5e6), ("ETH/USDT", 9e5), ("OLD/USDT", 9e9)];
        let volumes = volumes.map(|(symbol, volume)| (symbol.parse().unwrap(), volume)).into_iter().collect();
        let told = match selector.choose(&listed(), &volumes) {
            Ok(chosen) => chosen.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn symbols_are_chosen() {
        let all = |min_quote_volume| Selector::All { quote: "USDT".to_owned(), min_quote_volume };
        check(&all(1e6), "BTC/USDT");
        check(&all(0.0), "BTC/USDT ETH/USDT");
        check(&all(1e9), "no symbol with the quote USDT had a volume of 1000000000 USDT in 24 hours");
        check(&Selector::Pattern("ETH/*".to_owned()), "ETH/BTC ETH/USDT");
        check(&Selector::Pattern("OLD/*".to_owned()), "no symbol that is traded looks like `OLD/*`");
        check(&Selector::One("OLD/USDT".parse().unwrap()), "OLD/USDT");
        check(
            &Selector::One("ETH/EUR".parse().unwrap()),
            "the exchange has no symbol ETH/EUR; it has ETH/USDT, ETH/BTC",
        );
    }
}
