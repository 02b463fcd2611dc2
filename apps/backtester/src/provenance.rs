//! What a run was made from and what it came to, as hashes.

use std::fs::File;

use anyhow::Context;
use execution::{RunResult, Surroundings};
use market::{Candles, Series};
use report::Report;
use serde_json::Value;

use crate::manifest::{Data, Part, Program};

/// The program that runs.
pub(crate) fn program() -> anyhow::Result<Program> {
    let path = std::env::current_exe().context("the program does not find itself")?;
    let mut hasher = blake3::Hasher::new();
    let file = File::open(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    hasher.update_reader(file).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(Program { version: env!("CARGO_PKG_VERSION").to_owned(), hash: hex(&hasher) })
}

/// The hash of a strategy's text with its params.
pub(crate) fn strategy(text: &str, params: &[(String, f64)]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(text.as_bytes());
    for (name, value) in params {
        hasher.update(name.as_bytes()).update(&value.to_le_bytes());
    }
    hex(&hasher)
}

/// All data that a run has read: candles, and what is around them.
pub(crate) fn data(own: &Series, mut parts: Vec<Part>, around: &Surroundings) -> Data {
    let of_market = |what: &str| format!("{what} of {} {}", own.exchange, own.symbol);
    if !around.marks().is_empty() {
        parts.push(candles(of_market("mark prices"), around.marks()));
    }
    if !around.funding().is_empty() {
        let times = around.funding().iter().map(|funding| funding.time_ms).collect::<Vec<_>>();
        let rates = around.funding().iter().map(|funding| funding.rate).collect::<Vec<_>>();
        let mut part = PartHasher::new(of_market("funding"));
        part.add_columns(&times, &[&rates]);
        parts.push(part.finish());
    }
    if !around.detail().is_empty() {
        parts.push(candles(of_market("finer candles"), around.detail()));
    }
    let mut all = blake3::Hasher::new();
    for part in &parts {
        all.update(part.what.as_bytes()).update(part.hash.as_bytes());
    }
    Data { hash: hex(&all), parts }
}

/// The candles of a series, all at once.
pub(crate) fn candles_of(series: &Series, candles: &Candles) -> Part {
    let mut part = PartHasher::of(series);
    part.add(candles);
    part.finish()
}

pub(crate) fn candles(what: String, candles: &Candles) -> Part {
    let mut part = PartHasher::new(what);
    part.add(candles);
    part.finish()
}

/// One series while it is read, bit by bit: a hash for each column, so that it does not matter how it is cut.
pub(crate) struct PartHasher {
    what: String,
    count: usize,
    span_ms: Option<(i64, i64)>,
    columns: Vec<blake3::Hasher>,
}

impl PartHasher {
    fn new(what: String) -> Self {
        PartHasher { what, count: 0, span_ms: None, columns: Vec::new() }
    }

    /// The candles of a series.
    pub(crate) fn of(series: &Series) -> Self {
        PartHasher::new(format!("candles of {series}"))
    }

    /// Takes the next candles.
    pub(crate) fn add(&mut self, candles: &Candles) {
        let Candles { open_time_ms, open, high, low, close, volume } = candles;
        self.add_columns(open_time_ms, &[open, high, low, close, volume]);
    }

    fn add_columns(&mut self, times_ms: &[i64], columns: &[&[f64]]) {
        self.columns.resize_with(columns.len() + 1, blake3::Hasher::new);
        hash_all(&mut self.columns[0], times_ms, |time| time.to_le_bytes());
        for (hasher, column) in self.columns[1..].iter_mut().zip(columns) {
            hash_all(hasher, column, |value| value.to_le_bytes());
        }
        self.count += times_ms.len();
        if let (Some(&first_ms), Some(&last_ms)) = (times_ms.first(), times_ms.last()) {
            self.span_ms = Some((self.span_ms.map_or(first_ms, |(first_ms, _)| first_ms), last_ms));
        }
    }

    pub(crate) fn finish(self) -> Part {
        let mut all = blake3::Hasher::new();
        for column in &self.columns {
            all.update(column.finalize().as_bytes());
        }
        Part {
            what: self.what,
            count: self.count,
            first_ms: self.span_ms.map(|(first_ms, _)| first_ms),
            last_ms: self.span_ms.map(|(_, last_ms)| last_ms),
            hash: hex(&all),
        }
    }
}

/// Equity while it comes, as a hash.
#[derive(Default, Clone)]
pub(crate) struct EquityHasher(blake3::Hasher);

impl EquityHasher {
    pub(crate) fn add(&mut self, equity: &[f64]) {
        hash_all(&mut self.0, equity, |value| value.to_le_bytes());
    }
}

/// The hash of all that came of a run: of its report, given without its lists, but for what it was made with, and of
/// every trade, signal, hole and value of equity (also at best) to the bit. To write the lists as JSON first takes longer than the run.
pub(crate) fn result(report: &Report<'_>, equity: &[EquityHasher; 2], mut json: Value) -> String {
    json["run"].take();
    json["manifest"].take();
    json["provenance"]["binary_hash"].take();
    json["provenance"]["version"].take();
    let mut hasher = blake3::Hasher::new();
    hasher.update(json.to_string().as_bytes());
    let holes: Vec<i64> =
        report.holes.iter().flat_map(|hole| [hole.from_ms, hole.to_ms, hole.missing as i64]).collect();
    hash_all(&mut hasher, &holes, |value| value.to_le_bytes());
    hash_result(&mut hasher, report.result);
    if let Some((at_best, _)) = report.at_best {
        hash_result(&mut hasher, at_best);
    }
    for equity in equity {
        hasher.update(equity.0.finalize().as_bytes());
    }
    hex(&hasher)
}

fn hash_result(hasher: &mut blake3::Hasher, result: &RunResult) {
    let lengths = [result.trades.len(), result.rejected.len(), result.settled.len()];
    hash_all(hasher, &lengths, |length| (*length as u64).to_le_bytes());
    let mut bytes = Vec::new();
    for trade in &result.trades {
        bytes.extend_from_slice(trade.side.name().as_bytes());
        bytes.extend_from_slice(trade.reason.name().as_bytes());
        for whole in [trade.entry_time_ms, trade.exit_time_ms, trade.bars as i64, i64::from(trade.ambiguous)] {
            bytes.extend_from_slice(&whole.to_le_bytes());
        }
        let money = [trade.entry_price, trade.exit_price, trade.quantity, trade.fees, trade.funding, trade.pnl];
        for value in money.into_iter().chain([trade.take.unwrap_or(f64::NAN)]) {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
    }
    for signal in &result.rejected {
        bytes.extend_from_slice(&signal.candle_time_ms.to_le_bytes());
        bytes.extend_from_slice(signal.side.name().as_bytes());
        bytes.extend_from_slice(signal.reason.as_bytes());
    }
    for settled in &result.settled {
        bytes.extend_from_slice(&settled.candle_time_ms.to_le_bytes());
        bytes.extend_from_slice(settled.reason.name().as_bytes());
        bytes.extend_from_slice(&settled.gained.to_le_bytes());
    }
    hasher.update(&bytes);
}

/// Values that are hashed at once: their bytes fit the cache, and are enough to hash side by side.
const PIECE: usize = 4_096;

fn hash_all<T>(hasher: &mut blake3::Hasher, values: &[T], bytes_of: impl Fn(&T) -> [u8; 8]) {
    let mut bytes = Vec::with_capacity(PIECE * 8);
    for piece in values.chunks(PIECE) {
        bytes.clear();
        piece.iter().for_each(|value| bytes.extend_from_slice(&bytes_of(value)));
        hasher.update(&bytes);
    }
}

fn hex(hasher: &blake3::Hasher) -> String {
    hasher.finalize().to_hex().to_string()
}
