//! What is stored against what the exchange has. Pure.

use market::{Candle, Candles, Judge};

use crate::holes::Asked;
use crate::resample::is_near;

/// What was found at one place.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Compared {
    /// Stored candles that were held against those of the exchange, or against it having none.
    pub(super) compared: u64,
    /// Candles with other values.
    pub(super) differing: Vec<Differing>,
    /// Open times of stored candles that the exchange does not have, Unix milliseconds.
    pub(super) unknown: Vec<i64>,
    /// Open times of candles that the exchange has and the store lacks, Unix milliseconds.
    pub(super) lacking: Vec<i64>,
}

/// A candle with other values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Differing {
    pub(super) ours: Candle,
    pub(super) theirs: Candle,
    /// Whether import would take the values of the exchange.
    pub(super) is_believed: bool,
    /// Whether the store has them now.
    pub(super) is_fixed: bool,
}

impl Differing {
    /// The columns that differ: name, old value, new value.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&'static str, f64, f64)> {
        let columns = |candle: &Candle| {
            let Candle { open, high, low, close, volume, .. } = *candle;
            [("open", open), ("high", high), ("low", low), ("close", close), ("volume", volume)]
        };
        let pairs = columns(&self.ours).into_iter().zip(columns(&self.theirs));
        pairs.filter(|((_, old), (_, new))| old != new).map(|((name, old), (_, new))| (name, old, new))
    }
}

/// Holds the stored candles of a place against what came of asking for it, both in rising time.
pub(super) fn compare(ours: &Candles, theirs: &[Candle], asked: &Asked, judge: &mut Judge) -> Compared {
    let mut found = Compared::default();
    let mut at = 0;
    for our in ours.iter() {
        while let Some(their) = theirs.get(at).filter(|their| their.open_time_ms < our.open_time_ms) {
            lack(&mut found, their, judge);
            at += 1;
        }
        let their = theirs.get(at).filter(|their| their.open_time_ms == our.open_time_ms);
        let is_absent = || asked.absent.iter().any(|hole| (hole.from_ms..hole.to_ms).contains(&our.open_time_ms));
        if let Some(their) = their {
            at += 1;
            found.compared += 1;
            let is_believed = judge.judge(their).is_none_or(|objection| objection.rule.is_doubt());
            if !is_near(&our, their) {
                found.differing.push(Differing { ours: our, theirs: *their, is_believed, is_fixed: false });
            }
        } else if is_absent() {
            found.compared += 1;
            found.unknown.push(our.open_time_ms);
        }
    }
    theirs[at..].iter().for_each(|their| lack(&mut found, their, judge));
    found
}

fn lack(found: &mut Compared, their: &Candle, judge: &mut Judge) {
    if judge.judge(their).is_none_or(|objection| objection.rule.is_doubt()) {
        found.lacking.push(their.open_time_ms);
    }
}

#[cfg(test)]
mod tests {
    use market::{Hole, Timeframe};

    use super::*;

    const M: i64 = 60_000;
    const BEGIN_MS: i64 = 1_735_689_600_000;

    fn candle((minute, close): (i64, f64)) -> Candle {
        Candle { open_time_ms: BEGIN_MS + minute * M, open: 1.5, high: 1e9, low: 0.5, close, volume: 9.0 }
    }

    /// Minutes and closes of both; minutes that differ, with a mark where the other value is not believed, and
    /// those that only one of them has.
    #[track_caller]
    fn check(ours: &[(i64, f64)], theirs: &[(i64, f64)], expected: (&[&str], &[i64], &[i64])) -> Compared {
        let ours: Candles = ours.iter().copied().map(candle).collect();
        let theirs: Vec<Candle> = theirs.iter().copied().map(candle).collect();
        let missing = |minute: i64| !theirs.iter().any(|their| their.open_time_ms == BEGIN_MS + minute * M);
        let hole =
            |minute: i64| Hole { from_ms: BEGIN_MS + minute * M, to_ms: BEGIN_MS + (minute + 1) * M, missing: 1 };
        let absent = (0..10).filter(|&minute| missing(minute)).map(hole).collect();
        let asked = Asked { ends_ms: None, absent, refused: Vec::new(), until_ms: i64::MAX };
        let found = compare(&ours, &theirs, &asked, &mut Judge::of_trades(Timeframe::M1));
        let minute = |time_ms: i64| (time_ms - BEGIN_MS) / M;
        let told = |differing: &Differing| {
            format!("{}{}", minute(differing.ours.open_time_ms), if differing.is_believed { "" } else { "?" })
        };
        let minutes = |times: &[i64]| times.iter().map(|&time_ms| minute(time_ms)).collect::<Vec<_>>();
        assert_eq!(found.differing.iter().map(told).collect::<Vec<_>>(), expected.0);
        assert_eq!((minutes(&found.unknown), minutes(&found.lacking)), (expected.1.to_vec(), expected.2.to_vec()));
        found
    }

    #[test]
    fn every_difference_is_found() {
        check(&[], &[], (&[], &[], &[]));
        let found = check(&[(1, 2.0), (2, 2.0), (3, 2.0)], &[(1, 2.0), (2, 2.5), (3, 2.0)], (&["2"], &[], &[]));
        assert_eq!(found.differing[0].columns().collect::<Vec<_>>(), [("close", 2.0, 2.5)]);
        assert_eq!(found.compared, 3);
        check(&[(2, 2.0), (4, 2.0)], &[(1, 2.0), (2, 2.0), (3, 2.0), (5, 2.0)], (&[], &[4], &[1, 3, 5]));
        check(&[(1, 2.0)], &[], (&[], &[1], &[]));
        // A jump that does not stay is no value to take.
        check(&[(1, 2.0), (2, 2.0), (3, 2.0)], &[(1, 2.0), (2, 9e6), (3, 2.0)], (&["2?"], &[], &[]));
    }

    #[test]
    fn volumes_are_the_same_to_nine_digits() {
        let of = |volume: f64| Candle { volume, ..candle((1, 2.0)) };
        assert!(is_near(&of(9.0), &of(9.000_000_001)) && !is_near(&of(9.0), &of(9.000_001)));
    }
}
