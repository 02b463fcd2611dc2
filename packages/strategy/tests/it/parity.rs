//! The same candles give the same bits however they are split, and the future never changes the past.

use market::{Candle, Candles, Timeframe};
use proptest::prelude::*;
use strategy::{Decision, Function, Gives};

use super::indicators::call;
use super::loaded;

/// Rules, operators and higher candles at once; every function is added to it.
const EVERYTHING: &str = "name: t\ntimeframe: 1h\nlet:\n  a: sma(close, 7)\n  b: ema(close, 5)\n  c: rma(hlc3, 4)\n  d: rsi(close, 6)\n\
  \x20 e: macd(close, 3, 8, 4)\n  f: macd_signal(close, 3, 8, 4)\n  g: macd_hist(close, 3, 8, 4)\n  h: atr(5)\n  i: tr()\n  j: highest(high, 9)\n\
  \x20 k: lowest(low, 9)\n  l: sum(volume, 6)\n  m: stdev(close, 6)\n  n: bb_upper(close, 6, 2)\n  o: bb_lower(close, 6, 2)\n  p: change(close, 3)\n\
  \x20 q: vwap('day')\n  r: ema(close, 3) @ 4h\n  s: if(close > a, b / (close - open), c[2])\n  t: vwap('week') + highest(close, 2) @ 1d\n\
  long:\n  enter: crossover(close, a) or (b > c and not d > 50)\n  exit: crossunder(close, r)\nprotect:\n  stop: 2 * h\n  take: 5%\n  trail: m\n";

fn source() -> String {
    let line = |function: &Function| {
        let call = call(function, &[5, 9, 4]);
        match function.gives {
            Gives::Number => format!("  f_{}: \"{call}\"\n", function.name),
            Gives::Condition => format!("  f_{}: \"if({call}, 1, 0)\"\n", function.name),
        }
    };
    let functions: String = strategy::functions().iter().map(line).collect();
    EVERYTHING.replace("\n  long:", "\nlong:").replace("let:\n", &format!("let:\n{functions}"))
}

/// Runs over the candles, cut after each of the given lengths; the other candles come as they close.
pub(super) fn run_cut(
    source: &str,
    candles: &Candles,
    others: &[(Timeframe, Candles)],
    cuts: &[usize],
) -> (Vec<Vec<u64>>, Vec<Decision>) {
    let mut strategy = loaded(source).strategy;
    let own = strategy.description().timeframe;
    let mut lines = vec![Vec::new(); strategy.description().lines.len()];
    let mut decisions = Vec::new();
    let mut fed = vec![0; others.len()];
    let mut start = 0;
    for length in cuts.iter().copied().chain([candles.len()]) {
        let end = (start + length).min(candles.len());
        if end == start {
            continue;
        }
        let close_ms = own.next_open(candles.open_time_ms[end - 1]);
        for (index, (timeframe, other)) in others.iter().enumerate() {
            let upto = other.open_time_ms.partition_point(|&open| timeframe.next_open(open) <= close_ms);
            strategy.push_other(index, other.slice(fed[index]..upto));
            fed[index] = upto;
        }
        strategy.run(candles.slice(start..end), &mut decisions, Some(&mut lines));
        start = end;
    }
    (lines.iter().map(|line| line.iter().map(|value| value.to_bits()).collect()).collect(), decisions)
}

/// The candles of a higher timeframe.
pub(super) fn fold(candles: &Candles, timeframe: Timeframe) -> (Timeframe, Candles) {
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
    (timeframe, folded.into_iter().collect())
}

/// A random walk with holes, flat stretches, jumps and candles without a trade.
fn market() -> impl Strategy2 {
    prop::collection::vec((0u8..20, -100i32..=100, 0u32..5), 1..400).prop_map(|moves| {
        let (mut time, mut price) = (1_700_000_000_000 / 3_600_000 * 3_600_000, 100.0_f64);
        moves
            .into_iter()
            .map(|(kind, change, volume)| {
                time += 3_600_000 * if kind == 0 { 5 } else { 1 };
                let open = price;
                price *= 1.0 + f64::from(if kind < 5 { 0 } else { change }) / 2_000.0;
                Candle {
                    open_time_ms: time,
                    open,
                    high: open.max(price) * 1.001,
                    low: open.min(price) * 0.999,
                    close: price,
                    volume: f64::from(volume),
                }
            })
            .collect::<Candles>()
    })
}

use proptest::strategy::Strategy as Strategy2Base;
trait Strategy2: Strategy2Base<Value = Candles> {}
impl<T: Strategy2Base<Value = Candles>> Strategy2 for T {}

/// Decisions as bits: an unknown distance equals an unknown distance.
pub(super) fn bits(decisions: &[Decision]) -> Vec<(bool, bool, bool, bool, u64, u64, u64)> {
    let one = |d: &Decision| {
        (d.long_enter, d.long_exit, d.short_enter, d.short_exit, d.stop.to_bits(), d.take.to_bits(), d.trail.to_bits())
    };
    decisions.iter().map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn splits_do_not_matter(candles in market(), cuts in prop::collection::vec(1usize..50, 0..40)) {
        let others = [fold(&candles, Timeframe::H4), fold(&candles, Timeframe::D1)];
        let whole = run_cut(&source(), &candles, &others, &[]);
        let split = run_cut(&source(), &candles, &others, &cuts);
        let single = run_cut(&source(), &candles, &others, &vec![1; candles.len()]);
        prop_assert_eq!(&whole.0, &split.0);
        prop_assert_eq!(&whole.0, &single.0);
        prop_assert_eq!(bits(&whole.1), bits(&split.1));
        prop_assert_eq!(bits(&whole.1), bits(&single.1));
    }

    #[test]
    fn the_future_never_changes_the_past(candles in market(), keep in 1usize..400) {
        let keep = keep.min(candles.len());
        let past: Candles = candles.iter().take(keep).collect();
        let whole = run_cut(&source(), &candles, &[fold(&candles, Timeframe::H4), fold(&candles, Timeframe::D1)], &[]);
        // The cut-off market also folds into higher candles that are cut off: the last may be half a candle,
        // which has not closed and so must not be seen.
        let cut = run_cut(&source(), &past, &[fold(&past, Timeframe::H4), fold(&past, Timeframe::D1)], &[]);
        for (whole, cut) in whole.0.iter().zip(&cut.0) {
            prop_assert_eq!(&whole[..keep], &cut[..]);
        }
        prop_assert_eq!(&bits(&whole.1)[..keep], &bits(&cut.1)[..]);
    }
}
