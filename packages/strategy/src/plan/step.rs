//! One step of a plan, and what it reads.

use std::ops::Range;

use market::CandleSlice;

use super::bits;

/// Computes one value for each candle from the values of other steps.
pub(crate) trait Step: Send {
    /// Fills `out` for the next candles; state goes on from the last call. NaN means unknown.
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]);

    /// As [`Step::run`], of a condition: fills `out` with a bit for each candle, whether it holds. `room` is for
    /// values meanwhile; its length is the number of candles.
    fn mark(&mut self, inputs: &Inputs<'_>, room: &mut [f64], out: &mut [u64]) {
        self.run(inputs, room);
        bits::fill(room, out);
    }
}

/// What a step reads in one call: the candles, and its arguments, all of one length.
pub(crate) struct Inputs<'a> {
    pub(crate) candles: CandleSlice<'a>,
    pub(crate) args: [Arg<'a>; Inputs::MOST],
}

/// One argument of a step.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Arg<'a> {
    /// A value for each candle.
    Column(&'a [f64]),
    /// The same value for every candle.
    Constant(f64),
}

impl<'a> Inputs<'a> {
    /// Most arguments a step has.
    pub(crate) const MOST: usize = 3;

    /// An argument that the builder made sure is a column.
    pub(crate) fn column(&self, index: usize) -> &'a [f64] {
        match self.args[index] {
            Arg::Column(column) => column,
            Arg::Constant(_) => unreachable!("Builder::column filled constants into columns"),
        }
    }
}

impl<'a> Arg<'a> {
    /// The same argument over some of the candles.
    pub(crate) fn slice(self, candles: &Range<usize>) -> Arg<'a> {
        match self {
            Arg::Column(column) => Arg::Column(&column[candles.clone()]),
            Arg::Constant(value) => Arg::Constant(value),
        }
    }

    /// The value at a candle of the block.
    pub(crate) fn at(&self, index: usize) -> f64 {
        match self {
            Arg::Column(column) => column[index],
            Arg::Constant(value) => *value,
        }
    }
}
