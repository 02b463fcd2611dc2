//! What happens around the candles of a run: mark prices and funding of a perpetual, and finer candles.

use anyhow::bail;
use db::Store;
use execution::{Market, Settings, Surroundings};
use market::{Candles, FundingRate, Hole, Series, Timeframe, find_holes, format_utc, funding_holes};

use crate::args::{AccountArgs, MissingFunding};
use crate::coverage::Seen;
use crate::range::Range;

/// Holes that are listed one by one; the rest is counted.
const LISTED: usize = 5;

/// Reads what happens around the candles of the range; what is missing is refused, or told and taken as zero.
pub(crate) fn read(
    store: &Store,
    series: &Series,
    settings: &Settings,
    args: &AccountArgs,
    range: &mut Range,
) -> anyhow::Result<Surroundings> {
    if settings.market == Market::Spot {
        return Ok(Surroundings::default());
    }
    let may_miss = args.missing_funding == Some(MissingFunding::Zero);
    let mut rates = rates(store, series, range, may_miss)?;
    let (marks, mut missing) = marks(store, series, range)?;
    let unmarked: Vec<i64> =
        rates.iter().map(|rate| rate.time_ms).filter(|time_ms| !opens_at(&marks, *time_ms)).collect();
    if missing.is_empty() && !unmarked.is_empty() {
        missing = unmarked
            .iter()
            .map(|time_ms| format!("the one at {}, when funding is paid", format_utc(*time_ms)))
            .collect();
    }
    if !missing.is_empty() {
        let list = listed(&missing);
        if !may_miss {
            bail!(
                "mark prices of {} {} are missing in the range: {list}\nto get them: backfiller fetch --kind mark --exchange {} --symbol {} --timeframe {} --since {}\nor take what is traded for them, and missing funding for zero: --missing-funding zero",
                series.exchange,
                series.symbol,
                series.exchange,
                series.symbol,
                series.timeframe,
                day(range.stored_from_ms),
            );
        }
        range.warnings.push(format!("Mark prices are missing, the traded price stands for them: {list}."));
    }
    rates.retain(|rate| opens_at(&marks, rate.time_ms));
    if !unmarked.is_empty() {
        range.warnings.push(format!("Funding without a mark price counts as zero: {} payments.", unmarked.len()));
    }
    Ok(Surroundings::perpetual(marks, &rates).unwrap_or_default())
}

/// Funding rates of the range.
fn rates(store: &Store, series: &Series, range: &mut Range, may_miss: bool) -> anyhow::Result<Vec<FundingRate>> {
    let (from_ms, to_ms) = (range.stored_from_ms, range.stored_to_ms);
    let rates = store.funding(&series.exchange, &series.symbol, Some(from_ms), Some(to_ms))?;
    let times: Vec<i64> = rates.iter().map(|rate| rate.time_ms).collect();
    let holes: Vec<String> = funding_holes(&times, from_ms, to_ms)
        .iter()
        .map(|(from, to)| format!("from {} to {}", format_utc(*from), format_utc(*to)))
        .collect();
    if holes.is_empty() {
        return Ok(rates);
    }
    let list = listed(&holes);
    if !may_miss {
        bail!(
            "funding rates of {} {} are missing in the range, more than eight hours without one: {list}\nto get them: backfiller fetch --kind funding --exchange {} --symbol {} --since {}\nor take what is missing for zero: --missing-funding zero",
            series.exchange,
            series.symbol,
            series.exchange,
            series.symbol,
            day(from_ms),
        );
    }
    range.warnings.push(format!("Funding rates are missing and count as zero: {list}."));
    Ok(rates)
}

/// Mark prices of the range, and what is missing of them: the longest candles that are there for all of it.
fn marks(store: &Store, series: &Series, range: &Range) -> anyhow::Result<(Candles, Vec<String>)> {
    let mut timeframes = store.mark_timeframes(&series.exchange, &series.symbol)?;
    timeframes.retain(|timeframe| *timeframe <= series.timeframe);
    timeframes.sort_by_key(|timeframe| std::cmp::Reverse(*timeframe));
    let mut best = None;
    for timeframe in timeframes {
        let marks = store.marks(
            &Series { timeframe, ..series.clone() },
            Some(range.stored_from_ms),
            Some(range.stored_to_ms),
        )?;
        let missing = missing_marks(store, series, timeframe, &marks, range)?;
        if missing.is_empty() {
            return Ok((marks, missing));
        }
        best.get_or_insert((marks, missing));
    }
    let none =
        || format!("all of them, from {} to {}", format_utc(range.stored_from_ms), format_utc(range.stored_to_ms));
    Ok(best.unwrap_or_else(|| (Candles::default(), vec![none()])))
}

/// Where candles are traded in the range and no mark price is known.
fn missing_marks(
    store: &Store,
    series: &Series,
    timeframe: Timeframe,
    marks: &Candles,
    range: &Range,
) -> anyhow::Result<Vec<String>> {
    let mut missing = Vec::new();
    for hole in Seen::all(&marks.open_time_ms, timeframe).holes_in(range) {
        // A hole in the candles themselves needs no mark price.
        let traded = store.candles(series, Some(series.timeframe.open_of(hole.from_ms)), Some(hole.to_ms))?;
        if !traded.is_empty() {
            missing.push(format!("from {} to {}", format_utc(hole.from_ms), format_utc(hole.to_ms)));
        }
    }
    if marks.is_empty() {
        missing.push(format!("all {timeframe} candles"));
    }
    Ok(missing)
}

/// The finer candles of the range, which tell what came first.
pub(crate) fn detail(
    store: &Store,
    series: &Series,
    timeframe: Timeframe,
    range: &mut Range,
) -> anyhow::Result<Candles> {
    if timeframe >= series.timeframe {
        bail!("--detail {timeframe} is not finer than the candles of the strategy, {}", series.timeframe);
    }
    let finer = Series { timeframe, ..series.clone() };
    let candles = store.candles(&finer, Some(range.stored_from_ms), Some(range.stored_to_ms))?;
    if candles.is_empty() {
        bail!(
            "there are no candles of {finer} in the range\nto get them: backfiller fetch --exchange {} --symbol {} --timeframe {timeframe} --since {}",
            finer.exchange,
            finer.symbol,
            day(range.stored_from_ms),
        );
    }
    let missing: u64 = holes_of(&candles, timeframe, range).iter().map(|hole| hole.missing).sum();
    if missing > 0 {
        range.warnings.push(format!("{missing} candles of {finer} are missing: what was ambiguous there stays so."));
    }
    Ok(candles)
}

fn holes_of(candles: &Candles, timeframe: Timeframe, range: &Range) -> Vec<Hole> {
    let mut holes = Seen::all(&candles.open_time_ms, timeframe).holes_in(range);
    if candles.is_empty() {
        holes = find_holes(&[range.stored_from_ms, range.stored_to_ms], timeframe);
    }
    holes
}

fn opens_at(marks: &Candles, time_ms: i64) -> bool {
    marks.open_time_ms.binary_search(&time_ms).is_ok()
}

fn listed(list: &[String]) -> String {
    let more = list.len().saturating_sub(LISTED);
    let shown = list[..list.len() - more].join(", ");
    if more > 0 { format!("{shown}, and {more} more") } else { shown }
}

fn day(time_ms: i64) -> String {
    format_utc(time_ms)[..10].to_owned()
}
