//! How much of what a search promised was earned afterwards.

/// The walk-forward efficiency (Pardo 2008, "The Evaluation and Optimization of Trading Strategies", chapter 11): the
/// annualised return out of sample over the mean of the annualised returns in sample of what was chosen.
///
/// 1 is a promise that was kept; Pardo asks for at least one half. `None` where nothing was promised: without windows,
/// or where the mean in sample is not above zero.
#[must_use]
pub fn walk_forward_efficiency(in_sample: &[f64], out_of_sample: f64) -> Option<f64> {
    let promised = in_sample.iter().sum::<f64>() / in_sample.len() as f64;
    (promised > 0.0 && promised.is_finite()).then(|| out_of_sample / promised)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_earned_of_what_was_promised() {
        assert_eq!(walk_forward_efficiency(&[0.5, 0.25, 0.75], 0.25), Some(0.5));
        assert_eq!(walk_forward_efficiency(&[0.5], -0.5), Some(-1.0));
        assert_eq!(walk_forward_efficiency(&[0.5, -0.5], 0.25), None);
        assert_eq!(walk_forward_efficiency(&[-1.0], 0.25), None);
        assert_eq!(walk_forward_efficiency(&[], 0.25), None);
    }
}
