//! The cost at which a profit is gone.

/// Halvings of the span that is searched: the answer is then exact to a billionth of it.
const HALVINGS: usize = 30;

/// At which cost a profit is gone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BreakEven {
    /// There is none even without this cost.
    Never,
    /// At this cost.
    At(f64),
    /// Not at the highest cost that was tried.
    Beyond(f64),
}

/// Looks between 0 and `most` for the cost at which `profit` of it is no more above zero, by bisection.
///
/// A profit that falls with the cost has one such cost; of a profit that rises and falls one of several is found.
///
/// # Errors
/// The first of `profit`.
pub fn break_even<E>(most: f64, mut profit: impl FnMut(f64) -> Result<f64, E>) -> Result<BreakEven, E> {
    if profit(0.0)? <= 0.0 {
        return Ok(BreakEven::Never);
    }
    if profit(most)? > 0.0 {
        return Ok(BreakEven::Beyond(most));
    }
    let (mut low, mut high) = (0.0, most);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if profit(middle)? > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(BreakEven::At(f64::midpoint(low, high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(profit: fn(f64) -> f64, expected: BreakEven) {
        let found = break_even(0.05, |cost| Ok::<_, ()>(profit(cost))).expect("no errors");
        match (found, expected) {
            (BreakEven::At(found), BreakEven::At(expected)) => assert!((found - expected).abs() < 1e-9, "{found}"),
            _ => assert_eq!(found, expected),
        }
    }

    #[test]
    fn the_cost_is_found_or_told_to_lie_outside() {
        check(|cost| 10.0 - 1_000.0 * cost, BreakEven::At(0.01));
        check(|cost| (0.02_f64 - cost).powi(3), BreakEven::At(0.02));
        check(|cost| 0.0 - cost, BreakEven::Never);
        check(|cost| -1.0 - cost, BreakEven::Never);
        check(|cost| 1.0 - cost, BreakEven::Beyond(0.05));
        assert_eq!(break_even(1.0, |_| Err::<f64, _>("no")), Err("no"));
    }
}
