//! A market from a seed: a random walk whose volatility wanders, the same candles whoever asks and whenever.
//!
//! Time is cut into blocks of candles. The price at the edge of a block is a weighted sum of dice
//! thrown for the blocks before it, which wanders but always returns; within a block the walk is
//! bent to meet the next edge. So any block can be made alone, however far from the first.

use market::{Candle, Candles, Timeframe};

use super::dice::Dice;
use crate::number::round_to;

/// Candles in a block.
pub(crate) const BLOCK_CANDLES: usize = 16_384;
/// Decimals of generated prices: a tick of 0.01.
pub(crate) const PRICE_DECIMALS: u32 = 2;
/// Decimals of generated volumes.
pub(crate) const VOLUME_DECIMALS: u32 = 5;

/// The price that the market returns to, in quote.
const HOME_PRICE: f64 = 30_000.0;
/// How long it takes to come back most of the way, days.
const RETURN_DAYS: f64 = 180.0;
/// Standard deviation of a day's return.
const DAILY_VOLATILITY: f64 = 0.025;
/// Standard deviation of the logarithm of volatility.
const VOLATILITY_SPREAD: f64 = 0.5;
/// How long a volatile or quiet phase lasts, days.
const PHASE_DAYS: f64 = 1.0;
/// How far wicks reach, in steps of the candle's own volatility.
const WICK: f64 = 0.6;
/// Volume of a middling day, in base.
const DAILY_VOLUME: f64 = 20_000.0;
/// Spread of the logarithm of volume.
const VOLUME_SPREAD: f64 = 0.5;
/// Dice older than this share of weight no longer move a price by a tick's worth of notice.
const LEAST_WEIGHT: f64 = 1e-3;
const DAY_MS: f64 = 86_400_000.0;

/// The rule that makes candles. A pure function of seed and timeframe.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Generator {
    seed: u64,
    timeframe: Timeframe,
}

impl Generator {
    /// A market of `timeframe` candles, a day long at most.
    pub(crate) fn new(seed: u64, timeframe: Timeframe) -> Self {
        debug_assert!(timeframe <= Timeframe::D1, "Invariant: longer candles do not open at multiples of their length");
        Generator { seed, timeframe }
    }

    /// The timeframe of the candles.
    pub(crate) fn timeframe(&self) -> Timeframe {
        self.timeframe
    }

    /// The candles of block `number`: those that open from `number` blocks after the Unix epoch on.
    pub(crate) fn block(&self, number: i64) -> Candles {
        let mut dice = Dice::new(self.seed, number);
        let steps = self.steps(&mut dice);
        let (from, to) = (self.edge(number), self.edge(number + 1));
        let walked: f64 = steps.iter().map(|step| step.log_return).sum();
        let bend = (to - from - walked) / BLOCK_CANDLES as f64;

        let mut log_price = from;
        let mut open = price(from);
        let mut open_time_ms = number * BLOCK_CANDLES as i64 * self.timeframe.longest_ms();
        let mut candles = Candles::with_capacity(BLOCK_CANDLES);
        for (index, step) in steps.iter().enumerate() {
            log_price = if index + 1 == BLOCK_CANDLES { to } else { log_price + step.log_return + bend };
            let close = price(log_price);
            candles.push(self.candle(open_time_ms, open, close, step, &mut dice));
            open_time_ms += self.timeframe.longest_ms();
            open = close;
        }
        candles
    }

    fn candle(&self, open_time_ms: i64, open: f64, close: f64, step: &Step, dice: &mut Dice) -> Candle {
        let mut wick = || WICK * step.volatility * dice.normal().abs();
        let high = round_to(open.max(close) * wick().exp(), PRICE_DECIMALS);
        let low = round_to(open.min(close) * (-wick()).exp(), PRICE_DECIMALS);
        let liveliness = 0.5 + step.log_return.abs() / self.volatility();
        let volume = DAILY_VOLUME * self.days() * liveliness * (VOLUME_SPREAD * dice.normal()).exp();
        let volume = round_to(volume, VOLUME_DECIMALS).max(0.000_01);
        Candle { open_time_ms, open, high: high.max(open).max(close), low: low.min(open).min(close), close, volume }
    }

    /// The walk of a block before it is bent: volatility wanders, returns follow it.
    fn steps(&self, dice: &mut Dice) -> Vec<Step> {
        let memory = (-self.days() / PHASE_DAYS).exp();
        let surprise = VOLATILITY_SPREAD * (1.0 - memory * memory).sqrt();
        let mut mood = VOLATILITY_SPREAD * dice.normal();
        let mut step = || {
            mood = memory * mood + surprise * dice.normal();
            let volatility = self.volatility() * mood.exp();
            Step { volatility, log_return: volatility * dice.normal() }
        };
        (0..BLOCK_CANDLES).map(|_| step()).collect()
    }

    /// The logarithm of the price at the start of block `number`.
    fn edge(&self, number: i64) -> f64 {
        let memory = (-self.days() * BLOCK_CANDLES as f64 / RETURN_DAYS).exp();
        let spread = DAILY_VOLATILITY * (RETURN_DAYS / 2.0).sqrt() * (1.0 - memory * memory).sqrt();
        let (mut log_price, mut weight, mut block) = (HOME_PRICE.ln(), 1.0, number);
        while weight > LEAST_WEIGHT {
            log_price += weight * spread * Dice::new(!self.seed, block).normal();
            weight *= memory;
            block -= 1;
        }
        log_price
    }

    /// The length of a candle, days.
    fn days(&self) -> f64 {
        self.timeframe.longest_ms() as f64 / DAY_MS
    }

    /// Standard deviation of a middling candle's return.
    fn volatility(&self) -> f64 {
        DAILY_VOLATILITY * self.days().sqrt()
    }
}

struct Step {
    /// Standard deviation of the step's return.
    volatility: f64,
    /// Change of the logarithm of the price.
    log_return: f64,
}

fn price(log_price: f64) -> f64 {
    round_to(log_price.exp(), PRICE_DECIMALS).max(0.01)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_is_made_of_good_candles_that_continue_each_other() {
        for timeframe in [Timeframe::S1, Timeframe::M1, Timeframe::H1, Timeframe::D1] {
            let generator = Generator::new(7, timeframe);
            let (first, second) = (generator.block(2), generator.block(3));
            for candle in first.iter() {
                candle.check(timeframe).unwrap();
            }
            assert_eq!(first.close.last(), second.open.first(), "{timeframe}");
            assert_eq!(timeframe.next_open(first.open_time_ms[BLOCK_CANDLES - 1]), second.open_time_ms[0]);
        }
    }

    #[test]
    fn a_seed_gives_the_same_candles_and_another_seed_others() {
        let block = |seed| Generator::new(seed, Timeframe::M1).block(1_700);
        assert_eq!(block(7), block(7));
        assert_ne!(block(7), block(8));
    }

    #[test]
    fn the_market_is_plausible() {
        let candles = Generator::new(7, Timeframe::H1).block(29);
        let returns: Vec<f64> = candles.iter().map(|candle| (candle.close / candle.open).ln()).collect();
        let deviation = (returns.iter().map(|r| r * r).sum::<f64>() / returns.len() as f64).sqrt();
        let daily = deviation * 24_f64.sqrt();
        assert!((0.01..0.06).contains(&daily), "a day's deviation is {daily}");
        let (low, high) =
            (candles.low.iter().copied().fold(f64::MAX, f64::min), candles.high.iter().copied().fold(0.0, f64::max));
        assert!(low > HOME_PRICE / 10.0 && high < HOME_PRICE * 10.0, "{low} to {high}");
    }
}
