//! From when on candles are needed: by strategies before their next decision, and by the accounts of traders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use db::{Account, Data, Store};
use execution::Feed;
use market::{CandleSource, Series, Symbol, Timeframe};
use strategy::Description;

/// From when on a series is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Floor {
    /// Open time of the first candle that is needed, Unix milliseconds; the least there is where all are.
    pub(crate) from_ms: i64,
    /// By whom.
    pub(crate) why: String,
}

/// The floors of all series that have one.
#[derive(Debug, Default)]
pub(crate) struct Floors {
    series: BTreeMap<Series, Floor>,
    /// From when on strategies decide in a market, their warm-up included.
    markets: BTreeMap<(String, Symbol), Floor>,
    /// Markets of accounts whose strategy nobody named: all of them is needed.
    whole: BTreeMap<(String, Symbol), String>,
}

impl Floors {
    /// What the strategies of these files need, for every market that is stored, and what the accounts need.
    pub(crate) fn of(store: &Store, files: &[PathBuf]) -> Result<Self> {
        let strategies = files.iter().map(|path| description(path)).collect::<Result<Vec<_>>>()?;
        let mut floors = Floors::default();
        for (exchange, symbol) in markets(store)? {
            for strategy in &strategies {
                let newest_ms =
                    store.last_closed_ms(&Series::new(exchange.clone(), symbol.clone(), strategy.timeframe))?;
                let why = format!("the strategy {}", strategy.name);
                floors.add_strategy(store, &exchange, &symbol, strategy, newest_ms, &why)?;
            }
        }
        for account in store.accounts()? {
            floors.add_account(store, &account, &strategies)?;
        }
        Ok(floors)
    }

    /// From when on a series is needed, where it is. Mark prices are needed where a strategy decides.
    pub(crate) fn of_series(&self, series: &Series, data: Data) -> Option<Floor> {
        let market = (series.exchange.clone(), series.symbol.clone());
        if let Some(why) = self.whole.get(&market) {
            return Some(Floor { from_ms: i64::MIN, why: why.clone() });
        }
        if data == Data::Candles { self.series.get(series) } else { self.markets.get(&market) }.cloned()
    }

    /// An account is computed again from the candles that it has seen; what its strategy read before them counts too.
    fn add_account(&mut self, store: &Store, account: &Account, strategies: &[Description]) -> Result<()> {
        let Account { name, exchange, symbol, .. } = account;
        let of_account =
            |strategy: &&Description| strategy.name == account.strategy && strategy.timeframe == account.timeframe;
        let Some(strategy) = strategies.iter().find(of_account) else {
            let why = format!("the account {name}: name its strategy {} with --needs", account.strategy);
            self.whole.insert((exchange.clone(), symbol.clone()), why);
            return Ok(());
        };
        let why = format!("the account {name}");
        self.add_strategy(store, exchange, symbol, strategy, Some(account.started_ms), &why)
    }

    /// What a strategy needs to decide from `from_ms` on, or from the newest candles on where there is none of its own.
    fn add_strategy(
        &mut self,
        store: &Store,
        exchange: &str,
        symbol: &Symbol,
        strategy: &Description,
        from_ms: Option<i64>,
        why: &str,
    ) -> Result<()> {
        let source = store.of_exchange(exchange);
        let reach = Feed::new(strategy, symbol.clone(), i64::MAX).reach();
        let own = std::iter::once((symbol, strategy.timeframe));
        let others = strategy.others.iter().map(|other| (other.symbol.as_ref().unwrap_or(symbol), other.timeframe));
        // Other candles are read from as far back as the strategy's own, which come first.
        let mut begin_ms = from_ms;
        for ((symbol, timeframe), reach) in own.chain(others).zip(reach) {
            let series = Series::new(exchange, symbol.clone(), timeframe);
            let Some(newest_ms) = store.last_closed_ms(&series)? else { continue };
            let from_ms = begin(&source, &series, begin_ms.unwrap_or(newest_ms).min(newest_ms), reach)?;
            begin_ms = Some(begin_ms.map_or(from_ms, |begin_ms| begin_ms.min(from_ms)));
            let floor = Floor { from_ms, why: why.to_owned() };
            if timeframe == strategy.timeframe {
                lower(&mut self.markets, (exchange.to_owned(), series.symbol.clone()), floor.clone());
            }
            lower(&mut self.series, series, floor);
        }
        Ok(())
    }
}

fn lower<K: Ord>(floors: &mut BTreeMap<K, Floor>, key: K, floor: Floor) {
    let known = floors.entry(key).or_insert_with(|| floor.clone());
    if floor.from_ms < known.from_ms {
        *known = floor;
    }
}

/// The first candle that counts for one at `from_ms`: so many before it, and back to the start of a period.
fn begin(
    source: &dyn CandleSource,
    series: &Series,
    from_ms: i64,
    (past, anchor): (usize, Option<Timeframe>),
) -> Result<i64> {
    let past_ms = source.open_time_before(&series.symbol, series.timeframe, from_ms, past);
    let past_ms = past_ms.map_err(|error| anyhow!(error))?.unwrap_or(from_ms).min(from_ms);
    Ok(anchor.map_or(past_ms, |anchor| anchor.open_of(past_ms)))
}

fn markets(store: &Store) -> Result<Vec<(String, Symbol)>> {
    let mut markets: Vec<_> = store.series()?.into_iter().map(|series| (series.exchange, series.symbol)).collect();
    markets.dedup();
    Ok(markets)
}

fn description(path: &Path) -> Result<Description> {
    let shown = path.display();
    let source =
        terminal::read_text(path, yaml::MAX_BYTES).with_context(|| format!("cannot read the strategy file {shown}"))?;
    match strategy::load(&source, &[]) {
        Ok(file) => Ok(file.strategy.description().clone()),
        Err(problems) => {
            bail!("the strategy file {shown} has mistakes\n\n{}", problems.render(&shown.to_string(), &source, false))
        }
    }
}
