//! Which part of a minute's weight is for whom.

/// What a request is for: trading goes before data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Priority {
    /// History, which can wait.
    #[default]
    Data,
    /// What a trader needs to decide, to cancel and to get out.
    Trading,
}

/// What data may use, in percent of the limit. The rest is for what is under way when the minute turns, and for trading.
const DATA_PERCENT: u64 = 95;
/// What data may use while somebody trades: there is room for a trader that has to ask for much at once.
const DATA_BESIDE_TRADING_PERCENT: u64 = 80;
/// What may be used in all. The rest is for what we cannot see in time.
const TRADING_PERCENT: u64 = 98;
/// What data may use of a minute before the exchange has told its count of it, in percent, and once more for each
/// [`SETTLING_MS`]: its minute may begin a little later than ours, and until then it adds to the minute before,
/// which may be full.
const UNSEEN_PERCENT: u64 = 2;
/// By how much the exchange's minutes may begin later than ours.
pub(crate) const SETTLING_MS: i64 = 2_000;

impl Priority {
    /// The weight that may be used in a minute, of `limit`.
    pub(crate) fn share(self, limit: u32, is_traded: bool) -> u64 {
        let percent = match self {
            Priority::Trading => TRADING_PERCENT,
            Priority::Data if is_traded => DATA_BESIDE_TRADING_PERCENT,
            Priority::Data => DATA_PERCENT,
        };
        u64::from(limit) * percent / 100
    }

    /// The weight that may be used of a minute of which the exchange has told nothing, `into_ms` after it began.
    pub(crate) fn unseen_share(self, limit: u32, into_ms: i64) -> u64 {
        match self {
            Priority::Trading => u64::MAX,
            Priority::Data => {
                u64::from(limit) * UNSEEN_PERCENT * (1 + into_ms.unsigned_abs() / SETTLING_MS.unsigned_abs()) / 100
            }
        }
    }
}
