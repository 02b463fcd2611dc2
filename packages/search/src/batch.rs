//! A batch of sets, side by side on one processor.

use std::collections::BTreeMap;

use execution::Fed;
use market::CandleSource;
use strategy::Variants;
use yaml::Problems;

use crate::data::{Beginning, Library, beginnings};
use crate::outcome::{Account, Room};
use crate::{Outcome, SearchError, Task};

/// Candles that a strategy by itself takes at once.
const BLOCK: usize = 1_024;

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
            let set = sets.into_iter().next().unwrap_or_default();
            let number = numbers.into_iter().next().unwrap_or_default();
            return alone(task, source, library, set, problems).map(|outcome| vec![(number, outcome)]);
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

/// A set by itself: of a strategy whose rules are Rust, of which nothing can be shared.
fn alone(
    task: &Task<'_>,
    source: &dyn CandleSource,
    library: &Library,
    set: Vec<(String, f64)>,
    problems: Problems,
) -> Result<Outcome, SearchError> {
    let Ok(file) = strategy::load(task.strategy, &set) else { return Err(SearchError::Strategy { set, problems }) };
    let mut strategy = file.strategy;
    let description = strategy.description().clone();
    let beginnings = beginnings(task, source, std::slice::from_ref(&description)).map_err(SearchError::Candles)?;
    let fed = match beginnings.first() {
        Some(beginning) => library.read(task, source, beginning, &description).map_err(SearchError::Candles)?,
        None => None,
    };
    let Some(fed) = fed else { return Err(SearchError::NoCandles) };
    for (index, candles) in fed.others.iter().enumerate() {
        strategy.push_other(index, candles.as_slice());
    }
    let mut account = Account::new(task, &description);
    let (mut acts, mut room) = (Vec::new(), Room::default());
    for start in (0..fed.candles.len()).step_by(BLOCK) {
        let block = fed.candles.slice(start..(start + BLOCK).min(fed.candles.len()));
        acts.clear();
        strategy.act(block, &mut acts, None);
        room.turn_to(task, block);
        account.take(block, &acts, &mut room);
    }
    Ok(account.finish())
}

/// Runs the variants over the candles.
fn over(task: &Task<'_>, mut variants: Variants, fed: &Fed) -> Vec<Outcome> {
    for (index, candles) in fed.others.iter().enumerate() {
        variants.push_other(index, candles.as_slice());
    }
    let mut accounts: Vec<Account> =
        variants.descriptions().iter().map(|description| Account::new(task, description)).collect();
    let mut room = Room::default();
    variants.act(fed.candles.as_slice(), |index, candles, acts| {
        // The candles are new where the first one takes them.
        if index == 0 {
            room.turn_to(task, candles);
        }
        accounts[index].take(candles, acts, &mut room);
    });
    accounts.into_iter().map(Account::finish).collect()
}
