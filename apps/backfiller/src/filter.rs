//! Which of the stored series a command is about.

use anyhow::{Result, bail};
use db::Store;
use market::{Series, Symbol, Timeframe};

use crate::args::parse_exchange;

/// Narrows all series down; without any of these, every series is meant.
#[derive(Debug, clap::Args)]
pub(crate) struct FilterArgs {
    /// Only of this exchange
    #[arg(long, value_parser = parse_exchange)]
    exchange: Option<String>,
    /// Only of this symbol
    #[arg(long)]
    symbol: Option<Symbol>,
    /// Only of this timeframe
    #[arg(long, value_parser = terminal::timeframe_parser())]
    timeframe: Option<Timeframe>,
}

impl FilterArgs {
    /// Refuses one address for what may be several exchanges.
    pub(crate) fn check_base_url(&self, base_url: Option<&str>) -> Result<()> {
        if base_url.is_some() && self.exchange.is_none() {
            bail!("--base-url is the address of one exchange: name it with --exchange");
        }
        Ok(())
    }

    /// The series that are meant, in order of their names. None at all is a mistake.
    pub(crate) fn select(&self, store: &Store) -> Result<Vec<Series>> {
        let is_meant = |series: &Series| {
            self.exchange.as_ref().is_none_or(|exchange| *exchange == series.exchange)
                && self.symbol.as_ref().is_none_or(|symbol| *symbol == series.symbol)
                && self.timeframe.is_none_or(|timeframe| timeframe == series.timeframe)
        };
        let meant: Vec<Series> = store.series()?.into_iter().filter(is_meant).collect();
        if meant.is_empty() {
            bail!("{} has no candles like that: `backfiller status` tells what there is", store.path().display());
        }
        Ok(meant)
    }
}
