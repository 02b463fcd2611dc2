//! What a run was made from, as hashes.

use std::fs::File;

use anyhow::Context;
use execution::Recording;
use market::Candles;
use report::Provenance;

/// Hashes the candles that were read, the strategy file with its params, and the program itself.
pub(crate) fn of(recording: &Recording, source: &str, params: &[(String, f64)]) -> anyhow::Result<Provenance> {
    let mut data = blake3::Hasher::new();
    add(&mut data, &recording.candles);
    recording.others.iter().for_each(|candles| add(&mut data, candles));
    let mut strategy = blake3::Hasher::new();
    strategy.update(source.as_bytes());
    for (name, value) in params {
        strategy.update(name.as_bytes()).update(&value.to_le_bytes());
    }
    Ok(Provenance {
        data_hash: data.finalize().to_hex().to_string(),
        strategy_hash: strategy.finalize().to_hex().to_string(),
        binary_hash: binary()?,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// Values that are hashed at once: their bytes fit the cache.
const PIECE: usize = 1_024;

fn add(hasher: &mut blake3::Hasher, candles: &Candles) {
    let mut bytes = Vec::with_capacity(PIECE * 8);
    for times in candles.open_time_ms.chunks(PIECE) {
        bytes.clear();
        times.iter().for_each(|time| bytes.extend_from_slice(&time.to_le_bytes()));
        hasher.update(&bytes);
    }
    for column in [&candles.open, &candles.high, &candles.low, &candles.close, &candles.volume] {
        for values in column.chunks(PIECE) {
            bytes.clear();
            values.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
            hasher.update(&bytes);
        }
    }
}

fn binary() -> anyhow::Result<String> {
    let path = std::env::current_exe().context("the program does not find itself")?;
    let mut hasher = blake3::Hasher::new();
    let file = File::open(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    hasher.update_reader(file).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(hasher.finalize().to_hex().to_string())
}
