//! The example strategies that come with the project.

use std::fs;
use std::path::{Path, PathBuf};

use market::{Candle, Candles, Timeframe};
use strategy::Strategy;

use super::loaded;
use super::parity::{bits, fold, run_cut};

/// The example files, in the order of their names.
fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../strategies");
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    assert!(files.len() >= 4, "the examples are missing: {files:?}");
    files
}

#[test]
fn every_example_loads_and_is_named_as_its_file() {
    for path in examples() {
        let source = fs::read_to_string(&path).expect("the file is text");
        let file_name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let file = loaded(&source);
        let description = file.strategy.description();
        assert_eq!(format!("{}.yaml", description.name), file_name);
        assert!(!description.about.is_empty(), "{file_name} says what it is about");
        assert!(source.starts_with("# "), "{file_name} opens with a comment on its idea");
    }
}

/// A market that wanders, with a week's rhythm, so that every example finds something to do.
fn market(timeframe: Timeframe) -> Candles {
    let (mut time, mut close) = (timeframe.open_of(1_700_000_000_000), 100.0_f64);
    let candle = |index: u32| {
        let (open, step) = (close, f64::from(index * 7_919 % 211) / 211.0 - 0.5);
        close *= 1.0 + 0.01 * step + 0.004 * (f64::from(index) / 60.0).sin();
        let candle = Candle {
            open_time_ms: time,
            open,
            high: open.max(close) * 1.002,
            low: open.min(close) * 0.998,
            close,
            volume: 1.0 + f64::from(index % 17),
        };
        time = timeframe.next_open(time);
        candle
    };
    (0..2_000).map(candle).collect()
}

#[test]
fn every_example_decides_the_same_in_blocks_and_candle_by_candle() {
    for path in examples() {
        let source = fs::read_to_string(&path).expect("the file is text");
        let description = loaded(&source).strategy.description().clone();
        let candles = market(description.timeframe);
        let others: Vec<_> = description.others.iter().map(|other| fold(&candles, other.timeframe)).collect();
        let whole = run_cut(&source, &candles, &others, &[]);
        let single = run_cut(&source, &candles, &others, &vec![1; candles.len()]);
        assert!(whole.0 == single.0, "the lines of {} differ", description.name);
        assert!(bits(&whole.1) == bits(&single.1), "the decisions of {} differ", description.name);
        assert!(whole.1.iter().any(|decision| decision.long_enter), "{} never enters", description.name);
        assert!(whole.1.iter().any(|decision| decision.long_exit), "{} never leaves", description.name);
    }
}
