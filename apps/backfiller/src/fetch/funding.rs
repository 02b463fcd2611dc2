//! Fetching funding rates.
//!
//! A year of them is one page or a few: all are asked for each time, so that no hole stays because
//! it is too short to be told from an interval.

use anyhow::Result;
use db::{Aside, Inserted, Origin, Place, Store};
use exchange::{Exchange, FetchedFunding, fetch_funding};
use market::{FundingRate, Rule, Symbol, format_utc, funding_holes};
use serde_json::{Value, json};
use terminal::thousands;

use super::{Done, Range, SOURCE, Step, Watch, add, named, summary};
use crate::args::Target;
use crate::set_aside::{self, RuleCounts};

/// Where a fetch from `since_ms` on may begin: at the newest stored rate, where no hole is before it.
pub(super) fn resume_ms(store: &Store, exchange: &str, symbol: &Symbol, since_ms: i64) -> Result<i64> {
    let stored = store.funding(exchange, symbol, Some(since_ms), None)?;
    let times_ms: Vec<i64> = stored.iter().map(|rate| rate.time_ms).collect();
    let Some(&last_ms) = times_ms.last() else { return Ok(since_ms) };
    Ok(if funding_holes(&times_ms, since_ms, last_ms).is_empty() { last_ms } else { since_ms })
}

/// Fetches the funding of `target`.
pub(super) async fn fetch(
    exchange: &dyn Exchange,
    store: &mut Store,
    target: &Target,
    range: Range,
    inserted: &mut Inserted,
    watch: Watch<'_>,
) -> Result<Done> {
    let Range { since_ms, until_ms } = range;
    let span_ms = |to_ms: i64| (to_ms - since_ms).max(0).unsigned_abs();
    let mut times_ms = Vec::new();
    let place = Place::of_funding(target.exchange(), target.symbol());
    let mut set_aside = RuleCounts::new();
    let on_page = |page: &[FundingRate]| {
        let origin = Origin::rest(terminal::now_ms());
        let merged = store.merge_funding(target.exchange(), target.symbol(), page, &origin)?;
        add(inserted, merged.inserted);
        let asides: Vec<_> =
            merged.differing.iter().map(|differing| aside(&page[differing.index], &differing.stored)).collect();
        store.set_aside(&place, &asides, terminal::now_ms())?;
        *set_aside.entry(Rule::Conflict).or_default() += asides.len() as u64;
        times_ms.extend(page.iter().map(|rate| rate.time_ms));
        if let Some(last) = page.last() {
            let (length_ms, done_ms) = (span_ms(until_ms), span_ms(last.time_ms));
            watch(Step { length_ms, done_ms, rows: times_ms.len() as u64 });
        }
        Ok(())
    };
    let fetched = fetch_funding(exchange, target.symbol(), since_ms, Some(until_ms), on_page).await?;
    let holes = funding_holes(&times_ms, since_ms, fetched.until_ms);
    set_aside.retain(|_, count| *count > 0);
    let mut json = to_json(target, range, &fetched, &holes, *inserted);
    json["set_aside"] = set_aside::to_json(&set_aside);
    Ok(Done { text: to_text(target, &fetched, &holes, *inserted) + &set_aside::to_text(&set_aside), json })
}

/// A rate of which the store has another.
fn aside(rate: &FundingRate, stored: &FundingRate) -> Aside {
    let (raw, why) = (format!("{},{}", rate.time_ms, rate.rate), format!("the store has rate {}", stored.rate));
    Aside { rule: Rule::Conflict, raw, why, source: SOURCE.to_owned() }
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
