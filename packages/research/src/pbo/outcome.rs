//! What came of the combinations, and what they say together.

/// One combination: the trial that was best on one half of the blocks, and what became of it on the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// The number of the trial.
    pub trial: usize,
    /// Its Sharpe ratio on the half where it was chosen, per period: mean over sample standard deviation.
    pub in_sample: f64,
    /// Its Sharpe ratio on the other half, per period.
    pub out_of_sample: f64,
    /// `ln(w / (1 - w))` with its rank `w` among all trials on the other half, as a share: above 0 where it is better
    /// than the middle.
    pub logit: f64,
}

/// What all combinations say.
#[derive(Debug, Clone, PartialEq)]
pub struct Overfitting {
    /// The probability of backtest overfitting: the share of the combinations whose logit is below 0, those at 0
    /// counted half. 0.5 is what choosing among worthless trials gives.
    pub probability: f64,
    /// The share of the combinations in which the chosen trial lost, on average, on the other half.
    pub loss_probability: f64,
    /// How much Sharpe ratio on the other half comes with one more on the half of the choice: the slope of a line
    /// through the outcomes by least squares. `None` where the chosen ones were all equally good.
    pub slope: Option<f64>,
    /// Where that line begins: the Sharpe ratio on the other half at 0 on the half of the choice.
    pub intercept: Option<f64>,
    /// Every combination: one half after the other half, by the first block's half in the order of bits.
    pub outcomes: Vec<Outcome>,
}

impl Overfitting {
    /// Sums the outcomes up; there is at least one.
    pub(super) fn of(outcomes: Vec<Outcome>) -> Self {
        let count = outcomes.len() as f64;
        let share = |weight: fn(&Outcome) -> f64| outcomes.iter().map(weight).sum::<f64>() / count;
        let probability = share(|outcome| 0.5 * (f64::from(outcome.logit < 0.0) + f64::from(outcome.logit <= 0.0)));
        let loss_probability = share(|outcome| f64::from(outcome.out_of_sample < 0.0));
        let (mean_in, mean_out) = (share(|outcome| outcome.in_sample), share(|outcome| outcome.out_of_sample));
        let (mut spread, mut together) = (0.0, 0.0);
        for outcome in &outcomes {
            let distance = outcome.in_sample - mean_in;
            spread += distance * distance;
            together += distance * (outcome.out_of_sample - mean_out);
        }
        let slope = (spread > 0.0).then(|| together / spread);
        let intercept = slope.map(|slope| mean_out - slope * mean_in);
        Self { probability, loss_probability, slope, intercept, outcomes }
    }
}
