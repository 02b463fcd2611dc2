//! What a search has tried before: the same search over the same candles goes on where it was cancelled.

use std::collections::HashMap;

use db::{Store, StoredTrial};
use market::Series;
use report::FIGURES;
use search::Outcome;

use crate::prepared::Prepared;
use crate::provenance;

/// Trials that are stored at once.
const BATCH: usize = 256;

/// The trials of one search in the store.
pub(crate) struct Memory {
    store: Store,
    /// Hash of everything that the outcomes depend on.
    search: String,
    known: HashMap<String, Outcome>,
    fresh: Vec<StoredTrial>,
}

impl Memory {
    /// Opens the memory of this search; a store that cannot be written is told, and nothing is remembered.
    pub(crate) fn open(prepared: &Prepared, set: &[(String, f64)]) -> Option<Self> {
        match Self::read(prepared, set) {
            Ok(memory) => Some(memory),
            Err(error) => {
                terminal::tell(&format!("warning: the search cannot be remembered: {error:#}"));
                None
            }
        }
    }

    fn read(prepared: &Prepared, set: &[(String, f64)]) -> anyhow::Result<Self> {
        let search = key(prepared, set)?;
        let store = Store::open(prepared.store.path())?;
        let known = store.trials(&search)?.into_iter().map(|trial| (trial.params.clone(), outcome(trial))).collect();
        Ok(Memory { store, search, known, fresh: Vec::new() })
    }

    /// What these params gave before.
    pub(crate) fn take(&mut self, params: &str) -> Option<Outcome> {
        self.known.remove(params)
    }

    /// Remembers what these params gave.
    pub(crate) fn put(&mut self, params: String, outcome: &Outcome) -> anyhow::Result<()> {
        let figures = outcome.figures.iter().map(|figure| figure.unwrap_or(f64::NAN)).collect();
        self.fresh.push(StoredTrial { params, figures, daily_returns: outcome.daily_returns.clone() });
        if self.fresh.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    /// Stores what is not stored yet.
    pub(crate) fn flush(&mut self) -> anyhow::Result<()> {
        self.store.put_trials(&self.search, &self.fresh)?;
        self.fresh.clear();
        Ok(())
    }
}

fn outcome(trial: StoredTrial) -> Outcome {
    let figures = trial.figures.into_iter().map(|figure| Some(figure).filter(|figure| !figure.is_nan()));
    Outcome { figures: figures.take(FIGURES.len()).collect(), daily_returns: trial.daily_returns }
}

/// Program, strategy, what is set, settings, range, and all candles up to its end.
fn key(prepared: &Prepared, set: &[(String, f64)]) -> anyhow::Result<String> {
    let Prepared { source, description, settings, series, store, range, surroundings, .. } = prepared;
    let read = |series: &Series| -> anyhow::Result<_> {
        Ok(provenance::candles_of(series, &store.candles(series, None, Some(range.to_ms))?))
    };
    let mut parts = vec![read(series)?];
    for other in &description.others {
        let symbol = other.symbol.clone().unwrap_or_else(|| series.symbol.clone());
        parts.push(read(&Series::new(series.exchange.clone(), symbol, other.timeframe))?);
    }
    let data = provenance::data(series, parts, surroundings);
    let mut hasher = blake3::Hasher::new();
    let range = format!("{} {}", range.from_ms, range.to_ms);
    let parts =
        [provenance::program()?.hash, provenance::strategy(source, set), format!("{settings:?}"), range, data.hash];
    for part in parts {
        hasher.update(part.as_bytes()).update(&[0]);
    }
    Ok(hasher.finalize().to_hex().to_string())
}
