//! Why an entry signal became no position, in words.

pub(crate) const NO_CASH: &str = "there is no cash";
pub(crate) const TOO_SMALL: &str = "the quantity is below the least of the instrument";
pub(crate) const UNKNOWN_DISTANCE: &str = "a stop, target or trail distance is unknown";
pub(crate) const NEGATIVE_DISTANCE: &str = "a stop, target or trail distance is negative";
pub(crate) const OPPOSED: &str = "the exit rule is true as well";
pub(crate) const BOTH_SIDES: &str = "the entry rule of the other side is true as well";
pub(crate) const COOLDOWN: &str = "the cooldown after the last exit is not over";
pub(crate) const POSITIONS: &str = "the portfolio holds as many positions as it may";
pub(crate) const EXPOSURE: &str = "the portfolio is as exposed as it may be";
pub(crate) const NO_MARGIN: &str = "at this leverage the margin is below the maintenance margin";
