//! What a run was made from and what it came to, as hashes.

use std::fs::File;

use anyhow::Context;
use execution::{Recording, RunResult, Surroundings};
use market::{Candles, Series};
use report::Report;
use serde_json::Value;
use strategy::Description;

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

/// All data that a run has read: its candles, the others, and what is around them.
pub(crate) fn data(own: &Series, described: &Description, recording: &Recording, around: &Surroundings) -> Data {
    let mut parts = vec![candles(format!("candles of {own}"), &recording.candles)];
    for (other, read) in described.others.iter().zip(&recording.others) {
        let symbol = other.symbol.clone().unwrap_or_else(|| own.symbol.clone());
        let series = Series::new(own.exchange.clone(), symbol, other.timeframe);
        parts.push(candles(format!("candles of {series}"), read));
    }
    let of_market = |what: &str| format!("{what} of {} {}", own.exchange, own.symbol);
    if !around.marks().is_empty() {
        parts.push(candles(of_market("mark prices"), around.marks()));
    }
    if !around.funding().is_empty() {
        let times = around.funding().iter().map(|funding| funding.time_ms).collect::<Vec<_>>();
        let rates = around.funding().iter().map(|funding| funding.rate).collect::<Vec<_>>();
        parts.push(part(of_market("funding"), &times, &[&rates]));
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

/// Candles that were read, under this name.
pub(crate) fn candles(what: String, candles: &Candles) -> Part {
    let Candles { open_time_ms, open, high, low, close, volume } = candles;
    part(what, open_time_ms, &[open, high, low, close, volume])
}

fn part(what: String, times_ms: &[i64], columns: &[&[f64]]) -> Part {
    let mut hasher = blake3::Hasher::new();
    hash_all(&mut hasher, times_ms, |time| time.to_le_bytes());
    for column in columns {
        hash_all(&mut hasher, column, |value| value.to_le_bytes());
    }
    Part {
        what,
        count: times_ms.len(),
        first_ms: times_ms.first().copied(),
        last_ms: times_ms.last().copied(),
        hash: hex(&hasher),
    }
}

/// The hash of all that came of a run: of its report, given without its lists, but for what it was made with, and of
/// every trade, signal, hole and value of equity to the bit. To write the lists as JSON first takes longer than the run.
pub(crate) fn result(report: &Report<'_>, mut json: Value) -> String {
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
    if let Some(at_best) = report.at_best {
        hash_result(&mut hasher, at_best);
    }
    hex(&hasher)
}

fn hash_result(hasher: &mut blake3::Hasher, result: &RunResult) {
    let lengths = [result.equity.len(), result.trades.len(), result.rejected.len(), result.settled.len()];
    hash_all(hasher, &lengths, |length| (*length as u64).to_le_bytes());
    hash_all(hasher, &result.equity, |value| value.to_le_bytes());
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
