//! The candles of a search: read once for all sets that begin at the same candle.

use std::sync::{Arc, Mutex, PoisonError};

use execution::{Fed, Feed};
use market::{CandleSource, SourceError, Timeframe};
use strategy::Description;

use crate::Task;

/// How many candles before the beginning are read, and since the start of which period, of each series.
type Reach = Vec<(usize, Option<Timeframe>)>;

/// From where on a set sees candles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Beginning {
    base_ms: i64,
    others: Reach,
}

/// Candles that were read, by their beginning; bounded, the oldest goes.
#[derive(Default)]
pub(crate) struct Library(Mutex<Vec<(Beginning, Arc<Fed>)>>);

/// Most beginnings whose candles are kept at the same time.
const MOST: usize = 3;

impl Library {
    /// The candles of strategies with this beginning, of which `description` is one; `None` where there are none.
    pub(crate) fn read(
        &self,
        task: &Task<'_>,
        source: &dyn CandleSource,
        beginning: &Beginning,
        description: &Description,
    ) -> Result<Option<Arc<Fed>>, SourceError> {
        // Whoever needs them next waits, instead of reading the same.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, fed)) = known.iter().find(|(other, _)| other == beginning) {
            return Ok(Some(Arc::clone(fed)));
        }
        let mut feed = Feed::new(description, task.symbol.clone(), task.from_ms);
        let Some(fed) = feed.next(source, Some(task.to_ms))? else { return Ok(None) };
        let fed = Arc::new(fed);
        if known.len() == MOST {
            known.remove(0);
        }
        known.push((beginning.clone(), Arc::clone(&fed)));
        Ok(Some(fed))
    }
}

/// Where each of the described strategies begins.
pub(crate) fn beginnings(
    task: &Task<'_>,
    source: &dyn CandleSource,
    descriptions: &[Description],
) -> Result<Vec<Beginning>, SourceError> {
    let mut known: Vec<(Reach, Beginning)> = Vec::new();
    descriptions
        .iter()
        .map(|description| {
            let mut feed = Feed::new(description, task.symbol.clone(), task.from_ms);
            let reach = feed.reach();
            if let Some((_, beginning)) = known.iter().find(|(other, _)| *other == reach) {
                return Ok(beginning.clone());
            }
            let beginning = Beginning { base_ms: feed.begin(source)?, others: reach[1..].to_vec() };
            known.push((reach, beginning.clone()));
            Ok(beginning)
        })
        .collect()
}
