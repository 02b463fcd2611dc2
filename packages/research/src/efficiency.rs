//! How much of what a search promised was earned afterwards.

/// The walk-forward efficiency (Pardo 2008, "The Evaluation and Optimization of Trading Strategies", chapter 11): what
/// was earned out of sample a year over the mean of what was earned in sample a year by what was chosen.
///
/// Both are compound annual growth rates, 0.1 being 10 %, and are compared as logarithms: a month that is lucky by a
/// tenth is a year that is lucky by thrice as much again, and one such window would be all of the mean.
///
/// 1 is a promise that was kept; Pardo asks for at least one half. `None` where nothing was promised: without windows,
/// or where the mean in sample is not above zero.
#[must_use]
pub fn walk_forward_efficiency(in_sample: &[f64], out_of_sample: f64) -> Option<f64> {
    let promised = in_sample.iter().map(|rate| rate.ln_1p()).sum::<f64>() / in_sample.len() as f64;
    (promised > 0.0 && promised.is_finite()).then(|| out_of_sample.ln_1p() / promised)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(in_sample: &[f64], out_of_sample: f64, expected: Option<f64>) {
        let found = walk_forward_efficiency(in_sample, out_of_sample);
        let is_near = found.zip(expected).is_some_and(|(a, b)| a == b || (a - b).abs() < 1e-12);
        assert!(is_near || found == expected, "{found:?} is not {expected:?}");
    }

    #[test]
    fn what_was_earned_of_what_was_promised() {
        check(&[0.21, 0.21], 0.1, Some(0.5));
        check(&[3.0, 0.0], 1.0, Some(1.0));
        check(&[1.0], -0.5, Some(-1.0));
        check(&[1.0], -1.0, Some(f64::NEG_INFINITY));
        check(&[1.0, -0.5], 0.25, None);
        check(&[-0.9], 0.25, None);
        check(&[1.0, -1.0], 0.25, None);
        check(&[], 0.25, None);
    }
}
