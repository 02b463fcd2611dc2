//! Whether the exchange was down or nobody traded: what another market of the exchange did meanwhile says it.
//!
//! A witness is a market of the same exchange and another symbol, whose candles are not longer. It must be one that is
//! traded all the time: of the [`AROUND`] candles before the stretch and as many after it, as far as its own reach,
//! all are there but one in a hundred. Then what it has within the stretch decides. Half of its candles or more:
//! the exchange went on while nobody traded here. Fewer, and of more than half of them it is proven that the exchange
//! has none: the exchange was down. Candles of it that nobody asked for say nothing. Of several witnesses one that
//! has half is believed. Other timeframes of the same symbol are no witnesses: when nobody trades, they have no
//! candles either.

use db::{Cause, Data, DbError, Gap, Place, Store};
use market::{Candle, Series, Symbol, Timeframe};

/// Candles on each side of a stretch by which a witness is known as one that is traded all the time.
pub(crate) const AROUND: i64 = 50;

/// The stored series, each of which may be a witness for others.
#[derive(Debug)]
pub(crate) struct Neighbourhood(Vec<Witness>);

#[derive(Debug)]
struct Witness {
    series: Series,
    /// Open time of the oldest candle, Unix milliseconds.
    first_ms: i64,
    /// When the newest candle closes, Unix milliseconds.
    end_ms: i64,
}

impl Neighbourhood {
    /// Looks around in the store.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) fn of(store: &Store) -> Result<Self, DbError> {
        let mut witnesses = Vec::new();
        for series in store.series()? {
            if let Some((first_ms, last_ms)) = store.closed_ends_ms(&series)? {
                let end_ms = series.timeframe.next_open(last_ms);
                witnesses.push(Witness { series, first_ms, end_ms });
            }
        }
        Ok(Neighbourhood(witnesses))
    }

    /// Those that may know of a stretch: their candles begin before it and end behind it.
    fn witnesses(&self, of: &Series, from_ms: i64, to_ms: i64) -> impl Iterator<Item = &Witness> {
        self.0.iter().filter(move |Witness { series, first_ms, end_ms }| {
            let is_other = series.exchange == of.exchange && series.symbol != of.symbol;
            is_other && series.timeframe <= of.timeframe && *first_ms < from_ms && to_ms < *end_ms
        })
    }
}

/// What a witness has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Testimony {
    /// Candles beside the stretch that are there, and that there could be.
    pub(crate) around: (u64, u64),
    /// The same within the stretch.
    pub(crate) within: (u64, u64),
    /// Candles within the stretch of which the exchange is known to have none.
    pub(crate) absent: u64,
}

impl Testimony {
    /// The cause; `None` of a witness that cannot tell.
    pub(crate) fn cause(self) -> Option<Cause> {
        let (there, whole) = self.within;
        if !self.is_traded_always() || whole == 0 {
            None
        } else if there * 2 >= whole {
            Some(Cause::NoTrades)
        } else {
            (self.absent * 2 > whole).then_some(Cause::Outage)
        }
    }

    fn is_traded_always(self) -> bool {
        let (there, of) = self.around;
        of >= AROUND.unsigned_abs() && there * 100 >= of * 99
    }

    /// In words: `ETH/USDT 1m has 0 of 120 candles there`.
    pub(crate) fn told_of(self, symbol: &Symbol, timeframe: Timeframe) -> String {
        format!("{symbol} {timeframe} has {} of {} candles there", self.within.0, self.within.1)
    }

    /// Of a witness whom the exchange was asked for: its candles that open from [`AROUND`] candles before the stretch
    /// on, up to `until_ms`, which need not lie behind the stretch.
    pub(crate) fn of_candles(
        candles: &[Candle],
        timeframe: Timeframe,
        (from_ms, to_ms): (i64, i64),
        until_ms: i64,
    ) -> Self {
        let count = |from_ms: i64, to_ms: i64| {
            let there = candles.iter().filter(|candle| (from_ms..to_ms).contains(&candle.open_time_ms)).count();
            (there as u64, timeframe.count(from_ms, to_ms))
        };
        let (first_ms, seen_ms) = (before(timeframe, from_ms), to_ms.min(until_ms));
        let (left, right) = (count(first_ms, from_ms), count(seen_ms, until_ms));
        let within = count(from_ms, seen_ms);
        let around = (left.0 + right.0, left.1 + right.1);
        Testimony { around, within, absent: within.1.saturating_sub(within.0) }
    }
}

/// Where the [`AROUND`] candles before a stretch begin.
pub(crate) fn before(timeframe: Timeframe, from_ms: i64) -> i64 {
    timeframe.open_of(from_ms - AROUND * timeframe.longest_ms())
}

/// Where the [`AROUND`] candles after a stretch end.
pub(crate) fn after(timeframe: Timeframe, to_ms: i64) -> i64 {
    timeframe.open_of(to_ms + AROUND * timeframe.longest_ms())
}

/// Outage or no trades, and what says so, for a stretch of which the exchange has no candles; `None` where no
/// stored series can tell.
///
/// # Errors
/// When the database refuses.
pub(crate) fn explain(
    store: &Store,
    around: &Neighbourhood,
    series: &Series,
    from_ms: i64,
    to_ms: i64,
) -> Result<Option<(Cause, String)>, DbError> {
    let mut found = None;
    for witness in around.witnesses(series, from_ms, to_ms) {
        let testimony = testimony(store, witness, from_ms, to_ms)?;
        if let Some(cause) = testimony.cause() {
            found = Some((cause, testimony.told_of(&witness.series.symbol, witness.series.timeframe)));
        }
        // One that went on is enough.
        if testimony.cause() == Some(Cause::NoTrades) {
            break;
        }
    }
    Ok(found)
}

fn testimony(store: &Store, witness: &Witness, from_ms: i64, to_ms: i64) -> Result<Testimony, DbError> {
    let Witness { series, first_ms, end_ms } = witness;
    let timeframe = series.timeframe;
    let count = |from_ms: i64, to_ms: i64| -> Result<(u64, u64), DbError> {
        Ok((store.count_closed(series, from_ms, to_ms)?, timeframe.count(from_ms, to_ms)))
    };
    let (begin_ms, until_ms) = (before(timeframe, from_ms).max(*first_ms), after(timeframe, to_ms).min(*end_ms));
    let (left, right) = (count(begin_ms, from_ms)?, count(to_ms, until_ms)?);
    let around = (left.0 + right.0, left.1 + right.1);
    let mut testimony = Testimony { around, within: count(from_ms, to_ms)?, absent: 0 };
    if testimony.is_traded_always() && testimony.cause().is_none() {
        testimony.absent = absent(timeframe, &store.gaps(&Place::of(series, Data::Candles))?, from_ms, to_ms);
    }
    Ok(testimony)
}

/// How many candles of a stretch the exchange is known not to have. Gaps may overlap.
fn absent(timeframe: Timeframe, gaps: &[Gap], from_ms: i64, to_ms: i64) -> u64 {
    let is_absent =
        |gap: &&Gap| gap.is_explained() && matches!(gap.cause, Cause::Absent | Cause::Outage | Cause::NoTrades);
    let (mut counted_ms, mut count) = (from_ms, 0);
    for gap in gaps.iter().filter(is_absent) {
        let (from, to) = (gap.from_ms.max(counted_ms), gap.to_ms.min(to_ms));
        count += timeframe.count(timeframe.open_of(from), to);
        counted_ms = counted_ms.max(to);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(around: (u64, u64), within: (u64, u64), absent: u64, expected: Option<Cause>) {
        assert_eq!(Testimony { around, within, absent }.cause(), expected);
    }

    #[test]
    fn a_witness_that_is_always_traded_decides() {
        check((100, 100), (0, 60), 60, Some(Cause::Outage));
        check((99, 100), (29, 60), 31, Some(Cause::Outage));
        check((100, 100), (30, 60), 30, Some(Cause::NoTrades));
        check((100, 100), (60, 60), 0, Some(Cause::NoTrades));
        // Traded seldom, or known too little.
        check((98, 100), (60, 60), 0, None);
        check((98, 100), (0, 60), 60, None);
        check((0, 0), (0, 60), 60, None);
        check((49, 49), (0, 60), 60, None);
        check((100, 100), (0, 0), 0, None);
        // Nobody asked for what is missing of it.
        check((100, 100), (0, 60), 0, None);
        check((100, 100), (0, 60), 30, None);
    }

    #[test]
    fn gaps_that_overlap_are_counted_once() {
        const M: i64 = 60_000;
        let gap = |from: i64, to: i64, cause: Cause| {
            let proof = Some(db::Proof { how: String::new(), at_ms: 0 });
            Gap { from_ms: from * M, to_ms: to * M, cause, found_at_ms: 0, proof }
        };
        let gaps = [
            gap(0, 5, Cause::Absent),
            gap(3, 8, Cause::Outage),
            gap(8, 9, Cause::FetchFailed),
            gap(9, 99, Cause::NoTrades),
        ];
        assert_eq!(absent(Timeframe::M1, &gaps, 2 * M, 12 * M), 6 + 3);
    }

    #[test]
    fn candles_of_a_page_testify() {
        const M: i64 = 60_000;
        let candle =
            |minute: i64| Candle { open_time_ms: minute * M, open: 1.0, high: 1.0, low: 1.0, close: 1.0, volume: 1.0 };
        // Down from 100 to 120.
        let candles: Vec<Candle> = (50..170).filter(|minute| !(100..120).contains(minute)).map(candle).collect();
        let of = |from: i64, to: i64, until: i64| {
            Testimony::of_candles(&candles, Timeframe::M1, (from * M, to * M), until * M)
        };
        assert_eq!(of(100, 120, 170), Testimony { around: (100, 100), within: (0, 20), absent: 20 });
        // The page ends within the stretch.
        assert_eq!(of(100, 120, 110), Testimony { around: (50, 50), within: (0, 10), absent: 10 });
        assert_eq!(of(100, 140, 150).within, (20, 40));
    }
}
