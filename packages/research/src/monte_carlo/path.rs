//! One equity curve, step by step.

/// Equity as a multiple of what it began with, its highest value, and the deepest fall from there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path {
    pub(super) equity: f64,
    peak: f64,
    /// The lowest share of a peak that was left.
    left: f64,
}

impl Path {
    /// Before the first step.
    pub(super) const START: Self = Self { equity: 1.0, peak: 1.0, left: 1.0 };

    /// A step with this return on the equity. An account cannot fall below nothing, and stays there.
    pub(super) fn take(&mut self, share: f64) {
        self.equity = (self.equity * (1.0 + share)).max(0.0);
        if self.equity > self.peak {
            self.peak = self.equity;
        } else if self.equity < self.left * self.peak {
            self.left = self.equity / self.peak;
        }
    }

    /// The deepest fall below a peak, the begin being the first: a share from -1 to 0.
    pub(super) fn max_drawdown(&self) -> f64 {
        self.left - 1.0
    }
}

/// What the steps came to in the order in which they were: equity as a multiple of what it began with, and the deepest
/// fall below a peak after each step, a share from -1 to 0. To be compared with what came of drawing them again.
#[must_use]
pub fn as_it_was(returns: &[f64]) -> (f64, f64) {
    let mut path = Path::START;
    returns.iter().for_each(|share| path.take(*share));
    (path.equity, path.max_drawdown())
}
