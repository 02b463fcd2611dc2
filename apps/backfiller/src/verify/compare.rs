//! What is stored against what the exchange has. Pure.

use market::{Candle, FundingRate, Hole};

use crate::resample::is_near;

/// A row of a place, of whatever kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Row {
    /// Of trades, or of the mark price, which has a volume of 0.
    Candle(Candle),
    Rate(FundingRate),
}

impl Row {
    /// When it opens or is paid, Unix milliseconds.
    pub(super) fn time_ms(&self) -> i64 {
        match self {
            Row::Candle(candle) => candle.open_time_ms,
            Row::Rate(rate) => rate.time_ms,
        }
    }

    /// The candle, of trades or of the mark price.
    pub(super) fn candle(&self) -> Option<Candle> {
        match self {
            Row::Candle(candle) => Some(*candle),
            Row::Rate(_) => None,
        }
    }

    fn columns(&self) -> Vec<(&'static str, f64)> {
        match self {
            Row::Candle(Candle { open, high, low, close, volume, .. }) => {
                vec![("open", *open), ("high", *high), ("low", *low), ("close", *close), ("volume", *volume)]
            }
            Row::Rate(rate) => vec![("rate", rate.rate)],
        }
    }

    /// Prices and rates to the bit, volumes nearly.
    fn is_near(&self, other: &Row) -> bool {
        match (self, other) {
            (Row::Candle(ours), Row::Candle(theirs)) => is_near(ours, theirs),
            _ => self == other,
        }
    }
}

/// What was found at one place.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Compared {
    /// Stored rows that were held against those of the exchange, or against it having none.
    pub(super) compared: u64,
    /// Rows with other values.
    pub(super) differing: Vec<Differing>,
    /// Times of stored rows that the exchange does not have, Unix milliseconds.
    pub(super) unknown: Vec<i64>,
    /// Times of rows that the exchange has and the store lacks, Unix milliseconds.
    pub(super) lacking: Vec<i64>,
}

/// A row with other values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Differing {
    pub(super) ours: Row,
    pub(super) theirs: Row,
    /// Whether import would take the values of the exchange.
    pub(super) is_believed: bool,
    /// Whether the store has them now.
    pub(super) is_fixed: bool,
}

impl Differing {
    /// The columns that differ: name, old value, new value.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&'static str, f64, f64)> {
        let pairs = self.ours.columns().into_iter().zip(self.theirs.columns());
        pairs.filter(|((_, old), (_, new))| old != new).map(|((name, old), (_, new))| (name, old, new))
    }
}

/// Holds the stored rows of a place against what came of asking for it, both in rising time, and what the exchange is
/// proven not to have. `is_believed` gets every row of the exchange, in order.
pub(super) fn compare(
    ours: &[Row],
    theirs: &[Row],
    absent: &[Hole],
    mut is_believed: impl FnMut(&Row) -> bool,
) -> Compared {
    let mut found = Compared::default();
    let mut at = 0;
    for our in ours {
        let time_ms = our.time_ms();
        while let Some(their) = theirs.get(at).filter(|their| their.time_ms() < time_ms) {
            found.lacking.extend(is_believed(their).then(|| their.time_ms()));
            at += 1;
        }
        let their = theirs.get(at).filter(|their| their.time_ms() == time_ms);
        let is_absent = || absent.iter().any(|hole| (hole.from_ms..hole.to_ms).contains(&time_ms));
        if let Some(their) = their {
            at += 1;
            found.compared += 1;
            let is_believed = is_believed(their);
            if !our.is_near(their) {
                found.differing.push(Differing { ours: *our, theirs: *their, is_believed, is_fixed: false });
            }
        } else if is_absent() {
            found.compared += 1;
            found.unknown.push(time_ms);
        }
    }
    found.lacking.extend(theirs[at..].iter().filter(|their| is_believed(their)).map(Row::time_ms));
    found
}

#[cfg(test)]
mod tests {
    use market::{Judge, Timeframe};

    use super::*;
    use crate::verify::is_believed;

    const M: i64 = 60_000;
    const BEGIN_MS: i64 = 1_735_689_600_000;

    fn candle((minute, close): (i64, f64)) -> Candle {
        Candle { open_time_ms: BEGIN_MS + minute * M, open: 1.5, high: 1e9, low: 0.5, close, volume: 9.0 }
    }

    /// Minutes and closes of both; minutes that differ, with a mark where the other value is not believed, and
    /// those that only one of them has.
    #[track_caller]
    fn check(ours: &[(i64, f64)], theirs: &[(i64, f64)], expected: (&[&str], &[i64], &[i64])) -> Compared {
        let rows = |rows: &[(i64, f64)]| -> Vec<Row> { rows.iter().copied().map(candle).map(Row::Candle).collect() };
        let (ours, theirs) = (rows(ours), rows(theirs));
        let missing = |minute: i64| !theirs.iter().any(|their| their.time_ms() == BEGIN_MS + minute * M);
        let hole =
            |minute: i64| Hole { from_ms: BEGIN_MS + minute * M, to_ms: BEGIN_MS + (minute + 1) * M, missing: 1 };
        let absent: Vec<Hole> = (0..10).filter(|&minute| missing(minute)).map(hole).collect();
        let mut judge = Judge::of_trades(Timeframe::M1);
        let found = compare(&ours, &theirs, &absent, |their| is_believed(Some(&mut judge), their));
        let minute = |time_ms: i64| (time_ms - BEGIN_MS) / M;
        let told = |differing: &Differing| {
            format!("{}{}", minute(differing.ours.time_ms()), if differing.is_believed { "" } else { "?" })
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
    fn rates_are_the_same_to_the_bit() {
        let rate = |rate: f64| Row::Rate(FundingRate { time_ms: BEGIN_MS, rate });
        let found = compare(&[rate(0.1)], &[rate(0.1 + 1e-16)], &[], |_| true);
        assert_eq!(found.differing[0].columns().collect::<Vec<_>>(), [("rate", 0.1, 0.1 + 1e-16)]);
        assert_eq!(compare(&[rate(0.1)], &[rate(0.1)], &[], |_| true).differing, []);
    }

    #[test]
    fn volumes_are_the_same_to_nine_digits() {
        let of = |volume: f64| Candle { volume, ..candle((1, 2.0)) };
        assert!(is_near(&of(9.0), &of(9.000_000_001)) && !is_near(&of(9.0), &of(9.000_001)));
    }
}
