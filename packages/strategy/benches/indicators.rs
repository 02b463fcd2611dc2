//! What each function costs: nanoseconds per candle, in blocks and candle by candle; and a plan of ten.
//!
//! `cargo bench -p strategy` prints a table; names behind `--` keep it to these functions. The Python that
//! `TALIB_PYTHON` names, where it has numpy and TA-Lib, adds what the C library takes for the same values over the
//! same candles, in the same run. Both write their values to memory; each figure is the least of several runs, so
//! that what else the machine does counts least.

use std::fmt::Write;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Instant;

use market::Candles;
use strategy::{functions, inspect, load, reference};

/// Candles of a measurement in blocks.
const CANDLES: usize = 1_000_000;
/// Candles of a measurement one by one.
const SINGLES: usize = 100_000;
/// Each is measured so often in a row, and all so often one after the other; the least counts. What else the
/// machine does comes and goes in seconds.
const ROUNDS: usize = 5;
const PASSES: usize = 5;

/// Ten indicators as one strategy may read them.
const TEN: [&str; 10] = [
    "sma(close, 20)",
    "ema(close, 50)",
    "rsi(close, 14)",
    "macd(close, 12, 26, 9)",
    "atr(14)",
    "bb_upper(close, 20, 2)",
    "highest(high, 20)",
    "adx(14)",
    "obv()",
    "stoch_k(14, 3, 3)",
];

fn file(calls: &[&str]) -> String {
    let lets: String = calls.iter().enumerate().map(|(index, call)| format!("  x{index}: \"{call}\"\n")).collect();
    format!("name: bench\ntimeframe: 1m\nlet:\n{lets}long:\n  enter: close < 0\n")
}

/// The least of several measurements, in nanoseconds per candle.
fn least(candles: usize, mut run: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        run();
        best = best.min(began.elapsed().as_secs_f64());
    }
    best * 1e9 / candles as f64
}

/// Nanoseconds per candle of these calls, in blocks and one by one; what a plan without them takes is included.
fn cost(calls: &[&str], candles: &Candles) -> (f64, f64) {
    let source = file(calls);
    let inspector = || inspect(&source, &[]).unwrap_or_else(|_| panic!("the benchmark's file is well-formed"));
    let blocks = least(CANDLES, || inspector().pass_over(candles.as_slice()));
    let singles = least(SINGLES, || {
        let mut inspector = inspector();
        for index in 0..SINGLES {
            inspector.pass_over(candles.slice(index..index + 1));
        }
    });
    (blocks, singles)
}

/// Longer than anything takes.
const LONG: (f64, f64) = (f64::INFINITY, f64::INFINITY);

fn lesser(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0.min(b.0), a.1.min(b.1))
}

/// What TA-Lib takes for one call, in nanoseconds per candle.
fn talib(candles: &Candles) -> Vec<(String, f64)> {
    let Ok(python) = std::env::var("TALIB_PYTHON") else { return Vec::new() };
    let script = include_str!("talib_times.py");
    let child = Command::new(python).args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.expect("TALIB_PYTHON names a Python");
    let mut input = child.stdin.take().expect("it is piped");
    for column in [&candles.open, &candles.high, &candles.low, &candles.close, &candles.volume] {
        let bytes: Vec<u8> = column.iter().flat_map(|value| value.to_le_bytes()).collect();
        input.write_all(&bytes).expect("Python reads the candles");
    }
    drop(input);
    let output = child.wait_with_output().expect("Python ends");
    assert!(output.status.success(), "TALIB_PYTHON needs the packages numpy and TA-Lib");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let line = |line: &str| line.split_once(' ').map(|(name, ns)| (name.to_owned(), ns.parse().expect("a number")));
    text.lines().filter_map(line).collect()
}

fn main() {
    // `cargo test --benches` and the like only want to see that it starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let candles = testkit::random_walk(CANDLES);
    let calls: Vec<_> =
        functions().iter().filter(|f| wanted.is_empty() || wanted.iter().any(|name| name == f.name)).collect();
    let (mut idle, mut ours, mut theirs) = (LONG, vec![LONG; calls.len()], Vec::<(String, f64)>::new());
    for _ in 0..PASSES {
        for (name, ns) in talib(&candles) {
            match theirs.iter_mut().find(|(known, _)| *known == name) {
                Some((_, least)) => *least = least.min(ns),
                None => theirs.push((name, ns)),
            }
        }
        idle = lesser(idle, cost(&[], &candles));
        for (least, function) in ours.iter_mut().zip(&calls) {
            *least = lesser(*least, cost(&[&reference::example(function)], &candles));
        }
    }
    let mut table = format!("{:<34} {:>8} {:>8} {:>8} {:>7}\n", "ns per candle", "blocks", "single", "TA-Lib", "ratio");
    for (function, (blocks, singles)) in calls.iter().zip(ours) {
        let call = reference::example(function);
        let (blocks, singles) = ((blocks - idle.0).max(0.0), (singles - idle.1).max(0.0));
        let theirs = theirs.iter().find(|(name, _)| *name == function.name).map(|(_, ns)| *ns);
        let ratio = theirs.map_or(String::new(), |ns| format!("{:.2}", blocks / ns));
        let theirs = theirs.map_or(String::new(), |ns| format!("{ns:.1}"));
        let _ = writeln!(table, "{call:<34} {blocks:>8.1} {singles:>8.1} {theirs:>8} {ratio:>7}");
    }
    print!("{table}");
    let (blocks, singles) = (0..PASSES).fold(LONG, |least, _| lesser(least, cost(&TEN, &candles)));
    println!("\nten indicators over {CANDLES} candles in blocks: {:.1} ms", blocks * CANDLES as f64 / 1e6);
    println!("one candle through the ten: {:.2} µs", singles / 1e3);
    let source = file(&TEN);
    let compile = least(1, || drop(load(&source, &[])));
    println!("compiling the file of the ten: {:.3} ms", compile / 1e6);
}
