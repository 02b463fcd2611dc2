//! Funding of a perpetual: what holders pay each other, and where rates are missing.

/// Rates belong to whole minutes; exchanges stamp them a few milliseconds late.
const MINUTE_MS: i64 = 60_000;
/// The longest time between two fundings: 1, 2, 4 or 8 hours, depending on symbol and time.
pub const LONGEST_FUNDING_INTERVAL_MS: i64 = 8 * 3_600_000;

/// The share of a position's value that longs pay to shorts at one moment; below zero, shorts pay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FundingRate {
    /// When it is paid: a whole minute, Unix milliseconds, UTC.
    pub time_ms: i64,
    /// Share of the position's value at the mark price: 0.0001 is one basis point.
    pub rate: f64,
}

/// Why a funding rate is refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum FundingFault {
    /// The rate is NaN or infinite.
    #[error("the rate is not a finite number")]
    NotFinite,
    /// A whole position or more would be paid at once: a percentage, or another column.
    #[error("rate {rate} is not between -1 and 1")]
    TooLarge {
        /// The rate offered.
        rate: f64,
    },
    /// The time is not a whole minute.
    #[error("time {time_ms} ms is not a whole minute")]
    OffMinute {
        /// The time offered.
        time_ms: i64,
    },
}

impl FundingRate {
    /// A rate as an exchange stamps it, which may be a little late: it belongs to the whole minute.
    #[must_use]
    pub fn new(stamp_ms: i64, rate: f64) -> Self {
        FundingRate { time_ms: stamp_ms - stamp_ms.rem_euclid(MINUTE_MS), rate }
    }

    /// Checks that the rate is possible and at a whole minute.
    ///
    /// # Errors
    /// The first [`FundingFault`] found.
    pub fn check(&self) -> Result<(), FundingFault> {
        let FundingRate { time_ms, rate } = *self;
        if !rate.is_finite() {
            return Err(FundingFault::NotFinite);
        }
        if rate.abs() >= 1.0 {
            return Err(FundingFault::TooLarge { rate });
        }
        if time_ms.rem_euclid(MINUTE_MS) != 0 {
            return Err(FundingFault::OffMinute { time_ms });
        }
        Ok(())
    }
}

/// Where funding of a range is not complete: every stretch longer than eight hours between two
/// stamps, or between an end of the range and the stamp nearest to it inside. Stamps come in rising
/// order; those outside do not count. Stretches are `(from, to)`, all in Unix milliseconds.
#[must_use]
pub fn funding_holes(times_ms: &[i64], from_ms: i64, to_ms: i64) -> Vec<(i64, i64)> {
    let inside = times_ms.iter().copied().filter(|time_ms| (from_ms..=to_ms).contains(time_ms));
    let mut holes = Vec::new();
    let mut before_ms = from_ms;
    for time_ms in inside.chain([to_ms]) {
        if time_ms.saturating_sub(before_ms) > LONGEST_FUNDING_INTERVAL_MS {
            holes.push((before_ms, time_ms));
        }
        before_ms = time_ms;
    }
    holes
}

#[cfg(test)]
mod tests {
    use super::*;

    const H: i64 = 3_600_000;

    #[test]
    fn late_stamps_belong_to_the_whole_minute() {
        for (stamp_ms, time_ms) in [
            (8 * H, 8 * H),
            (8 * H + 7, 8 * H),
            (8 * H + 59_999, 8 * H),
            (8 * H - 1, 8 * H - MINUTE_MS),
            (-1, -MINUTE_MS),
        ] {
            assert_eq!(FundingRate::new(stamp_ms, 0.5), FundingRate { time_ms, rate: 0.5 });
        }
    }

    #[track_caller]
    fn check(time_ms: i64, rate: f64, expected: Option<&str>) {
        let fault = FundingRate { time_ms, rate }.check().err();
        assert_eq!(fault.map(|fault| fault.to_string()).as_deref(), expected);
    }

    #[test]
    fn a_rate_is_checked() {
        check(0, 0.0, None);
        check(-MINUTE_MS, -0.999, None);
        check(0, f64::NAN, Some("the rate is not a finite number"));
        check(0, f64::NEG_INFINITY, Some("the rate is not a finite number"));
        check(0, 1.0, Some("rate 1 is not between -1 and 1"));
        check(0, -1.5, Some("rate -1.5 is not between -1 and 1"));
        check(1, 0.0, Some("time 1 ms is not a whole minute"));
    }

    #[track_caller]
    fn check_holes(hours: &[i64], range: (i64, i64), expected: &[(i64, i64)]) {
        let times_ms: Vec<i64> = hours.iter().map(|hour| hour * H).collect();
        let expected: Vec<_> = expected.iter().map(|&(from, to)| (from * H, to * H)).collect();
        assert_eq!(funding_holes(&times_ms, range.0 * H, range.1 * H), expected);
    }

    #[test]
    fn stretches_longer_than_eight_hours_are_holes() {
        check_holes(&[], (0, 8), &[]);
        check_holes(&[], (0, 9), &[(0, 9)]);
        check_holes(&[], (9, 0), &[]);
        check_holes(&[0, 8, 16, 24], (0, 24), &[]);
        check_holes(&[8, 16], (1, 23), &[]);
        check_holes(&[8, 9, 10, 12, 20], (0, 28), &[]);
        check_holes(&[0, 8, 17, 24], (0, 24), &[(8, 17)]);
        check_holes(&[10, 18], (0, 30), &[(0, 10), (18, 30)]);
        check_holes(&[-8, 40], (0, 24), &[(0, 24)]);
    }

    #[test]
    fn a_late_stamp_makes_no_hole_and_a_lost_one_does() {
        let late = FundingRate::new(16 * H + 9, 0.0).time_ms;
        assert_eq!(funding_holes(&[8 * H, late, 24 * H], 8 * H, 24 * H), []);
        assert_eq!(funding_holes(&[8 * H, 16 * H + 1, 24 * H], 8 * H, 24 * H), [(8 * H, 16 * H + 1)]);
    }

    /// Every set of stamps on a grid of four hours, against the definition.
    #[test]
    fn complete_is_what_the_definition_says() {
        const STEPS: i64 = 10;
        for set in 0_u32..1 << STEPS {
            let times_ms: Vec<i64> = (0..STEPS).filter(|step| set >> step & 1 == 1).map(|step| step * 4 * H).collect();
            let (from_ms, to_ms) = (2 * H, 33 * H);
            let holes = funding_holes(&times_ms, from_ms, to_ms);
            // Eight hours after any moment that is no hole there is a stamp, or the end.
            let mut points = vec![from_ms];
            points.extend(times_ms.iter().filter(|time| (from_ms..=to_ms).contains(time)));
            for &point in &points {
                let followed = times_ms.iter().chain([&to_ms]).any(|&next| point < next && next <= point + 8 * H);
                assert_ne!(followed, holes.iter().any(|hole| hole.0 == point), "{set:b} {point}");
            }
            assert!(holes.iter().all(|&(from, to)| points.contains(&from) && to - from > 8 * H));
            assert!(holes.windows(2).all(|pair| pair[0].1 <= pair[1].0));
        }
    }
}
