//! What the fuzz targets share: a strategy that loads must run, and decide the same however its candles come.

use market::{Candle, Candles, Timeframe};
use strategy::{Decision, load};

/// How many candles a strategy that loads is run over.
const CANDLES: usize = 50;

/// Loads a strategy file; where it loads, runs it whole and candle by candle and compares every bit.
///
/// # Panics
/// Where the two differ, or a mistake points outside the file.
pub fn load_and_run(source: &str) {
    let timeframe = match load(source, &[]) {
        Ok(file) => file.strategy.description().timeframe,
        Err(problems) => return check_places(source, &problems),
    };
    let candles = candles(timeframe);
    let whole = run(source, &candles, candles.len());
    let single = run(source, &candles, 1);
    assert_eq!(whole, single, "whole and candle by candle differ");
}

/// Every mistake of a file must be drawn, and point into it, between characters.
///
/// # Panics
/// Where one does not, or there is none.
pub fn check_places(source: &str, problems: &yaml::Problems) {
    assert!(!problems.is_empty(), "refused without a word");
    for problem in problems.list() {
        assert!(source.get(problem.span.clone()).is_some(), "{:?} is no place of the file", problem.span);
    }
    let _ = problems.render("file.yaml", source, false);
}

/// Decisions and lines, as bits, from blocks of `length` candles.
fn run(source: &str, candles: &Candles, length: usize) -> (Vec<Vec<u64>>, Vec<Vec<u64>>) {
    let mut strategy = load(source, &[]).unwrap_or_else(|_| panic!("it loaded a moment ago")).strategy;
    let description = strategy.description().clone();
    let others: Vec<Candles> =
        description.others.iter().map(|other| fold(candles, other.timeframe)).collect();
    let mut fed = vec![0; others.len()];
    let mut lines = vec![Vec::new(); description.lines.len()];
    let mut decisions = Vec::new();
    for start in (0..candles.len()).step_by(length) {
        let end = (start + length).min(candles.len());
        let close_ms = description.timeframe.next_open(candles.open_time_ms[end - 1]);
        for (index, (other, candles)) in description.others.iter().zip(&others).enumerate() {
            let upto = candles.open_time_ms.partition_point(|&open| other.timeframe.next_open(open) <= close_ms);
            strategy.push_other(index, candles.slice(fed[index]..upto));
            fed[index] = upto;
        }
        strategy.run(candles.slice(start..end), &mut decisions, Some(&mut lines));
    }
    let lines = lines.iter().map(|line| line.iter().map(|value| value.to_bits()).collect()).collect();
    (decisions.iter().map(bits).collect(), lines)
}

fn bits(decision: &Decision) -> Vec<u64> {
    let fires = [decision.long_enter, decision.long_exit, decision.short_enter, decision.short_exit];
    let distances = [decision.stop, decision.take, decision.trail];
    fires.into_iter().map(u64::from).chain(distances.map(f64::to_bits)).collect()
}

/// Candles that wander, with a hole, a flat stretch and one without a trade.
fn candles(timeframe: Timeframe) -> Candles {
    let (mut time, mut close) = (timeframe.open_of(1_700_000_000_000), 100.0_f64);
    let candle = |index: usize| {
        let open = close;
        close *= 1.0 + ((index * 7_919 % 211) as f64 / 211.0 - 0.5) * if (20..30).contains(&index) { 0.0 } else { 0.02 };
        time = timeframe.next_open(time);
        if index == 10 {
            time = timeframe.next_open(time);
        }
        Candle {
            open_time_ms: time,
            open,
            high: open.max(close) * 1.001,
            low: open.min(close) * 0.999,
            close,
            volume: (index % 7) as f64,
        }
    };
    (0..CANDLES).map(candle).collect()
}

/// The candles of a higher timeframe, without the last one, which may not have closed.
fn fold(candles: &Candles, timeframe: Timeframe) -> Candles {
    let mut folded: Vec<Candle> = Vec::new();
    for candle in candles.iter() {
        let open_time_ms = timeframe.open_of(candle.open_time_ms);
        match folded.last_mut().filter(|last| last.open_time_ms == open_time_ms) {
            Some(last) => {
                last.high = last.high.max(candle.high);
                last.low = last.low.min(candle.low);
                last.close = candle.close;
                last.volume += candle.volume;
            }
            None => folded.push(Candle { open_time_ms, ..candle }),
        }
    }
    folded.pop();
    folded.into_iter().collect()
}
