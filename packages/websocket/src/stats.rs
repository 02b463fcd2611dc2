//! Figures of a stream since it began.

/// How a stream fared. Every figure counts from the start and only grows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Connections that came up.
    pub connects: u64,
    /// Connections that came up after an earlier one was lost.
    pub reconnects: u64,
    /// Attempts to connect that failed.
    pub failed_attempts: u64,
    /// Text frames received.
    pub frames: u64,
    /// Server pings answered.
    pub pings: u64,
    /// Frames that could not be read, though of a kind that is watched.
    pub unreadable: u64,
    /// Frames of other kinds, or of streams that are not watched; they are ignored.
    pub unknown: u64,
    /// Candles and tickers with impossible values; they are not passed on.
    pub impossible: u64,
    /// Forming candles and tickers that a newer one replaced before the listener took them.
    pub coalesced: u64,
    /// Forming candles that arrived after their own close, or an older one; they are not passed on.
    pub stale_forming: u64,
    /// Connections given up because the listener left the queue full.
    pub overflows: u64,
}
