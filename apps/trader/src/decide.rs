//! Asks the strategy, which reads the store and nothing else, and books what comes of it.
//!
//! The account is a function of its candles: at every start it is computed anew from the first one,
//! and must come out as it was booked.

mod booking;
mod noting;

use anyhow::{Result, anyhow, bail};
use db::{Account, AccountId, DbError, Store};
use execution::{Engine, Runner, Trade};
use market::{Candles, Series, format_utc};

use crate::strategy_file::Loaded;
use crate::turn;
use noting::{Booked, Noting};

/// Candles run at a time, so that a long history needs little memory.
const BLOCK: i64 = 1_000;

/// Something that people are told.
#[derive(Debug, Clone)]
pub(crate) enum Happened {
    /// A decision that acts at the next open: `enter` or `exit`.
    Decided { candle_time_ms: i64, close: f64, action: &'static str },
    /// A position was opened; its levels by name.
    Entered { time_ms: i64, price: f64, quantity: f64, levels: Vec<(&'static str, f64)> },
    /// A position was left.
    Left(Trade),
    /// An entry signal came to nothing.
    Rejected { candle_time_ms: i64, reason: &'static str },
}

/// What one step of deciding brought.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// Candles that the account saw.
    pub(crate) candles: usize,
    /// Those of them that were not booked before.
    pub(crate) fresh: usize,
    /// Open time of the first that was not booked before, Unix milliseconds.
    pub(crate) fresh_from_ms: i64,
    /// Open time of the last, Unix milliseconds.
    pub(crate) last_ms: i64,
    /// What the account was worth at the close of the last, in quote.
    pub(crate) equity: f64,
    /// What happened in those that were not booked before, in order.
    pub(crate) happened: Vec<Happened>,
}

/// A strategy, its account, and how much of both is booked.
pub(crate) struct Decider {
    runner: Runner,
    base: Series,
    account: AccountId,
    name: String,
    started_ms: i64,
    /// Everything that opens before this is decided; `None` before the first time.
    decided_to_ms: Option<i64>,
    /// Open time and close of the newest candle that the account saw.
    last: Option<(i64, f64)>,
    /// The newest candle that was booked before this process began.
    booked_ms: Option<i64>,
    done: booking::Done,
}

impl Decider {
    /// The account as it was when it began: everything since is computed anew.
    pub(crate) fn new(
        loaded: Loaded,
        base: Series,
        (id, account): (AccountId, Account),
        booked_ms: Option<i64>,
    ) -> Self {
        let started_ms = account.started_ms;
        let runner = Runner::new(loaded.strategy, base.symbol.clone(), loaded.settings, started_ms);
        let (decided_to_ms, last, done) = (None, None, booking::Done::default());
        Decider { runner, base, account: id, name: account.name, started_ms, decided_to_ms, last, booked_ms, done }
    }

    /// Open time of the newest candle that the account saw, Unix milliseconds.
    pub(crate) fn last_ms(&self) -> Option<i64> {
        self.last.map(|(time_ms, _)| time_ms)
    }

    /// The account.
    pub(crate) fn engine(&self) -> &Engine {
        self.runner.engine()
    }

    /// Whether base candle `open_time_ms` and all before it are decided.
    pub(crate) fn has_decided(&self, open_time_ms: i64) -> bool {
        self.decided_to_ms.is_some_and(|to_ms| open_time_ms < to_ms)
    }

    /// Decides on every stored candle up to the one at `target_ms`, and books it. Lets others run
    /// between blocks, and can be dropped there: a long history takes a while.
    ///
    /// # Errors
    /// When the store fails, or the account comes out otherwise than it was booked.
    pub(crate) async fn decide(&mut self, candles: &Store, ledger: &mut Store, target_ms: i64) -> Result<News> {
        let end_ms = self.base.timeframe.next_open(target_ms);
        let block_ms = self.base.timeframe.longest_ms() * BLOCK;
        let mut from_ms = match self.decided_to_ms {
            Some(to_ms) => to_ms,
            None => self.begin(candles)?,
        };
        let mut news = News::default();
        while from_ms < end_ms {
            let to_ms = (from_ms + block_ms).min(end_ms);
            self.block(candles, ledger, to_ms, &mut news).await?;
            self.decided_to_ms = Some(to_ms);
            from_ms = to_ms;
            tokio::task::yield_now().await;
        }
        let fresh = self.last.filter(|(time_ms, _)| Some(*time_ms) > self.booked_ms && news.fresh > 0);
        if let (Some((candle_time_ms, close)), Some(action)) = (fresh, self.engine().intent()) {
            news.happened.push(Happened::Decided { candle_time_ms, close, action });
        }
        Ok(news)
    }

    /// Where the history begins that the strategy needs, Unix milliseconds.
    fn begin(&mut self, store: &Store) -> Result<i64> {
        // No candle opens before the first millisecond: this reads nothing, and finds the beginning.
        let source = store.of_exchange(&self.base.exchange);
        self.runner.advance(&source, Some(0)).map_err(|error| anyhow!(error))?;
        Ok(self.runner.next_ms().unwrap_or(self.started_ms))
    }

    /// The past of the account that opens before `to_ms` and was not run yet: only what is booked happened.
    fn booked(&self, ledger: &Store, to_ms: i64) -> Result<Booked, DbError> {
        let from_ms = self.runner.next_ms().unwrap_or(self.started_ms).max(self.started_ms);
        let end_ms = self.booked_ms.map_or(from_ms, |booked_ms| (booked_ms + 1).min(to_ms));
        let range = from_ms..end_ms;
        let times_ms = if range.is_empty() { Vec::new() } else { ledger.booked_times_ms(self.account, &range)? };
        Ok(Booked { base: self.base.clone(), range, times_ms })
    }

    async fn block(&mut self, store: &Store, ledger: &mut Store, to_ms: i64, news: &mut News) -> Result<()> {
        let source = Noting::new(store.of_exchange(&self.base.exchange), self.booked(ledger, to_ms)?);
        let seen = self.runner.advance(&source, Some(to_ms)).map_err(|error| anyhow!(error))?;
        let (candles, late) = source.noted();
        if let Some(first_ms) = late {
            tracing::warn!(
                "{} of {} and perhaps more were stored after decisions had been made without them: the account stays \
                 as it is, and a backtest may differ",
                format_utc(first_ms),
                self.base
            );
        }
        let candles: Candles = candles.iter().skip(candles.len() - seen).collect();
        let (Some(&first_ms), Some(&last_ms)) = (candles.open_time_ms.first(), candles.open_time_ms.last()) else {
            return Ok(());
        };
        let booking = booking::make(self.engine(), &self.done, &candles, self.last_ms());
        // Before the booking, which may have to wait: a summary meanwhile tells of all that was computed.
        self.last = Some((last_ms, candles.close[seen - 1]));
        if let Some(difference) = turn::wait_for(|| ledger.book(self.account, &booking)).await? {
            bail!(
                "the account `{}` does not come out as it was booked: {difference}\nA stored candle was changed or \
                 added since, or this version of the program computes otherwise. Nothing was rewritten. Begin another \
                 account with `account: another name` in the config file",
                self.name
            );
        }
        let fresh = candles.open_time_ms.iter().filter(|time_ms| Some(**time_ms) > self.booked_ms).count();
        if news.fresh == 0 && fresh > 0 {
            news.fresh_from_ms = candles.open_time_ms[seen - fresh].max(first_ms);
        }
        news.candles += seen;
        news.fresh += fresh;
        news.last_ms = last_ms;
        news.equity = self.engine().so_far().equity.last().copied().unwrap_or_default();
        let all = booking::happened(self.engine(), &self.done, first_ms);
        news.happened.extend(all.into_iter().filter(|(time_ms, _)| Some(*time_ms) > self.booked_ms).map(|(_, it)| it));
        self.done = booking::Done::of(self.engine());
        Ok(())
    }
}
