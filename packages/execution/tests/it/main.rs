//! Tests of the fill rules as a whole: real trades, laws, and rules one by one.

mod laws;
mod oracles;
mod portfolio;
mod rules;

use market::{CandleSource, Candles, SourceError, Symbol, Timeframe};
use strategy::Size;

use execution::{Ambiguity, FeeChargedIn, Market, Settings};

/// Candles in memory, a series for each timeframe.
struct Memory(Vec<(Timeframe, Candles)>);

impl Memory {
    fn series(&self, timeframe: Timeframe) -> &Candles {
        &self.0.iter().find(|(known, _)| *known == timeframe).expect("the series is there").1
    }
}

impl CandleSource for Memory {
    fn candles(
        &self,
        _: &Symbol,
        timeframe: Timeframe,
        from_ms: Option<i64>,
        to_ms: Option<i64>,
    ) -> Result<Candles, SourceError> {
        let candles = self.series(timeframe);
        let at = |time: Option<i64>, missing| time.map_or(missing, |time| candles.index_at_or_after(time));
        let range = candles.slice(at(from_ms, 0)..at(to_ms, candles.len()).max(at(from_ms, 0)));
        Ok((0..range.len()).map(|index| range.get(index)).collect())
    }

    fn open_time_before(
        &self,
        _: &Symbol,
        timeframe: Timeframe,
        before_ms: i64,
        n: usize,
    ) -> Result<Option<i64>, SourceError> {
        let candles = self.series(timeframe);
        let end = candles.index_at_or_after(before_ms);
        Ok((end > 0).then(|| candles.open_time_ms[end.saturating_sub(n)]))
    }
}

fn symbol() -> Symbol {
    "BTC/USDT".parse().expect("a symbol")
}

/// 10,000 in cash, all of it in, no fees, no slippage, no steps.
const PLAIN: Settings = Settings {
    cash: 10_000.0,
    size: Size::Equity(1.0),
    taker_fee: 0.0,
    maker_fee: 0.0,
    slippage: 0.0,
    fee_charged_in: FeeChargedIn::Quote,
    market: Market::Spot,
    tick: 0.0,
    lot: 0.0,
    min_quantity: 0.0,
    min_notional: 0.0,
    ambiguity: Ambiguity::Loss,
};
