//! What the words of the language mean.

use market::Candles;
use strategy::{History, Size, Unit, load};

use super::{candles_of, loaded, run};

/// Where a rule fires over the closes.
#[track_caller]
fn fires(rule: &str, closes: &[f64]) -> Vec<usize> {
    let source = format!("name: t\ntimeframe: 1h\nlong:\n  enter: {}\n", super::quoted(rule));
    let (_, decisions) = run(&source, &candles_of(closes));
    decisions.iter().enumerate().filter(|(_, decision)| decision.long_enter).map(|(index, _)| index).collect()
}

#[test]
fn conditions() {
    let up = [1.0, 2.0, 3.0, 4.0];
    assert_eq!(fires("close > 2", &up), [2, 3]);
    assert_eq!(fires("not close > 2", &up), [0, 1]);
    assert_eq!(fires("close >= 2 and close != 3", &up), [1, 3]);
    assert_eq!(fires("close == 1 or close == 4", &up), [0, 3]);
    assert_eq!(fires("if(close > 2, 1, 0) == 1", &up), [2, 3]);
    assert_eq!(fires("if(close > 2, close > 3, close < 2)", &up), [0, 3]);
    assert_eq!(fires("close % 2 == 0", &up), [1, 3]);
    assert_eq!(fires("-close < -3", &up), [3]);
    assert_eq!(fires("hl2 == close and hlc3 == close and ohlc4 == close", &up), [0, 1, 2, 3]);
    assert_eq!(fires("1 < 2", &up), [0, 1, 2, 3]);
}

#[test]
fn unknown_is_false_and_waits_for_warmth() {
    let up = [1.0, 2.0, 3.0, 4.0];
    assert_eq!(fires("close > close[1]", &up), [1, 2, 3]);
    // Not true before `close[2]` is warm, although the comparison is false there.
    assert_eq!(fires("not close < close[2]", &up), [2, 3]);
    // A division by zero is unknown, its comparisons false, after warm-up too.
    assert_eq!(fires("close / (close - close) > 0", &up), [0usize; 0]);
    assert_eq!(fires("close / (close - 2) != 7 or close == 2", &up), [0, 1, 2, 3]);
    assert_eq!(fires("(close > 2)[1]", &up), [3]);
}

#[test]
fn crossings() {
    let closes = [1.0, 3.0, 2.0, 2.0, 3.0, 1.0];
    assert_eq!(fires("crossover(close, 2)", &closes), [1, 4]);
    assert_eq!(fires("crossunder(close, 2)", &closes), [5]);
    assert_eq!(fires("crossover(2, close)", &closes), [5]);
}

#[test]
fn a_file_says_what_it_is() {
    let source = "name: pullback\nabout: Buys dips.\ntimeframe: 15m\nparams:\n  length: 14\n  oversold: { default: 30, range: [20, 40], step: 5 }\n\
        let:\n  strength: rsi(close, length)\n  trend: ema(close, 50) @ 1h\nlong:\n  enter: crossover(strength, oversold) and close > trend\n  exit: strength > 70\n\
        short:\n  enter: crossunder(strength, 100 - oversold) and close < trend\nprotect:\n  stop: 2 * atr(14)\n  take: 5%\n  trail: 10 quote\n  max_bars: 96\n\
        size: risk 1%\nleverage: 2\ncooldown: 3\n";
    let file = loaded(source);
    let description = file.strategy.description();
    assert_eq!((description.name.as_str(), description.about.as_str()), ("pullback", "Buys dips."));
    assert_eq!(description.params, [("length".to_owned(), 14.0), ("oversold".to_owned(), 30.0)]);
    assert_eq!(description.warm_up, 15);
    assert!(
        matches!(description.history, History::Whole { settle: 300..500, anchor: None }),
        "{:?}",
        description.history
    );
    assert_eq!(description.others.len(), 1);
    assert_eq!(description.others[0].warm_up, 49);
    let orders = description.orders;
    assert_eq!(orders.protection.stop, Some(Unit::Quote));
    assert_eq!(orders.protection.take, Some(Unit::Share));
    assert_eq!(orders.protection.trail, Some(Unit::Quote));
    assert_eq!(orders.protection.max_bars, Some(96));
    assert_eq!((orders.size, orders.leverage, orders.cooldown), (Size::Risk(0.01), 2.0, 3));
    assert!(description.long && description.short);
    let set = load(source, &[("length".to_owned(), 20.0)]).unwrap_or_else(|_| panic!("a param can be set"));
    assert_eq!(set.strategy.description().warm_up, 21);
}

#[test]
fn equal_parts_are_computed_once() {
    let file = loaded("name: t\ntimeframe: 1h\nlong:\n  enter: sma(close, 5) > sma(close, 9) and sma(close, 5) > 2\n");
    let sma = file.steps.iter().filter(|step| step.call == "sma(close, 5)").collect::<Vec<_>>();
    assert_eq!(sma.len(), 1);
    assert_eq!(sma[0].uses, 2);
}

/// Hourly closes 0 … 11, read at 4h closes from a base of 1h.
fn with_four_hours(skip: Option<usize>) -> Vec<f64> {
    let mut strategy = loaded("name: t\ntimeframe: 1h\nlet:\n  x: close @ 4h\nlong:\n  enter: x > 0\n").strategy;
    let hours = candles_of(&(0..12).map(f64::from).collect::<Vec<_>>());
    let four: Candles = (0..3)
        .filter(|index| Some(*index) != skip)
        .map(|index| market::Candle {
            open_time_ms: index as i64 * 4 * 3_600_000,
            close: 100.0 + index as f64,
            ..hours.get(0)
        })
        .collect();
    strategy.push_other(0, four.as_slice());
    let mut lines = vec![Vec::new()];
    strategy.run(hours.as_slice(), &mut Vec::new(), Some(&mut lines));
    lines.remove(0).into_iter().map(|value| if value.is_nan() { -1.0 } else { value }).collect()
}

#[test]
fn a_higher_timeframe_shows_its_last_closed_candle() {
    let u = -1.0;
    assert_eq!(with_four_hours(None), [u, u, u, 100., 100., 100., 100., 101., 101., 101., 101., 102.]);
}

#[test]
fn a_hole_in_the_other_candles_is_unknown_not_stale() {
    let u = -1.0;
    assert_eq!(with_four_hours(Some(1)), [u, u, u, 100., 100., 100., 100., u, u, u, u, 102.]);
}

#[test]
fn names_that_no_rule_reads_are_waited_for_by_no_rule() {
    let source = "name: t\ntimeframe: 1h\nlet:\n  slow: sma(close, 9)\n  v: vwap('month')\nlong:\n  enter: close > 1\n";
    let file = loaded(source);
    let description = file.strategy.description();
    assert_eq!(description.warm_up, 8);
    assert_eq!(description.history, History::Whole { settle: 0, anchor: Some(market::Timeframe::Month1) });
    let decisions = run(source, &candles_of(&[2.0, 3.0, 4.0])).1;
    assert!(decisions.iter().all(|decision| decision.long_enter), "{decisions:?}");
}
