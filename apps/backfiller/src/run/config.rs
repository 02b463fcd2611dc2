//! The config file of `backfiller run`: read strictly, every mistake at once.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use market::{Symbol, Timeframe, parse_when};
use yaml::{Fields, Node, Problems, Value};

use super::schedule::Schedule;
use super::select::Selector;
use crate::args::Kind;
use crate::fetch::Order;

const KEYS: [&str; 5] = ["db", "concurrency", "schedule", "order", "series"];
const ENTRY_KEYS: [&str; 9] =
    ["exchange", "symbols", "timeframes", "kinds", "since", "order", "base_url", "archive", "archive_url"];
const ALL_KEYS: [&str; 2] = ["all", "min_quote_volume"];
const DEFAULT_DB: &str = "data/chandler.db";
const DEFAULT_CONCURRENCY: usize = 4;
/// Most series at once. More do not make it faster: the exchange's limits do not grow with them.
const MOST_CONCURRENCY: usize = 32;

/// What to fetch, and when.
#[derive(Debug, PartialEq)]
pub(crate) struct Config {
    /// The store.
    pub(crate) db: PathBuf,
    /// How many series are fetched at the same time.
    pub(crate) concurrency: usize,
    /// When to run; once where there is none.
    pub(crate) schedule: Option<Schedule>,
    /// What to fetch.
    pub(crate) entries: Vec<Entry>,
}

/// Series of one exchange.
#[derive(Debug, PartialEq)]
pub(crate) struct Entry {
    /// As ccxt names it.
    pub(crate) exchange: String,
    /// Which of its symbols.
    pub(crate) symbols: Vec<Selector>,
    /// Lengths of candles; none where only funding is wanted.
    pub(crate) timeframes: Vec<Timeframe>,
    pub(crate) kinds: Vec<Kind>,
    /// The first open time wanted, as it is written: by the exchange's clock.
    pub(crate) since: String,
    pub(crate) order: Order,
    /// Another address than the exchange's own.
    pub(crate) base_url: Option<String>,
    /// Whether files of the public archive come first.
    pub(crate) archive: bool,
    /// Another address than the archive's own.
    pub(crate) archive_url: Option<String>,
}

/// Reads the file at `path`.
///
/// # Errors
/// When it cannot be read, or every mistake in it.
pub(crate) fn read(path: &Path) -> Result<Config> {
    let shown = path.display();
    let source =
        terminal::read_text(path, yaml::MAX_BYTES).with_context(|| format!("cannot read the config file {shown}"))?;
    match parse(&source) {
        Ok(config) => Ok(config),
        Err(problems) => bail!(
            "the config file {shown} has mistakes\n\n{}",
            problems.render(&shown.to_string(), &source, std::io::IsTerminal::is_terminal(&std::io::stderr()))
        ),
    }
}

/// Reads a config file's text.
///
/// # Errors
/// Every mistake, with its place.
pub(crate) fn parse(source: &str) -> Result<Config, Problems> {
    let root = yaml::parse(source)?;
    let mut problems = Problems::default();
    let config = Fields::read(&root, "a backfill file", &KEYS, &mut problems).map(|fields| {
        let order = order(&fields, Order::default(), &mut problems);
        let entries = fields.required("series", "[ { exchange: binance, … } ]", &mut problems);
        Config {
            db: fields.text("db", DEFAULT_DB, &mut problems).unwrap_or(DEFAULT_DB).into(),
            concurrency: concurrency(&fields, &mut problems),
            schedule: fields.get("schedule").and_then(|_| fields.value("schedule", "\"15 * * * *\"", &mut problems)),
            entries: list(entries).iter().filter_map(|node| entry(node, order, &mut problems)).collect(),
        }
    });
    match config {
        Some(config) if problems.is_empty() => Ok(config),
        _ => Err(problems),
    }
}

fn entry(node: &Node, order_of_all: Order, problems: &mut Problems) -> Option<Entry> {
    let fields = Fields::read(node, "an entry of `series`", &ENTRY_KEYS, problems)?;
    let exchange = exchange(&fields, problems);
    let symbols = symbols(&fields, problems);
    let kinds = kinds(&fields, problems);
    let timeframes = timeframes(&fields, &kinds, problems);
    let since = since(&fields, problems);
    let order = order(&fields, order_of_all, problems);
    let base_url = fields.text("base_url", "http://127.0.0.1:8765", problems).map(str::to_owned);
    let archive = archive(&fields, &kinds, problems);
    let archive_url = archive_url(&fields, archive, problems);
    let (exchange, since) = (exchange?, since?);
    Some(Entry { exchange, symbols, timeframes, kinds, since, order, base_url, archive, archive_url })
}

fn concurrency(fields: &Fields<'_>, problems: &mut Problems) -> usize {
    let Some(text) = fields.text("concurrency", "4", problems) else { return DEFAULT_CONCURRENCY };
    let count = text.parse().ok().filter(|count| (1..=MOST_CONCURRENCY).contains(count));
    if count.is_none() {
        let help = format!("expected how many series to fetch at once, from 1 to {MOST_CONCURRENCY}");
        problem(fields, "concurrency", format!("`concurrency` is `{text}`"), help, problems);
    }
    count.unwrap_or(DEFAULT_CONCURRENCY)
}

fn order(fields: &Fields<'_>, default: Order, problems: &mut Problems) -> Order {
    match fields.text("order", "newest_first", problems) {
        None => default,
        Some("newest_first") => Order::NewestFirst,
        Some("oldest_first") => Order::OldestFirst,
        Some(other) => {
            let help = "expected newest_first or oldest_first".to_owned();
            problem(fields, "order", format!("`{other}` is no order"), help, problems);
            default
        }
    }
}

fn archive(fields: &Fields<'_>, kinds: &[Kind], problems: &mut Problems) -> bool {
    match fields.text("archive", "true", problems) {
        None | Some("false") => return false,
        Some("true") => {}
        Some(other) => {
            let help = "expected true or false".to_owned();
            problem(fields, "archive", format!("`archive` is `{other}`"), help, problems);
        }
    }
    let is_understood = list(fields.get("kinds")).len() == kinds.len();
    if is_understood && kinds.iter().all(|kind| *kind == Kind::Funding) {
        let message = "nothing of this entry comes from the archive".to_owned();
        let help = "leave `archive` out: it is for candles and mark prices, and funding is short".to_owned();
        problem(fields, "archive", message, help, problems);
    }
    true
}

fn archive_url(fields: &Fields<'_>, archive: bool, problems: &mut Problems) -> Option<String> {
    let url = fields.text("archive_url", "http://127.0.0.1:8765", problems)?;
    if !archive {
        let message = "`archive_url` without `archive` is used by nothing".to_owned();
        problem(fields, "archive_url", message, "add `archive: true`".to_owned(), problems);
    }
    Some(url.to_owned())
}

fn exchange(fields: &Fields<'_>, problems: &mut Problems) -> Option<String> {
    fields.required("exchange", "binance", problems)?;
    let name = fields.text("exchange", "binance", problems)?;
    let known = exchange::names();
    if !known.contains(&name) {
        let near = yaml::nearest(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| format!("known: {}", known.join(", ")));
        problem(fields, "exchange", format!("unknown exchange `{name}`"), help, problems);
    }
    Some(name.to_owned())
}

fn since(fields: &Fields<'_>, problems: &mut Problems) -> Option<String> {
    fields.required("since", "2024-01-01", problems)?;
    let text = fields.text("since", "2024-01-01", problems)?;
    if let Err(error) = parse_when(text, terminal::now_ms()) {
        problem(fields, "since", error.to_string(), "for example `since: 90d`".to_owned(), problems);
    }
    Some(text.to_owned())
}

fn kinds(fields: &Fields<'_>, problems: &mut Problems) -> Vec<Kind> {
    let Some(node) = fields.get("kinds") else { return vec![Kind::Candles] };
    let kind = |node: &Node| {
        let all = [Kind::Candles, Kind::Mark, Kind::Funding];
        let kind = node.text().and_then(|text| all.into_iter().find(|kind| kind.name() == text));
        if kind.is_none() {
            let message = format!("`{}` is no kind of data", node.text().unwrap_or(node.kind()));
            problems.push(node.span.clone(), message, Some("expected candles, mark or funding".to_owned()));
        }
        kind
    };
    list(Some(node)).iter().filter_map(kind).collect()
}

fn timeframes(fields: &Fields<'_>, kinds: &[Kind], problems: &mut Problems) -> Vec<Timeframe> {
    let is_needed = kinds.iter().any(|kind| *kind != Kind::Funding);
    let node = if is_needed { fields.required("timeframes", "[ 1h ]", problems) } else { fields.get("timeframes") };
    let timeframe = |node: &Node| match node.text().unwrap_or(node.kind()).parse::<Timeframe>() {
        Ok(timeframe) => Some(timeframe),
        Err(error) => {
            problems.push(
                node.span.clone(),
                error.to_string(),
                Some("for example `timeframes: [ 1m, 1h ]`".to_owned()),
            );
            None
        }
    };
    list(node).iter().filter_map(timeframe).collect()
}

fn symbols(fields: &Fields<'_>, problems: &mut Problems) -> Vec<Selector> {
    let node = fields.required("symbols", "[ BTC/USDT, \"ETH/*\" ]", problems);
    list(node).iter().filter_map(|node| selector(node, problems)).collect()
}

fn selector(node: &Node, problems: &mut Problems) -> Option<Selector> {
    if let Value::Map(_) = &node.value {
        let fields = Fields::read(node, "`symbols`", &ALL_KEYS, problems)?;
        fields.required("all", "USDT", problems)?;
        let quote = fields.text("all", "USDT", problems)?.to_owned();
        return Some(Selector::All { quote, min_quote_volume: volume(&fields, problems) });
    }
    let text = node.text().unwrap_or_default();
    if text.contains('*') {
        return Some(Selector::Pattern(text.to_owned()));
    }
    match text.parse::<Symbol>() {
        Ok(symbol) => Some(Selector::One(symbol)),
        Err(error) => {
            let help = "a symbol, a pattern such as \"*/USDT\", or { all: USDT, min_quote_volume: 1_000_000 }";
            problems.push(node.span.clone(), error.to_string(), Some(help.to_owned()));
            None
        }
    }
}

fn volume(fields: &Fields<'_>, problems: &mut Problems) -> f64 {
    let Some(text) = fields.text("min_quote_volume", "1_000_000", problems) else { return 0.0 };
    match text.replace('_', "").parse::<f64>() {
        Ok(volume) if volume.is_finite() && volume >= 0.0 => volume,
        _ => {
            let help = "expected what is traded in 24 hours, in the quote, such as 1_000_000".to_owned();
            problem(fields, "min_quote_volume", format!("`min_quote_volume` is `{text}`"), help, problems);
            0.0
        }
    }
}

/// The items of a list; a single value is a list of one.
fn list(node: Option<&Node>) -> &[Node] {
    match node {
        None => &[],
        Some(Node { value: Value::List(nodes), .. }) => nodes,
        Some(node) => std::slice::from_ref(node),
    }
}

fn problem(fields: &Fields<'_>, key: &str, message: String, help: String, problems: &mut Problems) {
    let span = fields.get(key).map_or(0..0, |node| node.span.clone());
    problems.push(span, message, Some(help));
}

#[cfg(test)]
mod tests;
