//! Reads rules off the columns of a plan: what is decided at the close of each candle.

use std::ops::Range;

use market::CandleSlice;

use crate::compile::Part;
use crate::file::Expressions;
use crate::plan::{Arg, Context, Needs, Operand, Plan};
use crate::strategy::{Act, Decision};

/// A value, and since when it means something.
pub(crate) struct Watched {
    pub(crate) operand: Operand,
    is_condition: bool,
    needs: Needs,
    /// For each context it needs, the base candle at which that was first warm.
    context_warm: Vec<Option<usize>>,
    warm: bool,
}

impl Watched {
    pub(crate) fn new(part: &Part) -> Self {
        let context_warm = vec![None; part.needs.contexts.len()];
        let (operand, is_condition, needs) = (part.operand, part.is_condition, part.needs.clone());
        Watched { operand, is_condition, needs, context_warm, warm: false }
    }

    pub(crate) fn is_condition(&self) -> bool {
        self.is_condition
    }

    /// Whether it is warm at base candle `candle`, the one at `index` of the block.
    pub(crate) fn is_warm(&mut self, candle: usize, index: usize, contexts: &[Context]) -> bool {
        if self.warm {
            return true;
        }
        self.warm = candle >= self.needs.lookback;
        for (need, first) in self.needs.contexts.iter().zip(&mut self.context_warm) {
            if first.is_none() && contexts[need.context].seen(index) > need.lookback {
                *first = Some(candle);
            }
            self.warm &= first.is_some_and(|first| candle >= first + need.later);
        }
        self.warm
    }
}

/// The rules of a strategy, and the distances of its levels.
pub(crate) struct Rules {
    /// `long.enter`, `long.exit`, `short.enter`, `short.exit`.
    rules: [Option<Watched>; 4],
    /// `stop`, `take`, `trail`.
    distances: [Option<Operand>; 3],
}

/// A block of candles that a plan ran over, and how many candles were before it.
#[derive(Clone, Copy)]
pub(crate) struct Block<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) contexts: &'a [Context],
    pub(crate) candles: CandleSlice<'a>,
    pub(crate) seen: usize,
}

impl<'a> Block<'a> {
    fn fetch(&self, operand: Operand) -> Arg<'a> {
        self.plan.fetch(operand, self.candles, self.contexts)
    }
}

/// Candles that are looked at together for a rule that is true: a bit for each.
const CHUNK: usize = 64;

impl Rules {
    pub(crate) fn new(expressions: &Expressions) -> Self {
        Rules {
            rules: expressions.rules.each_ref().map(|rule| rule.as_ref().map(Watched::new)),
            distances: expressions.distances.each_ref().map(|distance| distance.as_ref().map(|part| part.operand)),
        }
    }

    /// The decision at each candle of the block.
    pub(crate) fn decide(&mut self, block: Block<'_>, decisions: &mut Vec<Decision>) {
        let (conditions, distances) = self.fetch(block);
        for index in 0..block.candles.len() {
            decisions.push(decision(self.fires(block, &conditions, index), &distances, index));
        }
    }

    /// The decisions of the block that want something; their candles are counted on from `start`.
    pub(crate) fn act(&mut self, block: Block<'_>, start: usize, acts: &mut Vec<Act>) {
        let (conditions, distances) = self.fetch(block);
        let length = block.candles.len();
        let mut from = 0;
        while from < length {
            let to = (from + CHUNK).min(length);
            // A rule that is not warm has to be asked at each candle: it notes when it gets so.
            let is_warm = self.rules.iter().flatten().all(|rule| rule.warm);
            let mut holds = if is_warm { holds(&conditions, &(from..to)) } else { !0 >> (CHUNK - (to - from)) };
            while holds != 0 {
                let index = from + holds.trailing_zeros() as usize;
                holds &= holds - 1;
                let fires = self.fires(block, &conditions, index);
                if fires != [false; 4] {
                    acts.push(Act { index: start + index, decision: decision(fires, &distances, index) });
                }
            }
            from = to;
        }
    }

    /// Everything that is read at a candle.
    pub(crate) fn operands(&self) -> Vec<Operand> {
        let rules = self.rules.iter().flatten().map(|rule| rule.operand);
        rules.chain(self.distances.iter().flatten().copied()).collect()
    }

    fn fetch<'a>(&self, block: Block<'a>) -> ([Option<Arg<'a>>; 4], [Option<Arg<'a>>; 3]) {
        let conditions = self.rules.each_ref().map(|rule| rule.as_ref().map(|rule| block.fetch(rule.operand)));
        let distances = self.distances.map(|distance| distance.map(|distance| block.fetch(distance)));
        (conditions, distances)
    }

    /// Which rules are true at a candle.
    fn fires(&mut self, block: Block<'_>, conditions: &[Option<Arg<'_>>; 4], index: usize) -> [bool; 4] {
        let candle = block.seen + index;
        let mut fires = [false; 4];
        for ((fires, rule), condition) in fires.iter_mut().zip(&mut self.rules).zip(conditions) {
            let (Some(rule), Some(condition)) = (rule, condition) else { continue };
            *fires = rule.is_warm(candle, index, block.contexts) && condition.at(index) > 0.0;
        }
        fires
    }
}

/// The decision at a candle at which these rules are true.
fn decision(fires: [bool; 4], distances: &[Option<Arg<'_>>; 3], index: usize) -> Decision {
    let distance = |which: usize| distances[which].map_or(f64::NAN, |distance| distance.at(index));
    Decision {
        long_enter: fires[0],
        long_exit: fires[1],
        short_enter: fires[2],
        short_exit: fires[3],
        stop: distance(0),
        take: distance(1),
        trail: distance(2),
    }
}

/// A bit for each candle at which one of the conditions, which are 1 and 0, holds; the first is the lowest.
/// What is unknown counts as one: whoever asks at that candle finds out.
fn holds(conditions: &[Option<Arg<'_>>; 4], candles: &Range<usize>) -> u64 {
    let mut columns = [[].as_slice(); 4];
    let mut count = 0;
    for condition in conditions.iter().flatten() {
        match condition {
            Arg::Column(column) => {
                columns[count] = &column[candles.clone()];
                count += 1;
            }
            Arg::Constant(value) if *value != 0.0 => return !0 >> (CHUNK - candles.len()),
            Arg::Constant(_) => {}
        }
    }
    let [a, b, c, d] = columns;
    match count {
        0 => 0,
        1 => bits([a]),
        2 => bits([a, b]),
        3 => bits([a, b, c]),
        _ => bits([a, b, c, d]),
    }
}

/// Candles whose bits are added up together: a double holds the sum.
const HALF: usize = 32;

/// The bits of 1.0.
const ONE: u64 = 0x3ff0_0000_0000_0000;

/// 2⁵²: from here on every double is a whole number.
const WHOLE: f64 = 4_503_599_627_370_496.0;

/// The powers of two.
static POWERS: [f64; HALF] = {
    let mut powers = [1.0; HALF];
    let mut index = 1;
    while index < HALF {
        powers[index] = 2.0 * powers[index - 1];
        index += 1;
    }
    powers
};

/// A bit for each row of columns of ones and zeros, at most [`CHUNK`] rows: whether there is a one.
///
/// Ones times powers of two, added up: the sum has the bits. In lanes that do not wait for each other.
fn bits<const COLUMNS: usize>(columns: [&[f64]; COLUMNS]) -> u64 {
    let rows = columns[0].len();
    let mut bits = 0;
    for start in (0..rows).step_by(HALF) {
        let half = columns.map(|column| &column[start..rows.min(start + HALF)]);
        let mut lanes = [0.0; 8];
        for (index, powers) in POWERS.as_chunks::<8>().0.iter().enumerate() {
            let Some(eight) = eight(half, 8 * index) else { break };
            for lane in 0..8 {
                let any = eight.iter().fold(0, |any, values| any | values[lane].to_bits()) & ONE;
                lanes[lane] += f64::from_bits(any) * powers[lane];
            }
        }
        let [a, b, c, d, e, f, g, h] = lanes;
        // With this added, the lowest bits of the double are those of the sum.
        let sum = ((a + b) + (c + d)) + ((e + f) + (g + h)) + WHOLE;
        bits |= (sum.to_bits() & u64::from(u32::MAX)) << start;
        for row in rows.min(start + HALF) & !7..rows.min(start + HALF) {
            let any = columns.iter().fold(0, |any, column| any | column[row].to_bits());
            bits |= u64::from(any & ONE != 0) << row;
        }
    }
    bits
}

/// Eight rows from `start` on, where there are as many.
fn eight<const COLUMNS: usize>(columns: [&[f64]; COLUMNS], start: usize) -> Option<[&[f64; 8]; COLUMNS]> {
    if columns[0].len() < start + 8 {
        return None;
    }
    let mut rows = [&[0.0; 8]; COLUMNS];
    for (rows, column) in rows.iter_mut().zip(columns) {
        *rows = column[start..].first_chunk()?;
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_row_with_a_one_has_its_bit(
            rows in prop::collection::vec(prop::array::uniform4(prop::sample::select(vec![0.0, 0.0, 1.0, f64::NAN])), 1..=CHUNK),
        ) {
            let columns: [Vec<f64>; 4] = std::array::from_fn(|which| rows.iter().map(|row| row[which]).collect());
            for count in 0..=4 {
                let mut conditions = [None; 4];
                for (condition, column) in conditions.iter_mut().zip(&columns).take(count) {
                    *condition = Some(Arg::Column(column));
                }
                let expected = rows.iter().enumerate().fold(0, |bits, (index, row)| {
                    bits | u64::from(row[..count].iter().any(|value| *value != 0.0)) << index
                });
                prop_assert_eq!(holds(&conditions, &(0..rows.len())), expected);
            }
        }
    }

    #[test]
    fn constants_hold_everywhere_or_nowhere() {
        let hold = |value| holds(&[Some(Arg::Constant(value)), None, None, None], &(0..10));
        assert_eq!((hold(1.0), hold(0.0)), (0b11_1111_1111, 0));
    }
}
