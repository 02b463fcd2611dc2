//! The example strategies that come with the project.

use std::fs;
use std::path::{Path, PathBuf};

use market::{Candle, Candles, Timeframe};
use strategy::{Decision, OtherCandles};

use super::loaded;
use super::parity::{bits, fold, run_cut};

/// The text of every example, in the order of their names.
fn examples() -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(folder()).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "yaml")).collect();
    files.sort();
    assert!(files.len() >= 15, "the examples are missing: {files:?}");
    files.into_iter().map(|path| (path.clone(), fs::read_to_string(path).expect("the file is text"))).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../strategies")
}

#[test]
fn every_example_loads_and_is_named_as_its_file() {
    for (path, source) in examples() {
        let file_name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let file = loaded(&source);
        let description = file.strategy.description();
        assert_eq!(format!("{}.yaml", description.name), file_name);
        assert!(!description.about.is_empty(), "{file_name} says what it is about");
        assert!(source.starts_with("# "), "{file_name} opens with a comment on its idea");
        assert!(source.contains("\n# An example, not advice."), "{file_name} says that it is no advice");
    }
}

#[test]
fn the_list_of_examples_is_whole() {
    let list = fs::read_to_string(folder().join("README.md")).expect("the list is there");
    let mut rows = 0;
    for (_, source) in examples() {
        let file = loaded(&source);
        let description = file.strategy.description();
        let start = format!("| [{0}]({0}.yaml) | ", description.name);
        let row = list.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("{} is not in strategies/README.md", description.name));
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [_, _, timeframe, reads] = cells.as_slice() else { panic!("{row} has no four cells") };
        assert_eq!(*timeframe, description.timeframe.name(), "{row}");
        let others = description.others.iter().map(|other| match &other.symbol {
            Some(symbol) => format!("{symbol} {}", other.timeframe),
            None => other.timeframe.to_string(),
        });
        assert_eq!(*reads, others.collect::<Vec<_>>().join(", "), "{row}");
        rows += 1;
    }
    assert_eq!(list.matches(".yaml) |").count(), rows, "the list has rows without a file");
}

/// A market with trends, calm and wild times, and wicks: every example finds something to do.
fn market(timeframe: Timeframe, seed: u64) -> Candles {
    let (mut dice, mut time, mut close) = (seed, timeframe.open_of(1_700_000_000_000), 100.0_f64);
    // Knuth's linear congruential generator; the upper bits, from 0 to 1.
    let mut roll = move || {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 40) as f64 / f64::from(1 << 24)
    };
    let (mut drift, mut swing) = (0.0, 0.01);
    let candle = |index: usize| {
        if index.is_multiple_of(80) {
            (drift, swing) = (0.006 * (roll() - 0.48), 0.004 + 0.03 * roll() * roll());
        }
        let open = close;
        close *= 1.0 + drift + swing * (roll() - 0.5);
        let candle = Candle {
            open_time_ms: time,
            open,
            high: open.max(close) * (1.0 + 0.3 * swing * roll()),
            low: open.min(close) * (1.0 - 0.3 * swing * roll()),
            close,
            volume: 1.0 + 10.0 * roll(),
        };
        time = timeframe.next_open(time);
        candle
    };
    (0..CANDLES).map(candle).collect()
}

/// Half a year of hours: enough for the slowest averages of the examples.
const CANDLES: usize = 4_000;

/// What a strategy reads beside its own candles: those folded, or another market.
fn others(source: &str, candles: &Candles) -> Vec<(Timeframe, Candles)> {
    let file = loaded(source);
    let description = file.strategy.description();
    let elsewhere: Candles = market(description.timeframe, 5).iter().take(candles.len()).collect();
    let of = |other: &OtherCandles| if other.symbol.is_some() { &elsewhere } else { candles };
    description.others.iter().map(|other| fold(of(other), other.timeframe)).collect()
}

#[test]
fn every_example_decides_the_same_in_blocks_and_candle_by_candle() {
    for (_, source) in examples() {
        let description = loaded(&source).strategy.description().clone();
        let candles = market(description.timeframe, 3);
        let others = others(&source, &candles);
        let whole = run_cut(&source, &candles, &others, &[]);
        let single = run_cut(&source, &candles, &others, &vec![1; candles.len()]);
        assert!(whole.0 == single.0, "the lines of {} differ", description.name);
        assert!(bits(&whole.1) == bits(&single.1), "the decisions of {} differ", description.name);
        let alone = |wanted: fn(&Decision) -> bool| whole.1.iter().filter(|d| wanted(d)).count();
        assert!(alone(|d| d.long_enter && !d.long_exit) >= 3, "{} hardly enters", description.name);
        assert!(alone(|d| d.long_exit && !d.long_enter) >= 3, "{} hardly leaves", description.name);
    }
}

#[test]
fn no_example_sees_the_future() {
    for (path, source) in examples() {
        let timeframe = loaded(&source).strategy.description().timeframe;
        let candles = market(timeframe, 3);
        let whole = run_cut(&source, &candles, &others(&source, &candles), &[]);
        for keep in [1, 997, 2_501, CANDLES - 1] {
            // What is cut off is cut off of the other candles too: the last of them may then be half a candle.
            let past: Candles = candles.iter().take(keep).collect();
            let cut = run_cut(&source, &past, &others(&source, &past), &[]);
            let same = whole.0.iter().zip(&cut.0).all(|(whole, cut)| whole[..keep] == cut[..]);
            assert!(same, "the lines of {} at {keep} change with the future", path.display());
            let same = bits(&whole.1)[..keep] == bits(&cut.1)[..];
            assert!(same, "the decisions of {} at {keep} change with the future", path.display());
        }
    }
}
