//! Where candles are missing, and why: what the candles and the table `gaps` say together.

mod ask;
mod cause;

use db::{Cause, Gap, Proof, SeriesStatus, Store};
use market::{Hole, Series, Timeframe, format_utc};
use serde_json::{Value, json};

pub(crate) use ask::{AskError, Asked, ask, before_listing, first_candle};
pub(crate) use cause::{Neighbourhood, Testimony, after, before, explain};

/// Absence is proven of stretches that end this long before the exchange's present: candles of an outage that is
/// just over may still come.
pub(crate) const SURE_AFTER_MS: i64 = 3_600_000;

/// Candles that are missing in a row for one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// Open time of the first one that is missing, Unix milliseconds.
    pub(crate) from_ms: i64,
    /// Open time of the first candle after the stretch, Unix milliseconds.
    pub(crate) to_ms: i64,
    /// How many are missing.
    pub(crate) missing: u64,
    pub(crate) cause: Cause,
    /// `None` where the cause is not certain.
    pub(crate) proof: Option<Proof>,
}

impl Stretch {
    /// Whether it is known why there are no candles.
    pub(crate) fn is_explained(&self) -> bool {
        self.cause.explains() && self.proof.is_some()
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "from": format_utc(self.from_ms), "from_ms": self.from_ms,
            "to": format_utc(self.to_ms), "to_ms": self.to_ms,
            "missing": self.missing, "cause": self.cause.to_string(), "explained": self.is_explained(),
            "proof": self.proof.as_ref().map(|proof| &proof.how),
            "proven": self.proof.as_ref().map(|proof| format_utc(proof.at_ms)),
        })
    }
}

/// Every stretch of a series, in order of time. What the exchange does not have is told to be an outage or a time
/// without trades where the store as it is now can say so.
pub(crate) fn of_series(
    store: &Store,
    around: &Neighbourhood,
    status: &SeriesStatus,
) -> Result<Vec<Stretch>, db::DbError> {
    let series = &status.series;
    let mut stretches = stretches(status, &store.gaps(series)?);
    for stretch in stretches.iter_mut().filter(|stretch| stretch.cause == Cause::Absent && stretch.is_explained()) {
        if let Some((cause, how)) = explain(store, around, series, stretch.from_ms, stretch.to_ms)? {
            stretch.cause = cause;
            if let Some(proof) = &mut stretch.proof {
                proof.how = format!("{}; {how}", proof.how);
            }
        }
    }
    Ok(stretches)
}

/// Puts together the holes between candles and what is known of them. Beyond the first and the last candle only
/// the listing, the delisting and failures are stretches: what was never wanted is not missing.
pub(crate) fn stretches(status: &SeriesStatus, gaps: &[Gap]) -> Vec<Stretch> {
    let timeframe = status.series.timeframe;
    let after_ms = timeframe.next_open(status.last_ms);
    let is_end = |gap: &&Gap| matches!(gap.cause, Cause::BeforeListing | Cause::AfterDelisting | Cause::FetchFailed);
    let beyond = |from_ms: i64, to_ms: i64| {
        let parts = gaps.iter().filter(is_end).map(move |gap| (gap.from_ms.max(from_ms), gap.to_ms.min(to_ms), gap));
        parts
            .filter(|(from_ms, to_ms, _)| from_ms < to_ms)
            .map(|(from_ms, to_ms, gap)| part(timeframe, from_ms, to_ms, Some(gap)))
    };
    let mut all: Vec<Stretch> = beyond(i64::MIN, status.first_ms).collect();
    let mut rest = gaps;
    for hole in &status.holes {
        // Holes and gaps both rise: what ended before this one is of no later one either.
        while rest.first().is_some_and(|gap| gap.to_ms <= hole.from_ms) {
            rest = &rest[1..];
        }
        all.extend(split(timeframe, hole, rest));
    }
    all.extend(beyond(after_ms, i64::MAX));
    all
}

/// A hole by what is known of its parts; where gaps overlap, what is explained counts.
fn split(timeframe: Timeframe, hole: &Hole, gaps: &[Gap]) -> Vec<Stretch> {
    let touching = &gaps[..gaps.partition_point(|gap| gap.from_ms < hole.to_ms)];
    let touching: Vec<&Gap> = touching.iter().filter(|gap| gap.to_ms > hole.from_ms).collect();
    let mut edges: Vec<i64> = touching.iter().flat_map(|gap| [gap.from_ms, gap.to_ms]).collect();
    edges.retain(|&edge_ms| hole.from_ms < edge_ms && edge_ms < hole.to_ms);
    edges.extend([hole.from_ms, hole.to_ms]);
    edges.sort_unstable();
    edges.dedup();
    let mut parts: Vec<Stretch> = Vec::new();
    for pair in edges.windows(2) {
        let covering = || touching.iter().filter(|gap| gap.from_ms <= pair[0] && pair[1] <= gap.to_ms);
        let known = covering().find(|gap| gap.is_explained()).or_else(|| covering().next());
        let next = part(timeframe, pair[0], pair[1], known.copied());
        match parts.last_mut().filter(|last| last.cause == next.cause && last.proof == next.proof) {
            Some(last) => {
                last.to_ms = next.to_ms;
                last.missing += next.missing;
            }
            None => parts.push(next),
        }
    }
    parts
}

fn part(timeframe: Timeframe, from_ms: i64, to_ms: i64, gap: Option<&Gap>) -> Stretch {
    Stretch {
        from_ms,
        to_ms,
        missing: timeframe.count(from_ms, to_ms),
        cause: gap.map_or(Cause::NotAsked, |gap| gap.cause),
        proof: gap.filter(|gap| gap.is_explained()).and_then(|gap| gap.proof.clone()),
    }
}

/// The candle before the one that opens at `open_time_ms`: its open time.
pub(crate) fn previous_open_ms(series: &Series, open_time_ms: i64) -> i64 {
    series.timeframe.open_of(open_time_ms - 1)
}

#[cfg(test)]
mod tests;
