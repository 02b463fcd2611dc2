//! Writes the HTML report of an oracle's run, to be looked at:
//! `cargo run -p report --example page -- sma_cross /tmp/report.html`.

#[path = "../tests/it/oracle.rs"]
mod oracle;

use oracle::Oracle;
use report::{Line, Pane};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(name), Some(path)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: page ORACLE FILE.html");
        std::process::exit(2);
    };
    let Some(oracle) = Oracle::read(&name) else { return };
    let quick = average(&oracle.candles.close, 10);
    let calm = average(&oracle.candles.close, 30);
    let spread: Vec<f64> = quick.iter().zip(&calm).map(|(quick, calm)| quick - calm).collect();
    let lines = vec![
        Line { name: "quick", values: &quick, pane: Pane::Price },
        Line { name: "calm", values: &calm, pane: Pane::Price },
        Line { name: "spread", values: &spread, pane: Pane::Own },
    ];
    std::fs::write(&path, oracle.report(lines).html()).expect("the file can be written");
}

/// The mean of the last `length` values; NaN before there are as many.
fn average(values: &[f64], length: usize) -> Vec<f64> {
    let mean = |index: usize| match index + 1 >= length {
        true => values[index + 1 - length..=index].iter().sum::<f64>() / length as f64,
        false => f64::NAN,
    };
    (0..values.len()).map(mean).collect()
}
