//! The plan: the steps that turn candles into values, in order, equal ones once.
//!
//! The same steps run over blocks of candles in a backtest and over one candle at a time live. A step
//! carries its state from one call to the next and treats candles strictly in order, so the results are
//! the same bits however the candles are split.

mod align;
mod builder;
pub(crate) mod elementwise;
mod readers;
mod step;

use market::CandleSlice;

pub(crate) use align::Context;
pub(crate) use builder::{Builder, Info, Memory, Needs};
pub(crate) use readers::Readers;
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
    column: Vec<f64>,
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
            planned.step.run(&inputs, &mut planned.column[block]);
        }
    }

    /// The values of an operand over the block that ran last.
    pub(crate) fn fetch<'a>(&'a self, operand: Operand, candles: CandleSlice<'a>, contexts: &'a [Context]) -> Arg<'a> {
        fetch(operand, &self.steps, candles, contexts)
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
        Operand::Step(index) => Arg::Column(&steps[index].column[..candles.len()]),
        Operand::Aligned { context, output } => Arg::Column(contexts[context].aligned(output)),
    }
}
