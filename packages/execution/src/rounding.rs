//! Prices to the tick, against the trader; quantities to the lot, downwards.

/// Part of a step that rounding forgives, so that 0.3 / 0.1 is three steps.
const FORGIVEN: f64 = 1e-9;

/// Rounds down to a multiple of `step`; a step of 0 leaves the value alone.
pub(crate) fn down(value: f64, step: f64) -> f64 {
    if step == 0.0 { value } else { (value / step + FORGIVEN).floor() * step }
}

/// Rounds up to a multiple of `step`; a step of 0 leaves the value alone.
pub(crate) fn up(value: f64, step: f64) -> f64 {
    if step == 0.0 { value } else { (value / step - FORGIVEN).ceil() * step }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_kept_and_forgiven() {
        assert_eq!(down(1.29, 0.1), 1.2000000000000002);
        assert_eq!(down(0.3, 0.1), 0.30000000000000004);
        assert_eq!(down(5.0, 0.0), 5.0);
        assert_eq!(up(1.21, 0.1), 1.3);
        assert_eq!(up(0.3, 0.1), 0.30000000000000004);
        assert_eq!(down(0.0009, 0.001), 0.0);
    }
}
