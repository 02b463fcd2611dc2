//! What the store has of a target, whatever its kind.

use db::{DbError, FundingStatus, SeriesStatus, Store};
use market::{Hole, funding_holes};

use crate::args::{Kind, Target};
use crate::holes;

/// How far what is stored of a target reaches, and where it has holes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Extent {
    pub(crate) target: Target,
    /// How many rows, a forming candle among them.
    pub(crate) rows: u64,
    /// The time of the oldest row, Unix milliseconds.
    pub(crate) first_ms: i64,
    /// The time of the newest row, Unix milliseconds.
    pub(crate) last_ms: i64,
    /// Whether the newest row is final; if not, it is a candle that is forming or was left so.
    pub(crate) last_is_closed: bool,
    /// Where rows are missing between two that are there, in order of time.
    pub(crate) holes: Vec<Between>,
}

/// A hole, and what is stored before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Between {
    /// The time of the row before it, Unix milliseconds.
    pub(crate) left_ms: i64,
    /// From when the first row is due up to the next one that is there.
    pub(crate) hole: Hole,
}

impl Extent {
    /// What the store has of a target; `None` where it has nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) fn of(store: &Store, target: &Target) -> Result<Option<Extent>, DbError> {
        Ok(match target {
            Target::Candles(series) => store.status_of(series)?.map(|status| Extent::of_candles(target, &status)),
            Target::Marks(series) => store.mark_status_of(series)?.map(|status| Extent::of_candles(target, &status)),
            Target::Funding { exchange, symbol } => {
                store.funding_status_of(exchange, symbol)?.map(|status| Extent::of_funding(target, &status))
            }
        })
    }

    pub(crate) fn of_candles(target: &Target, status: &SeriesStatus) -> Extent {
        let left_ms = |hole: &Hole| target.grid().open_of(hole.from_ms - 1);
        Extent {
            target: target.clone(),
            rows: status.rows,
            first_ms: status.first_ms,
            last_ms: status.last_ms,
            last_is_closed: status.last_is_closed,
            holes: status.holes.iter().map(|hole| Between { left_ms: left_ms(hole), hole: *hole }).collect(),
        }
    }

    pub(crate) fn of_funding(target: &Target, status: &FundingStatus) -> Extent {
        let between = |&(left_ms, to_ms): &(i64, i64)| Between { left_ms, hole: hole_after(target, left_ms, to_ms) };
        Extent {
            target: target.clone(),
            rows: status.rows,
            first_ms: status.first.time_ms,
            last_ms: status.last.time_ms,
            last_is_closed: true,
            holes: status.holes.iter().map(between).collect(),
        }
    }

    /// When the row after the newest one is due, Unix milliseconds.
    pub(crate) fn end_ms(&self) -> i64 {
        self.target.due_ms(self.last_ms)
    }

    /// How much all holes miss, as [`Target::count`] counts it.
    pub(crate) fn missing(&self) -> u64 {
        self.holes.iter().map(|between| between.hole.missing).sum()
    }
}

/// The hole between a row at `left_ms` and the next one at `to_ms`, Unix milliseconds.
pub(crate) fn hole_after(target: &Target, left_ms: i64, to_ms: i64) -> Hole {
    let from_ms = target.due_ms(left_ms);
    Hole { from_ms, to_ms, missing: target.count(from_ms, to_ms) }
}

/// All that is stored, of all kinds or of one: candles, then mark prices, then funding, each in order of their names.
///
/// # Errors
/// When the database refuses.
pub(crate) fn targets(store: &Store, kind: Option<Kind>) -> Result<Vec<Target>, DbError> {
    let is_meant = |one: Kind| kind.is_none_or(|kind| kind == one);
    let mut all = Vec::new();
    if is_meant(Kind::Candles) {
        all.extend(store.series()?.into_iter().map(Target::Candles));
    }
    if is_meant(Kind::Mark) {
        all.extend(store.mark_series()?.into_iter().map(Target::Marks));
    }
    if is_meant(Kind::Funding) {
        let funded = store.funding_symbols()?.into_iter();
        all.extend(funded.map(|(exchange, symbol)| Target::Funding { exchange, symbol }));
    }
    Ok(all)
}

/// The times of the oldest and of the newest final row, Unix milliseconds; `None` where there is none.
///
/// # Errors
/// When the database refuses.
pub(crate) fn ends_ms(store: &Store, target: &Target) -> Result<Option<(i64, i64)>, DbError> {
    match target {
        Target::Candles(series) => Ok(store.first_closed_ms(series)?.zip(store.last_closed_ms(series)?)),
        Target::Marks(series) => store.mark_ends_ms(series),
        Target::Funding { exchange, symbol } => {
            let rates = store.funding(exchange, symbol, None, None)?;
            Ok(rates.first().zip(rates.last()).map(|(first, last)| (first.time_ms, last.time_ms)))
        }
    }
}

/// How much is missing from `from_ms` up to `to_ms`, Unix milliseconds, as [`Target::count`] counts it.
///
/// # Errors
/// When the database refuses.
pub(crate) fn missing(store: &Store, target: &Target, from_ms: i64, to_ms: i64) -> Result<u64, DbError> {
    let stored = match target {
        Target::Candles(series) => store.count_closed(series, from_ms, to_ms)?,
        Target::Marks(series) => store.marks(series, Some(from_ms), Some(to_ms))?.len() as u64,
        Target::Funding { exchange, symbol } => {
            let begin_ms = from_ms - target.grid().longest_ms();
            let rates = store.funding(exchange, symbol, Some(begin_ms), Some(to_ms))?;
            let times_ms: Vec<i64> = rates.iter().map(|rate| rate.time_ms).collect();
            let left_ms = times_ms.iter().copied().filter(|time_ms| *time_ms < from_ms).max().unwrap_or(from_ms - 1);
            let holes = funding_holes(&times_ms, left_ms, to_ms);
            return Ok(holes.iter().map(|&(left_ms, to_ms)| hole_after(target, left_ms, to_ms).missing).sum());
        }
    };
    Ok(target.count(from_ms, to_ms).saturating_sub(stored))
}

/// Where a fetch from `from_ms` on has to begin, as [`Store::resume_ms`] tells it of candles: of funding at the newest
/// rate, where nothing is missing before it that is not explained. Unix milliseconds.
///
/// # Errors
/// When the database refuses.
pub(crate) fn resume_ms(store: &Store, target: &Target, from_ms: i64) -> Result<i64, DbError> {
    match target {
        Target::Candles(series) => store.resume_ms(series, from_ms),
        Target::Marks(series) => store.resume_marks_ms(series, from_ms),
        Target::Funding { exchange, symbol } => {
            let rates = store.funding(exchange, symbol, Some(from_ms), None)?;
            let times_ms: Vec<i64> = rates.iter().map(|rate| rate.time_ms).collect();
            let Some(&last_ms) = times_ms.last() else { return Ok(from_ms) };
            let left_ms = if times_ms.first() == Some(&from_ms) { from_ms } else { from_ms - 1 };
            let holes = funding_holes(&times_ms, left_ms, last_ms).into_iter();
            let mut holes = holes.map(|(left_ms, to_ms)| hole_after(target, left_ms, to_ms)).peekable();
            let gaps = if holes.peek().is_some() { store.gaps(&target.place())? } else { Vec::new() };
            let is_whole = holes.all(|hole| holes::is_explained(target, &hole, &gaps));
            Ok(if is_whole { last_ms } else { from_ms })
        }
    }
}

/// Whether there is a final row at `time_ms`, Unix milliseconds.
///
/// # Errors
/// When the database refuses.
pub(crate) fn has_row(store: &Store, target: &Target, time_ms: i64) -> Result<bool, DbError> {
    match target {
        Target::Candles(series) => Ok(store.count_closed(series, time_ms, time_ms + 1)? > 0),
        Target::Marks(series) => Ok(!store.marks(series, Some(time_ms), Some(time_ms + 1))?.is_empty()),
        Target::Funding { exchange, symbol } => {
            Ok(store.funding_at_or_after_ms(exchange, symbol, time_ms)? == Some(time_ms))
        }
    }
}
