//! The last n values of a series.

use crate::plan::BLOCK;

/// The last n values before a block and the block behind them, in one piece.
///
/// Before the first value stand unknown ones. The values move to the front of the buffer only when it is
/// full, so that a block of one costs no more than its share.
pub(super) struct Past {
    n: usize,
    values: Vec<f64>,
    /// Where the last n values end.
    end: usize,
}

impl Past {
    pub(super) fn new(n: usize) -> Self {
        Past { n, values: vec![f64::NAN; n + n.max(BLOCK)], end: n }
    }

    /// Takes a block of at most [`BLOCK`] values; gives the n values before it, and it.
    pub(super) fn extend(&mut self, block: &[f64]) -> &[f64] {
        let values = self.room(block.len());
        let before = values.len() - block.len();
        values[before..].copy_from_slice(block);
        values
    }

    /// Room for a new block, at most [`BLOCK`] long, to be filled.
    pub(super) fn new_block(&mut self, length: usize) -> &mut [f64] {
        let n = self.n;
        &mut self.room(length)[n..]
    }

    /// So many values, the last of which stands `back` before the newest one; `back` is at most n.
    pub(super) fn block(&self, length: usize, back: usize) -> &[f64] {
        &self.values[self.end - back - length..self.end - back]
    }

    /// The n last values, and behind them room for so many new ones, at most [`BLOCK`], to be filled.
    pub(super) fn room(&mut self, length: usize) -> &mut [f64] {
        if self.end + length > self.values.len() {
            self.values.copy_within(self.end - self.n..self.end, 0);
            self.end = self.n;
        }
        let start = self.end - self.n;
        self.end += length;
        &mut self.values[start..self.end]
    }
}
