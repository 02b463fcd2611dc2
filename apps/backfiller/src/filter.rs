//! Which of the stored series a command is about.

use anyhow::{Result, bail};
use db::Store;
use market::{Series, Symbol, Timeframe};

use crate::args::{Kind, Target, parse_exchange};

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

    /// Whatever is meant of `kind`, or of all kinds: candles first, then mark prices and funding, each in order of names.
    /// None at all is a mistake. Funding has no timeframe, and is not meant where one is asked for, but by its kind.
    pub(crate) fn targets(&self, store: &Store, kind: Option<Kind>) -> Result<Vec<Target>> {
        let mut all: Vec<Target> = store.series()?.into_iter().map(Target::Candles).collect();
        all.extend(store.mark_series()?.into_iter().map(Target::Marks));
        let funding = store.funding_symbols()?.into_iter();
        all.extend(funding.map(|(exchange, symbol)| Target::Funding { exchange, symbol }));
        all.retain(|target| {
            let of_timeframe = |timeframe| match target.timeframe() {
                Some(found) => found == timeframe,
                None => kind == Some(Kind::Funding),
            };
            kind.is_none_or(|kind| kind == target.kind())
                && self.exchange.as_ref().is_none_or(|exchange| exchange == target.exchange())
                && self.symbol.as_ref().is_none_or(|symbol| symbol == target.symbol())
                && self.timeframe.is_none_or(of_timeframe)
        });
        if all.is_empty() {
            let what = kind.map_or("data", Kind::plural);
            bail!("{} has no {what} like that: `backfiller status` tells what there is", store.path().display());
        }
        Ok(all)
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
