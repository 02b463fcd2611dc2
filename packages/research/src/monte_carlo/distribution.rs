//! Many values of one figure, and their quantiles.

/// The values that a figure took over the runs, from the lowest; at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    sorted: Vec<f64>,
}

impl Distribution {
    /// These values in order, or `None` where there are none.
    pub(super) fn new(mut values: Vec<f64>) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        (!values.is_empty()).then_some(Self { sorted: values })
    }

    /// The values, from the lowest.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.sorted
    }

    /// The value that this share of the values lies at or below, between two of them in proportion (Hyndman and Fan
    /// 1996, definition 7, which numpy uses too). `share` is cut to 0 and 1.
    #[must_use]
    pub fn quantile(&self, share: f64) -> f64 {
        quantile(&self.sorted, share)
    }

    /// Their mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.sorted.iter().sum::<f64>() / self.sorted.len() as f64
    }

    /// The share of the values below this one, from 0 to 1.
    #[must_use]
    pub fn share_below(&self, value: f64) -> f64 {
        self.sorted.partition_point(|other| *other < value) as f64 / self.sorted.len() as f64
    }
}

/// [`Distribution::quantile`] of a sorted slice that is not empty.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let below = sorted[place.floor() as usize];
    let above = sorted[place.ceil() as usize];
    // Never outside of the two, and exactly either where they are the same or the place is whole.
    if below == above { below } else { (below + (above - below) * place.fract()).min(above) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The quantiles of 1, 2, 4 and 8, as `numpy.quantile` has them.
    #[test]
    fn quantiles_are_those_of_numpy() {
        let distribution = Distribution::new(vec![8.0, 1.0, 4.0, 2.0]).expect("four values");
        for (share, expected) in
            [(0.0, 1.0), (0.05, 1.15), (0.25, 1.75), (0.5, 3.0), (0.75, 5.0), (0.95, 7.4), (1.0, 8.0), (9.0, 8.0)]
        {
            let found = distribution.quantile(share);
            assert!((found - expected).abs() < 1e-12, "{share}: {found} is not {expected}");
        }
    }

    #[test]
    fn means_and_shares() {
        let distribution = Distribution::new(vec![8.0, 1.0, 4.0, 2.0]).expect("four values");
        assert_eq!(distribution.mean(), 3.75);
        let shares = [0.0, 1.0, 2.0, 3.0, 9.0].map(|value| distribution.share_below(value));
        assert_eq!(shares, [0.0, 0.0, 0.25, 0.5, 1.0]);
        assert_eq!(Distribution::new(vec![]), None);
    }
}
