//! Arguments of `portfolio`.

use std::path::PathBuf;

use market::Symbol;

use super::{AccountArgs, parse_set};
use crate::page;

/// Arguments of `portfolio`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:
  backtester portfolio strategies/donchian_breakout.yaml --symbols BTC/USDT,ETH/USDT,SOL/USDT --size 25% --max-positions 2

One purse for all symbols. At each time whatever leaves goes first, then entries; where cash or a cap does not suffice
for all of them, symbols earlier in the alphabet come first, in whatever order they are given.")]
pub(crate) struct PortfolioArgs {
    /// The strategy file.
    pub(crate) strategy: PathBuf,
    /// The store, filled by `backfiller`.
    #[arg(long, default_value = "data/chandler.db")]
    pub(crate) db: PathBuf,
    /// The exchange whose candles are read, as ccxt names it.
    #[arg(long, default_value = "binance")]
    pub(crate) exchange: String,
    /// The symbols, as ccxt names them, with commas between them.
    #[arg(long, value_delimiter = ',', required = true)]
    pub(crate) symbols: Vec<Symbol>,
    /// First candle; the first stored one of any symbol where it is left out.
    #[arg(long, value_parser = terminal::parse_time, value_name = "TIME")]
    pub(crate) from: Option<i64>,
    /// End, exclusive; the last stored candle's close where it is left out.
    #[arg(long, value_parser = terminal::parse_time, value_name = "TIME")]
    pub(crate) to: Option<i64>,
    /// Another value for a param of the file; may be given several times.
    #[arg(long, value_name = "NAME=NUMBER", value_parser = parse_set)]
    pub(crate) set: Vec<(String, f64)>,
    #[command(flatten)]
    pub(crate) account: AccountArgs,
    /// Most positions at the same time.
    #[arg(long, value_name = "N")]
    pub(crate) max_positions: Option<usize>,
    /// Most that all positions together may be worth, as a share of equity: 80%.
    #[arg(long, value_name = "SHARE", value_parser = parse_share)]
    pub(crate) max_exposure: Option<f64>,
    /// Write figures, trades and equity as JSON; - prints it instead of the table.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write a page: equity, each symbol's part in it, and how much is at stake.
    #[arg(long, value_parser = page::parse_file, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

/// `80%` as 0.8.
fn parse_share(text: &str) -> Result<f64, String> {
    let percent = text.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    match percent.filter(|percent| *percent > 0.0 && percent.is_finite()) {
        Some(percent) => Ok(percent / 100.0),
        None => Err(format!("`{text}` is no share; for example 80%")),
    }
}
