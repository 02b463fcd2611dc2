//! How alike the trials of a search are: the mean correlation between any two of them.

use crate::ResearchError;

/// Sums up the returns of trials, one trial after the other, in the memory of one: the mean over all pairs follows from
/// the variance of the sum of the standardised returns, which is `count + count * (count - 1) * mean`.
#[derive(Debug, Clone)]
pub struct Correlation {
    /// For each period, the standardised returns of all trials together.
    sums: Vec<f64>,
    count: usize,
}

impl Correlation {
    /// No trials yet, of this many periods.
    #[must_use]
    pub fn new(periods: usize) -> Self {
        Self { sums: vec![0.0; periods], count: 0 }
    }

    /// Adds a trial with its returns, a share for each period. One whose returns are all the same has no correlation
    /// with any other and is left out.
    ///
    /// # Errors
    /// [`ResearchError::WrongLength`] where there is not one return for each period, [`ResearchError::NotFinite`].
    pub fn add(&mut self, returns: &[f64]) -> Result<(), ResearchError> {
        if returns.len() != self.sums.len() {
            let (expected, found) = (self.sums.len(), returns.len());
            return Err(ResearchError::WrongLength { what: "returns", expected, found });
        }
        crate::error::all_finite(returns)?;
        if returns.windows(2).all(|pair| pair[0] == pair[1]) {
            return Ok(());
        }
        let periods = returns.len() as f64;
        let mean = returns.iter().sum::<f64>() / periods;
        let deviation = (returns.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / periods).sqrt();
        self.sums.iter_mut().zip(returns).for_each(|(sum, value)| *sum += (value - mean) / deviation);
        self.count += 1;
        Ok(())
    }

    /// The mean of Pearson's correlation over all pairs of trials, from -1 to 1; `None` below two trials whose returns
    /// change.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        if self.count < 2 {
            return None;
        }
        let (count, periods) = (self.count as f64, self.sums.len() as f64);
        let variance = self.sums.iter().map(|sum| sum * sum).sum::<f64>() / periods;
        Some(((variance - count) / (count * (count - 1.0))).clamp(-1.0, 1.0))
    }
}

/// Pearson's correlation of two trials' returns, from -1 to 1; `None` where they are not equally many, fewer than two, or
/// all of one are the same.
#[must_use]
pub fn pearson(a: &[f64], b: &[f64]) -> Option<f64> {
    let mut both = Correlation::new(a.len());
    both.add(a).and_then(|()| both.add(b)).ok()?;
    both.mean()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mean(rows: &[Vec<f64>]) -> Option<f64> {
        let mut correlation = Correlation::new(rows[0].len());
        rows.iter().for_each(|row| correlation.add(row).expect("good returns"));
        correlation.mean()
    }

    #[track_caller]
    fn check(rows: &[&[f64]], expected: f64) {
        let found = mean(&rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>()).expect("two that change");
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }

    #[test]
    fn the_mean_of_few() {
        check(&[&[1.0, 2.0, 4.0], &[10.0, 20.0, 40.0]], 1.0);
        check(&[&[1.0, 2.0, 4.0], &[-1.0, -2.0, -4.0]], -1.0);
        check(&[&[1.0, -1.0, 1.0, -1.0], &[1.0, 1.0, -1.0, -1.0]], 0.0);
        // One that never changes is left out.
        check(&[&[1.0, 2.0, 4.0], &[0.0; 3], &[1.0, 2.0, 4.0]], 1.0);
    }

    #[test]
    fn what_has_no_correlation_is_told() {
        assert_eq!(mean(&[vec![1.0, 2.0], vec![0.0, 0.0]]), None);
        let error = Correlation::new(3).add(&[1.0]).expect_err("too short");
        assert_eq!(error.to_string(), "1 returns; expected 3");
        assert!(Correlation::new(1).add(&[f64::NAN]).is_err());
    }

    /// Pearson's correlation, by the book.
    fn pair(a: &[f64], b: &[f64]) -> f64 {
        let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
        let (mean_a, mean_b) = (mean(a), mean(b));
        let product =
            |x: &[f64], mx: f64, y: &[f64], my: f64| -> f64 { x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum() };
        product(a, mean_a, b, mean_b) / (product(a, mean_a, a, mean_a) * product(b, mean_b, b, mean_b)).sqrt()
    }

    proptest! {
        #[test]
        fn it_is_the_mean_over_all_pairs(rows in prop::collection::vec(prop::collection::vec(-1.0..1.0_f64, 8), 2..6)) {
            let pairs: Vec<f64> =
                (0..rows.len()).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| pair(&rows[i], &rows[j])).collect();
            let expected = pairs.iter().sum::<f64>() / pairs.len() as f64;
            prop_assert!((mean(&rows).expect("they change") - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn two_trials_have_one_correlation() {
        let found = |a: &[f64], b: &[f64]| pearson(a, b).map(|value| (value * 1e9).round() / 1e9);
        assert_eq!(found(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]), Some(1.0));
        assert_eq!(found(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), Some(-1.0));
        assert_eq!(found(&[1.0, 2.0, 1.0, 2.0], &[1.0, 1.0, 2.0, 2.0]), Some(0.0));
        assert_eq!(found(&[1.0, 2.0], &[1.0, 1.0]), None);
        assert_eq!(found(&[1.0, 2.0], &[1.0, 2.0, 3.0]), None);
        assert_eq!(found(&[], &[]), None);
    }
}
