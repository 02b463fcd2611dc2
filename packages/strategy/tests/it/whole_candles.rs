//! Functions that read whole candles: edge cases, and the plain definitions over candles of all sizes.

use market::{Candle, Candles};
use strategy::{Family, Gives};

use super::indicators::call;
use super::{file_with, parity, run};

const U: f64 = f64::NAN;

/// Hourly candles of `[open, high, low, close, volume]`.
fn candles(rows: impl IntoIterator<Item = [f64; 5]>) -> Candles {
    let candle = |(index, [open, high, low, close, volume]): (usize, [f64; 5])| Candle {
        open_time_ms: index as i64 * 3_600_000,
        open,
        high,
        low,
        close,
        volume,
    };
    rows.into_iter().enumerate().map(candle).collect()
}

fn values(call: &str, candles: &Candles) -> Vec<f64> {
    run(&file_with("1h", &[("x", call)]), candles).0.remove(0)
}

#[track_caller]
fn check(call: &str, rows: &[[f64; 5]], expected: &[f64]) {
    close("", call, &values(call, &candles(rows.iter().copied())), expected);
}

#[track_caller]
fn close(what: &str, call: &str, values: &[f64], expected: &[f64]) {
    assert_eq!(values.len(), expected.len());
    for (index, (value, expected)) in values.iter().zip(expected).enumerate() {
        let near = (value - expected).abs() <= 1e-9 * expected.abs().max(1e-3);
        assert!(near || (value.is_nan() && expected.is_nan()), "{what}{call} at {index} is {value}, not {expected}");
    }
}

/// Every candle at one price.
const FLAT: [[f64; 5]; 4] = [[5.0, 5.0, 5.0, 5.0, 1.0]; 4];
/// Without a trade.
const SILENT: [[f64; 5]; 3] = [[5.0, 6.0, 4.0, 5.5, 0.0]; 3];
const RISING: [[f64; 5]; 4] =
    [[1.0, 2.0, 1.0, 2.0, 4.0], [2.0, 3.0, 2.0, 3.0, 1.0], [3.0, 4.0, 3.0, 4.0, 2.0], [4.0, 5.0, 4.0, 5.0, 3.0]];
const TURNING: [[f64; 5]; 4] =
    [[4.0, 6.0, 4.0, 5.0, 2.0], [5.0, 7.0, 5.0, 6.0, 2.0], [6.0, 6.5, 3.0, 4.0, 4.0], [4.0, 5.0, 2.0, 2.0, 1.0]];

#[test]
fn where_nothing_moves() {
    check("stoch_k(2, 1, 1)", &FLAT, &[U, 0.0, 0.0, 0.0]);
    check("stoch_d(1, 2, 2)", &FLAT, &[U, U, 0.0, 0.0]);
    check("willr(2)", &FLAT, &[U, 0.0, 0.0, 0.0]);
    check("cci(2)", &FLAT, &[U, 0.0, 0.0, 0.0]);
    check("mfi(2)", &FLAT, &[U, U, 0.0, 0.0]);
    check("cmo(close, 2)", &FLAT, &[U, U, 0.0, 0.0]);
    check("trix(close, 1)", &FLAT, &[U, 0.0, 0.0, 0.0]);
    check("trix(close - close, 1)", &FLAT, &[U, 0.0, 0.0, 0.0]);
    check("roc(close - close, 1)", &FLAT, &[U, 0.0, 0.0, 0.0]);
    check("adx(2)", &FLAT, &[U, U, U, 0.0]);
    check("plus_di(1)", &FLAT, &[U, 0.0, 0.0, 0.0]);
    check("minus_di(2)", &FLAT, &[U, U, 0.0, 0.0]);
    check("aroon_up(2)", &FLAT, &[U, U, 100.0, 100.0]);
    check("aroon_down(2)", &FLAT, &[U, U, 100.0, 100.0]);
    check("ultosc(1, 2, 3)", &FLAT, &[U, U, U, 0.0]);
    check("bop()", &FLAT, &[0.0; 4]);
    check("natr(2)", &FLAT, &[U, U, 0.0, 0.0]);
    check("kc_upper(close, 2, 3)", &FLAT, &[U, U, 5.0, 5.0]);
    check("supertrend(2, 1)", &FLAT, &[U, 5.0, 5.0, 5.0]);
    check("supertrend_dir(2, 1)", &FLAT, &[U, 1.0, 1.0, 1.0]);
    check("sar(0.02, 0.2)", &FLAT, &[U, 5.0, 5.0, 5.0]);
    check("obv()", &FLAT, &[1.0; 4]);
    check("ad()", &FLAT, &[0.0; 4]);
    check("adosc(2, 3)", &FLAT, &[U, U, 0.0, 0.0]);
    check("cmf(2)", &FLAT, &[U, 0.0, 0.0, 0.0]);
}

#[test]
fn without_volume() {
    check("cmf(1)", &SILENT, &[U, U, U]);
    check("mfi(2)", &SILENT, &[U, U, 0.0]);
    check("obv()", &SILENT, &[0.0; 3]);
    check("ad()", &SILENT, &[0.0; 3]);
    check("adosc(2, 2)", &SILENT, &[U, 0.0, 0.0]);
}

#[test]
fn small_markets_by_hand() {
    check("stoch_k(2, 1, 1)", &RISING, &[U, 100.0, 100.0, 100.0]);
    check("stoch_k(1, 1, 2)", &TURNING, &[U, 50.0, 100.0 / 3.5, 0.0]);
    check("willr(2)", &TURNING, &[U, -100.0 / 3.0, -75.0, -100.0]);
    check("mom(close, 2)", &TURNING, &[U, U, -1.0, -4.0]);
    check("roc(close, 1)", &TURNING, &[U, 20.0, -100.0 / 3.0, -50.0]);
    check("mfi(2)", &RISING, &[U, U, 100.0, 100.0]);
    check("cmo(close, 2)", &RISING, &[U, U, 100.0, 100.0]);
    check("plus_di(1)", &TURNING, &[U, 0.5, 0.0, 0.0]);
    check("minus_di(1)", &TURNING, &[U, 0.0, 2.0 / 3.5, 1.0 / 3.0]);
    check("adx(2)", &RISING, &[U, U, U, 100.0]);
    check("aroon_up(2)", &TURNING, &[U, U, 50.0, 0.0]);
    check("aroon_down(2)", &TURNING, &[U, U, 100.0, 100.0]);
    check("bop()", &TURNING, &[0.5, 0.5, -2.0 / 3.5, -2.0 / 3.0]);
    check("natr(1)", &TURNING, &[U, 2.0, 3.5, 3.0]);
    check("kc_lower(close, 1, 2)", &TURNING, &[U, 2.0, -3.0, -4.0]);
    check("supertrend(0.5, 1)", &TURNING, &[U, 7.0, 6.5, 5.0]);
    check("supertrend_dir(0, 1)", &RISING, &[U, 1.0, -1.0, -1.0]);
    check("sar(0.5, 0.2)", &RISING, &[U, 1.0, 1.4, 1.92]);
    check("sar(0, 0)", &TURNING, &[U, 4.0, 7.0, 7.0]);
    check("obv()", &TURNING, &[2.0, 4.0, 0.0, -1.0]);
    check("ad()", &RISING, &[4.0, 5.0, 7.0, 10.0]);
    check("cmf(1)", &TURNING, &[0.0, 0.0, -1.5 / 3.5, -1.0]);
}

#[test]
fn an_unknown_value_is_waited_out() {
    // 1 / (close − 3) is unknown at the second candle.
    check("mom(1 / (close - 3), 1)", &RISING, &[U, U, U, -0.5]);
    check("roc(1 / (close - 3), 1)", &RISING, &[U, U, U, -50.0]);
    check("trix(1 / (close - 3), 1)", &RISING, &[U, U, U, -50.0]);
    check("cmo(1 / (close - 4), 2)", &RISING, &[U, U, U, U]);
    check("kc_upper(1 / (close - 3), 2, 0)", &RISING, &[U, U, U, 0.75]);
}

/// A market of 600 candles around a price: a random walk with flat stretches, equal prices and silence.
fn market(price: f64) -> Vec<[f64; 5]> {
    let mut seed = 42_u64;
    let mut random = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 40) as f64 / f64::from(1 << 24)
    };
    let mut last = price;
    let mut next = |index: usize| {
        let open = last;
        if index % 50 >= 40 {
            return [open, open, open, open, 0.0];
        }
        let mut step = || price * 0.01 * (random() * 8.0).floor();
        last = (open + step() - step()).max(price * 0.1);
        [open, open.max(last) + step(), open.min(last) - step() / 8.0, last, (random() * 3.0).floor()]
    };
    (0..600).map(&mut next).collect()
}

/// The plain definition of a window function, of the last n + 1 candles, the newest last.
type Definition = fn(&[[f64; 5]]) -> f64;

fn highest(window: &[[f64; 5]]) -> f64 {
    window.iter().map(|candle| candle[1]).fold(f64::MIN, f64::max)
}

fn lowest(window: &[[f64; 5]]) -> f64 {
    window.iter().map(|candle| candle[2]).fold(f64::MAX, f64::min)
}

fn typical(candle: &[f64; 5]) -> f64 {
    (candle[1] + candle[2] + candle[3]) / 3.0
}

fn ratio(part: f64, whole: f64, without: f64) -> f64 {
    if whole == 0.0 { without } else { part / whole }
}

const DEFINITIONS: [(&str, Definition); 6] = [
    ("willr", |window| {
        let (high, low, close) = (highest(&window[1..]), lowest(&window[1..]), window[window.len() - 1][3]);
        -100.0 * ratio(high - close, high - low, 0.0)
    }),
    ("cci", |window| {
        let prices: Vec<f64> = window[1..].iter().map(typical).collect();
        let mean = prices.iter().sum::<f64>() / prices.len() as f64;
        let deviation = prices.iter().map(|price| (price - mean).abs()).sum::<f64>() / prices.len() as f64;
        let distance = prices[prices.len() - 1] - mean;
        if distance.abs() < 1e-13 * mean { 0.0 } else { distance / (0.015 * deviation) }
    }),
    ("mfi", |window| {
        let flow = |way: f64| -> f64 {
            let moved = |pair: &&[[f64; 5]]| way * (typical(&pair[1]) - typical(&pair[0])) > 1e-13 * typical(&pair[1]);
            window.windows(2).filter(moved).map(|pair| typical(&pair[1]) * pair[1][4]).sum()
        };
        100.0 * ratio(flow(1.0), flow(1.0) + flow(-1.0), 0.0)
    }),
    ("cmf", |window| {
        let place = |candle: &[f64; 5]| 2.0 * ratio(candle[3] - candle[2], candle[1] - candle[2], 0.5) - 1.0;
        let flow: f64 = window[1..].iter().map(|candle| candle[4] * place(candle)).sum();
        ratio(flow, window[1..].iter().map(|candle| candle[4]).sum(), f64::NAN)
    }),
    ("aroon_up", |window| {
        let place = window.iter().rposition(|candle| candle[1] == highest(window)).expect("a window has an extreme");
        100.0 * place as f64 / (window.len() - 1) as f64
    }),
    ("aroon_down", |window| {
        let place = window.iter().rposition(|candle| candle[2] == lowest(window)).expect("a window has an extreme");
        100.0 * place as f64 / (window.len() - 1) as f64
    }),
];

#[test]
fn windows_are_as_defined_at_every_price() {
    for price in [1e-8, 1.0, 1e9] {
        let rows = market(price);
        let candles = candles(rows.iter().copied());
        for (name, definition) in DEFINITIONS {
            for n in [2, 3, 14, 100] {
                let call = format!("{name}({n})");
                let expected: Vec<f64> = rows.windows(n + 1).map(definition).collect();
                close(&format!("around {price}: "), &call, &values(&call, &candles)[n..], &expected);
            }
        }
    }
}

#[test]
fn what_has_left_the_window_leaves_no_trace() {
    let tail = market(1.0);
    let huge = market(1e9).into_iter().map(|[open, high, low, close, volume]| [open, high, low, close, volume * 1e6]);
    let (short, long) = (candles(tail.iter().copied()), candles(huge.chain(tail.iter().copied())));
    for call in ["stoch_d(14, 3, 3)", "willr(14)", "cci(14)", "mfi(14)", "cmf(14)", "aroon_up(14)", "ultosc(7, 14, 28)"]
    {
        close("", call, &values(call, &long)[600 + 30..], &values(call, &short)[30..]);
    }
}

#[test]
fn splits_do_not_matter_to_any_function() {
    let candles = candles((0..2).flat_map(|_| market(100.0)));
    let uneven: Vec<usize> = (0..400).map(|i| i * 7 % 13 + 1).collect();
    let ones = vec![1; candles.len()];
    for function in strategy::functions().iter().filter(|f| f.gives == Gives::Number && f.family != Family::Scalars) {
        for lengths in [vec![14, 5, 3], vec![350, 30, 9]] {
            let source = file_with("1h", &[("x", &call(function, &lengths))]);
            let whole = parity::run_cut(&source, &candles, &[], &[]).0;
            for cuts in [&uneven, &ones] {
                let split = parity::run_cut(&source, &candles, &[], cuts).0;
                assert!(whole == split, "{} differs when it is cut", call(function, &lengths));
            }
        }
    }
}
