//! `backfiller run`: everything that a config file names, once or by a schedule.

mod config;
mod round;
mod schedule;
mod select;

use std::cell::RefCell;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use db::SharedLimits;
use exchange::{Options, Priority};
use market::format_utc;
use terminal::{Interrupt, Interrupted, thousands};

use crate::fetch::asked_to_stop;
use config::Config;
use round::{Outcome, Venues};
use schedule::Schedule;

/// How long a call may wait for the exchange's limits: other series and programs use them too.
const CALL_TIMEOUT: Duration = Duration::from_secs(900);
/// How soon a round is run again in which an exchange could not be reached.
const AGAIN_MS: i64 = 60_000;
/// How long a wait is slept at once: the clock may be set, and the machine may sleep itself.
const NAP_MS: i64 = 1_000;
/// Scheduled rounds begin at random within this time, lest all machines ask in the same second.
const SPREAD: Duration = Duration::from_secs(2);

/// Fetch all that a config file names: many exchanges, symbols and timeframes, several at once.
///
/// What is stored is not asked for again: run it as often as you like, and after any interruption it goes
/// on. With `schedule:` in the file it stays and runs by it, from now on and in UTC, after a first round
/// at once; a time that comes while a round is under way is skipped. A series that fails stops
/// no other: it is told at the end, with exit code 1, or tried again in the next round.
///
/// All programs on one database keep to an exchange's limits together, and traders go first.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  backfiller run --config backfill.yaml
  backfiller run --config backfill.yaml --once --json | jq '.failed'

A config file:
  db: data/chandler.db             # the default
  concurrency: 4                   # series at once; the default
  order: newest_first              # default: oldest_first
  schedule: \"15 * * * *\"           # minute, hour, day, month, weekday in UTC; default: once
  series:
    - exchange: binance
      symbols: [ BTC/USDT, \"ETH/*\" ]
      timeframes: [ 1m, 1h ]
      since: 2024-01-01
      archive: true                # files of the public archive first; default: false
    - exchange: binanceusdm
      symbols: { all: USDT, min_quote_volume: 100_000_000 }
      timeframes: 1h
      kinds: [ candles, mark, funding ]
      since: 90d
      order: oldest_first
      base_url: https://fapi.binance.com")]
pub(crate) struct Args {
    /// The config file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Run once, whatever the schedule
    #[arg(long)]
    once: bool,
    /// Print what each round did as JSON, on one line where there is a schedule
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut config = config::read(&args.config)?;
    let schedule = config.schedule.take().filter(|_| !args.once);
    network::install_tls_provider();
    let interrupt = Interrupt::listen()?;
    let options = Options { call_timeout: CALL_TIMEOUT, ..Options::from_env()? };
    let options = options.sharing(Arc::new(SharedLimits::new(&config.db)), Priority::Data);
    let venues = round::connect(&config, &options, &interrupt)?;
    let _lock = lock(&config, &args.config)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = RefCell::default();
    let work = async {
        match &schedule {
            None => round::run(&config, &venues, &outcome).await,
            Some(schedule) => keep_running(args, &config, &venues, schedule, &outcome).await?,
        }
        anyhow::Ok(())
    };
    let done = runtime.block_on(async {
        tokio::select! {
            done = work => Some(done),
            () = asked_to_stop(&interrupt) => None,
        }
    });
    // A name that is still being looked up must not hold up the end.
    runtime.shutdown_background();
    // What failed since then did so because it was stopped.
    let done = done.filter(|_| !interrupt.is_asked() || outcome.borrow().verdict().is_ok());
    match done {
        Some(done) => done?,
        // To be stopped is how a daemon ends.
        None if schedule.is_some() => {
            terminal::tell("stopped");
            return Ok(());
        }
        None => {
            let kept = thousands(outcome.borrow().new_rows());
            return Err(Interrupted(format!("{kept} new rows are stored; run it again to go on")).into());
        }
    }
    let outcome = outcome.into_inner();
    tell(args, &outcome, false)?;
    outcome.verdict()
}

/// A round at once, and then one whenever the schedule says so, until the schedule has no more.
async fn keep_running(
    args: &Args,
    config: &Config,
    venues: &Venues,
    schedule: &Schedule,
    outcome: &RefCell<Outcome>,
) -> Result<()> {
    loop {
        round::run(config, venues, outcome).await;
        let done = outcome.take();
        tell(args, &done, true)?;
        if let Err(error) = done.verdict() {
            terminal::tell(&format!("{error:#}"));
        }
        let now_ms = terminal::now_ms();
        // Reckoned from now: times that have passed are skipped.
        let Some(mut next_ms) = schedule.next_ms(now_ms) else { return Ok(()) };
        if done.may_be_over_soon() {
            next_ms = next_ms.min(now_ms + AGAIN_MS);
        }
        terminal::tell(&format!("next run at {}", format_utc(next_ms)));
        sleep_until(next_ms).await;
        tokio::time::sleep(SPREAD.mul_f64(fastrand::f64())).await;
    }
}

async fn sleep_until(time_ms: i64) {
    loop {
        let left_ms = time_ms - terminal::now_ms();
        if left_ms <= 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(left_ms.min(NAP_MS).unsigned_abs())).await;
    }
}

fn tell(args: &Args, outcome: &Outcome, on_one_line: bool) -> Result<()> {
    let text = match (args.json, on_one_line) {
        (true, true) => outcome.to_json().to_string(),
        (true, false) => serde_json::to_string_pretty(&outcome.to_json())?,
        _ => outcome.to_text(),
    };
    terminal::print(&text).context("cannot write the result")
}

/// Takes a config for this process, so that a round that takes long and the next one from cron are never two at once.
fn lock(config: &Config, path: &Path) -> Result<File> {
    let name = path.canonicalize().with_context(|| format!("cannot find {}", path.display()))?;
    let hash = &blake3::hash(name.as_os_str().as_encoded_bytes()).to_hex()[..8];
    let mut lock_path = config.db.clone().into_os_string();
    lock_path.push(format!(".run-{hash}.lock"));
    let lock_path = PathBuf::from(lock_path);
    if let Some(folder) = lock_path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let shown = lock_path.display();
    let options = File::options().write(true).create(true).truncate(false).open(&lock_path);
    let file = options.with_context(|| format!("cannot open the lock file {shown}"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("`backfiller run` is at work with {} already ({shown} is locked)", path.display())
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {shown}")),
    }
}
