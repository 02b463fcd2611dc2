//! The base candles of a market by index: read from a file, or generated for ever.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use market::{Candle, Candles, Timeframe};

use super::generate::{BLOCK_CANDLES, Generator};

/// Blocks of a generated market kept at hand: half a year of minutes, about 13 MB.
const KEPT_BLOCKS: usize = 16;

/// The base candles, oldest first.
#[derive(Debug)]
pub(crate) enum Tape {
    /// Candles of a file, with its holes.
    Stored(Candles),
    /// Candles made when they are asked for.
    Generated(GeneratedTape),
}

/// A generated market from some candle on. An index is the open time divided by the timeframe's length.
#[derive(Debug)]
pub(crate) struct GeneratedTape {
    generator: Generator,
    first_index: usize,
    blocks: Mutex<VecDeque<(i64, Candles)>>,
}

impl Tape {
    /// A generated market whose first candle opens at or after `first_ms`.
    pub(crate) fn generated(generator: Generator, first_ms: i64) -> Self {
        let first_index = index_at_or_after(&generator, first_ms);
        Tape::Generated(GeneratedTape { generator, first_index, blocks: Mutex::default() })
    }

    /// The index of the first candle.
    pub(crate) fn first_index(&self) -> usize {
        match self {
            Tape::Stored(_) => 0,
            Tape::Generated(tape) => tape.first_index,
        }
    }

    /// The index of the first candle that opens at or after `time_ms`; there need not be one.
    pub(crate) fn index_at_or_after(&self, time_ms: i64) -> usize {
        match self {
            Tape::Stored(candles) => candles.index_at_or_after(time_ms),
            Tape::Generated(tape) => index_at_or_after(&tape.generator, time_ms).max(tape.first_index),
        }
    }

    /// The index of the last candle that opens at or before `time_ms`.
    pub(crate) fn index_at_or_before(&self, time_ms: i64) -> Option<usize> {
        let after = self.index_at_or_after(time_ms.saturating_add(1));
        (after > self.first_index()).then(|| after - 1)
    }

    /// The candle at `index`, if the tape reaches that far.
    pub(crate) fn get(&self, index: usize) -> Option<Candle> {
        match self {
            Tape::Stored(candles) => (index < candles.len()).then(|| candles.get(index)),
            Tape::Generated(tape) => Some(tape.get(index)),
        }
    }

    /// When the last candle closes, Unix milliseconds; `None` for a market that goes on for ever.
    pub(crate) fn end_ms(&self, timeframe: Timeframe) -> Option<i64> {
        match self {
            Tape::Stored(candles) => candles.open_time_ms.last().map(|&open_ms| timeframe.next_open(open_ms)),
            Tape::Generated(_) => None,
        }
    }
}

impl GeneratedTape {
    fn get(&self, index: usize) -> Candle {
        let block = (index / BLOCK_CANDLES) as i64;
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, candles)) = blocks.iter().find(|(number, _)| *number == block) {
            return candles.get(index % BLOCK_CANDLES);
        }
        if blocks.len() == KEPT_BLOCKS {
            blocks.pop_front();
        }
        let candles = self.generator.block(block);
        let candle = candles.get(index % BLOCK_CANDLES);
        blocks.push_back((block, candles));
        candle
    }
}

fn index_at_or_after(generator: &Generator, time_ms: i64) -> usize {
    let length_ms = generator.timeframe().longest_ms();
    usize::try_from((time_ms.saturating_add(length_ms - 1)).div_euclid(length_ms)).unwrap_or(0)
}
