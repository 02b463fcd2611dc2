//! Candles in which an account does nothing: many at once, with the same result as one by one.

use std::ops::Range;

use market::{CandleSlice, Timeframe};
use strategy::{Act, Decision};

use crate::around::Around;
use crate::engine::Quote;
use crate::position::Position;
use crate::stretch::Keep;
use crate::{Engine, Stretch, Surroundings};

/// Candles whose mark prices are looked at together. Where the price that liquidates is among them, they go one by
/// one, so there must not be too many.
const LOOK_AHEAD: usize = 64;

impl Engine {
    /// Takes closed candles, and those of the decisions at their closes that want something; the same as
    /// [`Engine::step`] for each candle.
    pub fn run(&mut self, candles: CandleSlice<'_>, acts: &[Act]) {
        let mut equity = std::mem::take(&mut self.result.equity);
        self.run_keeping(candles, acts, &mut equity);
        self.result.equity = equity;
    }

    /// As [`Engine::run`], but instead of equity adds what it follows from to `stretches`.
    pub fn run_over(&mut self, candles: CandleSlice<'_>, acts: &[Act], stretches: &mut Vec<Stretch>) {
        self.run_keeping(candles, acts, stretches);
    }

    /// As [`Engine::run`], with what happens around the candles.
    pub fn run_in(
        &mut self,
        candles: CandleSlice<'_>,
        acts: &[Act],
        surroundings: &mut Surroundings,
        timeframe: Timeframe,
    ) {
        let mut equity = std::mem::take(&mut self.result.equity);
        self.run_keeping_in(candles, acts, (surroundings, timeframe), &mut equity);
        self.result.equity = equity;
    }

    /// As [`Engine::run_in`], but instead of equity adds what it follows from to `stretches`.
    pub fn run_over_in(
        &mut self,
        candles: CandleSlice<'_>,
        acts: &[Act],
        around: (&mut Surroundings, Timeframe),
        stretches: &mut Vec<Stretch>,
    ) {
        self.run_keeping_in(candles, acts, around, stretches);
    }

    fn run_keeping(&mut self, candles: CandleSlice<'_>, acts: &[Act], kept: &mut impl Keep) {
        let (mut at, mut acts) = (0, acts.iter().peekable());
        while at < candles.len() {
            let is_open = self.has_orders();
            if is_open {
                self.open(Quote { time_ms: candles.open_time_ms[at], price: candles.open[at] });
            }
            // As far as nothing but a decision at the last close happens.
            let until = acts.peek().map_or(candles.len(), |act| act.index + 1);
            let quiet = self.rest(&candles, at..until, kept);
            at += quiet;
            if at == until {
                if let Some(act) = acts.next() {
                    let last = at - 1;
                    let close = Quote { time_ms: candles.open_time_ms[last], price: candles.close[last] };
                    self.candle -= 1;
                    self.decide(close, &act.decision, self.stretch(1).equity(close.price));
                }
                continue;
            }
            let act = acts.next_if(|act| act.index == at);
            let (candle, decision) = (candles.get(at), act.map_or(Decision::NONE, |act| act.decision));
            if !(is_open && quiet == 0) {
                self.open(Quote::open(&candle));
            }
            kept.keep(self.close(&candle, &Around::NONE, &decision), &[candle.close]);
            at += 1;
        }
    }

    fn run_keeping_in(
        &mut self,
        candles: CandleSlice<'_>,
        acts: &[Act],
        (surroundings, timeframe): (&mut Surroundings, Timeframe),
        kept: &mut impl Keep,
    ) {
        let (mut at, mut acts) = (0, acts.iter().peekable());
        while at < candles.len() {
            let until = acts.peek().map_or(candles.len(), |act| act.index).clamp(at, at + LOOK_AHEAD);
            let quiet = surroundings.without_funding(&candles.open_time_ms[at..until], timeframe);
            if self.is_safe(&candles.open_time_ms[at..at + quiet], surroundings, timeframe) {
                at += self.rest(&candles, at..at + quiet, kept);
            }
            if at == candles.len() {
                return;
            }
            let (candle, act) = (candles.get(at), acts.next_if(|act| act.index == at));
            let around = surroundings.next(candle.open_time_ms, timeframe);
            self.begin(&candle, &around);
            let decision = act.map_or(Decision::NONE, |act| act.decision);
            kept.keep(self.close(&candle, &around, &decision), &[candle.close]);
            at += 1;
        }
    }

    /// Whether the mark price liquidates nothing in any of these candles.
    fn is_safe(&self, open_times_ms: &[i64], surroundings: &mut Surroundings, timeframe: Timeframe) -> bool {
        let Some(position) = self.position.as_ref().filter(|position| !position.liquidation.is_nan()) else {
            return true;
        };
        let (Some(&first_ms), Some(&last_ms)) = (open_times_ms.first(), open_times_ms.last()) else { return true };
        let (low, high) = surroundings.mark_range(first_ms, timeframe.next_open(last_ms));
        let (worst, _) = position.worst_and_best(low, high);
        !position.has_fallen_to(worst, position.liquidation)
    }

    /// Takes those of the first candles in which nothing happens; gives how many.
    fn rest(&mut self, candles: &CandleSlice<'_>, range: Range<usize>, kept: &mut impl Keep) -> usize {
        if range.is_empty() || self.has_orders() {
            return 0;
        }
        let mut quiet = range.len();
        if let Some(position) = &mut self.position {
            if let Some(bars) = self.orders.protection.max_bars {
                quiet = quiet.min((position.entry_candle + bars).saturating_sub(self.candle + 1));
            }
            if position.is_watched() {
                let watched = range.start..range.start + quiet;
                quiet = quiet_candles(position, &candles.low[watched.clone()], &candles.high[watched]);
            }
            self.result.bars_held += quiet;
        }
        if quiet > 0 {
            kept.keep(self.stretch(quiet), &candles.close[range.start..range.start + quiet]);
        }
        self.candle += quiet;
        quiet
    }
}

/// In how many of the first candles no level of the position is reached, nor the price that liquidates it; a trail
/// follows them.
fn quiet_candles(position: &mut Position, lows: &[f64], highs: &[f64]) -> usize {
    let mut prices = lows.iter().zip(highs);
    if position.levels.is_trailing() {
        let is_reached = |(low, high): (&f64, &f64)| {
            let (worst, best) = position.worst_and_best(*low, *high);
            let is_reached = position.has_fallen_to(worst, position.lost_at()) || position.has_risen_to(best);
            if !is_reached {
                position.levels.follow(best);
            }
            is_reached
        };
        return prices.position(is_reached).unwrap_or(lows.len());
    }
    let lost_at = position.lost_at();
    let is_reached = |(low, high): (&f64, &f64)| {
        let (worst, best) = position.worst_and_best(*low, *high);
        position.has_fallen_to(worst, lost_at) || position.has_risen_to(best)
    };
    prices.position(is_reached).unwrap_or(lows.len())
}
