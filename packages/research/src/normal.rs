//! The standard normal distribution: its cumulative probability and the inverse.

use std::f64::consts::{PI, SQRT_2};

/// The probability that a standard normal variable is at most `x`: `erfc(-x / sqrt(2)) / 2` (Abramowitz and Stegun,
/// 26.2.29). Exact to the last few bits, in the tails too.
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

/// The `x` for which [`normal_cdf`] is `p`: minus infinity at 0, infinity at 1, not a number outside.
///
/// Begins with the approximation 26.2.23 of Abramowitz and Stegun (wrong by less than 4.5e-4) and corrects it by
/// Halley's method, which triples the right digits each time: 1e-12 of the result and better.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    const CORRECTIONS: usize = 3;
    if p > 0.5 {
        // In the lower tail probabilities keep their digits; the difference is exact.
        return -normal_quantile(1.0 - p);
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    let t = (-2.0 * libm::log(p)).sqrt();
    let above = 2.515517 + t * (0.802853 + t * 0.010328);
    let below = 1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308));
    let mut x = above / below - t;
    for _ in 0..CORRECTIONS {
        let density = libm::exp(-0.5 * x * x) / (2.0 * PI).sqrt();
        let newton = (normal_cdf(x) - p) / density;
        x -= newton / (1.0 + 0.5 * x * newton);
    }
    x
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Fails where the two differ by more than 1e-12 of the larger, or of 1 near zero.
    #[track_caller]
    fn close(found: f64, expected: f64, scale: f64) {
        assert!((found - expected).abs() <= 1e-12 * scale.max(expected.abs()), "{found} is not {expected}");
    }

    /// Values of `scipy.stats.norm.cdf` (scipy 1.x).
    #[test]
    fn probabilities_are_those_of_scipy() {
        for (x, p) in [
            (-37.0, 5.7255712225239266e-300),
            (-20.0, 2.7536241186061556e-89),
            (-10.0, 7.61985302416047e-24),
            (-5.0, 2.866515718791933e-07),
            (-3.0, 0.0013498980316300933),
            (-1.5, 0.06680720126885807),
            (-1.0, 0.15865525393145707),
            (-0.3, 0.3820885778110474),
            (-1e-08, 0.4999999960105772),
            (0.0, 0.5),
            (0.5, 0.6914624612740131),
            (1.0, 0.8413447460685429),
            (1.959963984540054, 0.975),
            (2.5, 0.9937903346742238),
            (4.0, 0.9999683287581669),
            (6.0, 0.9999999990134123),
            (8.0, 0.9999999999999993),
        ] {
            close(normal_cdf(x), p, 0.0);
        }
    }

    /// Values of `scipy.stats.norm.ppf`.
    #[test]
    fn quantiles_are_those_of_scipy() {
        for (p, x) in [
            (1e-300, -37.0470962993612),
            (1e-100, -21.273453560965322),
            (1e-20, -9.262340089798409),
            (1e-10, -6.361340902404056),
            (1e-05, -4.264890793922825),
            (0.001, -3.090232306167813),
            (0.01, -2.3263478740408408),
            (0.025, -1.9599639845400545),
            (0.05, -1.6448536269514729),
            (0.1, -1.2815515655446004),
            (0.25, -0.6744897501960817),
            (0.3, -0.5244005127080409),
            (0.5, 0.0),
            (0.6, 0.2533471031357997),
            (0.75, 0.6744897501960817),
            (0.9, 1.2815515655446004),
            (0.95, 1.6448536269514722),
            (0.99, 2.3263478740408408),
            (0.999, 3.090232306167813),
            (0.99999, 4.264890793923841),
            (0.9999999999, 6.361340889697422),
        ] {
            close(normal_quantile(p), x, 1e-3);
        }
    }

    #[test]
    fn the_ends_are_infinite_and_beyond_is_nothing() {
        assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(normal_quantile(-0.1).is_nan() && normal_quantile(1.1).is_nan() && normal_quantile(f64::NAN).is_nan());
        assert!(normal_cdf(f64::NAN).is_nan());
    }

    proptest! {
        #[test]
        fn one_undoes_the_other(x in -37.0..5.0_f64) {
            let back = normal_quantile(normal_cdf(x));
            // Above, a probability near 1 has fewer digits to come back from.
            let scale = if x > 0.0 { 1e3 } else { 1.0 };
            prop_assert!((back - x).abs() <= 1e-12 * scale * x.abs().max(1.0), "{x} came back as {back}");
        }
    }
}
