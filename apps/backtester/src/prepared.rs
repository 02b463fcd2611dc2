//! What every command that runs a strategy begins with: the file, the settings, the range, and what is around it.

use std::path::Path;

use db::Store;
use execution::{Settings, Surroundings};
use market::{CandleSource, Series, SourceError, Symbol, Timeframe};
use strategy::{Description, StrategyFile};

use crate::args::{AccountArgs, RunBase};
use crate::load::{Loaded, compile, read};
use crate::range::Range;
use crate::{around, range, settings};

/// A strategy that is ready to run over stored candles.
pub(crate) struct Prepared {
    /// The text of the strategy file.
    pub(crate) source: String,
    /// Compiled with the params of the command line.
    pub(crate) file: StrategyFile,
    pub(crate) description: Description,
    pub(crate) settings: Settings,
    pub(crate) series: Series,
    pub(crate) store: Store,
    pub(crate) range: Range,
    pub(crate) surroundings: Surroundings,
}

/// Reads everything; an error says what is wrong or missing, and what to do.
pub(crate) fn prepare(base: &RunBase, account: &AccountArgs) -> anyhow::Result<Prepared> {
    prepare_text(read(&base.strategy)?, base, account)
}

/// As [`prepare`], with the text of the strategy file, which need not be there any more.
pub(crate) fn prepare_text(text: String, base: &RunBase, account: &AccountArgs) -> anyhow::Result<Prepared> {
    let Loaded { source, file } = compile(&base.strategy, text, &base.set)?;
    let description = file.strategy.description().clone();
    let settings = settings::of(account, &base.source.symbol, &description)?;
    let series = Series::new(base.source.exchange.clone(), base.source.symbol.clone(), description.timeframe);
    let store = Store::open_existing(&base.source.db)?;
    let mut range = range::find(&store, &series, base.from, base.to)?;
    range::check_others(&store, &series, &description, range.from_ms)?;
    let path = base.strategy.display();
    range.warnings.extend(file.warnings.lines(&source).iter().map(|line| format!("{path}, {line}.")));
    range.warnings.extend(settings::warnings(&settings, &description));
    let mut surroundings = around::read(&store, &series, &settings, account, &mut range)?;
    if let Some(detail) = base.detail {
        surroundings = surroundings.with_detail(around::detail(&store, &series, detail, &mut range)?);
    }
    Ok(Prepared { source, file, description, settings, series, store, range, surroundings })
}

/// The candles of one exchange, from a connection of their own: for a thread.
pub(crate) struct OwnCandles {
    store: Store,
    exchange: String,
}

impl OwnCandles {
    /// Opens the store once more.
    pub(crate) fn open(db: &Path, exchange: &str) -> Result<Self, SourceError> {
        Ok(OwnCandles { store: Store::open_existing(db)?, exchange: exchange.to_owned() })
    }
}

impl CandleSource for OwnCandles {
    fn candles(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        from_ms: Option<i64>,
        to_ms: Option<i64>,
    ) -> Result<market::Candles, SourceError> {
        self.store.of_exchange(&self.exchange).candles(symbol, timeframe, from_ms, to_ms)
    }

    fn open_time_before(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        before_ms: i64,
        n: usize,
    ) -> Result<Option<i64>, SourceError> {
        self.store.of_exchange(&self.exchange).open_time_before(symbol, timeframe, before_ms, n)
    }
}
