//! Fetching funding rates.
//!
//! A year of them is one page or a few: all are asked for each time, so that no hole stays because
//! it is too short to be told from an interval.

use anyhow::Result;
use db::Inserted;
use exchange::{FetchError, FetchedFunding, fetch_funding};
use market::{FundingRate, format_utc, funding_holes};
use serde_json::{Value, json};
use terminal::thousands;

use super::known::{self, Found};
use super::rates::Rates;
use super::{Done, Fetching, Range, Source, Step, add, named, summary};
use crate::args::Target;
use crate::holes::absent_funding;
use crate::set_aside;

/// Fetches the funding of the target.
pub(super) async fn fetch(fetching: &mut Fetching<'_>, range: Range) -> Result<Done> {
    let Fetching { source: Source { exchange, .. }, store, target, inserted, watch } = fetching;
    let Range { since_ms, until_ms } = range;
    let span_ms = |to_ms: i64| (to_ms - since_ms).max(0).unsigned_abs();
    let mut times_ms = Vec::new();
    let mut rates = Rates::new(store, target, terminal::now_ms());
    let on_page = |page: &[FundingRate]| {
        add(inserted, rates.take(page)?);
        times_ms.extend(page.iter().map(|rate| rate.time_ms));
        if let Some(last) = page.last() {
            let (length_ms, done_ms) = (span_ms(until_ms), span_ms(last.time_ms));
            watch(Step { length_ms, done_ms, rows: times_ms.len() as u64 });
        }
        Ok(())
    };
    let fetched = fetch_funding(*exchange, target.symbol(), since_ms, Some(until_ms), on_page).await;
    if matches!(fetched, Err(FetchError::Exchange(_) | FetchError::Answer(_))) {
        known::note_failure(rates.store, target, range)?;
    }
    let fetched = fetched?;
    let found = Found {
        asked: Range { until_ms: fetched.until_ms, ..range },
        absent: &absent_funding(target, since_ms, fetched.first_ms, &fetched.absent),
        last_ms: fetched.last_ms,
        now_ms: fetched.server_time_ms,
    };
    known::note(*exchange, rates.store, target, &found, Vec::new()).await?;
    let holes = funding_holes(&times_ms, since_ms, fetched.until_ms);
    let mut json = to_json(target, range, &fetched, &holes, **inserted);
    json["set_aside"] = set_aside::to_json(&rates.set_aside);
    Ok(Done { text: to_text(target, &fetched, &holes, **inserted) + &set_aside::to_text(&rates.set_aside), json })
}

fn to_json(target: &Target, range: Range, fetched: &FetchedFunding, holes: &[(i64, i64)], inserted: Inserted) -> Value {
    let hole = |&(from_ms, to_ms): &(i64, i64)| json!({"from": format_utc(from_ms), "to": format_utc(to_ms)});
    let facts = json!({
        "since": format_utc(range.since_ms),
        "until": format_utc(fetched.until_ms),
        "new": inserted.new,
        "known": inserted.known,
        "first": fetched.first_ms.map(format_utc),
        "last": fetched.last_ms.map(format_utc),
        "holes": holes.iter().map(hole).collect::<Vec<_>>(),
    });
    named(target, facts)
}

fn to_text(target: &Target, fetched: &FetchedFunding, holes: &[(i64, i64)], inserted: Inserted) -> String {
    let summary = summary(inserted, fetched.first_ms, fetched.last_ms, "funding rates");
    let mut text = format!("{target}: {summary}");
    if let Some((from_ms, to_ms)) = holes.first() {
        let count = thousands(holes.len() as u64);
        let (from, to) = (format_utc(*from_ms), format_utc(*to_ms));
        text.push_str(&format!("\nholes {count}, the first {from} … {to}: the exchange has no rates there"));
    }
    text
}
