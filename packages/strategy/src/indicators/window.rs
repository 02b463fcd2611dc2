//! What window functions share: the last n values, and a sum over them that does not drift.

/// The last n values, oldest out first.
pub(super) struct Ring {
    values: Vec<f64>,
    at: usize,
    filled: usize,
}

impl Ring {
    pub(super) fn new(n: usize) -> Self {
        Ring { values: vec![0.0; n], at: 0, filled: 0 }
    }

    /// Puts a value in; gives the one that falls out, once the window is full.
    pub(super) fn push(&mut self, value: f64) -> Option<f64> {
        let old = std::mem::replace(&mut self.values[self.at], value);
        self.at += 1;
        if self.at == self.values.len() {
            self.at = 0;
        }
        if self.filled == self.values.len() {
            return Some(old);
        }
        self.filled += 1;
        None
    }

    pub(super) fn is_full(&self) -> bool {
        self.filled == self.values.len()
    }
}

/// A sum to which values are added and from which they are taken, exact to twice a double's digits.
///
/// The rounding error of every addition is kept beside the sum (Knuth's two-sum), so that nothing drifts
/// over millions of candles, and the result does not depend on where the history starts.
#[derive(Default, Clone, Copy)]
pub(super) struct ExactSum {
    sum: f64,
    error: f64,
}

impl ExactSum {
    pub(super) fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let back = sum - self.sum;
        self.error += (self.sum - (sum - back)) + (value - back);
        self.sum = sum;
    }

    pub(super) fn value(&self) -> f64 {
        self.sum + self.error
    }

    /// The sum over n, rounded once: the mean of equal values is that value.
    pub(super) fn mean(&self, n: f64) -> f64 {
        let quotient = self.sum / n;
        quotient + (remainder(self.sum, quotient, n) + self.error) / n
    }
}

/// sum − quotient · n without rounding, by splitting the quotient into halves whose products are exact
/// (Veltkamp and Dekker; n is a whole number below 2^26).
fn remainder(sum: f64, quotient: f64, n: f64) -> f64 {
    const SPLIT: f64 = 134_217_729.0; // 2^27 + 1
    let shifted = quotient * SPLIT;
    let high = shifted - (shifted - quotient);
    let low = quotient - high;
    let product = quotient * n;
    let product_error = (high * n - product) + low * n;
    (sum - product) - product_error
}

/// The sum of the last n values; unknown while one of them is.
pub(super) struct WindowSum {
    ring: Ring,
    sum: ExactSum,
    unknown: usize,
    n: f64,
}

impl WindowSum {
    pub(super) fn new(n: usize) -> Self {
        WindowSum { ring: Ring::new(n), sum: ExactSum::default(), unknown: 0, n: n as f64 }
    }

    /// Takes the next value.
    pub(super) fn push(&mut self, value: f64) {
        if value.is_finite() {
            self.sum.add(value);
        } else {
            self.unknown += 1;
        }
        if let Some(old) = self.ring.push(value) {
            if old.is_finite() {
                self.sum.add(-old);
            } else {
                self.unknown -= 1;
            }
        }
    }

    fn known(&self) -> bool {
        self.unknown == 0 && self.ring.is_full()
    }

    /// The sum, NaN while it is unknown.
    pub(super) fn sum(&self) -> f64 {
        if self.known() { self.sum.value() } else { f64::NAN }
    }

    /// The mean, NaN while it is unknown.
    pub(super) fn mean(&self) -> f64 {
        if self.known() { self.sum.mean(self.n) } else { f64::NAN }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(n: usize, values: impl IntoIterator<Item = f64>) -> WindowSum {
        let mut window = WindowSum::new(n);
        values.into_iter().for_each(|value| window.push(value));
        window
    }

    #[test]
    fn the_mean_of_equal_values_is_that_value() {
        for n in 1..200 {
            for value in [0.1, 1e-8, 63_110.01, 1e9 / 3.0] {
                assert_eq!(pushed(n, std::iter::repeat_n(value, 3 * n)).mean(), value, "{n} times {value}");
            }
        }
    }

    #[test]
    fn nothing_drifts_in_ten_million_candles() {
        let mut random = 12_345_u64;
        let mut next = || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 11) as f64 / (1u64 << 53) as f64 * 1e5
        };
        let values: Vec<f64> = (0..10_000_000).map(|_| next()).collect();
        let rolling = pushed(20, values.iter().copied());
        let fresh: f64 = values[values.len() - 20..].iter().sum();
        assert!((rolling.sum() / fresh - 1.0).abs() < 1e-15);
    }

    #[test]
    fn large_values_leave_no_trace() {
        let values = [1e9, 1e-8, 3e-8, 1e9, 1e-8, 2e-8, 4e-8];
        assert!((pushed(3, values).sum() / 7e-8 - 1.0).abs() < 1e-15);
    }

    #[test]
    fn an_unknown_value_is_forgotten_after_n() {
        assert!(pushed(2, [1.0]).sum().is_nan());
        assert!(pushed(2, [1.0, f64::NAN, 2.0]).sum().is_nan());
        assert_eq!(pushed(2, [1.0, f64::NAN, 2.0, 3.0]).sum(), 5.0);
    }
}
