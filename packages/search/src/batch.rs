//! A batch of sets, side by side on one processor.

use std::collections::BTreeMap;

use execution::Fed;
use market::CandleSource;
use strategy::{Act, Variants};

use crate::data::{Beginning, Library, beginnings};
use crate::outcome::Account;
use crate::{Outcome, SearchError, Task};

/// A set of params with its number in the search.
pub(crate) type Numbered = (usize, Vec<(String, f64)>);

/// Runs the sets; gives what each gave, by its number.
pub(crate) fn run(
    task: &Task<'_>,
    source: &dyn CandleSource,
    library: &Library,
    batch: Vec<Numbered>,
) -> Result<Vec<(usize, Outcome)>, SearchError> {
    let (numbers, sets): (Vec<usize>, Vec<_>) = batch.into_iter().unzip();
    let variants = match Variants::load(task.strategy, &sets) {
        Ok(variants) => variants,
        // Together they ask for too many steps: by halves they do not, unless one of them does alone.
        Err(_) if sets.len() > 1 => return halves(task, source, library, numbers, sets),
        Err(problems) => {
            return Err(SearchError::Strategy { set: sets.into_iter().next().unwrap_or_default(), problems });
        }
    };
    let beginnings = beginnings(task, source, variants.descriptions()).map_err(SearchError::Candles)?;
    match beginnings.first() {
        None => Ok(Vec::new()),
        Some(first) if beginnings.iter().all(|other| other == first) => {
            let description = &variants.descriptions()[0];
            let Some(fed) = library.read(task, source, first, description).map_err(SearchError::Candles)? else {
                return Err(SearchError::NoCandles);
            };
            Ok(numbers.into_iter().zip(over(task, variants, &fed)).collect())
        }
        Some(_) => by_beginning(task, source, library, numbers.into_iter().zip(sets).zip(beginnings)),
    }
}

fn halves(
    task: &Task<'_>,
    source: &dyn CandleSource,
    library: &Library,
    numbers: Vec<usize>,
    sets: Vec<Vec<(String, f64)>>,
) -> Result<Vec<(usize, Outcome)>, SearchError> {
    let mut first: Vec<Numbered> = numbers.into_iter().zip(sets).collect();
    let second = first.split_off(first.len() / 2);
    let mut outcomes = run(task, source, library, first)?;
    outcomes.extend(run(task, source, library, second)?);
    Ok(outcomes)
}

/// Sets that begin at different candles see different ones: each beginning is a batch of its own.
fn by_beginning(
    task: &Task<'_>,
    source: &dyn CandleSource,
    library: &Library,
    sets: impl Iterator<Item = (Numbered, Beginning)>,
) -> Result<Vec<(usize, Outcome)>, SearchError> {
    let mut groups: Vec<(Beginning, Vec<Numbered>)> = Vec::new();
    for (set, beginning) in sets {
        match groups.iter_mut().find(|(known, _)| *known == beginning) {
            Some((_, group)) => group.push(set),
            None => groups.push((beginning, vec![set])),
        }
    }
    let mut outcomes = BTreeMap::new();
    for (_, group) in groups {
        outcomes.extend(run(task, source, library, group)?);
    }
    Ok(outcomes.into_iter().collect())
}

/// Runs the variants over the candles.
fn over(task: &Task<'_>, mut variants: Variants, fed: &Fed) -> Vec<Outcome> {
    for (index, candles) in fed.others.iter().enumerate() {
        variants.push_other(index, candles.as_slice());
    }
    let timeframe = variants.descriptions().first().map(|description| description.timeframe);
    let Some(timeframe) = timeframe else { return Vec::new() };
    let mut accounts: Vec<Account> =
        variants.descriptions().iter().map(|description| Account::new(task.settings, description)).collect();
    let mut surroundings: Vec<_> = accounts.iter().map(|_| task.surroundings.clone()).collect();
    let is_plain = task.surroundings.is_empty();
    variants.act(fed.candles.as_slice(), |index, candles, acts| {
        let unseen = candles.open_time_ms.partition_point(|time_ms| *time_ms < task.from_ms);
        let seen = candles.slice(unseen..candles.len());
        let account = &mut accounts[index];
        // Only the block in which the range begins has candles before it.
        let later: Vec<Act>;
        let acts = if unseen == 0 {
            acts
        } else {
            let acts = acts.iter().filter(|act| act.index >= unseen);
            later = acts.map(|act| Act { index: act.index - unseen, ..*act }).collect();
            &later
        };
        if is_plain {
            account.engine.run(seen, acts);
        } else {
            account.engine.run_in(seen, acts, &mut surroundings[index], timeframe);
        }
        account.gather(seen);
    });
    accounts.into_iter().map(|account| account.finish(timeframe)).collect()
}
