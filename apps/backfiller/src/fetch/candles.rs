//! Fetching candles, of trades or of the mark price. What the exchange does not have is noted as explained, and stepped
//! over.

use anyhow::Result;
use db::{Inserted, Place, Store};
use exchange::{FetchError, Fetched, Pager, fetch_closed_marks, fetch_closed_paged};
use market::{Candle, Hole, Series, Timeframe, format_utc};
use serde_json::{Value, json};
use terminal::thousands;

use super::known::{self, Found};
use super::pages::Pages;
use super::{Done, Fetching, Range, Source, Step, Watch, add, named, summary};
use crate::args::{Kind, Target};
use crate::set_aside;

/// Fetches what is not stored yet of the target, whose candles are `series`.
pub(super) async fn fetch(fetching: &mut Fetching<'_>, series: &Series, range: Range) -> Result<Done> {
    let Fetching { source: Source { exchange, .. }, store, target, inserted, watch } = fetching;
    let asked_from_ms = asked_from(store, target.kind(), series, range.since_ms)?;
    let asked = Range { since_ms: asked_from_ms, ..range };
    let Series { symbol, timeframe, .. } = series;
    let (since_ms, until_ms) = (asked_from_ms, Some(range.until_ms));
    let kind = target.kind();
    let mut pages = Pages::new(store, series, kind, terminal::now_ms());
    let on_page = storing(&mut pages, asked, inserted, watch);
    let fetched = match kind {
        Kind::Mark => fetch_closed_marks(*exchange, symbol, *timeframe, since_ms, until_ms, on_page).await,
        _ => fetch_closed_paged(*exchange, symbol, *timeframe, since_ms, until_ms, on_page).await,
    };
    if matches!(fetched, Err(FetchError::Exchange(_) | FetchError::Answer(_))) {
        known::note_failure(pages.store, target, asked)?;
    }
    let fetched = fetched?;
    pages.take_refused(&fetched.refused)?;
    let refused = pages.refused_gaps(fetched.server_time_ms);
    let found = Found {
        asked: Range { until_ms: fetched.until_ms, ..asked },
        absent: &fetched.absent,
        last_ms: fetched.last_open_ms,
        now_ms: fetched.server_time_ms,
    };
    known::note(*exchange, pages.store, target, &found, refused).await?;
    Ok(Done {
        text: to_text(target, &fetched, **inserted) + &set_aside::to_text(&pages.set_aside),
        json: to_json(target, range, asked_from_ms, &fetched, **inserted, &pages),
    })
}

/// The first open time to ask for, after a look at the store.
pub(super) fn asked_from(store: &Store, kind: Kind, series: &Series, since_ms: i64) -> Result<i64> {
    let first_ms = first_open_ms(series.timeframe, since_ms);
    let asked_from_ms = match kind {
        Kind::Mark => store.resume_marks_ms(series, first_ms)?,
        _ => store.resume_ms(series, first_ms)?,
    };
    if asked_from_ms > first_ms {
        tracing::info!("stored already up to {}", format_utc(asked_from_ms));
    }
    Ok(asked_from_ms)
}

/// The first open time at or after `time_ms`.
pub(super) fn first_open_ms(timeframe: Timeframe, time_ms: i64) -> i64 {
    timeframe.next_open(timeframe.open_of(time_ms - 1))
}

/// What the store knows of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Not even how it begins.
    Nothing,
    Beginning,
    All,
}

/// What the store knows of `range`, which begins at an open time.
pub(super) fn known_of(store: &Store, kind: Kind, series: &Series, range: Range) -> Result<Known> {
    let Range { since_ms, until_ms } = range;
    let stored = match kind {
        Kind::Mark => store.marks(series, Some(since_ms), Some(until_ms))?,
        _ => store.candles(series, Some(since_ms), Some(until_ms))?,
    };
    if stored.len() as u64 >= series.timeframe.count(since_ms, until_ms) {
        return Ok(Known::All);
    }
    let resume_ms = asked_from(store, kind, series, since_ms)?;
    let is_candle = stored.index_at_or_after(resume_ms) < stored.index_at_or_after(resume_ms + 1);
    let known_to_ms = if is_candle { series.timeframe.next_open(resume_ms) } else { resume_ms };
    Ok(match known_to_ms {
        known_to_ms if known_to_ms >= until_ms => Known::All,
        known_to_ms if known_to_ms > since_ms => Known::Beginning,
        _ => Known::Nothing,
    })
}

/// What is told to the fetch of a page.
type Taken = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Stores a page and what is known by then of candles that do not exist, counts it and shows the progress.
fn storing<'a>(
    pages: &'a mut Pages<'_>,
    asked: Range,
    inserted: &'a mut Inserted,
    watch: Watch<'a>,
) -> impl FnMut(&[Candle], &Pager) -> Taken + 'a {
    let span_ms = move |to_ms: i64| (to_ms - asked.since_ms).max(0).unsigned_abs();
    let length_ms = span_ms(asked.until_ms);
    let place = Place::of(pages.series, pages.data);
    let (mut rows, mut gaps) = (0, Vec::new());
    move |page, pager| {
        add(inserted, pages.take(page)?);
        // The end of the range is the exchange's present, or before it.
        let last_ms = page.last().map(|last| last.open_time_ms);
        let known = known::so_far(&pager.absent(), pages.refused_gaps(asked.until_ms), last_ms, asked.until_ms);
        if known != gaps {
            pages.store.put_gaps(&place, &known)?;
            gaps = known;
        }
        rows += page.len() as u64;
        if let Some(last) = page.last() {
            tracing::info!("{} candles up to {}", page.len(), format_utc(last.open_time_ms));
            watch(Step { length_ms, done_ms: span_ms(last.open_time_ms), rows });
        }
        Ok(())
    }
}

/// What of the range the exchange does not have.
struct Missing {
    /// How many candles before the first one.
    before: u64,
    /// Between candles.
    holes: Vec<Hole>,
    /// How many candles after the last one; all of them where there is none.
    after: u64,
}

impl Missing {
    fn of(fetched: &Fetched) -> Self {
        let mut missing = Missing { before: 0, holes: Vec::new(), after: 0 };
        let (first_ms, last_ms) = (fetched.first_open_ms.unwrap_or(0), fetched.last_open_ms.unwrap_or(0));
        for hole in &fetched.absent {
            if hole.from_ms >= last_ms {
                missing.after += hole.missing;
            } else if hole.to_ms <= first_ms {
                missing.before += hole.missing;
            } else {
                missing.holes.push(*hole);
            }
        }
        missing
    }
}

fn to_json(
    target: &Target,
    range: Range,
    asked_from_ms: i64,
    fetched: &Fetched,
    inserted: Inserted,
    pages: &Pages<'_>,
) -> Value {
    let missing = Missing::of(fetched);
    let holes = missing
        .holes
        .iter()
        .map(|hole| json!({"from": format_utc(hole.from_ms), "to": format_utc(hole.to_ms), "missing": hole.missing}));
    let facts = json!({
        "since": format_utc(range.since_ms),
        "asked_from": format_utc(asked_from_ms),
        "until": format_utc(fetched.until_ms),
        "new": inserted.new,
        "completed": inserted.completed,
        "known": inserted.known,
        "first": fetched.first_open_ms.map(format_utc),
        "last": fetched.last_open_ms.map(format_utc),
        "holes": holes.collect::<Vec<_>>(),
        "missing_before": missing.before,
        "missing_after": missing.after,
        "refused": pages.refused(),
        "set_aside": set_aside::to_json(&pages.set_aside),
    });
    named(target, facts)
}

fn to_text(target: &Target, fetched: &Fetched, inserted: Inserted) -> String {
    let summary = summary(inserted, fetched.first_open_ms, fetched.last_open_ms, "closed candles");
    let mut text = format!("{target}: {summary}");
    let Missing { before, holes, after } = Missing::of(fetched);
    if !holes.is_empty() {
        let (count, missing) = (thousands(holes.len() as u64), holes.iter().map(|hole| hole.missing).sum());
        let missing = thousands(missing);
        text.push_str(&format!("\nholes {count}, missing {missing}: the exchange does not have these candles"));
    }
    for (count, place) in [(before, "before the first"), (after, "after the last")] {
        if count > 0 && fetched.candles > 0 {
            text.push_str(&format!("\nmissing {} {place}: the exchange does not have these candles", thousands(count)));
        }
    }
    text
}
