//! What an account holds over candles in a row: all that its equity after each of them follows from.

use std::ops::Range;

/// Candles in a row after each of which an account holds the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// How many candles there are.
    pub candles: usize,
    /// Cash in quote.
    pub cash: f64,
    /// What is held in base, below zero where it is owed.
    pub quantity: f64,
    /// The price from which on what is held counts, in quote.
    pub from: f64,
}

impl Stretch {
    /// Equity after a candle that closes at this price, in quote.
    #[must_use]
    pub fn equity(&self, close: f64) -> f64 {
        self.cash + self.quantity * (close - self.from)
    }

    /// The lowest and the highest equity, of the lowest and the highest close: rounding keeps the order of what it
    /// rounds, so that equity never falls where the price rises, or never rises, to the last bit.
    #[must_use]
    pub fn range(&self, lowest: f64, highest: f64) -> (f64, f64) {
        let (at_lowest, at_highest) = (self.equity(lowest), self.equity(highest));
        if self.quantity < 0.0 { (at_highest, at_lowest) } else { (at_lowest, at_highest) }
    }
}

/// The stretches in order, each with the numbers of its candles.
pub fn numbered(stretches: &[Stretch]) -> impl Iterator<Item = (Range<usize>, &Stretch)> {
    stretches.iter().scan(0, |start, stretch| {
        let candles = *start..*start + stretch.candles;
        *start = candles.end;
        Some((candles, stretch))
    })
}

/// Where a run leaves what its account is worth.
pub(crate) trait Keep {
    /// Takes the next stretch, whose candles close at these prices.
    fn keep(&mut self, stretch: Stretch, closes: &[f64]);
}

/// Stretches as such.
impl Keep for Vec<Stretch> {
    fn keep(&mut self, stretch: Stretch, _: &[f64]) {
        self.push(stretch);
    }
}

/// Equity after each candle.
impl Keep for Vec<f64> {
    fn keep(&mut self, stretch: Stretch, closes: &[f64]) {
        match closes {
            [close] => self.push(stretch.equity(*close)),
            _ if stretch.quantity == 0.0 => self.extend(std::iter::repeat_n(stretch.cash, closes.len())),
            _ => self.extend(closes.iter().map(|close| stretch.equity(*close))),
        }
    }
}
