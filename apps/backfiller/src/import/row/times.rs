//! The times of one file: which unit they are in, and which of them are in another.

use std::ops::Range;

use super::RowFault;
use crate::import::text::{lossy, whole};

/// The first time that is believed, 2010-01-01: before it there was no market.
const EARLIEST_S: i64 = 1_262_304_000;
/// How far ahead of now a time may be, for clocks that differ.
const AHEAD_S: i64 = 86_400;

/// The unit of a file's times, found by their magnitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Seconds,
    Milliseconds,
    Microseconds,
}

impl Unit {
    const ALL: [Unit; 3] = [Unit::Seconds, Unit::Milliseconds, Unit::Microseconds];

    fn name(self) -> &'static str {
        match self {
            Unit::Seconds => "seconds",
            Unit::Milliseconds => "milliseconds",
            Unit::Microseconds => "microseconds",
        }
    }

    fn per_second(self) -> i64 {
        match self {
            Unit::Seconds => 1,
            Unit::Milliseconds => 1_000,
            Unit::Microseconds => 1_000_000,
        }
    }

    /// Whether `time` in this unit is between 2010 and tomorrow. The ranges of the units are far apart.
    fn holds(self, time: i64, now_ms: i64) -> bool {
        self.range(now_ms).contains(&time)
    }

    fn range(self, now_ms: i64) -> Range<i64> {
        let latest_s = now_ms.div_euclid(1_000) + AHEAD_S;
        EARLIEST_S * self.per_second()..(latest_s + 1) * self.per_second()
    }

    fn to_us(self, time: i64) -> i64 {
        time * (1_000_000 / self.per_second())
    }
}

/// Reads the times of one file, which share a unit.
#[derive(Debug, Clone)]
pub(super) struct Times {
    column: &'static str,
    now_ms: i64,
    unit: Option<Unit>,
    /// The times in that unit that are believed.
    range: Range<i64>,
    /// Whether the time above was in another unit.
    is_astray: bool,
}

impl Times {
    pub(super) fn new(column: &'static str, now_ms: i64) -> Self {
        Times { column, now_ms, unit: None, range: 0..0, is_astray: false }
    }

    /// A time that has to be a whole millisecond: another one is on no grid.
    pub(super) fn exact_ms(&mut self, field: &[u8]) -> Result<i64, RowFault> {
        let time_us = self.time_us(field)?;
        if time_us % 1_000 == 0 {
            return Ok(time_us / 1_000);
        }
        Err(RowFault::PartOfMillisecond { column: self.column, found: lossy(field) })
    }

    /// As [`Times::exact_ms`], of a number; `None` where there is more to say of it than a time.
    pub(super) fn plain_ms(&mut self, time: i64) -> Option<i64> {
        if !self.range.contains(&time) {
            return None;
        }
        self.is_astray = false;
        match self.unit? {
            Unit::Seconds => Some(time * 1_000),
            Unit::Milliseconds => Some(time),
            Unit::Microseconds => (time % 1_000 == 0).then_some(time / 1_000),
        }
    }

    /// The whole millisecond at or before a time.
    pub(super) fn floor_ms(&mut self, field: &[u8]) -> Result<i64, RowFault> {
        Ok(self.time_us(field)? / 1_000)
    }

    fn time_us(&mut self, field: &[u8]) -> Result<i64, RowFault> {
        let (column, found) = (self.column, || lossy(field));
        let time = whole(field).ok_or_else(|| RowFault::NoTime { column, found: found() })?;
        if let Some(unit) = self.unit.filter(|unit| unit.holds(time, self.now_ms)) {
            self.is_astray = false;
            return Ok(unit.to_us(time));
        }
        let unit = Unit::ALL.into_iter().find(|unit| unit.holds(time, self.now_ms));
        let unit = unit.ok_or_else(|| RowFault::UnknownUnit { column, found: found() })?;
        let Some(expected) = self.unit else {
            (self.unit, self.range) = (Some(unit), unit.range(self.now_ms));
            return Ok(unit.to_us(time));
        };
        let (found, expected) = (unit.name(), expected.name());
        if std::mem::replace(&mut self.is_astray, true) {
            return Err(RowFault::MixedUnits { column, found, expected });
        }
        Err(RowFault::StrayUnit { column, found, expected })
    }
}
