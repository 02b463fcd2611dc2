//! The series that a strategy reads, and how far each is known to be complete in the store.

use std::time::Duration;

use anyhow::{Result, bail};
use db::{Data, Place, Store, Stored};
use exchange::Exchange;
use market::{Candle, Series, Symbol, Ticker, Timeframe, format_utc};
use strategy::Description;
use terminal::now_ms;
use tokio::time::Instant;

use crate::agreement::Agreement;
use crate::config::Config;
use crate::door::{self, STREAM};
use crate::fill;
use crate::tell::Teller;
use crate::turn;

/// Least time between two writes of a forming candle, or of the ticker: they are there for eyes.
const FORMING_EVERY: Duration = Duration::from_secs(1);
/// Least candles that are fetched before the first decision.
const LEAST_WARM_UP: usize = 500;
/// Share of the candles that a strategy needs which may not exist: so many more are fetched.
const RESERVE: f64 = 0.1;
/// One more closes after the first base candle only, and one is still forming then.
const AT_THE_EDGE: usize = 2;

/// One series, and how far it is complete.
#[derive(Debug)]
pub(crate) struct Tracked {
    /// Which candles.
    pub(crate) series: Series,
    /// Whether it is the one that is decided on.
    pub(crate) is_base: bool,
    /// The one that is decided on, where its candles are shorter ones of the same symbol.
    shorter: Option<Series>,
    /// Candles to fetch before the first decision.
    pub(crate) warm_up: usize,
    /// The period from whose start values count: fetched at least that far back.
    anchor: Option<Timeframe>,
    /// Open time of a candle up to which all are stored that exist; `None` before the first fill.
    pub(crate) complete_to_ms: Option<i64>,
    agreement: Agreement,
    forming: Throttle,
}

/// All series, the base first.
#[derive(Debug)]
pub(crate) struct Feed {
    /// Each once.
    pub(crate) tracked: Vec<Tracked>,
    ticker: Throttle,
    /// Closed candles of the stream that REST has with other values.
    pub(crate) conflicts: u64,
}

/// Lets one write through in a while.
#[derive(Debug, Default)]
struct Throttle(Option<Instant>);

impl Throttle {
    fn is_due(&mut self) -> bool {
        let due = self.0.is_none_or(|last| last.elapsed() >= FORMING_EVERY);
        if due {
            self.0 = Some(Instant::now());
        }
        due
    }
}

/// Open time of the newest candle of `timeframe` that has closed by `close_ms`.
pub(crate) fn newest_closed(timeframe: Timeframe, close_ms: i64) -> i64 {
    timeframe.open_of(timeframe.open_of(close_ms) - 1)
}

/// Candles to fetch where `needed` are: some may not exist.
fn enough(needed: usize) -> usize {
    LEAST_WARM_UP.max(needed.saturating_add((needed as f64 * RESERVE).ceil() as usize))
}

impl Tracked {
    fn new(series: Series, warm_up: usize, anchor: Option<Timeframe>) -> Self {
        let (agreement, forming) = (Agreement::default(), Throttle::default());
        Tracked { series, is_base: false, shorter: None, warm_up, anchor, complete_to_ms: None, agreement, forming }
    }

    /// The newest candle that must be there before a close at `close_ms` is decided on.
    pub(crate) fn expected(&self, close_ms: i64) -> i64 {
        newest_closed(self.series.timeframe, close_ms)
    }

    /// Whether no candle up to `expected_ms` is missing; looks at what the stream has added.
    pub(crate) fn is_complete(&mut self, store: &Store, expected_ms: i64) -> Result<bool> {
        let Some(complete_to_ms) = self.complete_to_ms else { return Ok(false) };
        if complete_to_ms < expected_ms {
            let next_ms = self.series.timeframe.next_open(complete_to_ms);
            self.complete_to_ms = store.run_end_ms(&self.series, next_ms)?.or(self.complete_to_ms);
        }
        Ok(self.complete_to_ms >= Some(expected_ms))
    }

    /// Whether the stream has a candle at `open_time_ms` that was traded and waits for REST.
    pub(crate) fn awaits(&self, open_time_ms: i64) -> bool {
        self.agreement.awaits(open_time_ms)
    }

    /// Whether shorter candles show that there must be one at `open_time_ms`.
    pub(crate) fn is_shown_by_base(&self, store: &Store, open_time_ms: i64) -> Result<bool> {
        let Some(shorter) = &self.shorter else { return Ok(false) };
        let end_ms = self.series.timeframe.next_open(open_time_ms);
        Ok(store.candles(shorter, Some(open_time_ms), Some(end_ms))?.iter().any(|candle| candle.volume > 0.0))
    }

    /// What is stored at `open_time_ms`, and did not come from a stream.
    fn stored_from_rest(&self, store: &Store, open_time_ms: i64) -> Result<Option<Candle>> {
        let origin = store.origin_at(&Place::of(&self.series, Data::Candles), open_time_ms)?;
        if origin.is_some_and(|origin| origin.source == STREAM) {
            return Ok(None);
        }
        Ok(store.candles(&self.series, Some(open_time_ms), Some(open_time_ms + 1))?.iter().next())
    }

    /// Open time of the first candle of the warm-up of an account that begins at `started_ms`.
    pub(crate) fn warm_up_from(&self, started_ms: i64) -> i64 {
        let span_ms =
            self.series.timeframe.longest_ms().saturating_mul(i64::try_from(self.warm_up).unwrap_or(i64::MAX));
        let begin_ms = started_ms.saturating_sub(span_ms).max(0);
        self.series.timeframe.open_of(self.anchor.map_or(begin_ms, |anchor| anchor.open_of(begin_ms)))
    }
}

impl Feed {
    /// What a strategy reads.
    ///
    /// # Errors
    /// When the config's warm-up is less than the strategy needs.
    pub(crate) fn new(config: &Config, description: &Description) -> Result<Self> {
        let base = Series::new(config.exchange.clone(), config.symbol.clone(), description.timeframe);
        // As far back as the candles will be read, and no less.
        let reach = execution::Feed::new(description, config.symbol.clone(), 0).reach();
        let mut reach = reach.into_iter().map(|(past, anchor)| (past.saturating_add(AT_THE_EDGE), anchor));
        let (needed, anchor) = reach.next().unwrap_or_default();
        if let Some(warm_up) = config.warm_up.filter(|warm_up| *warm_up < needed) {
            bail!(
                "`warm_up: {warm_up}` is too little: the strategy `{}` needs {needed} candles before the first \
                 decision; give `warm_up: {needed}` or more, or leave it out",
                description.name
            );
        }
        let base = Tracked::new(base, config.warm_up.unwrap_or(enough(needed)), anchor);
        let mut tracked = vec![Tracked { is_base: true, ..base }];
        for (other, (needed, anchor)) in description.others.iter().zip(reach) {
            let symbol = other.symbol.as_ref().unwrap_or(&config.symbol).clone();
            let wanted = Series::new(config.exchange.clone(), symbol, other.timeframe);
            match tracked.iter_mut().find(|tracked| tracked.series == wanted) {
                Some(known) => {
                    known.warm_up = known.warm_up.max(enough(needed));
                    // The longer period begins earlier.
                    known.anchor = known.anchor.max(anchor);
                }
                None => {
                    let base = &tracked[0].series;
                    let is_shorter = base.symbol == wanted.symbol && base.timeframe < wanted.timeframe;
                    let shorter = is_shorter.then(|| base.clone());
                    tracked.push(Tracked { shorter, ..Tracked::new(wanted, enough(needed), anchor) });
                }
            }
        }
        Ok(Feed { tracked, ticker: Throttle::default(), conflicts: 0 })
    }

    /// The series that is decided on.
    pub(crate) fn base(&self) -> &Series {
        &self.tracked[0].series
    }

    /// Notes that everything up to `booked_ms`, a base candle, was complete when it was decided on.
    pub(crate) fn resume(&mut self, booked_ms: i64) {
        let close_ms = self.base().timeframe.next_open(booked_ms);
        for tracked in &mut self.tracked {
            tracked.complete_to_ms = Some(tracked.expected(close_ms));
        }
    }

    /// Whether everything that a decision at the close of base candle `target_ms` needs is stored.
    pub(crate) fn is_complete(&mut self, store: &Store, target_ms: i64) -> Result<bool> {
        let close_ms = self.base().timeframe.next_open(target_ms);
        for tracked in &mut self.tracked {
            if !tracked.is_complete(store, tracked.expected(close_ms))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// After every connection: its first candles have to show that they are those of REST.
    pub(crate) fn forget_agreement(&mut self) {
        self.tracked.iter_mut().for_each(|tracked| tracked.agreement.forget());
    }

    /// Whether nothing is known against the stream: holds the candles that wait against those of REST, and tells what
    /// differs. Another trader's stream may have stored one, and is no witness: REST is asked for it by itself.
    pub(crate) async fn agrees(&mut self, exchange: &dyn Exchange, store: &mut Store, teller: &Teller) -> Result<bool> {
        let was_broken = self.is_broken();
        for tracked in &mut self.tracked {
            let Some(streamed) = tracked.agreement.take_awaited(tracked.complete_to_ms) else { continue };
            let rest = match tracked.stored_from_rest(store, streamed.open_time_ms)? {
                Some(stored) => Some(stored),
                None => {
                    let is_traded = streamed.volume > 0.0;
                    fill::ask_for(exchange, &tracked.series, streamed.open_time_ms, is_traded, teller).await?
                }
            };
            let series = &tracked.series;
            let differs = tracked.agreement.compare(&streamed, rest.as_ref(), &series.symbol);
            if let Some(rest) = rest.filter(|rest| *rest != streamed) {
                self.conflicts += 1;
                turn::wait_for(|| door::keep_conflict(store, series, &streamed, &rest)).await?;
            }
            if let Some(how) = differs {
                let time = format_utc(streamed.open_time_ms);
                teller.trouble(&format!("no decisions until stream and REST agree on {series} at {time}: {how}"));
            }
        }
        if was_broken && !self.is_broken() {
            teller.line("stream and REST agree again: decisions go on");
        }
        Ok(!self.is_broken())
    }

    fn is_broken(&self) -> bool {
        self.tracked.iter().any(|tracked| tracked.agreement.is_broken())
    }

    /// Stores a candle of the stream; the first closed ones wait until REST has said the same.
    pub(crate) async fn store(
        &mut self,
        store: &mut Store,
        symbol: &Symbol,
        timeframe: Timeframe,
        candle: &Candle,
        closed: bool,
    ) -> Result<()> {
        let mut every = self.tracked.iter_mut();
        let wanted = every.find(|tracked| tracked.series.symbol == *symbol && tracked.series.timeframe == timeframe);
        let Some(tracked) = wanted else { return Ok(()) };
        if !closed {
            if tracked.forming.is_due() {
                turn::skip(store.put_forming(&tracked.series, candle))?;
            }
            return Ok(());
        }
        let time_ms = candle.open_time_ms;
        let is_past = tracked.complete_to_ms >= Some(time_ms);
        if is_past && store.candles(&tracked.series, Some(time_ms), Some(time_ms + 1))?.is_empty() {
            // It was decided without: a candle that comes in later would rewrite the past.
            tracing::warn!("{} of {} came after decisions were made without it", format_utc(time_ms), tracked.series);
            return Ok(());
        }
        let series = &tracked.series;
        if !turn::wait_for(|| door::lets_in(store, series, candle)).await? {
            return Ok(());
        }
        if tracked.agreement.holds_back(candle) {
            return Ok(());
        }
        if let Stored::Conflict(kept) = turn::wait_for(|| store.put_closed(series, candle, now_ms())).await? {
            self.conflicts += 1;
            turn::wait_for(|| door::keep_conflict(store, series, candle, &kept)).await?;
            let time = format_utc(time_ms);
            tracing::warn!(
                "the stream's {candle:?} of {series} at {time} differs from the stored {kept:?}, which stays"
            );
        }
        Ok(())
    }

    /// Stores the best prices, now and then.
    pub(crate) fn store_ticker(&mut self, store: &mut Store, symbol: &Symbol, ticker: &Ticker) -> Result<()> {
        if self.ticker.is_due() {
            let exchange = self.base().exchange.clone();
            turn::skip(store.put_ticker(&exchange, symbol, ticker))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
