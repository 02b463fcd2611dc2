//! What tests of several packages need: the shared candles, payloads and oracles, where they are there.
//!
//! The shared material lies beside the project, in `../shared` from its root. Where it is absent
//! a test says so and passes: [`shared`] gives `None` and prints why.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use flate2::read::GzDecoder;
use market::{Candle, Candles};

/// The path of `relative` in the shared material; `None`, with a message, where it is absent.
#[must_use]
pub fn shared(relative: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")).join(relative);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: ../shared/{relative} is not there");
    None
}

/// The text of a file, unpacked when its name ends in `.gz`.
///
/// # Panics
/// When the file cannot be read: a test cannot go on without it.
#[must_use]
pub fn read_text(path: &std::path::Path) -> String {
    let mut file = File::open(path).expect("the file opens");
    let mut text = String::new();
    let read = if path.extension().is_some_and(|extension| extension == "gz") {
        GzDecoder::new(file).read_to_string(&mut text)
    } else {
        file.read_to_string(&mut text)
    };
    read.expect("the file is text");
    text
}

/// The candles of a shared file such as `binance_BTCUSDT_1h`; `None`, with a message, where it is absent.
///
/// # Panics
/// When the file is not of the shape `open_time_ms,open,high,low,close,volume`.
#[must_use]
pub fn shared_candles(name: &str) -> Option<Candles> {
    let text = read_text(&shared(&format!("candles/{name}.csv.gz"))?);
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let candle = |row: csv::StringRecord| {
        let number = |column: usize| row[column].parse::<f64>().expect("a number");
        Candle {
            open_time_ms: row[0].parse().expect("a time"),
            open: number(1),
            high: number(2),
            low: number(3),
            close: number(4),
            volume: number(5),
        }
    };
    Some(rows.records().map(|row| candle(row.expect("a row"))).collect())
}

/// The funding rates of `../shared/candles/NAME.csv.gz`: stamp in Unix milliseconds, and rate; `None` where they
/// are absent.
///
/// # Panics
/// When the file is not of the shape `open_time_ms,funding_rate`.
#[must_use]
pub fn shared_funding(name: &str) -> Option<Vec<(i64, f64)>> {
    let text = read_text(&shared(&format!("candles/{name}.csv.gz"))?);
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let rate = |row: csv::StringRecord| (row[0].parse().expect("a time"), row[1].parse().expect("a rate"));
    Some(rows.records().map(|row| rate(row.expect("a row"))).collect())
}

/// One-minute candles of a random walk, the same every time.
#[must_use]
pub fn random_walk(count: usize) -> Candles {
    let (mut state, mut price) = (12_345_u64, 100.0_f64);
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..count)
        .map(|index| {
            let open = price;
            price *= 1.0 + 0.002 * (random() - 0.5);
            Candle {
                open_time_ms: 1_500_000_000_000 + index as i64 * 60_000,
                open,
                high: open.max(price) * (1.0 + 0.0005 * random()),
                low: open.min(price) * (1.0 - 0.0005 * random()),
                close: price,
                volume: 1.0 + random(),
            }
        })
        .collect()
}
