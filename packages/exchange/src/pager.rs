//! The judgement behind fetching history: what to ask next, and which candles can be passed on.
//!
//! No I/O: [`Pager::ask`] gives a question, [`Pager::answer`] takes the exchange's answer. Progress is
//! by time alone. A page says which candles there are, never that there are no more:
//!
//! - A page without candles is checked by a different question: which candle comes next, wherever
//!   it is? That one leads over outages and the time before the listing, or proves the end.
//! - A hole in a page is asked for by itself. What is still missing then does not exist.
//! - A young candle at the end of an answer is not believed: where the answer came out of a cache, or from a server that
//!   lags, it was still forming then. Nor is it believed that no young candle comes after the last one.
//! - An answer that cannot be true, or leads nowhere, is asked for again, a few times.
//! - A candle that is impossible, or off the grid, is never passed on. It is kept in
//!   [`Pager::refused`], and the rest goes on: the histories of real exchanges hold a few.

mod fault;
mod question;

use std::collections::{BTreeMap, VecDeque};

use market::{Candle, Hole, Objection, Rule, Timeframe};

use crate::{Page, Spoilt};
use fault::check_order;
pub use fault::{AnswerFault, PagerError};
pub use question::Question;

/// How long after its close, by the exchange's clock, a candle is believed to be final. What REST serves
/// lags the matching engine by moments: right after the close the last trades may still be missing
/// from it, and nothing in the row says so. The stream does say it, with the close itself.
pub const SETTLE_MS: i64 = 3_000;

/// How long after its close, by the exchange's clock, a candle is young. A young one is believed with a later one behind
/// it in the same answer, which shows that it was closed when that was made: caches and lagging servers tell of the
/// past, and nothing in a row says so. No answer is older than this, and what a market ended with is believed one day.
pub(crate) const YOUNG_MS: i64 = 7 * 86_400_000;

/// How often in a row an answer may lead nowhere.
const MAX_FRUITLESS: u32 = 3;

/// How many candles may be refused: more of them are no blemish but another kind of data.
const MAX_REFUSED: usize = 5_000;

/// A candle that was not passed on.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// The candle as the exchange gave it.
    pub candle: Candle,
    /// What is wrong with it.
    pub objection: Objection,
    /// The row as it came, where it could be no candle at all.
    pub raw: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The next page is wanted.
    Page,
    /// A page was empty: which candle comes next?
    Empty,
    /// A page had nothing but one young candle: does another one follow, wherever it is?
    Alone,
    /// Nothing is known between the cursor and the first candle held back.
    Hole,
}

/// Decides what to ask and what to believe, for one stretch of one series.
#[derive(Debug)]
pub struct Pager {
    timeframe: Timeframe,
    start_ms: i64,
    /// Every candle that opens before this one is passed on, or known not to exist.
    cursor_ms: i64,
    end_ms: i64,
    /// Candles that open from here on are young.
    young_ms: i64,
    /// Where the page after the present one begins.
    resume_ms: i64,
    state: State,
    /// Good candles of the present page behind a hole, rising.
    held: VecDeque<Candle>,
    fruitless: u32,
    left_ms: Option<i64>,
    first_open_ms: Option<i64>,
    last_open_ms: Option<i64>,
    holes: Vec<Hole>,
    /// By open time.
    refused: BTreeMap<i64, Refused>,
}

impl Pager {
    /// Pages from the first candle that opens at or after `since_ms` up to those that open before
    /// `until_ms`, or up to the last one that had been closed for [`SETTLE_MS`] when the exchange's clock
    /// showed `server_time_ms`.
    #[must_use]
    pub fn new(timeframe: Timeframe, since_ms: i64, until_ms: Option<i64>, server_time_ms: i64) -> Self {
        let first_open = |time_ms: i64| {
            let open_ms = timeframe.open_of(time_ms);
            if open_ms == time_ms { open_ms } else { timeframe.next_open(open_ms) }
        };
        // The candle that holds the settled past's end is not final; each one before it is.
        let closed_ms = timeframe.open_of(server_time_ms.saturating_sub(SETTLE_MS).max(0));
        let end_ms = until_ms.map_or(closed_ms, |until_ms| first_open(until_ms.clamp(0, closed_ms)).min(closed_ms));
        let cursor_ms = first_open(since_ms.clamp(0, closed_ms));
        Pager {
            timeframe,
            start_ms: cursor_ms,
            cursor_ms,
            end_ms,
            young_ms: young_ms(timeframe, server_time_ms),
            resume_ms: cursor_ms,
            state: State::Page,
            held: VecDeque::new(),
            fruitless: 0,
            left_ms: None,
            first_open_ms: None,
            last_open_ms: None,
            holes: Vec::new(),
            refused: BTreeMap::new(),
        }
    }

    /// The next question; `None` when all is known.
    #[must_use]
    pub fn ask(&self) -> Option<Question> {
        let (since_ms, until_ms) = (self.cursor_ms, self.end_ms);
        if since_ms >= until_ms {
            return None;
        }
        Some(match (self.state, self.held.front()) {
            (State::Hole, Some(next)) => Question::Page { since_ms, until_ms: next.open_time_ms },
            (State::Empty | State::Alone, _) => Question::Next { since_ms },
            _ => Question::Page { since_ms, until_ms },
        })
    }

    /// Takes the answer to the question asked last. Gives the candles that can be passed on:
    /// closed, checked, and strictly later than any before.
    ///
    /// # Errors
    /// [`PagerError`]; the pager is of no further use then.
    pub fn answer(&mut self, page: &Page) -> Result<Vec<Candle>, PagerError> {
        let Some(question) = self.ask() else { return Ok(Vec::new()) };
        let rows = &page.candles;
        let checked = check_order(rows, question.since_ms()).and_then(|()| self.check_memory(rows));
        if let Err(fault) = checked.and_then(|()| self.check_units(page)) {
            return self.fruitless(fault);
        }
        let before_ms = self.cursor_ms;
        let passed = match question {
            Question::Page { until_ms, .. } => self.take_page(page, until_ms)?,
            Question::Next { .. } if self.state == State::Alone => self.take_alone(page)?,
            Question::Next { .. } => match self.take_next(rows) {
                Ok(()) => Vec::new(),
                Err(fault) => return self.fruitless(fault),
            },
        };
        if self.cursor_ms > before_ms {
            self.fruitless = 0;
        }
        Ok(passed)
    }

    /// The exclusive end: the first open time that is not wanted, or of which nothing is sure yet, Unix milliseconds.
    /// It may come nearer with an answer.
    #[must_use]
    pub fn end_ms(&self) -> i64 {
        self.end_ms
    }

    /// Open time of the young candle that the exchange has, with none behind it; it was left for another time.
    #[must_use]
    pub fn left_ms(&self) -> Option<i64> {
        self.left_ms
    }

    /// The holes between candles that were passed on; each was asked for twice.
    #[must_use]
    pub fn holes(&self) -> &[Hole] {
        &self.holes
    }

    /// Where there are no candles up to the cursor: before the first one, between, and after the last
    /// one. Each stretch was asked for twice. The slots of refused candles are no part of it.
    #[must_use]
    pub fn absent(&self) -> Vec<Hole> {
        // What comes next may lie after the end.
        let known_ms = self.cursor_ms.min(self.end_ms);
        let first_ms = self.first_open_ms.unwrap_or(known_ms);
        let after_ms = self.last_open_ms.map_or(known_ms, |last_ms| self.timeframe.next_open(last_ms));
        let between = self.holes.iter().map(|hole| (hole.from_ms, hole.to_ms));
        let stretches = std::iter::once((self.start_ms, first_ms)).chain(between).chain([(after_ms, known_ms)]);
        stretches.flat_map(|(from_ms, to_ms)| self.without_refused(from_ms, to_ms)).collect()
    }

    /// The candles that were not passed on, oldest first.
    pub fn refused(&self) -> impl Iterator<Item = &Refused> {
        self.refused.values()
    }

    fn take_page(&mut self, page: &Page, until_ms: i64) -> Result<Vec<Candle>, PagerError> {
        let rows = &page.candles;
        let believed = self.believed(rows);
        let wanted = &believed[..believed.partition_point(|row| row.open_time_ms < until_ms)];
        let mut good = Vec::with_capacity(wanted.len());
        for row in wanted {
            let spoilt = page.spoilt.iter().find(|spoilt| spoilt.open_time_ms == row.open_time_ms);
            match (spoilt, row.check(self.timeframe)) {
                (Some(Spoilt { objection, raw, .. }), _) => {
                    self.refuse(Refused { candle: *row, objection: objection.clone(), raw: Some(raw.clone()) })?;
                }
                (None, Err(fault)) => self.refuse(Refused { candle: *row, objection: fault.into(), raw: None })?,
                (None, Ok(())) => good.push(*row),
            }
        }
        match (self.state, wanted.last()) {
            (State::Hole, None) => self.cursor_ms = until_ms,
            (State::Hole, Some(last)) if good.is_empty() => self.cursor_ms = self.slot_after(last.open_time_ms),
            (State::Hole, _) => {}
            (_, Some(last)) => self.resume_ms = self.slot_after(last.open_time_ms),
            (_, None) => {
                let is_alone = rows.first().is_some_and(|row| self.slot(row) == self.cursor_ms);
                self.state = if is_alone { State::Alone } else { State::Empty };
                return Ok(Vec::new());
            }
        }
        for candle in good.into_iter().rev() {
            self.held.push_front(candle);
        }
        Ok(self.release())
    }

    /// An answer without its last candle, where that is young, nor what else lies in the slot of that.
    fn believed<'a>(&self, rows: &'a [Candle]) -> &'a [Candle] {
        let Some(last) = rows.last().filter(|last| last.open_time_ms >= self.young_ms) else { return rows };
        let last_ms = self.slot(last);
        &rows[..rows.partition_point(|row| row.open_time_ms < last_ms)]
    }

    /// What another answer showed may not be denied: the candle behind a young hole, nor the young one that came alone.
    fn check_memory(&self, rows: &[Candle]) -> Result<(), AnswerFault> {
        let is_denied = match (self.state, self.held.front()) {
            (State::Hole, Some(next)) => {
                let is_shown = rows.last().is_some_and(|last| last.open_time_ms >= next.open_time_ms);
                next.open_time_ms >= self.young_ms && !is_shown && self.believed(rows).is_empty()
            }
            (State::Alone, _) => rows.first().is_some_and(|first| self.slot(first) != self.cursor_ms),
            _ => false,
        };
        if is_denied { Err(AnswerFault::Contradiction) } else { Ok(()) }
    }

    /// A row in another unit is a blemish where the others are as they should be; most of them are another kind of data.
    /// Only where a hole is asked for by itself, most of the rows may be those that were refused before.
    fn check_units(&self, page: &Page) -> Result<(), AnswerFault> {
        let astray = page.spoilt.iter().filter(|spoilt| spoilt.objection.rule == Rule::WrongUnit).count();
        let are_most = self.state != State::Hole && astray * 2 > page.candles.len();
        if are_most { Err(AnswerFault::OtherUnit) } else { Ok(()) }
    }

    /// The candles held back, up to the next hole.
    fn release(&mut self) -> Vec<Candle> {
        let mut passed = Vec::with_capacity(self.held.len());
        while let Some(candle) = self.held.pop_front_if(|candle| candle.open_time_ms == self.cursor_ms) {
            self.note_hole(candle.open_time_ms);
            self.first_open_ms.get_or_insert(candle.open_time_ms);
            self.last_open_ms = Some(candle.open_time_ms);
            self.cursor_ms = self.timeframe.next_open(candle.open_time_ms);
            passed.push(candle);
        }
        if self.held.is_empty() {
            self.state = State::Page;
            self.cursor_ms = self.cursor_ms.max(self.resume_ms);
        } else {
            self.state = State::Hole;
        }
        passed
    }

    /// Takes the young candle that came alone, where another one follows now; else it is left for another time.
    fn take_alone(&mut self, page: &Page) -> Result<Vec<Candle>, PagerError> {
        self.state = State::Page;
        if self.believed(&page.candles).is_empty() {
            self.end_ms = self.cursor_ms;
            self.left_ms = Some(self.cursor_ms);
            return Ok(Vec::new());
        }
        self.take_page(page, self.end_ms)
    }

    fn take_next(&mut self, rows: &[Candle]) -> Result<(), AnswerFault> {
        match rows.first().map(|row| self.slot(row)) {
            Some(next_ms) if next_ms <= self.cursor_ms => return Err(AnswerFault::Contradiction),
            Some(next_ms) => self.cursor_ms = next_ms,
            None => {
                self.end_ms = self.end_ms.min(self.young_ms.max(self.cursor_ms));
                self.cursor_ms = self.end_ms;
            }
        }
        self.state = State::Page;
        Ok(())
    }

    fn fruitless(&mut self, fault: AnswerFault) -> Result<Vec<Candle>, PagerError> {
        self.fruitless += 1;
        if self.fruitless >= MAX_FRUITLESS {
            return Err(PagerError::Fruitless { timeframe: self.timeframe, since_ms: self.cursor_ms, fault });
        }
        if self.state != State::Hole {
            self.state = State::Page;
        }
        Ok(Vec::new())
    }

    fn refuse(&mut self, refused: Refused) -> Result<(), PagerError> {
        let (open_time_ms, why) = (refused.candle.open_time_ms, refused.objection.why.clone());
        self.refused.insert(open_time_ms, refused);
        if self.refused.len() > MAX_REFUSED {
            return Err(PagerError::TooManyRefused { open_time_ms, why });
        }
        Ok(())
    }

    fn note_hole(&mut self, to_ms: i64) {
        let Some(last_ms) = self.last_open_ms else { return };
        let from_ms = self.timeframe.next_open(last_ms);
        if from_ms < to_ms {
            self.holes.push(Hole { from_ms, to_ms, missing: self.timeframe.count(from_ms, to_ms) });
        }
    }

    /// The parts of a stretch that hold no refused candle.
    fn without_refused(&self, from_ms: i64, to_ms: i64) -> Vec<Hole> {
        let (mut parts, mut begin_ms) = (Vec::new(), from_ms);
        let refused = self.refused.keys().filter(|open_ms| (from_ms..to_ms).contains(*open_ms));
        // One may lie off the grid: it takes the slot that it lies in.
        let slots = refused.map(|&open_ms| self.timeframe.open_of(open_ms));
        for slot_ms in slots.chain([to_ms]) {
            if begin_ms < slot_ms {
                parts.push(Hole {
                    from_ms: begin_ms,
                    to_ms: slot_ms,
                    missing: self.timeframe.count(begin_ms, slot_ms),
                });
            }
            begin_ms = self.timeframe.next_open(slot_ms);
        }
        parts
    }

    /// The open time on the grid that a row is of.
    fn slot(&self, row: &Candle) -> i64 {
        self.timeframe.open_of(row.open_time_ms)
    }

    fn slot_after(&self, time_ms: i64) -> i64 {
        self.timeframe.next_open(self.timeframe.open_of(time_ms))
    }
}

/// The open time of the first candle that is young when the exchange's clock shows `server_time_ms`.
pub(crate) fn young_ms(timeframe: Timeframe, server_time_ms: i64) -> i64 {
    timeframe.open_of(server_time_ms.saturating_sub(YOUNG_MS).max(0))
}

#[cfg(test)]
mod tests;
