//! Walk-forward windows: where to search, and where to see whether it holds.
//!
//! Pardo 2008, "The Evaluation and Optimization of Trading Strategies", chapter 11: params are chosen on a training
//! window and tried on the test window that follows it; then both move on by the length of the test, so that every
//! candle after the first training window is tested once, with params that had not seen it.

use crate::ResearchError;

/// The most windows of one walk: each is a search of its own.
pub const MOST_WINDOWS: i64 = 10_000;

/// Where the training windows begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Training {
    /// All at the begin of the range: each is longer than the one before by a test window.
    Anchored,
    /// Each by the length of a test window after the one before: all have the same length.
    Rolling,
}

/// A training window and the test window that follows it. Times are Unix milliseconds; a candle that opens at a
/// window's `to` is the first one after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Where training begins.
    pub train_from_ms: i64,
    /// Where training ends, before this.
    pub train_to_ms: i64,
    /// Where the test begins: where training ends.
    pub test_from_ms: i64,
    /// Where the test ends, before this.
    pub test_to_ms: i64,
}

/// The windows over the candles that open from `from_ms` and before `to_ms`, from the earliest.
///
/// The first training window is `train_ms` long. Every test window is `test_ms` long but the last, which ends with
/// the range.
///
/// # Errors
/// [`ResearchError::NoLength`], [`ResearchError::RangeTooShort`] where the range does not hold one whole training
/// window with its whole test, [`ResearchError::TooManyWindows`].
pub fn walk_forward(
    from_ms: i64,
    to_ms: i64,
    train_ms: i64,
    test_ms: i64,
    training: Training,
) -> Result<Vec<Window>, ResearchError> {
    for (what, length_ms) in [("train", train_ms), ("test", test_ms)] {
        if length_ms <= 0 {
            return Err(ResearchError::NoLength { what, length_ms });
        }
    }
    let (have_ms, need_ms) = (to_ms.saturating_sub(from_ms), train_ms.saturating_add(test_ms));
    if have_ms < need_ms {
        return Err(ResearchError::RangeTooShort { have_ms, need_ms });
    }
    let tested_ms = have_ms - train_ms;
    let found = tested_ms / test_ms + i64::from(tested_ms % test_ms > 0);
    if found > MOST_WINDOWS {
        return Err(ResearchError::TooManyWindows { found, most: MOST_WINDOWS });
    }
    let window = |i: i64| {
        let moved_ms = i * test_ms;
        let test_from_ms = from_ms + train_ms + moved_ms;
        let train_from_ms = match training {
            Training::Anchored => from_ms,
            Training::Rolling => from_ms + moved_ms,
        };
        let test_to_ms = test_from_ms.saturating_add(test_ms).min(to_ms);
        Window { train_from_ms, train_to_ms: test_from_ms, test_from_ms, test_to_ms }
    };
    Ok((0..found).map(window).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(range: [i64; 2], [train, test]: [i64; 2], training: Training, expected: &[[i64; 4]]) {
        let windows = walk_forward(range[0], range[1], train, test, training).expect("long enough");
        let found: Vec<[i64; 4]> =
            windows.iter().map(|w| [w.train_from_ms, w.train_to_ms, w.test_from_ms, w.test_to_ms]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn windows_move_by_the_length_of_a_test() {
        use Training::{Anchored, Rolling};
        check([0, 100], [40, 20], Rolling, &[[0, 40, 40, 60], [20, 60, 60, 80], [40, 80, 80, 100]]);
        check([0, 100], [40, 20], Anchored, &[[0, 40, 40, 60], [0, 60, 60, 80], [0, 80, 80, 100]]);
        check([-50, 0], [20, 20], Rolling, &[[-50, -30, -30, -10], [-30, -10, -10, 0]]);
        check([0, 60], [40, 20], Anchored, &[[0, 40, 40, 60]]);
    }

    #[track_caller]
    fn refused(range: [i64; 2], [train, test]: [i64; 2], expected: ResearchError) {
        assert_eq!(walk_forward(range[0], range[1], train, test, Training::Rolling), Err(expected));
    }

    #[test]
    fn what_cannot_be_walked_is_refused() {
        refused([0, 59], [40, 20], ResearchError::RangeTooShort { have_ms: 59, need_ms: 60 });
        refused([9, 0], [40, 20], ResearchError::RangeTooShort { have_ms: -9, need_ms: 60 });
        refused(
            [0, i64::MAX - 1],
            [i64::MAX, 1],
            ResearchError::RangeTooShort { have_ms: i64::MAX - 1, need_ms: i64::MAX },
        );
        refused([0, 100], [0, 20], ResearchError::NoLength { what: "train", length_ms: 0 });
        refused([0, 100], [40, -1], ResearchError::NoLength { what: "test", length_ms: -1 });
        refused([0, 10_002], [1, 1], ResearchError::TooManyWindows { found: 10_001, most: MOST_WINDOWS });
    }

    proptest! {
        #[test]
        fn tests_cover_what_follows_the_first_training_without_overlap(
            from in -1_000_i64..1_000, length in 2_i64..1_000, train in 1_i64..500, test in 1_i64..500, anchored: bool,
        ) {
            prop_assume!(train + test <= length);
            let training = if anchored { Training::Anchored } else { Training::Rolling };
            let windows = walk_forward(from, from + length, train, test, training).expect("long enough");
            let mut reached = from + train;
            for (i, window) in windows.iter().enumerate() {
                prop_assert_eq!((window.test_from_ms, window.train_to_ms), (reached, reached));
                prop_assert!(window.test_to_ms > window.test_from_ms);
                prop_assert!(i + 1 == windows.len() || window.test_to_ms - window.test_from_ms == test);
                let trained = window.train_to_ms - window.train_from_ms;
                prop_assert_eq!(trained, if anchored { reached - from } else { train });
                reached = window.test_to_ms;
            }
            prop_assert_eq!(reached, from + length);
        }
    }
}
