//! `mom(x, n)`: momentum, the same as `change(x, n)`.
//!
//! Lookback n. Unit of x. TA-Lib `MOM`, Pine `ta.mom`.

use super::change::CHANGE;
use super::{Family, Function};

pub(super) const MOM: Function = Function {
    name: "mom",
    family: Family::Momentum,
    about: "momentum: x less its value n candles ago",
    pine: Some("ta.mom"),
    ..CHANGE
};
