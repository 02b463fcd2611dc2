//! What was used of an address's limits, and whether a request still fits.

use crate::share::SETTLING_MS;
use crate::{Priority, Silence, SilenceKind};

/// Exchanges count in calendar minutes: the count drops to zero at each full one.
const MINUTE_MS: i64 = 60_000;
/// When to look again whether the exchange has told its count of a minute that has just begun.
const LOOK_AGAIN_MS: i64 = 50;

/// What is known of one exchange's limits for one address: used by us and, as far as replies tell, by others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// What may be used in a minute.
    pub weight_limit: u32,
    /// The minute that is counted: whole minutes since 1970.
    pub minute: i64,
    /// Weight used in that minute.
    pub used_weight: u32,
    /// The newest minute of which the exchange told its own count.
    pub told_minute: Option<i64>,
    /// The newest minute in which somebody asked for trading.
    pub traded_minute: Option<i64>,
    /// Silence that the exchange wants.
    pub silence: Option<Silence>,
}

impl Limits {
    /// Nothing used yet of `weight_limit` a minute, which holds until the exchange says otherwise.
    #[must_use]
    pub fn new(weight_limit: u32) -> Self {
        let nothing = Limits {
            weight_limit,
            minute: i64::MIN,
            used_weight: 0,
            told_minute: None,
            traded_minute: None,
            silence: None,
        };
        Limits { weight_limit: weight_limit.max(1), ..nothing }
    }

    /// Counts a request as sent, or tells why not, and when to ask again.
    ///
    /// The first request of a minute always passes, or one heavier than the limit never would.
    ///
    /// # Errors
    /// [`Silence`]: the exchange's, or until there is weight again.
    pub fn admit(&mut self, weight: u32, priority: Priority, now_ms: i64) -> Result<(), Silence> {
        if let Some(silence) = self.silence_at(now_ms) {
            return Err(silence);
        }
        self.silence = None;
        self.enter(now_ms);
        if priority == Priority::Trading {
            self.traded_minute = Some(self.minute);
        }
        let wanted = u64::from(self.used_weight) + u64::from(weight);
        let wait = |until_ms| Err(Silence { kind: SilenceKind::RateLimited, until_ms });
        if self.used_weight > 0 && wanted > priority.share(self.weight_limit, self.is_traded()) {
            return wait((self.minute + 1).saturating_mul(MINUTE_MS));
        }
        let unseen_share = priority.unseen_share(self.weight_limit, now_ms.rem_euclid(MINUTE_MS));
        if self.used_weight > 0 && self.awaits_count() && wanted > unseen_share {
            return wait(now_ms.saturating_add(LOOK_AGAIN_MS));
        }
        self.used_weight = u32::try_from(wanted).unwrap_or(u32::MAX);
        Ok(())
    }

    /// The silence that holds at a moment.
    #[must_use]
    pub fn silence_at(&self, now_ms: i64) -> Option<Silence> {
        self.silence.filter(|silence| silence.holds(now_ms))
    }

    /// The weight used in the minute of `now_ms`.
    #[must_use]
    pub fn used_at(&self, now_ms: i64) -> u32 {
        if minute_of(now_ms) == self.minute { self.used_weight } else { 0 }
    }

    /// Learns what the exchange has counted, from the reply to a request sent at `sent_ms`.
    ///
    /// A reply from the minute before says nothing about this one. The larger count holds: ours
    /// knows requests still under way, theirs knows other programs and the true weights.
    pub fn learn_used(&mut self, used_weight: u32, sent_ms: i64, now_ms: i64) {
        self.enter(now_ms);
        if minute_of(sent_ms) == self.minute && !self.is_of_the_minute_before(used_weight, now_ms) {
            self.used_weight = self.used_weight.max(used_weight);
            self.told_minute = Some(self.minute);
        }
    }

    /// Whether [`Limits::learn_used`] would change nothing.
    #[must_use]
    pub fn knows_used(&self, used_weight: u32, sent_ms: i64, now_ms: i64) -> bool {
        let mut told = self.clone();
        told.learn_used(used_weight, sent_ms, now_ms);
        told == *self
    }

    /// Learns the limit of a minute; zero is no limit that could be kept and is passed over.
    pub fn learn_limit(&mut self, weight_limit: u32) {
        if weight_limit > 0 {
            self.weight_limit = weight_limit;
        }
    }

    /// Keeps silent; of two silences, the one that ends later holds.
    pub fn keep_silent(&mut self, silence: Silence) {
        if self.silence.is_none_or(|known| known.until_ms < silence.until_ms) {
            self.silence = Some(silence);
        }
    }

    /// Adds what was noted elsewhere while this could not be reached.
    pub fn absorb(&mut self, other: &Limits) {
        if other.minute == self.minute {
            self.used_weight = self.used_weight.max(other.used_weight);
        }
        self.traded_minute = self.traded_minute.max(other.traded_minute);
        if let Some(silence) = other.silence {
            self.keep_silent(silence);
        }
    }

    /// Begins a new minute where it is one. A process that is a moment behind the others stays in theirs; a clock
    /// that was set back is followed.
    fn enter(&mut self, now_ms: i64) {
        let minute = minute_of(now_ms);
        if minute != self.minute && minute.saturating_add(1) != self.minute {
            self.minute = minute;
            self.used_weight = 0;
        }
    }

    /// Whether a count that is told right after a minute began is rather that of the exchange's minute before: it
    /// is far more than we know of. Where others did use that much, it is told again.
    fn is_of_the_minute_before(&self, used_weight: u32, now_ms: i64) -> bool {
        let into_ms = now_ms.rem_euclid(MINUTE_MS);
        let known = u64::from(self.used_weight) + Priority::Data.unseen_share(self.weight_limit, 0);
        self.awaits_count() && into_ms < SETTLING_MS && u64::from(used_weight) > known
    }

    /// Whether somebody trades: in this minute or the one before.
    fn is_traded(&self) -> bool {
        self.traded_minute.is_some_and(|traded| traded >= self.minute - 1)
    }

    /// Whether the exchange, which told its count of the minute before, will do so of this one.
    fn awaits_count(&self) -> bool {
        self.told_minute == Some(self.minute - 1)
    }
}

fn minute_of(time_ms: i64) -> i64 {
    time_ms.div_euclid(MINUTE_MS)
}

#[cfg(test)]
mod tests;
