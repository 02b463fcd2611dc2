//! Progress of many pieces of work at once on stderr: a bar each and one for all on a terminal, else lines.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar};

use crate::progress::{bar, line};

/// Least time between two lines of the whole where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);
/// Steps of a bar that shows a share.
const STEPS: u64 = 10_000;

/// The progress of a known number of pieces, some of them at the same time.
#[derive(Debug)]
pub struct Board {
    pieces: usize,
    done: Cell<usize>,
    /// Rows of pieces that have ended.
    rows: Cell<u64>,
    /// Share and rows of those that have not, by number.
    active: RefCell<BTreeMap<usize, (f64, u64)>>,
    begun: Cell<usize>,
    started: Instant,
    last_line: Cell<Instant>,
    bars: Option<(MultiProgress, ProgressBar)>,
}

impl Board {
    /// Starts with so many pieces to do.
    #[must_use]
    pub fn start(pieces: usize) -> Self {
        let started = Instant::now();
        let bars = io::stderr().is_terminal().then(|| {
            let multi = MultiProgress::new();
            let whole = multi.add(bar(STEPS));
            (multi, whole)
        });
        Board {
            pieces,
            done: Cell::new(0),
            rows: Cell::new(0),
            active: RefCell::default(),
            begun: Cell::new(0),
            started,
            last_line: Cell::new(started),
            bars,
        }
    }

    /// Begins a piece; `label` says what is worked on.
    #[must_use]
    pub fn begin(&self, label: impl Into<String>) -> Piece<'_> {
        let number = self.begun.replace(self.begun.get() + 1);
        let bar = self.bars.as_ref().map(|(multi, whole)| multi.insert_before(whole, bar(STEPS)));
        self.active.borrow_mut().insert(number, (0.0, 0));
        Piece { board: self, number, label: label.into(), started: Instant::now(), bar }
    }

    /// Says something between the bars.
    pub fn say(&self, text: &str) {
        match &self.bars {
            // A terminal that cannot be written any more is no reason to stop.
            Some((multi, _)) => drop(multi.println(text)),
            None => crate::tell(text),
        }
    }

    fn show(&self) {
        let active = self.active.borrow();
        let (share, rows) = active.values().fold((0.0, 0), |(share, rows), piece| (share + piece.0, rows + piece.1));
        let share = (self.done.get() as f64 + share) / self.pieces.max(1) as f64;
        let label = format!("all, {} of {}", self.done.get(), self.pieces);
        let text = || line(&label, STEPS, steps(share), self.rows.get() + rows, self.started.elapsed());
        if let Some((_, whole)) = &self.bars {
            whole.set_position(steps(share));
            whole.set_message(text());
        } else if self.last_line.get().elapsed() >= LINE_EVERY {
            crate::tell(&text());
            self.last_line.set(Instant::now());
        }
    }
}

/// The bars go when the work ends, well or not.
impl Drop for Board {
    fn drop(&mut self) {
        if let Some((_, whole)) = &self.bars {
            whole.finish_and_clear();
        }
    }
}

/// The progress of one piece of a board. It counts as done when it is dropped.
#[derive(Debug)]
pub struct Piece<'a> {
    board: &'a Board,
    number: usize,
    label: String,
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Piece<'_> {
    /// Tells how far the piece is, of its length in whatever unit, and how many rows it gave.
    pub fn set(&mut self, length: u64, position: u64, rows: u64) {
        let share = if length == 0 { 1.0 } else { (position as f64 / length as f64).min(1.0) };
        self.board.active.borrow_mut().insert(self.number, (share, rows));
        if let Some(bar) = &self.bar {
            bar.set_position(steps(share));
            bar.set_message(line(&self.label, length, position, rows, self.started.elapsed()));
        }
        self.board.show();
    }
}

impl Drop for Piece<'_> {
    fn drop(&mut self) {
        let (_, rows) = self.board.active.borrow_mut().remove(&self.number).unwrap_or_default();
        self.board.rows.set(self.board.rows.get() + rows);
        self.board.done.set(self.board.done.get() + 1);
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.board.show();
    }
}

fn steps(share: f64) -> u64 {
    (share * STEPS as f64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_add_up() {
        let board = Board::start(4);
        drop(board.begin("a"));
        let (mut b, mut c) = (board.begin("b"), board.begin("c"));
        b.set(10, 5, 7);
        c.set(0, 0, 3);
        c.set(10, 20, 4);
        assert_eq!(board.active.borrow().values().copied().collect::<Vec<_>>(), [(0.5, 7), (1.0, 4)]);
        drop(b);
        assert_eq!((board.done.get(), board.rows.get()), (2, 7));
    }
}
