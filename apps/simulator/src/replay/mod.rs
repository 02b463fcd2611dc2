//! The replayed market: base candles and a virtual now give klines of any longer timeframe. Pure.

mod bar;
mod dice;
mod file;
mod folding;
mod generate;
mod path;
mod tape;

use market::{Symbol, Timeframe};

pub(crate) use bar::Bar;
pub(crate) use dice::Dice;
pub(crate) use file::read_candles;
pub(crate) use folding::Folding;
pub(crate) use generate::Generator;
pub(crate) use tape::Tape;

use path::Path;

/// Decimals of a market's prices and volumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimals {
    /// Of prices: the tick is one unit of the last.
    pub(crate) price: u32,
    /// Of volumes in base: the lot is one unit of the last.
    pub(crate) volume: u32,
}

impl Decimals {
    /// Those of a generated market.
    pub(crate) const GENERATED: Decimals =
        Decimals { price: generate::PRICE_DECIMALS, volume: generate::VOLUME_DECIMALS };
}

/// One symbol's market at every moment of virtual time.
#[derive(Debug)]
pub(crate) struct Market {
    /// Symbol in ccxt's notation.
    pub(crate) symbol: Symbol,
    /// Timeframe of the base candles.
    pub(crate) timeframe: Timeframe,
    /// How prices and volumes are written.
    pub(crate) decimals: Decimals,
    tape: Tape,
    path: Path,
}

/// Which bars are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    /// Open times from here on, Unix milliseconds.
    pub(crate) start_ms: Option<i64>,
    /// Open times up to here, this one included, Unix milliseconds.
    pub(crate) end_ms: Option<i64>,
    /// At most so many: the oldest when there is a start, else the newest.
    pub(crate) limit: usize,
}

impl Market {
    /// A market of `tape`, whose candles form as finely as `speed` lets one see.
    pub(crate) fn new(symbol: Symbol, timeframe: Timeframe, tape: Tape, decimals: Decimals, speed: f64) -> Self {
        let path = Path::new(timeframe, speed, decimals.price, decimals.volume);
        Market { symbol, timeframe, decimals, tape, path }
    }

    /// The exchange's own name for the symbol: `BTCUSDT`.
    pub(crate) fn venue_symbol(&self) -> String {
        format!("{}{}", self.symbol.base(), self.symbol.quote()).to_uppercase()
    }

    /// When the first candle opens, Unix milliseconds; `None` when there is none.
    pub(crate) fn first_open_ms(&self) -> Option<i64> {
        Some(self.tape.get(self.tape.first_index())?.open_time_ms)
    }

    /// When the last candle closes, Unix milliseconds; `None` for a market that goes on for ever.
    pub(crate) fn end_ms(&self) -> Option<i64> {
        self.tape.end_ms(self.timeframe)
    }

    /// Lets a stored market end quietly: candles without a trade follow, up to the one that is forming at `to_ms`.
    pub(crate) fn trail_off(&mut self, to_ms: i64) {
        let Tape::Stored(candles) = &mut self.tape else { return };
        let Some(last) = candles.iter().last() else { return };
        let mut open_time_ms = self.timeframe.next_open(last.open_time_ms);
        while open_time_ms <= to_ms {
            let price = last.close;
            candles.push(market::Candle {
                open_time_ms,
                open: price,
                high: price,
                low: price,
                close: price,
                volume: 0.0,
            });
            open_time_ms = self.timeframe.next_open(open_time_ms);
        }
    }

    /// The virtual time at which the first half of a stored market has closed.
    pub(crate) fn half_ms(&self) -> Option<i64> {
        let Tape::Stored(candles) = &self.tape else { return None };
        let last_of_half = candles.len().div_ceil(2).checked_sub(1)?;
        Some(self.timeframe.next_open(candles.open_time_ms[last_of_half]))
    }

    /// Whether base candles fold into `timeframe` without being cut: every open of it is one of theirs.
    pub(crate) fn offers(&self, timeframe: Timeframe) -> bool {
        let (base, wanted) = (self.timeframe, timeframe);
        let calendar = matches!(wanted, Timeframe::W1 | Timeframe::Month1);
        wanted == base
            || (wanted > base && calendar && base <= Timeframe::D1)
            || (wanted > base && !calendar && wanted.longest_ms() % base.longest_ms() == 0)
    }

    /// The timeframes on offer, shortest first.
    pub(crate) fn timeframes(&self) -> impl Iterator<Item = Timeframe> + '_ {
        Timeframe::ALL.into_iter().filter(|&timeframe| self.offers(timeframe))
    }

    /// The bars of `timeframe` that `range` asks for, as they are at `now_ms`, oldest first.
    /// The last one may still be forming.
    pub(crate) fn bars(&self, timeframe: Timeframe, range: Range, now_ms: i64) -> Vec<Bar> {
        let last_ms = range.end_ms.map_or(now_ms, |end_ms| end_ms.min(now_ms));
        match range.start_ms {
            Some(start_ms) => self.oldest(timeframe, start_ms, last_ms, range.limit, now_ms),
            None => self.newest(timeframe, last_ms, range.limit, now_ms),
        }
    }

    fn oldest(&self, timeframe: Timeframe, start_ms: i64, last_ms: i64, limit: usize, now_ms: i64) -> Vec<Bar> {
        if timeframe == self.timeframe {
            // Nothing is to be folded, and pages of a long history are asked for one after the other.
            let all = (self.tape.index_at_or_after(start_ms)..).map_while(|index| self.base_bar(index, now_ms));
            let wanted = all.map(|(bar, _)| bar).take_while(|bar| bar.candle.open_time_ms <= last_ms);
            return wanted.take(limit).collect();
        }
        let mut bars = Vec::new();
        let mut index = self.tape.index_at_or_after(start_ms);
        while bars.len() < limit {
            let Some(candle) = self.tape.get(index) else { break };
            let open_ms = timeframe.open_of(candle.open_time_ms);
            if open_ms > last_ms || candle.open_time_ms > now_ms {
                break;
            }
            if open_ms >= start_ms {
                bars.extend(self.bar(timeframe, open_ms, now_ms));
            }
            index = self.tape.index_at_or_after(timeframe.next_open(open_ms));
        }
        bars
    }

    fn newest(&self, timeframe: Timeframe, last_ms: i64, limit: usize, now_ms: i64) -> Vec<Bar> {
        let mut bars = Vec::new();
        // The bar that opened at or before the last wanted time may hold candles after it.
        let mut before_ms = timeframe.next_open(timeframe.open_of(last_ms));
        while bars.len() < limit {
            let Some(candle) = self.candle_at_or_before((before_ms - 1).min(now_ms)) else { break };
            before_ms = timeframe.open_of(candle.open_time_ms);
            bars.extend(self.bar(timeframe, before_ms, now_ms));
        }
        bars.reverse();
        bars
    }

    /// The bar of `timeframe` that opens at `open_ms` as it is at `now_ms`; `None` when it has no candle yet.
    pub(crate) fn bar(&self, timeframe: Timeframe, open_ms: i64, now_ms: i64) -> Option<Bar> {
        Folding::new(timeframe).at(self, open_ms, now_ms)
    }

    /// The base candle at `index` as a bar, as it is at `now_ms`, and whether it has closed; `None` before it opens.
    fn base_bar(&self, index: usize, now_ms: i64) -> Option<(Bar, bool)> {
        let candle = self.tape.get(index).filter(|candle| candle.open_time_ms <= now_ms)?;
        let close_ms = self.timeframe.next_open(candle.open_time_ms);
        if close_ms <= now_ms {
            return Some((Bar::of(candle, index, 1.0), true));
        }
        let (formed, share) = self.path.forming(&candle, close_ms, now_ms);
        Some((Bar::of(formed, index, share), false))
    }

    /// The price of the last trade at `now_ms`; `None` before the first candle.
    pub(crate) fn last_price(&self, now_ms: i64) -> Option<f64> {
        let index = self.tape.index_at_or_before(now_ms)?;
        Some(self.base_bar(index, now_ms)?.0.candle.close)
    }

    /// All base candles that opened after `after_ms`, as one bar; `None` when there is none.
    pub(crate) fn fold_since(&self, after_ms: i64, now_ms: i64) -> Option<Bar> {
        let first = self.tape.index_at_or_after(after_ms.saturating_add(1));
        let mut bars = (first..).map_while(|index| self.base_bar(index, now_ms)).map(|(bar, _)| bar);
        let mut sum = bars.next()?;
        bars.for_each(|bar| sum.add(&bar, self.decimals.volume));
        Some(sum)
    }

    /// Whether a base candle is forming at `time_ms`: not so in a hole, nor after the end.
    pub(crate) fn is_forming(&self, time_ms: i64) -> bool {
        let candle = self.candle_at_or_before(time_ms);
        candle.is_some_and(|candle| time_ms < self.timeframe.next_open(candle.open_time_ms))
    }

    /// The next moment after `after_ms` at which a bar of any timeframe opens, changes or closes.
    pub(crate) fn next_moment(&self, after_ms: i64) -> Option<i64> {
        let next_open_ms = self.tape.get(self.tape.index_at_or_after(after_ms + 1)).map(|candle| candle.open_time_ms);
        let Some(current) = self.candle_at_or_before(after_ms) else { return next_open_ms };
        let close_ms = self.timeframe.next_open(current.open_time_ms);
        if after_ms < close_ms {
            return Some(self.path.next_step_ms(current.open_time_ms, close_ms, after_ms));
        }
        // In a hole longer bars that hold the last candle still close on time.
        let closes = self.timeframes().map(|timeframe| timeframe.next_open(timeframe.open_of(current.open_time_ms)));
        closes.filter(|&close_ms| close_ms > after_ms).chain(next_open_ms).min()
    }

    fn candle_at_or_before(&self, time_ms: i64) -> Option<market::Candle> {
        self.tape.get(self.tape.index_at_or_before(time_ms)?)
    }
}

#[cfg(test)]
mod tests;
