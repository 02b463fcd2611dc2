//! Which candles are let into the store: those that a backfill would let in. The rest is set aside with its raw text.

use db::{Aside, Data, DbError, Origin, Place, Store};
use exchange::Refused;
use market::{Candle, Judge, Series};
use terminal::now_ms;

/// Where a row that is set aside came from.
const REST: &str = "rest";
/// The same, and as the store names what a stream closed.
pub(crate) const STREAM: &str = "stream";

/// Stores what is believed of a page, in rising time, that came over REST; gives how many candles were added. `judge` goes
/// on from page to page, and begins with the first one.
///
/// What opens at `known_to_ms` or before stays as it is: decisions were made with it, or without it.
pub(crate) fn take_page(
    store: &mut Store,
    series: &Series,
    judge: &mut Option<Judge>,
    page: &[Candle],
    known_to_ms: Option<i64>,
) -> Result<u64, DbError> {
    let judge = match judge {
        Some(judge) => judge,
        judge => judge.insert(store.judge_of(series, Data::Candles, page)?),
    };
    let (mut believed, doubted) = judge.sift(page);
    believed.retain(|candle| Some(candle.open_time_ms) > known_to_ms);
    let inserted = store.insert_closed(series, &believed, &Origin::rest(now_ms()))?;
    let asides: Vec<_> = doubted.into_iter().map(|(candle, objection)| Aside::of(&candle, objection, REST)).collect();
    keep(store, series, &asides)?;
    Ok(inserted.new + inserted.completed)
}

/// Sets aside what no market does, and REST gave.
pub(crate) fn keep_refused(store: &mut Store, series: &Series, refused: &[Refused]) -> Result<(), DbError> {
    let aside = |Refused { candle, objection, raw }: &Refused| {
        Aside::of(candle, objection.clone(), REST).with_row(raw.as_deref())
    };
    let asides: Vec<_> = refused.iter().map(aside).collect();
    keep(store, series, &asides)
}

/// Whether a candle that the stream closed may go in, by the newest one before it; what speaks against it is kept.
pub(crate) fn lets_in(store: &mut Store, series: &Series, candle: &Candle) -> Result<bool, DbError> {
    let Some(objection) = newest_before(store, series, candle.open_time_ms)?
        .and_then(|before| Judge::of_trades(series.timeframe).after(before.close).judge(candle))
    else {
        return Ok(true);
    };
    let is_doubt = objection.rule.is_doubt();
    if !is_doubt {
        tracing::warn!("the stream's {candle:?} of {series} is not believed: {}", objection.why);
    }
    keep(store, series, &[Aside::of(candle, objection, STREAM)])?;
    Ok(is_doubt)
}

/// Sets aside a candle of the stream in whose place the store has another.
pub(crate) fn keep_conflict(
    store: &mut Store,
    series: &Series,
    streamed: &Candle,
    stored: &Candle,
) -> Result<(), DbError> {
    keep(store, series, &[Aside::conflict(streamed, stored, STREAM)])
}

fn keep(store: &mut Store, series: &Series, asides: &[Aside]) -> Result<(), DbError> {
    store.set_aside(&Place::of(series, Data::Candles), asides, now_ms()).map(|_| ())
}

/// The newest closed candle, where it opens before `open_time_ms`.
fn newest_before(store: &Store, series: &Series, open_time_ms: i64) -> Result<Option<Candle>, DbError> {
    let Some(last_ms) = store.last_closed_ms(series)?.filter(|&last_ms| last_ms < open_time_ms) else {
        return Ok(None);
    };
    Ok(store.candles(series, Some(last_ms), Some(last_ms + 1))?.iter().next())
}
