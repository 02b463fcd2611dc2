//! When an exchange wants to hear nothing.

/// The longest silence that is believed. The longest ban is three days; an end later than this comes of a clock
/// that was wrong.
pub const LONGEST_SILENCE_MS: i64 = 7 * 86_400_000;

/// Why nothing may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SilenceKind {
    /// Too much was asked: HTTP 429, or the weight of the minute is used.
    RateLimited,
    /// The address is banned: HTTP 418.
    Banned,
    /// A firewall before the exchange refuses the address: HTTP 403.
    Blocked,
}

impl SilenceKind {
    /// Every kind.
    pub const ALL: [SilenceKind; 3] = [SilenceKind::RateLimited, SilenceKind::Banned, SilenceKind::Blocked];

    /// Its name where it is stored: `banned`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            SilenceKind::RateLimited => "rate_limited",
            SilenceKind::Banned => "banned",
            SilenceKind::Blocked => "blocked",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Nothing may be sent before a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// Why.
    pub kind: SilenceKind,
    /// When requests may go out again, Unix milliseconds.
    pub until_ms: i64,
}

impl Silence {
    /// Whether it is to be kept at a moment.
    #[must_use]
    pub fn holds(&self, now_ms: i64) -> bool {
        now_ms < self.until_ms && self.until_ms - now_ms <= LONGEST_SILENCE_MS
    }
}
