//! One round: every series of a config once, several at the same time. What fails stops nothing else.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::{Context, Result};
use db::{Inserted, Store};
use exchange::{Archive, Exchange, ExchangeError, FetchError};
use futures_util::StreamExt;
use market::{Instrument, Series, Symbol, parse_when};
use serde_json::{Value, json};
use terminal::{Board, Interrupt, thousands};

use super::config::{Config, Entry};
use crate::args::{Kind, Target};
use crate::asking::time_of;
use crate::fetch::{self, Fetching, Range, Source, Step};

/// A name and the address that a config gives.
type Key = (String, Option<String>);

/// Where all that a config names comes from.
pub(crate) struct Venues {
    exchanges: BTreeMap<Key, Box<dyn Exchange>>,
    archives: BTreeMap<Key, Archive>,
    interrupt: Interrupt,
}

/// What came of a round. Filled in as it goes, so that it is known also when it is stopped.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    done: Vec<(Target, Inserted)>,
    failed: Vec<Failure>,
    /// What was stored of series that are not done.
    kept: u64,
}

/// A series, or a whole entry, that could not be fetched.
#[derive(Debug)]
struct Failure {
    what: String,
    error: anyhow::Error,
}

/// One series to fetch.
struct Job<'a> {
    source: Source<'a>,
    target: Target,
    range: Range,
}

/// What an exchange told at the beginning of a round.
struct Present {
    now_ms: i64,
    listed: Vec<Instrument>,
    volumes: HashMap<Symbol, f64>,
}

/// Runs a round; dropping it between two pages is safe.
pub(crate) async fn run(config: &Config, venues: &Venues, outcome: &RefCell<Outcome>) {
    // Before anything is asked: a ban that comes as the first answer is to be remembered.
    if let Err(error) = Store::open(&config.db) {
        return fail(outcome, config.db.display().to_string(), error.into());
    }
    let presents = ask_all(config, venues, outcome).await;
    let mut jobs = Vec::new();
    for entry in &config.entries {
        let Some(present) = presents.get(&key(entry)) else { continue };
        match jobs_of(config, entry, venues, present, outcome) {
            Ok(more) => jobs.extend(more),
            Err(error) => fail(outcome, entry.exchange.clone(), error),
        }
    }
    let jobs = each_series_once(jobs);
    let board = Board::start(jobs.len());
    let work = jobs.into_iter().map(|job| do_job(&config.db, job, &board, outcome));
    futures_util::stream::iter(work).buffer_unordered(config.concurrency).collect::<Vec<()>>().await;
}

/// What several entries ask for is fetched once, by the whole of that entry which goes back furthest: another would
/// leave out what this one asks for. Of several that go back as far it is the first.
fn each_series_once(jobs: Vec<Job<'_>>) -> Vec<Job<'_>> {
    let mut chosen: Vec<Job<'_>> = Vec::with_capacity(jobs.len());
    let mut places = HashMap::new();
    for job in jobs {
        let place = *places.entry(job.target.to_string()).or_insert(chosen.len());
        match chosen.get_mut(place) {
            Some(other) if job.range.since_ms < other.range.since_ms => *other = job,
            Some(_) => {}
            None => chosen.push(job),
        }
    }
    chosen
}

/// Names an entry's exchange.
fn key(entry: &Entry) -> Key {
    (entry.exchange.clone(), entry.base_url.clone())
}

/// Names an entry's archive.
fn archive_key(entry: &Entry) -> Key {
    (entry.exchange.clone(), entry.archive_url.clone())
}

/// Asks every exchange for its time and its markets, all at once; those that do not answer are failures.
async fn ask_all(config: &Config, venues: &Venues, outcome: &RefCell<Outcome>) -> BTreeMap<Key, Present> {
    let asked = venues.exchanges.iter().map(async |(wanted, exchange)| {
        let mut entries = config.entries.iter().filter(|entry| key(entry) == *wanted);
        let needs_volumes = entries.any(|entry| entry.symbols.iter().any(super::select::Selector::needs_volumes));
        (wanted.clone(), ask(exchange.as_ref(), needs_volumes).await)
    });
    let mut presents = BTreeMap::new();
    for (wanted, answer) in futures_util::future::join_all(asked).await {
        match answer {
            Ok(present) => drop(presents.insert(wanted, present)),
            Err(error) => fail(outcome, wanted.0, error),
        }
    }
    presents
}

async fn ask(exchange: &dyn Exchange, needs_volumes: bool) -> Result<Present> {
    let now_ms = time_of(exchange).await?;
    let listed = exchange.load_markets().await?;
    let volumes = if needs_volumes { exchange.fetch_quote_volumes(&listed).await? } else { Vec::new() };
    Ok(Present { now_ms, listed, volumes: volumes.into_iter().collect() })
}

/// Everything that an entry asks for; symbols that are not there are failures.
fn jobs_of<'a>(
    config: &Config,
    entry: &Entry,
    venues: &'a Venues,
    present: &Present,
    outcome: &RefCell<Outcome>,
) -> Result<Vec<Job<'a>>> {
    let Present { now_ms, listed, volumes } = present;
    let since_ms = parse_when(&entry.since, *now_ms)?;
    let range = Range { since_ms, until_ms: *now_ms };
    let mut symbols = std::collections::BTreeSet::new();
    for selector in &entry.symbols {
        match selector.choose(listed, volumes) {
            Ok(chosen) => symbols.extend(chosen),
            Err(error) => fail(outcome, entry.exchange.clone(), error),
        }
    }
    let chosen: Vec<Instrument> = listed.iter().filter(|one| symbols.contains(&one.symbol)).cloned().collect();
    Store::open(&config.db)?.put_instruments(&entry.exchange, &chosen, *now_ms)?;
    let targets = symbols.iter().flat_map(|symbol| targets(entry, symbol));
    let source = venues.source(entry);
    Ok(targets.map(|target| Job { source, target, range }).collect())
}

fn targets(entry: &Entry, symbol: &Symbol) -> Vec<Target> {
    let series = |timeframe| Series::new(entry.exchange.clone(), symbol.clone(), timeframe);
    let mut targets = Vec::new();
    for kind in &entry.kinds {
        match kind {
            Kind::Candles => targets.extend(entry.timeframes.iter().map(|&one| Target::Candles(series(one)))),
            Kind::Mark => targets.extend(entry.timeframes.iter().map(|&one| Target::Marks(series(one)))),
            Kind::Funding => {
                targets.push(Target::Funding { exchange: entry.exchange.clone(), symbol: symbol.clone() });
            }
        }
    }
    targets
}

async fn do_job(db: &Path, job: Job<'_>, board: &Board, outcome: &RefCell<Outcome>) {
    let Job { source, target, range } = job;
    let mut piece = board.begin(target.to_string());
    let mut kept = Kept { inserted: Inserted::default(), outcome };
    let mut watch = |Step { length_ms, done_ms, rows }: Step| piece.set(length_ms, done_ms, rows);
    let done = match Store::open(db) {
        Ok(mut store) => {
            let (store, inserted) = (&mut store, &mut kept.inserted);
            fetch::series(&mut Fetching { source, store, target: &target, inserted, watch: &mut watch }, range).await
        }
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(()) => {
            let inserted = std::mem::take(&mut kept.inserted);
            tracing::info!("{target}: {} new", thousands(inserted.new + inserted.completed));
            outcome.borrow_mut().done.push((target, inserted));
        }
        Err(error) => {
            board.say(&format!("{target}: {error:#}"));
            fail(outcome, target.to_string(), error);
        }
    }
}

/// Counts what was stored of a series that fails or is dropped.
struct Kept<'a> {
    inserted: Inserted,
    outcome: &'a RefCell<Outcome>,
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        self.outcome.borrow_mut().kept += self.inserted.new + self.inserted.completed;
    }
}

fn fail(outcome: &RefCell<Outcome>, what: String, error: anyhow::Error) {
    outcome.borrow_mut().failed.push(Failure { what, error });
}

impl Outcome {
    /// How many rows were stored that were not there.
    pub(crate) fn new_rows(&self) -> u64 {
        self.kept + self.done.iter().map(|(_, inserted)| inserted.new + inserted.completed).sum::<u64>()
    }

    /// Fails where anything failed, and lists it.
    pub(crate) fn verdict(&self) -> Result<()> {
        if self.failed.is_empty() {
            return Ok(());
        }
        let lines: Vec<String> =
            self.failed.iter().map(|Failure { what, error }| format!("  {what}: {error:#}")).collect();
        let rest = if self.done.is_empty() { "" } else { "; the rest is done" };
        Err(anyhow::anyhow!("{}", lines.join("\n")).context(format!("{} failed{rest}", self.failed.len())))
    }

    /// Whether a failure may be over soon.
    pub(crate) fn may_be_over_soon(&self) -> bool {
        self.failed.iter().any(|failure| is_retryable(&failure.error))
    }

    pub(crate) fn to_json(&self) -> Value {
        let series = self.done.iter().map(|(target, inserted)| {
            let mut json = target.names();
            json["new"] = (inserted.new + inserted.completed).into();
            json["known"] = inserted.known.into();
            json
        });
        let failed = self.failed.iter();
        json!({
            "new": self.new_rows(),
            "series": series.collect::<Vec<_>>(),
            "failed": failed.map(|one| json!({"what": one.what, "error": format!("{:#}", one.error)})).collect::<Vec<_>>(),
        })
    }

    pub(crate) fn to_text(&self) -> String {
        let mut rows: Vec<Vec<String>> = self
            .done
            .iter()
            .map(|(target, inserted)| {
                let timeframe = target.timeframe().map_or(String::new(), |timeframe| timeframe.to_string());
                let (new, known) = (thousands(inserted.new + inserted.completed), thousands(inserted.known));
                let (exchange, kind) = (target.exchange().to_owned(), target.kind().name().to_owned());
                vec![exchange, target.symbol().to_string(), timeframe, kind, new, known]
            })
            .collect();
        rows.sort();
        let count = format!("{} series, {} new rows", thousands(rows.len() as u64), thousands(self.new_rows()));
        if rows.is_empty() {
            return count;
        }
        let header = ["exchange", "symbol", "timeframe", "kind", "new", "known"];
        format!("{}\n\n{count}", terminal::table(&header, rows, &[4, 5]))
    }
}

fn is_retryable(error: &anyhow::Error) -> bool {
    let of_exchange = error.downcast_ref::<ExchangeError>();
    let of_fetch = error.downcast_ref::<FetchError>().and_then(|error| match error {
        FetchError::Exchange(error) => Some(error),
        _ => None,
    });
    of_exchange.or(of_fetch).is_some_and(ExchangeError::is_retryable)
}

impl Venues {
    /// Where an entry's series come from.
    fn source(&self, entry: &Entry) -> Source<'_> {
        Source {
            exchange: self.exchanges[&key(entry)].as_ref(),
            archive: self.archives.get(&archive_key(entry)).filter(|_| entry.archive),
            order: entry.order,
            interrupt: &self.interrupt,
        }
    }
}

/// Connects to every exchange and archive of a config; nothing is sent yet.
///
/// # Errors
/// When an address is none.
pub(crate) fn connect(config: &Config, options: &exchange::Options, interrupt: &Interrupt) -> Result<Venues> {
    let mut venues = Venues { exchanges: BTreeMap::new(), archives: BTreeMap::new(), interrupt: interrupt.clone() };
    for entry in &config.entries {
        let place = || format!("in {}", entry.exchange);
        let options = exchange::Options { base_url: entry.base_url.clone(), ..options.clone() };
        let exchange = exchange::connect(&entry.exchange, &options).with_context(place)?;
        venues.exchanges.insert(key(entry), exchange);
        if entry.archive {
            let archive = Archive::connect(&entry.exchange, entry.archive_url.as_deref(), &options);
            venues.archives.insert(archive_key(entry), archive.with_context(place)?);
        }
    }
    Ok(venues)
}
