//! How much a Sharpe ratio is worth, given how long, how skewed, and out of how many it is.
//!
//! All Sharpe ratios here are per period (a day, where the returns are daily): divide an annual one by the square root
//! of the periods of a year. The papers:
//!
//! - Bailey and López de Prado 2012, "The Sharpe Ratio Efficient Frontier": the probabilistic Sharpe ratio and the
//!   minimum track record length. Their variance of an estimated Sharpe ratio is that of Mertens (2002).
//! - Bailey and López de Prado 2014, "The Deflated Sharpe Ratio": the expected maximum and the deflated Sharpe ratio.

use crate::normal::{normal_cdf, normal_quantile};

/// The constant of Euler and Mascheroni.
const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

/// The fewest returns that have a Sharpe ratio worth the name, with skew and kurtosis.
const PERIODS_LEAST: usize = 4;

/// A Sharpe ratio and what its worth depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SharpeSample {
    /// Mean over sample standard deviation of the returns, per period.
    pub sharpe: f64,
    /// How many returns.
    pub periods: usize,
    /// Third standardised moment of the returns, not corrected for bias: 0 for a normal distribution.
    pub skew: f64,
    /// Fourth standardised moment of the returns, not corrected for bias: 3 for a normal distribution.
    pub kurtosis: f64,
}

impl SharpeSample {
    /// What these returns are; `None` where there are fewer than four, one is not finite, or all are the same.
    #[must_use]
    pub fn of(returns: &[f64]) -> Option<Self> {
        let all_equal = returns.windows(2).all(|pair| pair[0] == pair[1]);
        if returns.len() < PERIODS_LEAST || all_equal || returns.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let count = returns.len() as f64;
        let mean = returns.iter().sum::<f64>() / count;
        let moment = |power: i32| returns.iter().map(|value| (value - mean).powi(power)).sum::<f64>() / count;
        let variance = moment(2);
        Some(Self {
            sharpe: mean / (variance * count / (count - 1.0)).sqrt(),
            periods: returns.len(),
            skew: moment(3) / variance.powf(1.5),
            kurtosis: moment(4) / (variance * variance),
        })
    }

    /// The variance of the estimate, times `periods - 1`: `1 - skew * sharpe + (kurtosis - 1) / 4 * sharpe^2`. `None`
    /// where it is not above zero: no returns have such moments, or only two values that are far too few.
    fn spread(&self) -> Option<f64> {
        let spread = 1.0 - self.skew * self.sharpe + (self.kurtosis - 1.0) / 4.0 * self.sharpe * self.sharpe;
        (spread > 0.0).then_some(spread)
    }
}

/// The probability that the true Sharpe ratio is above `benchmark` (per period):
/// `cdf((sharpe - benchmark) * sqrt(periods - 1) / sqrt(1 - skew * sharpe + (kurtosis - 1) / 4 * sharpe^2))`.
///
/// `None` where the moments allow no answer.
#[must_use]
pub fn probabilistic_sharpe(sample: &SharpeSample, benchmark: f64) -> Option<f64> {
    let spread = sample.spread()?;
    let periods = sample.periods.checked_sub(1)? as f64;
    Some(normal_cdf((sample.sharpe - benchmark) * (periods / spread).sqrt()))
}

/// The Sharpe ratio that the best of `trials` independent trials is expected to show where none is worth anything and
/// their Sharpe ratios have this `variance`:
/// `sqrt(variance) * ((1 - g) * quantile(1 - 1 / trials) + g * quantile(1 - 1 / (trials * e)))`, with Euler's `g`.
///
/// `trials` may be a fraction, as [`independent_trials`] gives it. One trial has nothing to choose from: 0.
#[must_use]
pub fn expected_max_sharpe(trials: f64, variance: f64) -> f64 {
    if trials <= 1.0 {
        return 0.0;
    }
    // The upper tail as a mirrored lower one, which keeps its digits for many trials.
    let upper = |share: f64| -normal_quantile(share);
    let max = (1.0 - EULER_GAMMA) * upper(1.0 / trials) + EULER_GAMMA * upper(1.0 / (trials * std::f64::consts::E));
    // Below two trials the approximation falls under zero.
    variance.sqrt() * max.clamp(0.0, f64::INFINITY)
}

/// The deflated Sharpe ratio: the probability that the true Sharpe ratio of the best of `trials` is above what the best
/// of as many worthless ones would show. `variance` is that of the trials' Sharpe ratios, per period.
///
/// `None` where the moments allow no answer.
#[must_use]
pub fn deflated_sharpe(sample: &SharpeSample, trials: f64, variance: f64) -> Option<f64> {
    probabilistic_sharpe(sample, expected_max_sharpe(trials, variance))
}

/// How many periods of such returns it takes until the true Sharpe ratio is above `benchmark` (per period) with this
/// confidence, such as 0.95: `1 + (1 - skew * sharpe + (kurtosis - 1) / 4 * sharpe^2) *
/// (quantile(confidence) / (sharpe - benchmark))^2`.
///
/// `None` where the Sharpe ratio is not above the benchmark, so that no length is enough, where the confidence is not
/// above one half and below one, or where the moments allow no answer.
#[must_use]
pub fn min_track_record(sample: &SharpeSample, benchmark: f64, confidence: f64) -> Option<f64> {
    if sample.sharpe <= benchmark || !(confidence > 0.5 && confidence < 1.0) {
        return None;
    }
    let needed = normal_quantile(confidence) / (sample.sharpe - benchmark);
    Some(1.0 + sample.spread()? * needed * needed)
}

/// How many independent trials as many correlated ones amount to: `correlation + (1 - correlation) * trials`, with the
/// mean correlation between the returns of two of them, as [`crate::Correlation`] finds it (Bailey and López de Prado 2014, appendix 3). Neighbouring
/// params trade nearly alike, so that a fine grid is far fewer trials than it has points.
///
/// A correlation below 0 counts as 0.
#[must_use]
pub fn independent_trials(trials: usize, correlation: f64) -> f64 {
    let correlation = correlation.clamp(0.0, 1.0);
    correlation + (1.0 - correlation) * trials as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn close(found: Option<f64>, expected: f64, within: f64) {
        assert!(found.is_some_and(|found| (found - expected).abs() <= within), "{found:?} is not {expected}");
    }

    /// A Sharpe ratio of `annual`, from `years` of so many periods.
    fn annual(annual: f64, years: f64, periods: f64, skew: f64, kurtosis: f64) -> SharpeSample {
        SharpeSample { sharpe: annual / periods.sqrt(), periods: (years * periods) as usize, skew, kurtosis }
    }

    /// The example of the paper of 2014: 2.5 a year over five years of 250 days, a variance of one half a year between
    /// the trials. It prints 0.9004 for 100 trials, and 0.9505 for 46, and for 88 of normal returns.
    #[test]
    fn the_deflated_sharpe_is_that_of_the_paper() {
        let (skewed, normal) = (annual(2.5, 5.0, 250.0, -3.0, 10.0), annual(2.5, 5.0, 250.0, 0.0, 3.0));
        let variance = 0.5 / 250.0;
        close(Some(expected_max_sharpe(100.0, variance)), 0.1132, 5e-5);
        close(deflated_sharpe(&skewed, 100.0, variance), 0.9004, 5e-5);
        close(deflated_sharpe(&skewed, 46.0, variance), 0.9505, 5e-5);
        close(deflated_sharpe(&normal, 88.0, variance), 0.9505, 5e-5);
        // And to more digits than are printed, by scipy.
        close(deflated_sharpe(&skewed, 100.0, variance), 0.9003968344493903, 1e-12);
    }

    /// The examples of the paper of 2012: 2 a year against 1 with 95 % confidence takes 2.73 years of days, 2.83 of
    /// weeks, 3.24 of months, and 4.99 of months as skewed as those of hedge funds.
    #[test]
    fn the_minimum_track_record_is_that_of_the_paper() {
        for (periods, skew, kurtosis, years) in
            [(250.0_f64, 0.0, 3.0, 2.73), (52.0, 0.0, 3.0, 2.83), (12.0, 0.0, 3.0, 3.24), (12.0, -0.72, 5.78, 4.99)]
        {
            let sample = annual(2.0, 1.0, periods, skew, kurtosis);
            let found = min_track_record(&sample, 1.0 / periods.sqrt(), 0.95);
            close(found.map(|found| found / periods), years, 5e-3);
        }
        let sample = SharpeSample { sharpe: 0.1, periods: 100, skew: -0.5, kurtosis: 4.0 };
        close(min_track_record(&sample, 0.0, 0.95), 287.11122027058997, 1e-9);
    }

    /// The formula evaluated with scipy's quantiles.
    #[test]
    fn the_expected_maximum_is_that_of_scipy() {
        for (trials, expected) in [
            (2.0, 0.5197553442805939),
            (3.0, 0.8528044961506949),
            (10.0, 1.57459830134575),
            (45.0, 2.2356401777664052),
            (100.0, 2.5306028932016846),
            (1000.0, 3.255121513652723),
            (1e6, 4.867860037846844),
        ] {
            close(Some(expected_max_sharpe(trials, 1.0)), expected, 1e-10);
        }
        assert_eq!((expected_max_sharpe(1.0, 1.0), expected_max_sharpe(1.01, 1.0)), (0.0, 0.0));
        assert!(expected_max_sharpe(f64::NAN, 1.0).is_nan() && expected_max_sharpe(9.0, -1.0).is_nan());
    }

    /// Moments by `numpy` and `scipy.stats.skew`, `scipy.stats.kurtosis(fisher=False)`.
    #[test]
    fn a_sample_is_that_of_scipy() {
        let returns = [0.01, -0.02, 0.015, 0.003, -0.007, 0.022, -0.011, 0.004, 0.009, -0.03, 0.012, 0.001];
        let sample = SharpeSample::of(&returns).expect("a sample");
        close(Some(sample.sharpe), 0.04400510488826775, 1e-14);
        close(Some(sample.skew), -0.6596135948630825, 1e-12);
        close(Some(sample.kurtosis), 2.5740484050023396, 1e-12);
        close(probabilistic_sharpe(&sample, 0.0), 0.5571794961723873, 1e-12);
    }

    #[test]
    fn what_has_no_answer_gets_none() {
        for returns in [&[][..], &[0.1, 0.2, 0.3], &[0.1; 9], &[0.1, f64::NAN, 0.2, 0.3, 0.1]] {
            assert_eq!(SharpeSample::of(returns), None);
        }
        let sample = annual(1.0, 1.0, 250.0, 0.0, 3.0);
        assert_eq!(min_track_record(&sample, sample.sharpe, 0.95), None);
        assert_eq!(min_track_record(&sample, 0.0, 1.0), None);
        let impossible = SharpeSample { sharpe: 1.0, periods: 9, skew: 5.0, kurtosis: 1.0 };
        assert_eq!((probabilistic_sharpe(&impossible, 0.0), min_track_record(&impossible, 0.0, 0.9)), (None, None));
    }

    proptest! {
        #[test]
        fn any_returns_give_a_probability(returns in prop::collection::vec(-0.5..0.5_f64, 4..40), trials in 1.0..1e4_f64) {
            let sample = SharpeSample::of(&returns).expect("they differ");
            if let Some(deflated) = deflated_sharpe(&sample, trials, 0.01) {
                let plain = probabilistic_sharpe(&sample, 0.0).expect("the same moments");
                prop_assert!((0.0..=1.0).contains(&deflated) && deflated <= plain);
            }
        }

        #[test]
        fn the_minimum_track_record_is_just_enough(sharpe in 0.05..0.5_f64, skew in -1.0..1.0_f64, kurtosis in 3.0..9.0_f64) {
            let sample = |periods| SharpeSample { sharpe, periods, skew, kurtosis };
            let needed = min_track_record(&sample(1), 0.0, 0.95).expect("above 0").ceil() as usize;
            prop_assert!(probabilistic_sharpe(&sample(needed), 0.0) >= Some(0.95 - 1e-12));
            prop_assert!(probabilistic_sharpe(&sample(needed - 1), 0.0) < Some(0.95));
        }

        #[test]
        fn correlated_trials_are_fewer(trials in 1_usize..1000, correlation in -1.0..=1.0_f64) {
            let independent = independent_trials(trials, correlation);
            prop_assert!(independent >= 1.0 - 1e-12 && independent <= trials as f64 + 1e-12);
        }
    }
}
