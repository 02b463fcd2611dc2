//! Laws that hold for every function of the language, whatever it computes.

use market::{Candle, Candles};
use strategy::{Function, Gives, Parameter, Shift};

use super::{file_with, indicators, run};

/// The values of a call, a condition as 1 and 0.
fn values(function: &Function, call: &str, candles: &Candles) -> Vec<f64> {
    let expr = match function.gives {
        Gives::Number => call.to_owned(),
        Gives::Condition => format!("if({call}, 1, 0)"),
    };
    run(&file_with("1h", &[("x", &expr)]), candles).0.remove(0)
}

/// Hourly candles from closes and volumes; each opens at the close before it.
fn market(closes: &[f64], range: f64, volume: impl Fn(usize) -> f64) -> Candles {
    let candle = |(index, &close): (usize, &f64)| {
        let open = closes[index.saturating_sub(1)];
        Candle {
            open_time_ms: index as i64 * 3_600_000,
            open,
            high: open.max(close) * (1.0 + range),
            low: open.min(close) * (1.0 - range),
            close,
            volume: volume(index),
        }
    };
    closes.iter().enumerate().map(candle).collect()
}

/// A walk in steps of an eighth, so that adding a whole number rounds nothing.
fn walk() -> Vec<f64> {
    let mut state = 7_u32;
    let mut price = 100.0;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        price += (f64::from(state >> 24) - 127.0).round() / 64.0;
        (price * 8.0_f64).round() / 8.0
    };
    (0..300).map(|_| next()).collect()
}

#[test]
fn a_constant_added_to_every_series_does_what_the_reference_says() {
    const BY: f64 = 1_000.0;
    let candles = market(&walk(), 0.01, |index| (index % 5) as f64);
    let mut checked = 0;
    for function in strategy::functions() {
        let has_series = function.parameters.iter().any(|parameter| matches!(parameter, Parameter::Series(_)));
        let moves_by = match function.shift {
            Shift::Follows => BY,
            Shift::Ignores | Shift::IgnoresEach => 0.0,
            Shift::Depends | Shift::RunningTotal => continue,
        };
        for lengths in [[2, 3, 4], [5, 9, 4], [14, 20, 3]].iter().filter(|_| has_series) {
            let call = indicators::call(function, lengths);
            let moved: Vec<String> = call[function.name.len() + 1..call.len() - 1]
                .split(", ")
                .map(|argument| match argument {
                    "close" | "open" => format!("{argument} + {BY}"),
                    other => other.to_owned(),
                })
                .collect();
            let moved = format!("{}({})", function.name, moved.join(", "));
            for (at, (was, is)) in
                values(function, &call, &candles).iter().zip(values(function, &moved, &candles)).enumerate()
            {
                let same = (was + moves_by - is).abs() <= 1e-9 * was.abs().max(1.0) || (was.is_nan() && is.is_nan());
                assert!(same, "{call} at {at} is {was}, and {moved} is {is}");
            }
            checked += 1;
        }
    }
    assert!(checked > 60, "only {checked} calls were checked");
}

#[test]
fn no_value_is_infinite_on_any_market() {
    let some = |index: usize| (index % 7) as f64;
    let walk = walk();
    let times = |factor: f64| walk.iter().map(|price| price * factor).collect::<Vec<f64>>();
    let spikes: Vec<f64> = (0..300).map(|index| if index % 2 == 0 { 1e9 } else { 1e-8 }).collect();
    let markets = [
        ("constant", market(&[63_110.01; 300], 0.0, some)),
        ("without a trade", market(&walk, 0.01, |_| 0.0)),
        ("constant and without a trade", market(&[0.1; 300], 0.0, |_| 0.0)),
        ("without a range", market(&walk, 0.0, some)),
        ("tiny", market(&times(1e-10), 0.01, some)),
        ("huge", market(&times(1e7), 0.01, |index| some(index) * 1e9)),
        ("spikes", market(&spikes, 0.0, some)),
    ];
    for function in strategy::functions().iter().filter(|function| function.name != "exp") {
        for (name, candles) in &markets {
            for lengths in [[1, 1, 1], [2, 3, 2], [14, 26, 9]] {
                let call = indicators::call(function, &lengths);
                let values = values(function, &call, candles);
                let infinite = values.iter().position(|value| value.is_infinite());
                assert_eq!(infinite, None, "{call} on the market {name}");
            }
        }
    }
}
