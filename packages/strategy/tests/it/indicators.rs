//! Values against the oracle columns, and on edge cases.

use market::Candles;
use proptest::prelude::*;
use strategy::{Function, Gives, Parameter};

use super::{candles_of, file_with, loaded, run};

#[test]
fn values_equal_the_oracles() {
    let mut checked = 0;
    for (name, timeframe) in [("binance_BTCUSDT_1h", "1h"), ("binance_ETHUSDT_15m", "15m")] {
        let Some(path) = testkit::shared(&format!("oracles/indicators/{name}.csv.gz")) else { return };
        let text = testkit::read_text(&path);
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        let header = rows.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
        let number = |row: &csv::StringRecord, column: usize| row[column].parse::<f64>().unwrap_or(f64::NAN);
        let candles: Candles = rows
            .iter()
            .map(|row| market::Candle {
                open_time_ms: row[0].parse().unwrap(),
                open: number(row, 1),
                high: number(row, 2),
                low: number(row, 3),
                close: number(row, 4),
                volume: number(row, 5),
            })
            .collect();
        for (column, call) in header.iter().enumerate().skip(6) {
            let function = call.split('(').next().unwrap();
            if !strategy::functions().iter().any(|known| known.name == function) {
                continue;
            }
            let (lines, _) = run(&file_with(timeframe, &[("x", call)]), &candles);
            // A slope is a small difference of large sums: TA-Lib's has lost digits, and differs by up to
            // 2e-9 of itself from one in exact fractions.
            let floor = if function == "linreg_slope" { 1.0 } else { 1e-3 };
            for (row, value) in rows.iter().zip(&lines[0]) {
                let expected = number(row, column);
                let same = if expected.is_nan() { value.is_nan() } else { close_to(*value, expected, floor) };
                assert!(same, "{name}: {call} at {} is {value}, not {expected}", &row[0]);
            }
            checked += 1;
        }
    }
    assert!(checked >= 2 * 17, "only {checked} columns were checked");
}

/// Whether they are equal to 1e-9 of their size; what is smaller than `floor` counts as that large.
fn close_to(value: f64, expected: f64, floor: f64) -> bool {
    (value - expected).abs() <= 1e-9 * expected.abs().max(floor)
}

#[track_caller]
fn check(call: &str, closes: &[f64], expected: &[f64]) {
    let (lines, _) = run(&file_with("1h", &[("x", call)]), &candles_of(closes));
    let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
    assert!(lines[0].iter().zip(expected).all(same), "{call} of {closes:?} is {:?}", lines[0]);
}

const U: f64 = f64::NAN;

#[test]
fn edge_cases() {
    check("sma(close, 1)", &[1.0, 2.0], &[1.0, 2.0]);
    check("ema(close, 1)", &[1.0, 2.0], &[1.0, 2.0]);
    check("stdev(close, 1)", &[1.0, 2.0], &[0.0, 0.0]);
    check("highest(close, 1)", &[3.0, 2.0], &[3.0, 2.0]);
    check("highest(close, 3)", &[3.0, 2.0, 1.0, 0.5, 4.0], &[U, U, 3.0, 2.0, 4.0]);
    check("lowest(close, 3)", &[3.0, 2.0, 5.0, 6.0, 7.0, 1.0], &[U, U, 2.0, 2.0, 5.0, 1.0]);
    check("sum(close, 2)", &[1.0, 2.0, 3.0], &[U, 3.0, 5.0]);
    check("change(close, 2)", &[1.0, 2.0, 4.0, 8.0], &[U, U, 3.0, 6.0]);
    check("tr()", &[10.0, 10.0, 20.0], &[U, 2.0, 11.0]);
    check("rsi(close, 2)", &[5.0; 4], &[U, U, 0.0, 0.0]);
    check("rsi(close, 2)", &[1.0, 2.0, 3.0, 4.0], &[U, U, 100.0, 100.0]);
    check("stdev(close, 3)", &[0.1; 5], &[U, U, 0.0, 0.0, 0.0]);
    check("bb_upper(close, 3, 2) - close", &[63_110.01; 4], &[U, U, 0.0, 0.0]);
    check("sma(close, 3)", &[1e-8; 4], &[U, U, 1e-8, 1e-8]);
    check("sma(close, 3)", &[1e9 / 3.0; 4], &[U, U, 1e9 / 3.0, 1e9 / 3.0]);
    check("vwap('day')", &[2.0, 4.0], &[2.0, 3.0]);
    check("wma(close, 1)", &[1.0, 2.0], &[1.0, 2.0]);
    check("wma(close, 2)", &[1.0, 4.0, 1.0], &[U, 3.0, 2.0]);
    check("wma(close, 7)", &[63_110.01; 9], &[U, U, U, U, U, U, 63_110.01, 63_110.01, 63_110.01]);
    check("hma(close, 1)", &[1.0, 2.0], &[1.0, 2.0]);
    check("dema(close, 1)", &[1.0, 2.0], &[1.0, 2.0]);
    check("tema(close, 2)", &[0.1; 5], &[U, U, U, 0.1, 0.1]);
    check("trima(close, 3)", &[1.0, 2.0, 7.0], &[U, U, 3.0]);
    check("kama(close, 2)", &[5.0; 4], &[U, U, 5.0, 5.0]);
    check("vwma(close, 2)", &[1.0, 2.0, 4.0], &[U, 1.5, 3.0]);
    check("vwma(close, 3)", &[0.1; 4], &[U, U, 0.1, 0.1]);
    check("variance(close, 1)", &[1.0, 2.0], &[0.0, 0.0]);
    check("variance(close, 2)", &[1.0, 3.0, 3.0], &[U, 1.0, 0.0]);
    check("variance(close, 2)", &[1e9, 0.0, 2.0, 2.0], &[U, 25e16, 1.0, 0.0]);
    check("linreg(close, 2)", &[1.0, 3.0, 2.0], &[U, 3.0, 2.0]);
    check("linreg_slope(close, 3)", &[1.0, 2.0, 3.0, 1.0], &[U, U, 1.0, -0.5]);
    check("linreg_slope(close, 3)", &[0.1; 4], &[U, U, 0.0, 0.0]);
    check("correlation(close, high, 3)", &[1.0, 2.0, 4.0], &[U, U, 1.0]);
    check("correlation(close, -close, 3)", &[1.0, 2.0, 4.0], &[U, U, -1.0]);
    check("correlation(close, volume, 2)", &[1.0, 2.0, 4.0], &[U, 0.0, 0.0]);
    check("zscore(close, 2)", &[1.0, 3.0, 3.0, 1.0], &[U, 1.0, U, -1.0]);
    check("percentrank(close, 2)", &[1.0, 2.0, 2.0, 0.0, 1.0], &[U, U, 100.0, 0.0, 50.0]);
    check("if(rising(close, 2), 1, 0)", &[1.0, 3.0, 2.0, 4.0, 4.0], &[0.0, 0.0, 0.0, 1.0, 0.0]);
    check("if(falling(close, 2), 1, 0)", &[4.0, 2.0, 3.0, 1.0, 1.0], &[0.0, 0.0, 0.0, 1.0, 0.0]);
    check("bars_since(close > 2)", &[1.0, 3.0, 2.0, 1.0, 4.0], &[U, 0.0, 1.0, 2.0, 0.0]);
    check("value_when(close > 2, close)", &[1.0, 3.0, 2.0, 1.0, 4.0], &[U, 3.0, 3.0, 3.0, 4.0]);
}

/// The plain definition of a window function over values and weights, the newest last; the window is one
/// longer than n for functions that look at the values before the current one.
fn plain(function: &str, x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let spread = |a: &[f64], b: &[f64]| {
        let (mean_a, mean_b) = (mean(a), mean(b));
        a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum::<f64>() / n
    };
    let weighted = |weights: &[f64]| {
        x.iter().zip(weights).map(|(x, weight)| x * weight).sum::<f64>() / weights.iter().sum::<f64>()
    };
    let time: Vec<f64> = (1..=x.len()).map(|place| place as f64).collect();
    let slope = || spread(x, &time) / spread(&time, &time);
    let (current, before) = (x[x.len() - 1], &x[..x.len() - 1]);
    let share = |holds: &dyn Fn(f64) -> bool| before.iter().filter(|&&x| holds(x)).count() as f64 / (n - 1.0);
    match function {
        "sma" => mean(x),
        "sum" => n * mean(x),
        "wma" => weighted(&time),
        "vwma" => weighted(y),
        "stdev" => spread(x, x).sqrt(),
        "variance" => spread(x, x),
        "zscore" => (current - mean(x)) / spread(x, x).sqrt(),
        "linreg" => mean(x) + slope() * (n - 1.0) / 2.0,
        "linreg_slope" => slope(),
        "correlation" if spread(x, x) * spread(y, y) == 0.0 => 0.0,
        "correlation" => spread(x, y) / (spread(x, x) * spread(y, y)).sqrt(),
        "highest" => x.iter().copied().fold(f64::MIN, f64::max),
        "lowest" => x.iter().copied().fold(f64::MAX, f64::min),
        "percentrank" => 100.0 * share(&|x| x <= current),
        "rising" => f64::from(share(&|x| x < current) == 1.0),
        "falling" => f64::from(share(&|x| x > current) == 1.0),
        other => unreachable!("{other} has no plain definition here"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Values are whole numbers, so that the plain definition is exact; 13 stands for an unknown one.
    #[test]
    fn windows_equal_their_plain_definition(
        rows in prop::collection::vec((0u8..=13, 0u8..4), 1..120),
        n in 1usize..20,
        is_whole in any::<bool>(),
    ) {
        let rows: Vec<(u8, u8)> = rows.into_iter().map(|(x, y)| (if is_whole { x % 13 } else { x }, y)).collect();
        let candles: Candles = candles_of(&rows.iter().map(|row| f64::from(row.0)).collect::<Vec<f64>>())
            .iter()
            .zip(&rows)
            .map(|(candle, row)| market::Candle { volume: f64::from(row.1), ..candle })
            .collect();
        let x: Vec<f64> = rows.iter().map(|row| if row.0 == 13 { U } else { f64::from(row.0) }).collect();
        let y: Vec<f64> = rows.iter().map(|row| f64::from(row.1)).collect();
        for name in [
            "sma", "sum", "wma", "vwma", "stdev", "variance", "zscore", "linreg", "linreg_slope", "correlation",
            "highest", "lowest", "percentrank", "rising", "falling",
        ] {
            let function = strategy::functions().iter().find(|function| function.name == name).expect("it is there");
            let n = if matches!(name, "zscore" | "linreg" | "linreg_slope") { n.max(2) } else { n };
            let series = "if(close == 13, 0 / 0, close)";
            let call = if name == "correlation" {
                format!("correlation({series}, volume, {n})")
            } else {
                format!("{name}({series}, {n})")
            };
            let is_condition = function.gives == Gives::Condition;
            let expr = if is_condition { format!("if({call}, 1, 0)") } else { call.clone() };
            let (lines, _) = run(&file_with("1h", &[("x", &expr)]), &candles);
            let window = n + usize::from(matches!(name, "percentrank" | "rising" | "falling"));
            for (at, &value) in lines[0].iter().enumerate() {
                let known = at + 1 >= window && x[at + 1 - window..=at].iter().all(|x| x.is_finite());
                let expected = match known {
                    true => plain(name, &x[at + 1 - window..=at], &y[at + 1 - window..=at]),
                    false if is_condition => 0.0,
                    false => U,
                };
                let same = if expected.is_finite() { close_to(value, expected, 1e-3) } else { value.is_nan() };
                prop_assert!(same, "{} at {} is {}, not {}", call, at, value, expected);
            }
        }
    }
}

/// Calls of a function with windows of these lengths, its other arguments as they usually are.
pub(super) fn call(function: &Function, lengths: &[usize]) -> String {
    let mut lengths = lengths.iter().copied().cycle();
    let mut argument = |parameter: &Parameter| match parameter {
        Parameter::Series("y" | "b") | Parameter::More(_) => "open".to_owned(),
        Parameter::Series(_) => "close".to_owned(),
        Parameter::Condition(_) => "close >= open".to_owned(),
        Parameter::Length(_, least, _) => lengths.next().unwrap_or(14).max(*least).to_string(),
        Parameter::Number("step", ..) => "0.02".to_owned(),
        Parameter::Number("max", ..) => "0.2".to_owned(),
        Parameter::Number(..) => "2.5".to_owned(),
        Parameter::Word(_, words) => format!("'{}'", words[0]),
    };
    let arguments: Vec<String> = function.parameters.iter().map(&mut argument).collect();
    format!("{}({})", function.name, arguments.join(", "))
}

/// The warm-up that the reference states for a call: its formula, computed by the language itself.
fn stated_warm_up(function: &Function, call: &str) -> usize {
    let arguments = call.trim_end_matches(')').split_once('(').expect("a call").1.split(", ");
    let lengths =
        function.parameters.iter().zip(arguments).filter(|(parameter, _)| matches!(parameter, Parameter::Length(..)));
    let params: String = lengths.map(|(parameter, value)| format!("  {}: {value}\n", parameter.name())).collect();
    let source = format!(
        "name: t\ntimeframe: 1h\nparams:\n{params}let:\n  warm_up: {}\nlong:\n  enter: close < 0\n",
        function.warm_up
    );
    let (lines, _) = run(&source, &candles_of(&[1.0]));
    lines[0][0] as usize
}

#[test]
fn warm_up_is_where_the_first_value_is() {
    let closes: Vec<f64> = (0..400).map(|i| 100.0 + f64::from(i * 7919 % 31) / 3.0).collect();
    for function in strategy::functions().iter().filter(|function| function.gives == Gives::Number) {
        for lengths in [vec![14], vec![12, 26, 9], vec![1], vec![2], vec![5, 3, 4], vec![30, 7, 2], vec![21, 21, 21]] {
            let call = call(function, &lengths);
            let source = file_with("1h", &[("x", &call)]).replace("close < 0", "x > 0");
            let warm_up = loaded(&source).strategy.description().warm_up;
            assert_eq!(stated_warm_up(function, &call), warm_up, "the reference's warm-up of {call}");
            let (lines, _) = run(&source, &candles_of(&closes));
            assert_eq!(lines[0].iter().position(|value| !value.is_nan()), Some(warm_up), "the first value of {call}");
        }
    }
}

#[test]
fn functions_are_documented_and_named_once() {
    for (index, function) in strategy::functions().iter().enumerate() {
        let name = function.name;
        assert!(strategy::functions()[..index].iter().all(|other| other.name != name), "{name} is there twice");
        for text in [function.about, function.formula, function.unit, function.warm_up] {
            assert!(!text.is_empty(), "{name} is not documented");
        }
    }
}
