//! What `export` writes, and that `import` brings it back.

use std::fs;
use std::path::{Path, PathBuf};

use db::Store;
use market::{Candle, FundingRate, Series, Symbol, Timeframe};
use proptest::prelude::*;
use rusqlite::Connection;

use crate::run::{Desk, stderr};

/// Every file below a folder, by its path in it.
fn files(folder: &Path) -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Every row of a table, as text that tells doubles apart to the bit.
fn rows(db: &Path, table: &str) -> Vec<String> {
    let database = Connection::open(db).unwrap();
    let mut select = database.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3, 4")).unwrap();
    let columns = select.column_count();
    let row = |row: &rusqlite::Row<'_>| (0..columns).map(|column| Ok(format!("{:?}", row.get_ref(column)?))).collect();
    let rows = select.query_map([], row).unwrap();
    rows.map(|row: rusqlite::Result<Vec<String>>| row.unwrap().join(" ")).collect()
}

/// Exports all of a store and imports it into another: the same, to the bit.
#[track_caller]
fn check_identity(desk: &Desk, format: &str, kinds: &[&str]) {
    for kind in kinds {
        desk.json(&["export", "--format", format, "--out", "out", "--kind", kind]);
    }
    desk.json(&["import", "--db", "copy.db", "out"]);
    for table in ["ohlcv_data WHERE closed = 1", "mark_prices", "funding_rates"] {
        assert_eq!(rows(&desk.db(), table), rows(&desk.path("copy.db"), table), "{table}");
    }
    // Once more brings nothing, and nothing was doubted on the way.
    let again = desk.json(&["import", "--db", "copy.db", "out"]);
    assert_eq!(again["total"]["new"], 0);
    assert_eq!(rows(&desk.path("copy.db"), "quarantine"), Vec::<String>::new());
    fs::remove_dir_all(desk.path("out")).unwrap();
    fs::remove_file(desk.path("copy.db")).unwrap();
}

/// A price as no market has it, but doubles do.
fn price() -> impl Strategy<Value = f64> {
    prop_oneof![0.000_001..100_000.0, Just(f64::MIN_POSITIVE), Just(1e300), Just(0.1 + 0.2), Just(7.0)]
}

fn candle() -> impl Strategy<Value = (i64, Candle)> {
    let volume = prop_oneof![Just(0.0), 0.0..1e9];
    // Over two years, so that there are several months in any timeframe.
    (0_i64..800, [price(), price(), price(), price()], volume).prop_map(|(day, mut prices, volume)| {
        prices.sort_by(f64::total_cmp);
        let [low, open, close, high] = prices;
        (day, Candle { open_time_ms: 0, open, high, low, close, volume })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(6) })]

    #[test]
    fn export_then_import_is_identity(
        candles in proptest::collection::btree_map(0_usize..6, proptest::collection::vec(candle(), 1..30), 1..4),
        rates in proptest::collection::btree_map(0_i64..5_000, -0.03..0.03_f64, 1..30),
        is_csv in any::<bool>(),
    ) {
        let desk = Desk::new();
        let mut store = Store::open(desk.db()).unwrap();
        let symbol: Symbol = "BTC/USDT:USDT".parse().unwrap();
        for (index, candles) in &candles {
            let timeframe = [Timeframe::S1, Timeframe::M1, Timeframe::H1, Timeframe::D3, Timeframe::W1, Timeframe::Month1][*index];
            let series = Series::new("binanceusdm", symbol.clone(), timeframe);
            let at = |(day, candle): &(i64, Candle)| {
                Candle { open_time_ms: timeframe.open_of(1_700_000_000_000 + day * 86_400_000), ..*candle }
            };
            let candles: Vec<Candle> = candles.iter().map(at).collect();
            store.insert_closed(&series, &candles, &db::Origin::rest(0)).unwrap();
            store.insert_marks(&series, &candles, &db::Origin::rest(0)).unwrap();
            // Not exported: nobody knows yet what it will be.
            let forming = Candle { open_time_ms: timeframe.open_of(1_790_000_000_000), ..candles[0] };
            store.put_forming(&series, &forming).unwrap();
        }
        let rates: Vec<_> = rates.iter().map(|(hour, rate)| FundingRate { time_ms: hour * 3_600_000, rate: *rate }).collect();
        store.insert_funding("binanceusdm", &symbol, &rates, &db::Origin::rest(0)).unwrap();
        check_identity(&desk, if is_csv { "csv" } else { "parquet" }, &["candles", "mark", "funding"]);
    }
}

#[test]
fn a_real_series_comes_back() {
    let Some(path) = testkit::shared("candles/binance_ETHUSDT_15m.csv.gz") else { return };
    let desk = Desk::new();
    desk.json(&[
        "import",
        "--exchange",
        "binance",
        "--symbol",
        "ETH/USDT",
        "--timeframe",
        "15m",
        path.to_str().unwrap(),
    ]);
    check_identity(&desk, "parquet", &["candles"]);
    check_identity(&desk, "csv", &["candles"]);
}

/// A desk with 40 minutes, and three hours over midnight of a month.
fn desk() -> Desk {
    let desk = Desk::new();
    let rows: String = (0..40).map(|minute| format!("{},1.5,2.5,0.5,1,9\n", 1_738_360_800 + 60 * minute)).collect();
    desk.import("1m", &desk.write("a.csv", &rows));
    desk.import(
        "1h",
        &desk.write("b.csv", "1738360800000,1,2,1,1,1\n1738364400000,1,2,1,1,1\n1738368000000,1,2,1,1,1\n"),
    );
    desk
}

#[test]
fn files_lie_by_series_and_month() {
    let desk = desk();
    let json = desk.json(&["export", "--out", "out"]);
    assert_eq!((json["rows"].as_u64(), json["files"].as_u64()), (Some(43), Some(3)));
    let folder = "exchange=binance/symbol=BTC%2FUSDT/timeframe=";
    let expected = ["1h/month=2025-01", "1h/month=2025-02", "1m/month=2025-01"];
    assert_eq!(files(&desk.path("out")), expected.map(|place| format!("{folder}{place}/candles.parquet")));

    desk.json(&["export", "--out", "csv", "--format", "csv", "--timeframe", "1h"]);
    let february = desk.path("csv").join(format!("{folder}1h/month=2025-02/candles.csv"));
    assert_eq!(files(&desk.path("csv")).len(), 2);
    let text = "open_time_ms,open,high,low,close,volume\n1738368000000,1,2,1,1,1\n";
    assert_eq!(fs::read_to_string(&february).unwrap(), text);

    // Again is the same again; half a file of an export that was killed a moment ago, or is still at it, stays beside it.
    fs::write(february.with_file_name(".candles.csv.7-1.part"), "open_").unwrap();
    desk.json(&["export", "--out", "csv", "--format", "csv", "--timeframe", "1h"]);
    assert_eq!((files(&desk.path("csv")).len(), fs::read_to_string(&february).unwrap()), (3, text.to_owned()));
    let output = desk.run(&["import", "csv", "--db", "back.db"]);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn nothing_to_export_and_nowhere_to_go_are_told() {
    let desk = desk();
    let told = |args: &[&str]| {
        let output = desk.run(&[&["export", "--out", "out"], args].concat());
        assert_eq!(output.status.code(), Some(1));
        stderr(&output)
    };
    assert!(told(&["--symbol", "ETH/USDT"]).contains("has no candles like that: `backfiller status` tells"));
    assert!(told(&["--kind", "funding"]).contains("has no funding rates like that"));
    assert!(!desk.path("out").exists());
    fs::write(desk.path("out"), "a file").unwrap();
    assert!(told(&[]).contains("cannot write out/exchange=binance"));
}

#[test]
fn a_damaged_export_is_refused_whole() {
    let desk = desk();
    desk.json(&["export", "--out", "out", "--timeframe", "1m"]);
    desk.json(&["export", "--out", "csv", "--timeframe", "1m", "--format", "csv"]);
    let folder = "exchange=binance/symbol=BTC%2FUSDT/timeframe=1m/month=2025-01";
    let parquet = desk.path("out").join(folder).join("candles.parquet");
    let csv = desk.path("csv").join(folder).join("candles.csv");
    let bytes = fs::read(&parquet).unwrap();
    fs::write(&parquet, &bytes[..bytes.len() / 2]).unwrap();
    let text = fs::read_to_string(&csv).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.swap(3, 4);
    fs::write(&csv, lines.join("\n")).unwrap();
    for (folder, expected) in [("out", "it is not whole Parquet"), ("csv", "is not behind the one before it")] {
        let output = desk.run(&["import", "--db", "copy.db", folder]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
    fs::write(&csv, text.replace(",2.5,", ",0.25,")).unwrap();
    let error = stderr(&desk.run(&["import", "--db", "copy.db", "csv"]));
    assert!(error.contains("the row of 2025-01-31T") && error.contains("high 0.25 is below"), "{error}");
    assert_eq!(rows(&desk.path("copy.db"), "ohlcv_data"), Vec::<String>::new());
}
