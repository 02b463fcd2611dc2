//! Candles in which an account does nothing: many at once, with the same result as one by one.

use std::ops::Range;

use market::{CandleSlice, Timeframe};
use strategy::{Act, Decision};

use crate::around::Around;
use crate::engine::Quote;
use crate::position::Position;
use crate::{Engine, Surroundings};

/// Candles whose mark prices are looked at together. Where the price that liquidates is among them, they go one by
/// one, so there must not be too many.
const LOOK_AHEAD: usize = 64;

impl Engine {
    /// Takes closed candles, and those of the decisions at their closes that want something; the same as
    /// [`Engine::step`] for each candle.
    pub fn run(&mut self, candles: CandleSlice<'_>, acts: &[Act]) {
        let (mut at, mut acts) = (0, acts.iter().peekable());
        while at < candles.len() {
            let is_open = self.has_orders();
            if is_open {
                self.open(Quote { time_ms: candles.open_time_ms[at], price: candles.open[at] });
            }
            // As far as nothing but a decision at the last close happens.
            let until = acts.peek().map_or(candles.len(), |act| act.index + 1);
            let quiet = self.rest(&candles, at..until);
            at += quiet;
            if at == until {
                if let Some(act) = acts.next() {
                    let last = at - 1;
                    let close = Quote { time_ms: candles.open_time_ms[last], price: candles.close[last] };
                    self.decide_at_last(close, &act.decision);
                }
                continue;
            }
            let act = acts.next_if(|act| act.index == at);
            let (candle, decision) = (candles.get(at), act.map_or(Decision::NONE, |act| act.decision));
            if is_open && quiet == 0 {
                self.close(&candle, &Around::NONE, &decision);
            } else {
                self.step(&candle, &decision);
            }
            at += 1;
        }
    }

    /// Decides at the close of the last candle that was taken.
    fn decide_at_last(&mut self, close: Quote, decision: &Decision) {
        let Some(&equity) = self.result.equity.last() else { return };
        self.candle -= 1;
        self.decide(close, decision, equity);
    }

    /// As [`Engine::run`], with what happens around the candles.
    pub fn run_in(
        &mut self,
        candles: CandleSlice<'_>,
        acts: &[Act],
        surroundings: &mut Surroundings,
        timeframe: Timeframe,
    ) {
        let (mut at, mut acts) = (0, acts.iter().peekable());
        while at < candles.len() {
            let until = acts.peek().map_or(candles.len(), |act| act.index).clamp(at, at + LOOK_AHEAD);
            let quiet = surroundings.without_funding(&candles.open_time_ms[at..until], timeframe);
            if self.is_safe(&candles.open_time_ms[at..at + quiet], surroundings, timeframe) {
                at += self.rest(&candles, at..at + quiet);
            }
            if at == candles.len() {
                return;
            }
            let (candle, act) = (candles.get(at), acts.next_if(|act| act.index == at));
            let around = surroundings.next(candle.open_time_ms, timeframe);
            self.step_in(&candle, &around, &act.map_or(Decision::NONE, |act| act.decision));
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
    fn rest(&mut self, candles: &CandleSlice<'_>, range: Range<usize>) -> usize {
        if range.is_empty() || self.has_orders() {
            return 0;
        }
        let (cash, candle) = (self.cash, self.candle);
        let Some(position) = &mut self.position else {
            self.candle += range.len();
            self.result.equity.extend(std::iter::repeat_n(cash, range.len()));
            return range.len();
        };
        let most = self
            .orders
            .protection
            .max_bars
            .map_or(range.len(), |bars| (position.entry_candle + bars).saturating_sub(candle + 1).min(range.len()));
        let watched = range.start..range.start + most;
        let quiet = quiet(position, &candles.low[watched.clone()], &candles.high[watched]);
        let closes = &candles.close[range.start..range.start + quiet];
        position.add_worth(cash, closes, &mut self.result.equity);
        self.result.bars_held += quiet;
        self.candle += quiet;
        quiet
    }
}

/// In how many of the first candles no level of the position is reached, nor the price that liquidates it; a trail
/// follows them.
fn quiet(position: &mut Position, lows: &[f64], highs: &[f64]) -> usize {
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
    if lost_at.is_nan() && position.levels.take.is_nan() {
        return lows.len();
    }
    let is_reached = |(low, high): (&f64, &f64)| {
        let (worst, best) = position.worst_and_best(*low, *high);
        position.has_fallen_to(worst, lost_at) || position.has_risen_to(best)
    };
    prices.position(is_reached).unwrap_or(lows.len())
}
