//! All processors at work on the sets of a search.

use std::ops::ControlFlow;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

use execution::{Settings, Surroundings};
use market::{CandleSource, SourceError, Symbol};
use yaml::Problems;

use crate::Outcome;
use crate::batch::{self, Numbered};
use crate::data::Library;

/// What all sets share.
pub struct Task<'a> {
    /// The strategy file.
    pub strategy: &'a str,
    /// The symbol that is traded.
    pub symbol: Symbol,
    /// Cash, fees, market.
    pub settings: Settings,
    /// Funding, mark prices, finer candles.
    pub surroundings: Surroundings,
    /// The first candle that accounts see, Unix milliseconds.
    pub from_ms: i64,
    /// End of the range, exclusive, Unix milliseconds.
    pub to_ms: i64,
}

/// Opens the candles for one thread.
pub type OpenSource<'a> = dyn Fn() -> Result<Box<dyn CandleSource>, SourceError> + Sync + 'a;

/// Why a search ended early.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// With this set the strategy has mistakes.
    #[error("the strategy has mistakes with {set:?}")]
    Strategy {
        /// The set.
        set: Vec<(String, f64)>,
        /// What is wrong.
        problems: Problems,
    },
    /// Candles cannot be read.
    #[error("the candles cannot be read: {0}")]
    Candles(SourceError),
    /// There are none in the range.
    #[error("no candle lies in the range")]
    NoCandles,
}

/// Most sets that run side by side: each has columns of its own.
const MOST_IN_A_BATCH: usize = 512;

/// Runs every set on so many threads. `told` is given what each gave, by its number, in any order; it ends the
/// search by breaking off.
///
/// # Errors
/// The first that a thread came upon.
pub fn run(
    task: &Task<'_>,
    sets: Vec<Vec<(String, f64)>>,
    threads: usize,
    open: &OpenSource<'_>,
    mut told: impl FnMut(usize, Outcome) -> ControlFlow<()>,
) -> Result<(), SearchError> {
    let threads = threads.max(1);
    let size = sets.len().div_ceil(threads).clamp(1, MOST_IN_A_BATCH);
    let mut numbered = sets.into_iter().enumerate().peekable();
    let next_batch = Mutex::new(|| {
        let batch: Vec<Numbered> = numbered.by_ref().take(size).collect();
        (!batch.is_empty()).then_some(batch)
    });
    let library = Library::default();
    thread::scope(|scope| {
        // Made in here, so that threads that wait to give find nobody there once the search was ended.
        let (give, take) = sync_channel(threads);
        for _ in 0..threads {
            let (give, next_batch, library) = (give.clone(), &next_batch, &library);
            scope.spawn(move || {
                let source = match open() {
                    Ok(source) => source,
                    Err(error) => {
                        let _ = give.send(Err(SearchError::Candles(error)));
                        return;
                    }
                };
                loop {
                    let batch = next_batch.lock().unwrap_or_else(PoisonError::into_inner)();
                    let Some(batch) = batch else { return };
                    // Nobody takes it any more once the search was ended.
                    if give.send(batch::run(task, source.as_ref(), library, batch)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(give);
        while let Ok(outcomes) = take.recv() {
            for (number, outcome) in outcomes? {
                if told(number, outcome).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    })
}
