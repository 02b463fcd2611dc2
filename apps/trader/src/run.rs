//! `trader run`: candles in, decisions out, until someone says stop.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use db::{Account, SharedLimits, Store};
use exchange::{Exchange, Priority};
use execution::Settings;
use market::format_utc;
use terminal::{Interrupt, Interrupted, thousands};
use tokio::time::Instant;
use websocket::{DownReason, Event, Stream, Watch};

use crate::account;
use crate::args::RunArgs;
use crate::config::{self, Config};
use crate::decide::Decider;
use crate::feed::{Feed, newest_closed};
use crate::fill::{exchange_time, heal};
use crate::logs::{self, TOLD, TRADES};
use crate::probe::probe;
use crate::strategy_file::{self, Loaded};
use crate::summary::{Counts, Summary};
use crate::tell::Teller;
use crate::{turn, watchdog};

/// How long a close of the stream may lag behind that of another series before REST is asked.
const CLOSE_WAIT: Duration = Duration::from_secs(2);
/// By how many times that is waited longer when REST was asked in vain.
const LONGEST_CLOSE_WAITS: u32 = 8;
/// How often one request is sent before the outage is told; it is asked again for ever.
const REST_ATTEMPTS: u32 = 2;

/// Everything that trades.
struct Trader {
    exchange: Box<dyn Exchange>,
    stream: Stream,
    /// Two connections to one store: what is booked is on the disk at once, candles can be fetched again.
    candles: Store,
    ledger: Store,
    feed: Feed,
    account: Account,
    decider: Decider,
    counts: Counts,
    teller: Teller,
    /// Whether an outage of the stream is still to be told; true before the first connection.
    is_up: bool,
    /// The newest base candle that is known to have closed.
    target_ms: Option<i64>,
    /// When to stop waiting for the stream and ask REST for what is missing.
    overdue: Option<Instant>,
    /// How often REST was asked in vain for what is missing.
    in_vain: u32,
}

/// Runs the subcommand.
pub(crate) fn run(args: &RunArgs, verbose: u8) -> Result<()> {
    let interrupt = Interrupt::listen()?;
    watchdog::start(&interrupt)?;
    let mut config = config::read(&args.config)?;
    config.base_url = args.base_url.clone().or(config.base_url);
    config.ws_url = args.ws_url.clone().or(config.ws_url);
    logs::start(&config.logs, verbose)?;
    let done = run_account(args, &config, &interrupt);
    match &done {
        Err(error) if !error.is::<Interrupted>() => tracing::error!(target: TOLD, "ended by an error: {error:#}"),
        _ => tracing::info!(target: TOLD, "stopped"),
    }
    done
}

fn run_account(args: &RunArgs, config: &Config, interrupt: &Interrupt) -> Result<()> {
    network::install_tls_provider();
    let loaded = strategy_file::load(config)?;
    let settings = loaded.settings;
    let name = account::name(config, &loaded);
    let _lock = account::lock(config, &name)?;
    // Traders may share a folder of logs: each line says whose it is, in all three.
    let _span = tracing::error_span!(target: TRADES, "trader", account = name).entered();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut trader = None;
    // Everything is stored without a pause in between, so dropping the work at any wait loses nothing.
    let done = runtime.block_on(async {
        tokio::select! {
            done = trade(config, loaded, &name, Teller { json: args.json }, &mut trader) => done,
            () = stop(interrupt, args.run_for) => Ok(()),
        }
    });
    if let Some(trader) = &trader {
        trader.sum_up(args, config, &settings)?;
    }
    let traded = trader.take().is_some();
    // A name that is being looked up, say, is not waited for.
    runtime.shutdown_background();
    done?;
    if traded {
        Ok(())
    } else if interrupt.is_asked() {
        Err(Interrupted("the exchange had not answered yet; nothing was traded".to_owned()).into())
    } else {
        bail!("the exchange did not answer in the time given by --run-for; nothing was traded")
    }
}

async fn stop(interrupt: &Interrupt, run_for: Option<Duration>) {
    let end = run_for.and_then(|span| Instant::now().checked_add(span));
    while !interrupt.is_asked() && end.is_none_or(|end| Instant::now() < end) {
        tokio::time::sleep(Interrupt::POLL).await;
    }
}

async fn trade(config: &Config, loaded: Loaded, name: &str, teller: Teller, place: &mut Option<Trader>) -> Result<()> {
    let trader = place.insert(Trader::open(config, loaded, name, teller).await?);
    // What is booked is computed again at once: it is known also while the exchange does not answer.
    trader.decide_if_complete().await?;
    loop {
        trader.step().await?;
    }
}

impl Trader {
    /// Connects, and opens the account: the one that is there, or a new one that begins with the
    /// candle that is forming by the exchange's clock.
    async fn open(config: &Config, loaded: Loaded, name: &str, teller: Teller) -> Result<Self> {
        let options = exchange::Options {
            base_url: config.base_url.clone(),
            max_attempts: REST_ATTEMPTS,
            ..exchange::Options::from_env()?
        };
        let options = options.sharing(Arc::new(SharedLimits::new(&config.db)), Priority::Trading);
        let exchange = exchange::connect(&config.exchange, &options)?;
        let mut feed = Feed::new(config, loaded.description())?;
        // The stream first: what closes while the rest is made ready waits in it.
        let stream = listen(config, &feed, options.extra_roots)?;
        let mut candles = turn::wait_for(|| Store::open(&config.db)).await?;
        let mut ledger = turn::wait_for(|| Store::open_ledger(&config.db)).await?;
        let wanted = account::wanted(config, &loaded, name, 0);
        let found = match account::find(&ledger, &wanted)? {
            Some(found) => found,
            None => {
                probe(exchange.as_ref(), &mut candles, &feed, &teller).await?;
                let now_ms = exchange_time(exchange.as_ref(), &teller).await?;
                let started_ms = wanted.timeframe.open_of(now_ms);
                let account = Account { started_ms, ..wanted };
                turn::wait_for(|| ledger.open_account(&account)).await?
            }
        };
        let booked_ms = ledger.booked_to_ms(found.0)?;
        if let Some(booked_ms) = booked_ms {
            feed.resume(booked_ms);
        }
        let account = found.1.clone();
        let since = format_utc(account.started_ms);
        teller.line(&format!("paper trading `{name}`: {} {} since {since}", account.exchange, account.symbol));
        let decider = Decider::new(loaded, feed.base().clone(), found, booked_ms);
        let (counts, is_up, target_ms, overdue, in_vain) = (Counts::default(), true, booked_ms, None, 0);
        Ok(Trader {
            exchange,
            stream,
            candles,
            ledger,
            feed,
            account,
            decider,
            counts,
            teller,
            is_up,
            target_ms,
            overdue,
            in_vain,
        })
    }

    /// Prints what the run came to.
    fn sum_up(&self, args: &RunArgs, config: &Config, settings: &Settings) -> Result<()> {
        let stats = self.stream.stats();
        let counts = Counts { reconnects: stats.reconnects, conflicts: self.feed.conflicts, ..self.counts };
        let Trader { account, decider, .. } = self;
        let summary = Summary { config, account, settings, decider, counts };
        let text = if args.json { serde_json::to_string_pretty(&summary.json())? } else { summary.text() };
        terminal::print(&text).context("cannot write the summary")
    }

    /// Waits for one thing to happen and acts on it.
    async fn step(&mut self) -> Result<()> {
        let overdue = self.overdue;
        let event = tokio::select! {
            event = self.stream.next() => Some(event.context("the stream ended")?),
            () = sleep_until(overdue) => None,
        };
        match event {
            None => {
                self.heal().await?;
            }
            Some(Event::Up { .. }) => self.catch_up().await?,
            Some(Event::Down { reason, .. }) => self.tell_down(&reason),
            Some(Event::Ticker { symbol, ticker }) => self.feed.store_ticker(&mut self.candles, &symbol, &ticker)?,
            Some(Event::Candle { symbol, timeframe, candle, closed, .. }) => {
                self.feed.store(&mut self.candles, &symbol, timeframe, &candle, closed).await?;
                if symbol == self.account.symbol && timeframe == self.account.timeframe {
                    let before_ms = newest_closed(timeframe, candle.open_time_ms);
                    self.raise_target(if closed { candle.open_time_ms } else { before_ms });
                }
            }
        }
        self.decide_if_complete().await
    }

    /// After every connection: what closed meanwhile is asked for before anything is decided.
    async fn catch_up(&mut self) -> Result<()> {
        self.is_up = true;
        self.feed.forget_agreement();
        self.teller.line("connected");
        let now_ms = exchange_time(self.exchange.as_ref(), &self.teller).await?;
        self.raise_target(newest_closed(self.account.timeframe, now_ms));
        let filled = self.heal().await?;
        if filled > 0 {
            self.teller.line(&format!("candles filled over REST: {}", thousands(filled)));
        }
        Ok(())
    }

    /// Tells of an outage once; the attempts that follow are for the log.
    fn tell_down(&mut self, reason: &DownReason) {
        if self.is_up {
            self.teller.trouble(&format!("the stream is down, connecting anew: {reason}"));
        } else {
            tracing::info!("no stream yet: {reason}");
        }
        self.is_up = false;
    }

    fn raise_target(&mut self, closed_ms: i64) {
        if self.target_ms < Some(closed_ms) {
            self.target_ms = Some(closed_ms);
            self.in_vain = 0;
            let soon = Instant::now() + CLOSE_WAIT;
            self.overdue = self.overdue.map(|overdue| overdue.min(soon));
        }
    }

    /// Asks REST for everything that is missing for the newest decision.
    async fn heal(&mut self) -> Result<u64> {
        self.overdue = None;
        let Some(target_ms) = self.target_ms else { return Ok(0) };
        let close_ms = self.account.timeframe.next_open(target_ms);
        let mut filled = 0;
        for tracked in &mut self.feed.tracked {
            // Never later than what is stored, so that no hole opens behind it.
            let warm_up_ms = tracked.warm_up_from(self.account.started_ms);
            let stored_ms = self.candles.last_closed_ms(&tracked.series)?;
            let from_ms = stored_ms.unwrap_or(warm_up_ms).min(warm_up_ms);
            let expected_ms = tracked.expected(close_ms);
            let exchange = self.exchange.as_ref();
            filled += heal(exchange, &mut self.candles, tracked, from_ms, expected_ms, &self.teller).await?;
            if !tracked.is_complete(&self.candles, expected_ms)? {
                // Nothing can be decided: what the others lack may come as late.
                break;
            }
        }
        self.counts.filled += filled;
        self.in_vain = (self.in_vain + 1).min(LONGEST_CLOSE_WAITS);
        Ok(filled)
    }

    /// Decides when nothing is missing; else notes by when that must be so.
    async fn decide_if_complete(&mut self) -> Result<()> {
        let Some(target_ms) = self.target_ms.filter(|&target_ms| !self.decider.has_decided(target_ms)) else {
            self.overdue = None;
            return Ok(());
        };
        if !self.feed.is_complete(&self.candles, target_ms)? {
            self.overdue = self.overdue.or(Some(Instant::now() + CLOSE_WAIT * self.in_vain.max(1)));
            return Ok(());
        }
        self.overdue = None;
        if !self.feed.agrees(self.exchange.as_ref(), &mut self.candles, &self.teller).await? {
            return Ok(());
        }
        let news = self.decider.decide(&self.candles, &mut self.ledger, target_ms).await?;
        self.counts.candles += news.fresh;
        self.teller.news(&self.account.symbol, &news);
        Ok(())
    }
}

fn listen(
    config: &Config,
    feed: &Feed,
    extra_roots: Vec<network::CertificateDer<'static>>,
) -> Result<Stream, websocket::WebsocketError> {
    let ohlcv = feed.tracked.iter().map(|tracked| (tracked.series.symbol.clone(), tracked.series.timeframe));
    let watch = Watch { ohlcv: ohlcv.collect(), tickers: vec![config.symbol.clone()] };
    let options = websocket::Options {
        ws_url: config.ws_url.clone(),
        silence_timeout: config.silence,
        extra_roots,
        ..websocket::Options::default()
    };
    websocket::watch(&config.exchange, watch, options)
}

async fn sleep_until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
