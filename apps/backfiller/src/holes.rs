//! Where candles, mark prices and funding are missing, and why: what is stored and the table `gaps` say together.

mod ask;
mod cause;

use db::{Cause, Gap, Proof, Store};
use market::{Hole, format_utc};
use serde_json::{Value, json};

use crate::args::Target;
use crate::stored::{Between, Extent};
pub(crate) use ask::{AskError, Asked, absent_funding, ask, ask_funding, before_listing, first_row, page};
pub(crate) use cause::{Neighbourhood, Testimony, after, before, explain};

/// Absence is proven of stretches that end this long before the exchange's present: candles of an outage that is
/// just over may still come.
pub(crate) const SURE_AFTER_MS: i64 = 3_600_000;

/// Rows that are missing in a row for one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// Open time of the first candle that is missing, or when the first rate is due, Unix milliseconds.
    pub(crate) from_ms: i64,
    /// The time of the first row after the stretch, Unix milliseconds.
    pub(crate) to_ms: i64,
    /// How many are missing, as [`Target::count`] counts them.
    pub(crate) missing: u64,
    pub(crate) cause: Cause,
    /// `None` where the cause is not certain.
    pub(crate) proof: Option<Proof>,
}

impl Stretch {
    /// Whether it is known why there is nothing.
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

/// Every stretch of a target, in order of time. What the exchange does not have of candles is told to be an outage or a
/// time without trades where the store as it is now can say so.
pub(crate) fn of_target(store: &Store, around: &Neighbourhood, extent: &Extent) -> Result<Vec<Stretch>, db::DbError> {
    let mut stretches = stretches(extent, &store.gaps(&extent.target.place())?);
    let Target::Candles(series) = &extent.target else { return Ok(stretches) };
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

/// Puts together the holes between rows and what is known of them. Beyond the first and the last row only
/// the listing, the delisting and failures are stretches: what was never wanted is not missing.
pub(crate) fn stretches(extent: &Extent, gaps: &[Gap]) -> Vec<Stretch> {
    let target = &extent.target;
    let is_end = |gap: &&Gap| matches!(gap.cause, Cause::BeforeListing | Cause::AfterDelisting | Cause::FetchFailed);
    let beyond = |from_ms: i64, to_ms: i64| {
        let parts = gaps.iter().filter(is_end).map(move |gap| (gap.from_ms.max(from_ms), gap.to_ms.min(to_ms), gap));
        parts
            .filter(|(from_ms, to_ms, _)| from_ms < to_ms)
            .map(|(from_ms, to_ms, gap)| part(target, from_ms, to_ms, Some(gap)))
    };
    let mut all: Vec<Stretch> = beyond(i64::MIN, extent.first_ms).collect();
    let mut rest = gaps;
    for Between { hole, .. } in &extent.holes {
        // Holes and gaps both rise: what ended before this one is of no later one either.
        while rest.first().is_some_and(|gap| gap.to_ms <= hole.from_ms) {
            rest = &rest[1..];
        }
        all.extend(split(target, hole, rest));
    }
    all.extend(beyond(extent.end_ms(), i64::MAX));
    all
}

/// Whether it is known of all of a hole why there is nothing.
pub(crate) fn is_explained(target: &Target, hole: &Hole, gaps: &[Gap]) -> bool {
    split(target, hole, gaps).iter().all(Stretch::is_explained)
}

/// A hole by what is known of its parts; where gaps overlap, what is explained counts.
fn split(target: &Target, hole: &Hole, gaps: &[Gap]) -> Vec<Stretch> {
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
        let next = part(target, pair[0], pair[1], known.copied());
        match parts.last_mut().filter(|last| last.cause == next.cause && last.proof == next.proof) {
            Some(last) => {
                last.to_ms = next.to_ms;
                last.missing += next.missing;
            }
            None => parts.push(next),
        }
    }
    // Of funding a part may lie between two times at which a rate is due.
    parts.retain(|part| part.missing > 0);
    parts
}

fn part(target: &Target, from_ms: i64, to_ms: i64, gap: Option<&Gap>) -> Stretch {
    Stretch {
        from_ms,
        to_ms,
        missing: target.count(from_ms, to_ms),
        cause: gap.map_or(Cause::NotAsked, |gap| gap.cause),
        proof: gap.filter(|gap| gap.is_explained()).and_then(|gap| gap.proof.clone()),
    }
}

#[cfg(test)]
mod tests;
