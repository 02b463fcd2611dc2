//! Arguments that several subcommands take.

use std::path::PathBuf;

use market::{Series, Symbol, Timeframe};

/// Where the store is.
#[derive(Debug, clap::Args)]
pub(crate) struct DbArgs {
    /// The database
    #[arg(long, value_name = "FILE", default_value = "data/chandler.db")]
    pub(crate) db: PathBuf,
}

/// Which candles.
#[derive(Debug, clap::Args)]
pub(crate) struct SeriesArgs {
    /// The exchange, as ccxt names it: binance
    #[arg(long, value_parser = parse_exchange)]
    exchange: String,
    /// The symbol, as ccxt names it: BTC/USDT, or BTC/USDT:USDT for a perpetual
    #[arg(long)]
    symbol: Symbol,
    /// The length of a candle
    #[arg(long, value_parser = terminal::timeframe_parser())]
    timeframe: Timeframe,
}

impl SeriesArgs {
    pub(crate) fn series(&self) -> Series {
        Series::new(self.exchange.clone(), self.symbol.clone(), self.timeframe)
    }
}

/// ccxt's names are small letters and digits; another spelling would make a second exchange.
fn parse_exchange(text: &str) -> Result<String, String> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if text.is_empty() || !text.chars().all(good) {
        return Err("expected ccxt's name of an exchange, in small letters and digits, such as binance".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchanges_have_one_spelling() {
        for (text, good) in [("binance", true), ("p2b", true), ("Binance", false), ("", false), ("binance ", false)] {
            assert_eq!(parse_exchange(text).is_ok(), good, "{text:?}");
        }
    }
}
