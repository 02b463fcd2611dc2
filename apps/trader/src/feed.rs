//! The series that a strategy reads, and how far each is known to be complete in the store.

use std::time::Duration;

use anyhow::{Result, bail};
use db::{Store, Stored};
use market::{Candle, Series, Symbol, Ticker, Timeframe, format_utc};
use strategy::Description;
use terminal::now_ms;
use tokio::time::Instant;

use crate::agreement::Agreement;
use crate::config::Config;
use crate::door;
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
        Tracked { series, warm_up, anchor, complete_to_ms: None, agreement, forming }
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

    /// The stream's candle that waits and that of REST, where REST has been asked and has it.
    fn shared(&mut self, store: &Store) -> Result<Option<(Candle, Candle)>> {
        let Some(streamed) = self.agreement.take_awaited(self.complete_to_ms) else { return Ok(None) };
        let time_ms = streamed.open_time_ms;
        let stored = store.candles(&self.series, Some(time_ms), Some(time_ms + 1))?;
        Ok(stored.iter().next().map(|stored| (streamed, stored)))
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
        let mut tracked = vec![Tracked::new(base, config.warm_up.unwrap_or(enough(needed)), anchor)];
        for (other, (needed, anchor)) in description.others.iter().zip(reach) {
            let symbol = other.symbol.as_ref().unwrap_or(&config.symbol).clone();
            let wanted = Series::new(config.exchange.clone(), symbol, other.timeframe);
            match tracked.iter_mut().find(|tracked| tracked.series == wanted) {
                Some(known) => {
                    known.warm_up = known.warm_up.max(enough(needed));
                    // The longer period begins earlier.
                    known.anchor = known.anchor.max(anchor);
                }
                None => tracked.push(Tracked::new(wanted, enough(needed), anchor)),
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

    /// Whether nothing is known against the stream: compares what REST has been asked for, and tells what differs.
    pub(crate) async fn agrees(&mut self, store: &mut Store, teller: &Teller) -> Result<bool> {
        let was_broken = self.is_broken();
        for tracked in &mut self.tracked {
            let Some((streamed, stored)) = tracked.shared(store)? else { continue };
            let series = &tracked.series;
            let Some(how) = tracked.agreement.compare(&streamed, &stored, &series.symbol) else { continue };
            self.conflicts += 1;
            turn::wait_for(|| door::keep_conflict(store, series, &streamed, &stored)).await?;
            let time = format_utc(streamed.open_time_ms);
            teller.trouble(&format!("no decisions until stream and REST agree on {series} at {time}: {how}"));
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
mod tests {
    use super::*;

    const H: i64 = 3_600_000;

    #[test]
    fn the_newest_candle_that_has_closed() {
        for (timeframe, close_ms, open_ms) in [
            (Timeframe::H1, 5 * H, 4 * H),
            (Timeframe::H1, 5 * H + 1, 4 * H),
            (Timeframe::H4, 8 * H, 4 * H),
            (Timeframe::H4, 11 * H, 4 * H),
            (Timeframe::M15, 5 * H, 5 * H - H / 4),
        ] {
            assert_eq!(newest_closed(timeframe, close_ms), open_ms, "{timeframe} {close_ms}");
        }
    }

    fn candle(hour: i64) -> Candle {
        Candle { open_time_ms: hour * H, open: 1.0, high: 1.0, low: 1.0, close: 1.0, volume: 0.0 }
    }

    fn traded(hour: i64, volume: f64) -> Candle {
        Candle { volume, ..candle(hour) }
    }

    fn feed() -> (tempfile::TempDir, Store, Feed) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("x.db")).unwrap();
        let series = Series::new("binance", "BTC/USDT".parse().unwrap(), Timeframe::H1);
        let mut feed =
            Feed { tracked: vec![Tracked::new(series, 10, None)], ticker: Throttle::default(), conflicts: 0 };
        let agreement = &mut feed.tracked[0].agreement;
        assert_eq!(agreement.compare(&traded(0, 1.0), &traded(0, 1.0), &"BTC/USDT".parse().unwrap()), None);
        (folder, store, feed)
    }

    fn put(feed: &mut Feed, store: &mut Store, candle: &Candle, closed: bool) {
        let symbol = feed.base().symbol.clone();
        wait(feed.store(store, &symbol, Timeframe::H1, candle, closed)).unwrap();
    }

    fn agrees(feed: &mut Feed, store: &mut Store) -> bool {
        wait(feed.agrees(store, &Teller { json: true })).unwrap()
    }

    fn wait<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
    }

    #[test]
    fn the_first_close_of_a_connection_waits_for_rest_and_so_does_what_follows_a_difference() {
        let (_folder, mut store, mut feed) = feed();
        feed.forget_agreement();
        feed.resume(H);
        put(&mut feed, &mut store, &traded(2, 400.0), true);
        assert!(store.candles(feed.base(), None, None).unwrap().is_empty(), "not believed yet");
        assert!(agrees(&mut feed, &mut store), "nothing is known against it");
        for (hour, streamed, expected) in [(2, 400.0, false), (3, 5.0, true)] {
            put(&mut feed, &mut store, &traded(hour, streamed), true);
            store.insert_closed(&feed.base().clone(), &[traded(hour, 5.0)], &db::Origin::rest(0)).unwrap();
            assert!(feed.is_complete(&store, hour * H).unwrap());
            assert_eq!(agrees(&mut feed, &mut store), expected, "{hour}");
            feed.forget_agreement();
            assert_eq!(agrees(&mut feed, &mut store), expected, "a new connection proves nothing");
        }
        assert_eq!(feed.conflicts, 1);
    }

    #[test]
    fn a_missing_candle_is_noticed_and_one_that_comes_too_late_is_left_out() {
        let (_folder, mut store, mut feed) = feed();
        assert!(!feed.is_complete(&store, H).unwrap(), "nothing is known before the first fill");
        feed.resume(H);
        for hour in [2, 3, 5] {
            put(&mut feed, &mut store, &candle(hour), true);
        }
        assert!(feed.is_complete(&store, 3 * H).unwrap());
        assert!(!feed.is_complete(&store, 5 * H).unwrap(), "4 is missing");
        feed.tracked[0].complete_to_ms = Some(4 * H);
        assert!(feed.is_complete(&store, 5 * H).unwrap(), "4 does not exist");
        put(&mut feed, &mut store, &candle(4), true);
        assert_eq!(store.candles(feed.base(), None, None).unwrap().len(), 3);
        put(&mut feed, &mut store, &Candle { close: 1.0, high: 2.0, ..candle(3) }, true);
        assert_eq!(feed.conflicts, 1);
    }

    #[test]
    fn what_no_market_does_is_kept_aside_as_it_came() {
        let (_folder, mut store, mut feed) = feed();
        put(&mut feed, &mut store, &candle(1), true);
        let jumped = Candle { open: 5e3, high: 5e3, low: 5e3, close: 5e3, ..candle(2) };
        put(&mut feed, &mut store, &jumped, true);
        put(&mut feed, &mut store, &Candle { high: 3.0, ..candle(3) }, true);
        put(&mut feed, &mut store, &Candle { high: 2.0, ..candle(3) }, true);
        assert_eq!(store.candles(feed.base(), None, None).unwrap().open_time_ms, [H, 3 * H]);
        let aside: Vec<_> = store.quarantine_status().unwrap().into_iter().map(|status| status.rule).collect();
        assert_eq!(aside, ["conflict", "jump", "move_without_volume"]);
    }

    #[test]
    fn what_comes_over_rest_behind_a_decision_rewrites_no_past() {
        let (_folder, mut store, feed) = feed();
        let mut judge = market::Judge::of_trades(Timeframe::H1);
        let page = [candle(1), candle(2), candle(3)];
        let added = door::take_page(&mut store, feed.base(), &mut judge, &page, Some(2 * H)).unwrap();
        assert_eq!((added, store.candles(feed.base(), None, None).unwrap().open_time_ms), (1, vec![3 * H]));
    }

    #[test]
    fn forming_candles_are_written_now_and_then() {
        let (_folder, mut store, mut feed) = feed();
        put(&mut feed, &mut store, &candle(1), false);
        put(&mut feed, &mut store, &Candle { high: 9.0, ..candle(1) }, false);
        let status = store.status().unwrap();
        assert!(!status[0].last_is_closed);
        put(&mut feed, &mut store, &Candle { high: 9.0, ..candle(1) }, true);
        assert_eq!(store.candles(feed.base(), None, None).unwrap().high, [9.0]);
    }
}
