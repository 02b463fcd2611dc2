//! Symbols in ccxt's notation.

use std::fmt;
use std::str::FromStr;

/// `BASE/QUOTE` for spot, `BASE/QUOTE:SETTLE` for a perpetual.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol {
    base: String,
    quote: String,
    settle: Option<String>,
}

/// A text that is no symbol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a symbol; expected BASE/QUOTE such as BTC/USDT, or BASE/QUOTE:SETTLE for a perpetual")]
pub struct SymbolError(String);

impl Symbol {
    /// A spot symbol.
    ///
    /// # Errors
    /// When a part is empty or holds a separator.
    pub fn spot(base: &str, quote: &str) -> Result<Self, SymbolError> {
        format!("{base}/{quote}").parse()
    }

    /// What is bought and sold.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What prices are counted in.
    #[must_use]
    pub fn quote(&self) -> &str {
        &self.quote
    }

    /// What a perpetual is settled in; `None` for spot.
    #[must_use]
    pub fn settle(&self) -> Option<&str> {
        self.settle.as_deref()
    }

    /// Whether the symbol is spot.
    #[must_use]
    pub fn is_spot(&self) -> bool {
        self.settle.is_none()
    }
}

impl FromStr for Symbol {
    type Err = SymbolError;

    fn from_str(text: &str) -> Result<Self, SymbolError> {
        let error = || SymbolError(text.to_owned());
        let (base, rest) = text.split_once('/').ok_or_else(error)?;
        let (quote, settle) = match rest.split_once(':') {
            Some((quote, settle)) => (quote, Some(settle)),
            None => (rest, None),
        };
        let good = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || "/:".contains(c));
        if !good(base) || !good(quote) || !settle.is_none_or(good) {
            return Err(error());
        }
        Ok(Symbol { base: base.to_owned(), quote: quote.to_owned(), settle: settle.map(str::to_owned) })
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.quote)?;
        match &self.settle {
            Some(settle) => write!(f, ":{settle}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_round_trip() {
        for text in ["BTC/USDT", "BTC/USDT:USDT", "1000PEPE/USDT", "这是测试币/USDT"] {
            assert_eq!(text.parse::<Symbol>().unwrap().to_string(), text);
        }
        assert!("BTC/USDT".parse::<Symbol>().unwrap().is_spot());
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "BTCUSDT", "BTC/", "/USDT", "BTC/USDT:", "BTC USDT/X", "A/B/C", "A/B:C:D"] {
            assert!(text.parse::<Symbol>().is_err(), "{text}");
        }
    }
}
