//! The plan: the steps that turn candles into values, in order, equal ones once.
//!
//! The same steps run over blocks of candles in a backtest and over one candle at a time live. A step
//! carries its state from one call to the next and treats candles strictly in order, so the results are
//! the same bits however the candles are split.

mod align;
pub(crate) mod bits;
mod builder;
pub(crate) mod elementwise;
mod readers;
mod step;

use std::ops::Range;

use market::CandleSlice;

pub(crate) use align::Context;
pub(crate) use bits::WORD;
pub(crate) use builder::{Builder, Info, Memory, Needs};
pub(crate) use readers::{Readers, Reads};
pub(crate) use step::{Arg, Inputs, Step};

/// Most candles that run through a step at once: small enough for what it keeps to stay in the nearest cache.
pub(crate) const BLOCK: usize = 256;

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Operand {
    /// The same for every candle.
    Constant(f64),
    Open,
    High,
    Low,
    Close,
    Volume,
    /// The output of a step of the same plan.
    Step(usize),
    /// An output of another context, aligned to the base candles.
    Aligned {
        context: usize,
        output: usize,
    },
}

struct PlannedStep {
    inputs: Vec<Operand>,
    step: Box<dyn Step>,
    column: Column,
    /// Whether it is asked for the bits of its column alone.
    is_marked: bool,
}

/// What a step gives: a value for each candle, or of a condition that is only asked whether it holds, a bit.
#[derive(Debug, Clone, Default)]
struct Column {
    values: Vec<f64>,
    bits: Vec<u64>,
}

impl Column {
    /// Room for so many candles.
    fn new(candles: usize) -> Self {
        Column { values: vec![f64::NAN; candles], bits: Vec::new() }
    }

    /// Room for so many candles, and for their bits.
    fn with_bits(candles: usize) -> Self {
        Column { bits: vec![0; candles.div_ceil(WORD)], ..Column::new(candles) }
    }
}

/// Whether a condition holds at each candle of a block.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Truth<'a> {
    /// Where the value is above zero.
    Values(Arg<'a>),
    /// Where the bit is set.
    Bits(&'a [u64]),
}

impl Truth<'_> {
    /// A bit for each of these candles, the first of which begins a word.
    pub(crate) fn word(&self, candles: Range<usize>) -> u64 {
        match self {
            Truth::Values(Arg::Column(values)) => bits::word([&values[candles]], |[value]| value > 0.0),
            Truth::Values(Arg::Constant(value)) if *value > 0.0 => bits::ones(candles.len()),
            Truth::Values(Arg::Constant(_)) => 0,
            Truth::Bits(words) => words[candles.start / WORD],
        }
    }
}

/// Steps in order, each with its state and its column of the current block.
pub(crate) struct Plan {
    steps: Vec<PlannedStep>,
}

impl Plan {
    /// Runs all steps over candles that follow those of the last call, as many as the columns have room for.
    pub(crate) fn run(&mut self, candles: CandleSlice<'_>, contexts: &[Context]) {
        for index in 0..self.steps.len() {
            self.run_step(index, candles, contexts);
        }
    }

    /// Runs these steps only, which are in order.
    fn run_steps(&mut self, steps: &[usize], candles: CandleSlice<'_>, contexts: &[Context]) {
        for &index in steps {
            self.run_step(index, candles, contexts);
        }
    }

    fn run_step(&mut self, index: usize, candles: CandleSlice<'_>, contexts: &[Context]) {
        let (before, rest) = self.steps.split_at_mut(index);
        let planned = &mut rest[0];
        let mut args = [Arg::Constant(f64::NAN); Inputs::MOST];
        for (arg, operand) in args.iter_mut().zip(&planned.inputs) {
            *arg = fetch(*operand, before, candles, contexts);
        }
        let mut start = 0;
        while start < candles.len() {
            let block = start..(start + BLOCK).min(candles.len());
            let inputs = Inputs { candles: candles.slice(block.clone()), args: args.map(|arg| arg.slice(&block)) };
            start = block.end;
            let Column { values, bits } = &mut planned.column;
            if planned.is_marked {
                let words = block.start / WORD..block.end.div_ceil(WORD);
                planned.step.mark(&inputs, &mut values[block], &mut bits[words]);
            } else {
                planned.step.run(&inputs, &mut values[block]);
            }
        }
    }

    /// The values of an operand over the block that ran last.
    pub(crate) fn fetch<'a>(&'a self, operand: Operand, candles: CandleSlice<'a>, contexts: &'a [Context]) -> Arg<'a> {
        fetch(operand, &self.steps, candles, contexts)
    }

    /// Where a condition holds in the block that ran last.
    pub(crate) fn truth<'a>(
        &'a self,
        operand: Operand,
        candles: CandleSlice<'a>,
        contexts: &'a [Context],
    ) -> Truth<'a> {
        match operand {
            Operand::Step(index) if self.steps[index].is_marked => Truth::Bits(&self.steps[index].column.bits),
            _ => Truth::Values(self.fetch(operand, candles, contexts)),
        }
    }
}

fn fetch<'a>(operand: Operand, steps: &'a [PlannedStep], candles: CandleSlice<'a>, contexts: &'a [Context]) -> Arg<'a> {
    match operand {
        Operand::Constant(value) => Arg::Constant(value),
        Operand::Open => Arg::Column(candles.open),
        Operand::High => Arg::Column(candles.high),
        Operand::Low => Arg::Column(candles.low),
        Operand::Close => Arg::Column(candles.close),
        Operand::Volume => Arg::Column(candles.volume),
        Operand::Step(index) => Arg::Column(&steps[index].column.values[..candles.len()]),
        Operand::Aligned { context, output } => Arg::Column(contexts[context].aligned(output)),
    }
}
