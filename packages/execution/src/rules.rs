//! What the close of a candle decides: entries, exits and reversals, from the rules of both sides.

use market::Side;
use strategy::{Decision, Orders};

use crate::{ExitReason, refusal};

/// What a decision wants of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) enter: bool,
    pub(crate) exit: bool,
}

/// What a decision wants of this side and of the other one.
pub(crate) fn wishes(decision: &Decision, side: Side, is_spot: bool) -> (Wish, Wish) {
    let long = Wish { enter: decision.long_enter, exit: decision.long_exit };
    // A spot market cannot be sold short: those rules take no part.
    let short = Wish { enter: decision.short_enter && !is_spot, exit: decision.short_exit && !is_spot };
    match side {
        Side::Long => (long, short),
        Side::Short => (short, long),
    }
}

/// How a position is left at the next open, and whether the other side is entered there.
pub(crate) struct Leaving {
    pub(crate) reason: ExitReason,
    pub(crate) reverses: bool,
}

/// Whether a position that was held over `bars` candles is left.
pub(crate) fn leaving(own: Wish, other: Wish, orders: &Orders, bars: usize) -> Option<Leaving> {
    let reverses = other.enter && !other.exit && !own.enter;
    if own.exit || reverses {
        Some(Leaving { reason: ExitReason::Signal, reverses })
    } else if orders.protection.max_bars.is_some_and(|most| bars >= most) {
        Some(Leaving { reason: ExitReason::Time, reverses: false })
    } else {
        None
    }
}

/// Why a flat account does not enter although its entry rule is true: another rule speaks against it.
pub(crate) fn opposed(own: Wish, other: Wish) -> Option<&'static str> {
    if own.exit {
        Some(refusal::OPPOSED)
    } else if other.enter {
        Some(refusal::BOTH_SIDES)
    } else {
        None
    }
}

/// Why the distances of a decision protect nothing.
pub(crate) fn unusable(decision: &Decision, orders: &Orders) -> Option<&'static str> {
    let protection = &orders.protection;
    let distances =
        [(protection.stop, decision.stop), (protection.take, decision.take), (protection.trail, decision.trail)];
    if distances.iter().all(|(unit, _)| unit.is_none()) {
        return None;
    }
    let used = || distances.iter().filter(|(unit, _)| unit.is_some()).map(|(_, distance)| *distance);
    if used().any(|distance| !distance.is_finite()) {
        Some(refusal::UNKNOWN_DISTANCE)
    } else if used().any(|distance| distance < 0.0) {
        Some(refusal::NEGATIVE_DISTANCE)
    } else {
        None
    }
}
