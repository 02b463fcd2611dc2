//! The space of a search: params with the values each may take, and every combination of them by number.

use crate::ResearchError;

/// The most values of one param. More is a step that was mistyped.
pub const MOST_VALUES: usize = 1_000_000;

/// The most points of a space. They are counted, never listed, so this only keeps the counting exact.
pub const MOST_POINTS: usize = 1 << 53;

/// How far, in steps, the end of a range may lie below a whole number of steps and still be reached: 0.1 to 0.3
/// by 0.1 is 1.9999999999999998 steps in binary fractions.
const STEP_SLACK: f64 = 1e-9;

/// A param of a search: its name and the values it may take, from the lowest to the highest.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    name: String,
    values: Vec<f64>,
}

impl Param {
    /// The values `low`, `low + step`, `low + 2 * step` and so on, up to `high` and with it where a step ends there.
    ///
    /// Each is computed from `low` and not from the one before, and is the number that a person would type: the third
    /// of 0.1 by 0.1 is 0.3, not 0.30000000000000004, so that a run with `0.3` is the same run.
    ///
    /// # Errors
    /// [`ResearchError::Range`] where a number is not finite, the step is not above zero, `high` is below `low`, or
    /// there are more than [`MOST_VALUES`].
    pub fn from_range(name: impl Into<String>, low: f64, high: f64, step: f64) -> Result<Self, ResearchError> {
        let name = name.into();
        let problem = if !(low.is_finite() && high.is_finite() && step.is_finite()) {
            Some("expected finite numbers".to_owned())
        } else if step <= 0.0 {
            Some(format!("the step is {step}; expected a number above 0"))
        } else if high < low {
            Some(format!("it ends at {high}, below its begin at {low}"))
        } else if (high - low) / step >= MOST_VALUES as f64 {
            Some(format!("it has more than {MOST_VALUES} values; take a larger step"))
        } else {
            None
        };
        if let Some(why) = problem {
            return Err(ResearchError::Range { name, why });
        }
        let last = ((high - low) / step + STEP_SLACK).floor() as usize;
        let decimals = decimals(low).max(decimals(step));
        let value = |i: usize| as_typed(low + i as f64 * step, decimals).clamp(low, high);
        Self::from_values(name, (0..=last).map(value).collect())
    }

    /// The values listed.
    ///
    /// # Errors
    /// [`ResearchError::Range`] where there are none or more than [`MOST_VALUES`], or they are not finite and strictly
    /// rising: samplers and neighbourhoods take their order to mean something.
    pub fn from_values(name: impl Into<String>, values: Vec<f64>) -> Result<Self, ResearchError> {
        let name = name.into();
        let rising = values.windows(2).all(|pair| pair[0] < pair[1]);
        if values.is_empty() || values.len() > MOST_VALUES || !rising || values.iter().any(|value| !value.is_finite()) {
            let why = format!("expected 1 to {MOST_VALUES} finite values, each above the one before");
            return Err(ResearchError::Range { name, why });
        }
        Ok(Self { name, values })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The values it may take, rising; never empty.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }
}

/// How many digits follow the point where the number is written in full.
fn decimals(value: f64) -> usize {
    value.to_string().split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

/// The number that is nearest to the value written with so many decimals; zero without a sign.
fn as_typed(value: f64, decimals: usize) -> f64 {
    let typed: f64 = format!("{value:.decimals$}").parse().expect("a finite number was just written");
    typed + 0.0
}

/// Every combination of the params' values.
///
/// A point is a list of indices, one for each param in order, into its values. The points have numbers: those of an
/// odometer whose last wheel, the last param, turns fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    params: Vec<Param>,
    size: usize,
}

impl Space {
    /// The space over these params.
    ///
    /// # Errors
    /// [`ResearchError::NoParams`], [`ResearchError::TwiceNamed`], or [`ResearchError::TooManyPoints`].
    pub fn new(params: Vec<Param>) -> Result<Self, ResearchError> {
        if params.is_empty() {
            return Err(ResearchError::NoParams);
        }
        for (i, param) in params.iter().enumerate() {
            if params[..i].iter().any(|earlier| earlier.name == param.name) {
                return Err(ResearchError::TwiceNamed(param.name.clone()));
            }
        }
        let product = params.iter().try_fold(1_usize, |size, param| size.checked_mul(param.values.len()));
        match product {
            Some(size) if size <= MOST_POINTS => Ok(Self { params, size }),
            _ => Err(ResearchError::TooManyPoints { most: MOST_POINTS }),
        }
    }

    /// The params, in order.
    #[must_use]
    pub fn params(&self) -> &[Param] {
        &self.params
    }

    /// How many points it has; at least one.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// How many values each param has, in order.
    #[must_use]
    pub fn lengths(&self) -> Vec<usize> {
        self.params.iter().map(|param| param.values.len()).collect()
    }

    /// The point with this number, or `None` from [`Self::size`] on.
    #[must_use]
    pub fn point(&self, number: usize) -> Option<Vec<usize>> {
        if number >= self.size {
            return None;
        }
        let (mut rest, mut point) = (number, vec![0; self.params.len()]);
        for (index, param) in point.iter_mut().zip(&self.params).rev() {
            *index = rest % param.values.len();
            rest /= param.values.len();
        }
        Some(point)
    }

    /// The number of this point, or `None` where it is none of this space.
    #[must_use]
    pub fn number(&self, point: &[usize]) -> Option<usize> {
        if point.len() != self.params.len() {
            return None;
        }
        point.iter().zip(&self.params).try_fold(0, |number, (&index, param)| {
            (index < param.values.len()).then_some(number * param.values.len() + index)
        })
    }

    /// The values at this point, in the order of the params, or `None` where it is none of this space.
    #[must_use]
    pub fn values(&self, point: &[usize]) -> Option<Vec<f64>> {
        self.number(point)?;
        Some(point.iter().zip(&self.params).map(|(&index, param)| param.values[index]).collect())
    }

    /// Every point, by number.
    pub fn points(&self) -> impl Iterator<Item = Vec<usize>> + '_ {
        (0..self.size).map_while(|number| self.point(number))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(low: f64, high: f64, step: f64, expected: &[f64]) {
        let param = Param::from_range("p", low, high, step).expect("a good range");
        assert_eq!(param.values(), expected);
    }

    #[test]
    fn a_range_holds_the_numbers_a_person_would_type() {
        check(20.0, 40.0, 5.0, &[20.0, 25.0, 30.0, 35.0, 40.0]);
        check(0.1, 0.3, 0.1, &[0.1, 0.2, 0.3]);
        check(0.1, 0.7, 0.1, &[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
        check(1.0, 2.0, 0.3, &[1.0, 1.3, 1.6, 1.9]);
        check(-0.2, 0.1, 0.1, &[-0.2, -0.1, 0.0, 0.1]);
        check(5.0, 5.0, 1.0, &[5.0]);
        check(1.0, 2.0, 7.0, &[1.0]);
        check(0.0, 0.0003, 0.0001, &[0.0, 0.0001, 0.0002, 0.0003]);
        check(1e-7, 3e-7, 1e-7, &[1e-7, 2e-7, 3e-7]);
    }

    #[test]
    fn a_long_range_does_not_drift() {
        let param = Param::from_range("p", 0.0, 999.0, 0.001).expect("a good range");
        assert_eq!((param.values().len(), param.values()[333_333]), (999_001, 333.333));
    }

    #[test]
    fn a_bad_range_is_refused() {
        for (low, high, step) in [
            (1.0, 0.0, 1.0),
            (0.0, 1.0, 0.0),
            (0.0, 1.0, -1.0),
            (f64::NAN, 1.0, 1.0),
            (0.0, f64::INFINITY, 1.0),
            (0.0, 1.0, f64::NAN),
            (0.0, 1.0, 1e-9),
            (-f64::MAX, f64::MAX, 1.0),
        ] {
            let error = Param::from_range("fast", low, high, step).expect_err("a bad range");
            assert!(error.to_string().starts_with("the range of `fast` cannot be walked: "), "{error}");
        }
        for values in [vec![], vec![1.0, 1.0], vec![2.0, 1.0], vec![f64::NAN]] {
            assert!(Param::from_values("p", values).is_err());
        }
    }

    fn param(name: &str, length: usize) -> Param {
        Param::from_values(name, (0..length).map(|i| i as f64).collect()).expect("rising")
    }

    #[test]
    fn a_bad_space_is_refused() {
        assert_eq!(Space::new(vec![]), Err(ResearchError::NoParams));
        assert_eq!(Space::new(vec![param("a", 2), param("a", 3)]), Err(ResearchError::TwiceNamed("a".into())));
        let huge = ["a", "b", "c", "d"].map(|name| param(name, 100_000)).to_vec();
        assert_eq!(Space::new(huge), Err(ResearchError::TooManyPoints { most: MOST_POINTS }));
    }

    #[test]
    fn the_last_param_turns_fastest() {
        let space = Space::new(vec![param("a", 2), param("b", 3)]).expect("a space");
        let points: Vec<Vec<usize>> = space.points().collect();
        assert_eq!(points, [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
        assert_eq!(space.values(&[1, 2]), Some(vec![1.0, 2.0]));
        assert_eq!((space.point(6), space.number(&[0, 3]), space.number(&[0])), (None, None, None));
    }

    proptest! {
        #[test]
        fn every_point_has_its_own_number(lengths in prop::collection::vec(1_usize..6, 1..5)) {
            let params = lengths.iter().enumerate().map(|(i, &length)| param(&format!("p{i}"), length)).collect();
            let space = Space::new(params).expect("a space");
            let numbers: Vec<usize> = space.points().map(|point| space.number(&point).expect("its own")).collect();
            prop_assert_eq!(numbers, (0..lengths.iter().product::<usize>()).collect::<Vec<_>>());
            prop_assert_eq!(space.lengths(), lengths);
        }

        #[test]
        fn a_range_begins_at_its_low_and_stays_within(low in -1e3..1e3_f64, span in 0.0..100.0_f64, step in 0.01..10.0_f64) {
            let param = Param::from_range("p", low, low + span, step).expect("a range");
            let values = param.values();
            prop_assert_eq!(values[0], low);
            prop_assert!(values.iter().all(|value| (low..=low + span).contains(value)));
            prop_assert!(low + span - values[values.len() - 1] < step * (1.0 + 1e-6));
        }
    }
}
