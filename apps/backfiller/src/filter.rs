//! Which of what is stored a command is about.

use anyhow::{Result, bail};
use db::Store;
use market::{Symbol, Timeframe};

use crate::args::{Kind, Target, parse_exchange};
use crate::stored;

/// Narrows all that is stored down; without any of these, everything is meant.
#[derive(Debug, clap::Args)]
pub(crate) struct FilterArgs {
    /// Only of this exchange
    #[arg(long, value_parser = parse_exchange)]
    exchange: Option<String>,
    /// Only of this symbol
    #[arg(long)]
    symbol: Option<Symbol>,
    /// Only of this timeframe; funding has none, and is left out then unless it is asked for by its kind
    #[arg(long, value_parser = terminal::timeframe_parser())]
    timeframe: Option<Timeframe>,
    /// Only of this kind [default: all kinds]
    #[arg(long, value_enum)]
    kind: Option<Kind>,
}

impl FilterArgs {
    /// Refuses one address for what may be several exchanges.
    pub(crate) fn check_base_url(&self, base_url: Option<&str>) -> Result<()> {
        if base_url.is_some() && self.exchange.is_none() {
            bail!("--base-url is the address of one exchange: name it with --exchange");
        }
        Ok(())
    }

    /// The kind that was asked for.
    pub(crate) fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// What is meant: candles, then mark prices, then funding, each in order of their names. Nothing at all is a mistake.
    pub(crate) fn select(&self, store: &Store) -> Result<Vec<Target>> {
        let is_of_timeframe = |target: &Target| match target.timeframe() {
            Some(found) => self.timeframe.is_none_or(|timeframe| timeframe == found),
            None => self.timeframe.is_none() || self.kind.is_some(),
        };
        let is_meant = |target: &Target| {
            self.exchange.as_deref().is_none_or(|exchange| exchange == target.exchange())
                && self.symbol.as_ref().is_none_or(|symbol| symbol == target.symbol())
                && is_of_timeframe(target)
        };
        let meant: Vec<Target> = stored::targets(store, self.kind)?.into_iter().filter(is_meant).collect();
        if meant.is_empty() {
            let what = self.kind.map_or("candles, mark prices or funding rates", Kind::plural);
            bail!("{} has no {what} like that: `backfiller status` tells what there is", store.path().display());
        }
        Ok(meant)
    }
}
