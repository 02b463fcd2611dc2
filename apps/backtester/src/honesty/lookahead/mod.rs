//! `backtester lookahead`: the future cut off at many candles, to see whether any value or decision changes.

mod up_to;

use anyhow::{anyhow, bail};
use execution::{Engine, Fed, Feed, RunResult};
use market::{CandleSource, Candles, format_utc};
use research::{first_difference, spread};
use serde_json::json;
use strategy::{Act, Decision};
use terminal::thousands;

use super::telling::{Telling, Verdict, object, tell};
use crate::args::LookaheadArgs;
use crate::load;
use crate::prepared::{Prepared, prepare};
use up_to::UpTo;

/// What is compared beside the names of `let`.
const DECIDED: [&str; 8] =
    ["long.enter", "long.exit", "short.enter", "short.exit", "stop", "take", "trail", "the equity of the account"];

/// Everything that a strategy says over some candles.
struct Told {
    candles: Candles,
    /// A column for each of the names, with a value for each candle.
    columns: Vec<Vec<f64>>,
    names: Vec<String>,
    result: RunResult,
    /// The first candle that the account saw.
    start: usize,
}

/// A value that was another one once the future was cut off. Times are the opens of candles, Unix milliseconds.
#[derive(Debug, PartialEq)]
struct Peek {
    cut_ms: i64,
    candle_ms: i64,
    name: String,
    with_future: f64,
    without: Option<f64>,
}

pub(crate) fn lookahead(args: &LookaheadArgs) -> anyhow::Result<()> {
    if args.cuts == 0 {
        bail!("--cuts 0: expected one at least");
    }
    let prepared = prepare(&args.base, &args.account)?;
    let source = prepared.store.of_exchange(&prepared.series.exchange);
    let whole = listen(args, &prepared, &source, prepared.range.to_ms)?;
    let cuts = cuts(args.cuts, &whole);
    let (mut compared, mut first): (u64, Option<Peek>) = (0, None);
    for &cut in &cuts {
        let cut_ms = whole.candles.open_time_ms[cut];
        let close_ms = prepared.series.timeframe.next_open(cut_ms);
        let part = listen(args, &prepared, &UpTo { source: &source, close_ms }, close_ms)?;
        compared += ((cut + 1) * whole.columns.len()) as u64;
        first = peek(&whole, &part, cut);
        if first.is_some() {
            break;
        }
    }
    let text = format!(
        "{} on {}: the future cut off at {} candles, {} values of {} names compared to the bit",
        prepared.description.name,
        prepared.series,
        cuts.len(),
        thousands(compared),
        whole.columns.len(),
    );
    let json = object(json!({
        "cuts_open_time_ms": cuts.iter().map(|cut| whole.candles.open_time_ms[*cut]).collect::<Vec<_>>(),
        "names": whole.names,
        "values_compared": compared,
        "first_difference": first.as_ref().map(|peek| json!({
            "name": peek.name, "candle_open_time_ms": peek.candle_ms, "cut_open_time_ms": peek.cut_ms,
            "with_future": peek.with_future, "without": peek.without,
        })),
    }));
    tell(
        Telling { text, json, verdict: verdict(first.as_ref()), page: None },
        args.json.as_deref(),
        &prepared.range.warnings,
    )
}

fn verdict(first: Option<&Peek>) -> Verdict {
    let Some(peek) = first else {
        return Verdict::of(
            true,
            "no look-ahead: what is decided at a candle's close does not depend on what follows.",
        );
    };
    let without = peek.without.map_or("nothing".to_owned(), |value| value.to_string());
    let text = format!(
        "look-ahead: {} at the candle of {} is {} with what follows, and {without} where the candles end with that of {}.",
        peek.name,
        format_utc(peek.candle_ms),
        peek.with_future,
        format_utc(peek.cut_ms),
    );
    Verdict::of(false, text)
}

/// The first difference up to the candle at which the future was cut off.
fn peek(whole: &Told, part: &Told, cut: usize) -> Option<Peek> {
    let found = first_difference(&whole.columns, &part.columns, cut + 1)?;
    Some(Peek {
        cut_ms: whole.candles.open_time_ms[cut],
        candle_ms: whole.candles.open_time_ms[found.row],
        name: whole.names[found.column].clone(),
        with_future: found.whole,
        without: found.part,
    })
}

/// Where to cut: candles spread over the range, and as many at which something was decided or traded.
fn cuts(count: usize, whole: &Told) -> Vec<usize> {
    let seen = whole.candles.len() - whole.start;
    let spread_out = spread(count, seen).into_iter().map(|index| whole.start + index);
    let at = |time_ms: i64| whole.candles.index_at_or_after(time_ms);
    let mut traded: Vec<usize> = (whole.result.trades.iter())
        .flat_map(|trade| [at(trade.entry_time_ms), at(trade.exit_time_ms)])
        .flat_map(|index| [index.saturating_sub(1).max(whole.start), index])
        .collect();
    traded.sort_unstable();
    traded.dedup();
    let of_trades = spread(count, traded.len()).into_iter().map(|index| traded[index]);
    let mut cuts: Vec<usize> = spread_out.chain(of_trades).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

/// Runs the strategy, opened up, over what `source` has before `to_ms`.
fn listen(args: &LookaheadArgs, prepared: &Prepared, source: &dyn CandleSource, to_ms: i64) -> anyhow::Result<Told> {
    let Prepared { source: text, description, settings, series, range, surroundings, .. } = prepared;
    let mistakes = |problems| load::describe(&args.base.strategy, text, &problems);
    let mut inspector = strategy::inspect(text, &args.base.set).map_err(mistakes)?;
    let mut strategy = strategy::load(text, &args.base.set).map_err(mistakes)?.strategy;
    let fed = Feed::new(description, series.symbol.clone(), range.from_ms)
        .next(source, Some(to_ms))
        .map_err(|error| anyhow!(error))?;
    let Some(Fed { candles, others }) = fed else { bail!("no candle of {series} lies in the range") };
    for (index, other) in others.iter().enumerate() {
        inspector.push_other(index, other.as_slice());
        strategy.push_other(index, other.as_slice());
    }
    let mut columns = vec![Vec::with_capacity(candles.len()); inspector.names().len()];
    inspector.run(candles.as_slice(), &mut columns);
    let mut decisions = Vec::new();
    strategy.run(candles.as_slice(), &mut decisions, None);
    columns.extend(decided(&decisions));

    let start = candles.index_at_or_after(range.from_ms);
    let mut engine = Engine::new(*settings, description.orders);
    let seen = candles.slice(start..candles.len());
    engine.run_in(seen, &acts(&decisions[start..]), &mut surroundings.clone(), series.timeframe);
    let result = engine.finish();
    columns.push(std::iter::repeat_n(f64::NAN, start).chain(result.equity.iter().copied()).collect());
    let names = inspector.names().iter().map(|name| format!("`{name}`")).chain(DECIDED.map(str::to_owned)).collect();
    Ok(Told { candles, columns, names, result, start })
}

/// A column for each of [`DECIDED`] but the last.
fn decided(decisions: &[Decision]) -> impl Iterator<Item = Vec<f64>> + '_ {
    let of: [fn(&Decision) -> f64; 7] = [
        |decision| f64::from(decision.long_enter),
        |decision| f64::from(decision.long_exit),
        |decision| f64::from(decision.short_enter),
        |decision| f64::from(decision.short_exit),
        |decision| decision.stop,
        |decision| decision.take,
        |decision| decision.trail,
    ];
    of.into_iter().map(|value| decisions.iter().map(value).collect())
}

fn acts(decisions: &[Decision]) -> Vec<Act> {
    let wanted = decisions.iter().enumerate().filter(|(_, decision)| decision.wants_something());
    wanted.map(|(index, decision)| Act { index, decision: *decision }).collect()
}

#[cfg(test)]
mod tests {
    use market::Candle;

    use super::*;

    /// Hours that rise, but for every seventh.
    fn candles(count: i64) -> Candles {
        let close = |hour: i64| if hour % 7 == 0 { 1.0 } else { 100.0 + hour as f64 };
        let candle = |hour: i64| Candle {
            open_time_ms: hour * 3_600_000,
            open: close(hour),
            high: close(hour),
            low: close(hour),
            close: close(hour),
            volume: 1.0,
        };
        (0..count).map(candle).collect()
    }

    /// What one says over the first candles who enters where the close `ahead` candles later is higher.
    fn told(count: i64, ahead: usize) -> Told {
        let candles = candles(count);
        let enters = |index: usize| candles.close.get(index + ahead).is_some_and(|later| *later > candles.close[index]);
        let decision = |index| Decision { long_enter: enters(index), ..Decision::NONE };
        let decisions: Vec<Decision> = (0..candles.len()).map(decision).collect();
        let names = DECIDED.map(str::to_owned).to_vec();
        Told { columns: decided(&decisions).collect(), candles, names, result: RunResult::default(), start: 0 }
    }

    #[test]
    fn one_who_peeks_is_found_and_one_who_does_not_is_not() {
        assert_eq!(peek(&told(50, 0), &told(21, 0), 20), None);
        let found = peek(&told(50, 1), &told(22, 1), 21);
        let expected = Peek {
            cut_ms: 21 * 3_600_000,
            candle_ms: 21 * 3_600_000,
            name: "long.enter".to_owned(),
            with_future: 1.0,
            without: Some(0.0),
        };
        assert_eq!(found, Some(expected));
        // Where the next close is lower it decides the same, and this cut alone would not find it.
        assert_eq!(peek(&told(50, 1), &told(21, 1), 20), None);
        let verdict = verdict(found.as_ref());
        assert_eq!(verdict.is_good, Some(false));
        let said = "look-ahead: long.enter at the candle of 1970-01-01T21:00:00Z is 1 with what follows, and 0";
        assert!(verdict.text.starts_with(said), "{}", verdict.text);
    }

    #[test]
    fn cuts_are_spread_and_follow_the_trades() {
        let mut told = told(100, 0);
        assert_eq!(cuts(4, &told), [24, 49, 74, 99]);
        told.start = 60;
        assert_eq!(cuts(2, &told), [79, 99]);
    }
}
