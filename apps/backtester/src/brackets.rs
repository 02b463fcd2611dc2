//! A venue's leverage brackets: which share of a notional must be left as margin, tier by tier.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use execution::Tiers;
use market::Symbol;
use serde::Deserialize;

/// Most bytes of the file.
const MAX_BYTES: usize = 16 << 20;

/// Least notional and rate of each tier, by symbol in ccxt's notation; numbers or decimal text.
#[derive(Deserialize)]
struct Brackets {
    #[serde(rename = "leverageBrackets")]
    by_symbol: BTreeMap<String, Vec<[Number; 2]>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Number(f64),
    Text(String),
}

impl Number {
    fn value(&self) -> anyhow::Result<f64> {
        match self {
            Number::Number(value) => Ok(*value),
            Number::Text(text) => text.parse().with_context(|| format!("`{text}` is no number")),
        }
    }
}

/// Reads the tiers of a symbol from `{"leverageBrackets": {"BTC/USDT:USDT": [["0", "0.004"], …]}}`.
pub(crate) fn read(path: &Path, symbol: &Symbol) -> anyhow::Result<Tiers> {
    let shown = path.display();
    let text = terminal::read_text(path, MAX_BYTES).with_context(|| format!("the brackets {shown} cannot be read"))?;
    of_symbol(&text, symbol).with_context(|| format!("the brackets {shown} are of no use for {symbol}"))
}

fn of_symbol(text: &str, symbol: &Symbol) -> anyhow::Result<Tiers> {
    let expected = r#"expected {"leverageBrackets": {"BTC/USDT:USDT": [[least notional, rate], …]}}"#;
    let brackets: Brackets = serde_json::from_str(text).context(expected)?;
    let Some(list) = brackets.by_symbol.get(&symbol.to_string()) else {
        let known: Vec<&str> = brackets.by_symbol.keys().map(String::as_str).take(10).collect();
        bail!("it has no tiers of it; it has {}", known.join(", "));
    };
    let tiers: Vec<(f64, f64)> =
        list.iter().map(|[floor, rate]| Ok((floor.value()?, rate.value()?))).collect::<anyhow::Result<_>>()?;
    Tiers::new(&tiers).map_err(|error| anyhow!(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_text_or_numbers() {
        let text = r#"{"leverageBrackets": {"BTC/USDT:USDT": [["0", "0.004"], [50000, 0.005]]}, "_note": "x"}"#;
        let tiers = of_symbol(text, &"BTC/USDT:USDT".parse().unwrap()).unwrap();
        assert_eq!(tiers.list().collect::<Vec<_>>(), [(0.0, 0.004), (50_000.0, 0.005)]);
        let error = of_symbol(text, &"ETH/USDT:USDT".parse().unwrap()).unwrap_err().to_string();
        assert!(error.contains("it has BTC/USDT:USDT"), "{error}");
        assert!(of_symbol("[]", &"ETH/USDT:USDT".parse().unwrap()).is_err());
    }

    #[test]
    fn the_brackets_of_a_venue_are_read() {
        let Some(path) = testkit::shared("payloads/binance/leverage_brackets_binance.json") else { return };
        assert_eq!(read(&path, &"BTC/USDT:USDT".parse().unwrap()).unwrap().list().count(), 10);
    }
}
