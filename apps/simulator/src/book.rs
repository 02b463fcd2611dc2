//! A plausible order book around the last price: candles do not say what it was.

use crate::number::{round_to, step};
use crate::replay::{Decimals, Dice};

/// Levels on either side.
pub(crate) const MOST_LEVELS: usize = 100;
/// Sizes are up to so much of the base asset.
const LARGEST_SIZE: f64 = 5.0;

/// A price and how much of the base asset stands there.
pub(crate) type Level = (f64, f64);

/// Bids, best first, and asks, best first, at virtual `time_ms` around `last_price`.
pub(crate) fn levels(last_price: f64, time_ms: i64, decimals: Decimals, count: usize) -> (Vec<Level>, Vec<Level>) {
    let (tick, lot) = (step(decimals.price), step(decimals.volume));
    let mut dice = Dice::new(last_price.to_bits(), time_ms);
    let mut size = || {
        let share = (dice.bits() % 1_000 + 1) as f64 / 1_000.0;
        round_to(LARGEST_SIZE * share, decimals.volume).max(lot)
    };
    let mut side = |direction: f64| -> Vec<Level> {
        let price = |level: usize| round_to(last_price + direction * tick * level as f64, decimals.price);
        (1..=count.min(MOST_LEVELS)).map(|level| (price(level), size())).filter(|&(price, _)| price > 0.0).collect()
    };
    (side(-1.0), side(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_stands_around_the_last_price() {
        let decimals = Decimals { price: 2, volume: 5 };
        let (bids, asks) = levels(100.0, 1, decimals, 3);
        assert_eq!(bids.iter().map(|level| level.0).collect::<Vec<_>>(), [99.99, 99.98, 99.97]);
        assert_eq!(asks.iter().map(|level| level.0).collect::<Vec<_>>(), [100.01, 100.02, 100.03]);
        assert!(bids.iter().chain(&asks).all(|level| level.1 > 0.0));
        assert_eq!(levels(0.01, 1, decimals, 3).0, []);
    }
}
