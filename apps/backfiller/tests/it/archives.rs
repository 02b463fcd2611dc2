//! Files as the exchange's public archive has them: zip, checksums, names that tell what they are, whole folders.

use std::io::{Cursor, Write};
use std::path::Path;

use db::Store;
use market::{Candle, Candles, Series};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::run::{Desk, count, minutes, stderr};

/// A zip with these files.
pub(crate) fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// What `sha256sum` says of it.
pub(crate) fn checksum(bytes: &[u8], name: &str) -> String {
    let sum: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{sum}  {name}\n")
}

/// Writes an archive's zip, with one CSV, and its checksum.
fn write_archive(desk: &Desk, path: &str, text: &str) {
    let name = path.rsplit('/').next().unwrap();
    let bytes = zip(&[(&name.replace(".zip", ".csv"), text)]);
    if let Some(folder) = Path::new(path).parent() {
        std::fs::create_dir_all(desk.path(folder.to_str().unwrap())).unwrap();
    }
    desk.write_bytes(path, &bytes);
    desk.write(&format!("{path}.CHECKSUM"), &checksum(&bytes, name));
}

fn import(desk: &Desk, exchange: &str, args: &[&str]) -> Value {
    desk.json(&[&["import", "--exchange", exchange], args].concat())
}

fn stored(desk: &Desk, exchange: &str, symbol: &str, timeframe: &str) -> Candles {
    let series = Series::new(exchange, symbol.parse().unwrap(), timeframe.parse().unwrap());
    Store::open_existing(desk.db()).unwrap().candles(&series, None, None).unwrap()
}

#[test]
fn a_folder_of_the_archive_as_it_is_served() {
    let desk = Desk::new();
    let header = "open_time,open,high,low,close,volume,close_time\n";
    let um = "data/futures/um/monthly";
    write_archive(
        &desk,
        &format!("{um}/klines/BTCUSDT/1m/BTCUSDT-1m-2025-01.zip"),
        &(header.to_owned() + &minutes(50)),
    );
    write_archive(&desk, &format!("{um}/klines/ETHUSDT/1m/ETHUSDT-1m-2025-01.zip"), &minutes(40));
    write_archive(&desk, &format!("{um}/markPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2025-01.zip"), &minutes(30));
    let rates = "calc_time,funding_interval_hours,last_funding_rate\n1735689600003,8,0.0001\n";
    write_archive(&desk, &format!("{um}/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2025-01.zip"), rates);
    for new in [121, 0] {
        let done = import(&desk, "binanceusdm", &["data/futures"]);
        assert_eq!((&done["total"]["new"], &done["series"]), (&json!(new), &Value::Null));
        assert_eq!(done["files"].as_array().unwrap().len(), 4);
    }
    let status = desk.json(&["status"]);
    let rows = |kind: &str, index: usize| status[kind][index]["rows"].as_u64();
    assert_eq!(
        (rows("series", 0), rows("series", 1), rows("mark_prices", 0), rows("funding_rates", 0)),
        (Some(50), Some(40), Some(30), Some(1))
    );

    // The same folder for another exchange is a mistake, and nothing comes of it.
    let desk_of_spot = Desk::new();
    let folder = desk.path("data/futures");
    let error = stderr(&desk_of_spot.run(&["import", "--exchange", "binance", folder.to_str().unwrap()]));
    assert!(error.contains("is binanceusdm by its name, and --exchange says binance"), "{error}");
    assert!(!desk_of_spot.db().exists());
}

#[test]
fn patterns_and_names() {
    let desk = Desk::new();
    write_archive(&desk, "BTCUSDT-1m-2025-01-01.zip", &minutes(10));
    write_archive(&desk, "BTCUSDT-1m-2025-01.zip", &minutes(20).replace("000,1.5", "000000,1.5"));
    write_archive(&desk, "ETHBTC-1m-2025-01.zip", &minutes(5));
    let done = import(&desk, "binance", &["BTC*"]);
    let series = json!({"exchange": "binance", "symbol": "BTC/USDT", "timeframe": "1m", "kind": "candles"});
    assert_eq!((&done["series"], &done["total"]["new"], &done["total"]["known"]), (&series, &json!(20), &json!(10)));
    assert_eq!(import(&desk, "binance", &["ETHBTC-1m-2025-01.zip"])["total"]["new"], 5);
    assert_eq!(stored(&desk, "binance", "ETH/BTC", "1m").len(), 5);
    for (args, expected) in [
        (&["--symbol", "ETH/USDT", "BTC*"][..], "is BTCUSDT by its name, and --symbol says ETH/USDT"),
        (&["--timeframe", "1h", "BTC*"], "is 1m by its name, and --timeframe says 1h"),
        (&["XRP*"], "no file has a name like XRP*"),
    ] {
        let output = desk.run(&[&["import", "--exchange", "binance"], args].concat());
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
        assert_eq!(output.status.code(), Some(1));
    }
}

/// The shared archives, packed and with checksums, give what the plain ones give.
#[test]
fn the_public_archives_packed() {
    let names = ["BTCUSDT-1h-2024-12", "BTCUSDT-1h-2025-01", "um-LTCUSDT-1m-2026-02-first-2000-lines"];
    let texts = names.map(|name| testkit::shared(&format!("archives/{name}.csv")));
    let [Some(december), Some(january), Some(perpetual)] = texts.map(|path| path.map(|path| testkit::read_text(&path)))
    else {
        return;
    };
    let (packed, plain) = (Desk::new(), Desk::new());
    write_archive(&packed, "spot/BTCUSDT-1h-2024-12.zip", &december);
    write_archive(&packed, "spot/BTCUSDT-1h-2025-01.zip", &january);
    write_archive(&packed, &format!("{}.zip", names[2]), &perpetual);
    plain.write("a.csv", &december);
    plain.write("b.csv", &january);
    assert_eq!(import(&packed, "binance", &["spot"])["total"]["new"], 1_488);
    assert_eq!(import(&packed, "binanceusdm", &["um-*"])["total"]["new"], 1_999);
    import(&plain, "binance", &["--symbol", "BTC/USDT", "--timeframe", "1h", "a.csv", "b.csv"]);
    let candles = stored(&packed, "binance", "BTC/USDT", "1h");
    assert_eq!(candles, stored(&plain, "binance", "BTC/USDT", "1h"));
    assert_eq!((candles.open_time_ms[744], candles.close[1_487]), (1_735_689_600_000, 102_429.56));
    let perpetual = stored(&packed, "binanceusdm", "LTC/USDT:USDT", "1m");
    assert_eq!((perpetual.open[0], perpetual.volume[1_998]), (59.49, 1_254.966));
    assert_eq!(packed.json(&["status"])["quarantine"], json!([]));
}

/// Imports a damaged file beside a good one: one clear error, nothing of the bad one, all of the good one.
#[track_caller]
fn check_refused(name: &str, bytes: &[u8], checksum: Option<&str>, expected: &str) {
    let desk = Desk::new();
    desk.write_bytes(name, bytes);
    if let Some(checksum) = checksum {
        desk.write(&format!("{name}.CHECKSUM"), checksum);
    }
    desk.write("z.csv", &minutes(7));
    let args = ["import", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m", name];
    let output = desk.run(&args);
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.starts_with("error: ") && error.lines().count() == 1 && error.contains(name), "{error}");
    assert!(error.contains(expected), "{error}");
    assert_eq!(desk.whole_rows(), 0);
    let output = desk.run(&[&args[..], &["z.csv"]].concat());
    assert_eq!((output.status.code(), desk.whole_rows()), (Some(1), 7), "the good file goes on");
    assert_eq!(desk.json(&["status"])["quarantine"], json!([]));
}

#[test]
fn damaged_files_are_refused_whole() {
    let rows = minutes(500);
    let whole = zip(&[("a.csv", &rows)]);
    let damaged = "a.zip to its end: it is cut short or damaged";
    check_refused("a.zip", &whole[..whole.len() - 30], None, damaged);
    check_refused("a.zip", &whole[..100], None, damaged);
    let mut flipped = whole.clone();
    flipped[200] ^= 0x40;
    check_refused("a.zip", &flipped, None, damaged);
    check_refused("a.zip", b"PK and then nothing", None, damaged);
    check_refused(
        "a.zip",
        &zip(&[("../../a.csv", &rows)]),
        None,
        "holds \"../../a.csv\"; expected a file with a name inside",
    );
    check_refused("a.zip", &zip(&[("/etc/a.csv", &rows)]), None, "expected a file with a name inside the archive");
    check_refused(
        "a.zip",
        &zip(&[("a.csv", &rows), ("b.csv", &rows)]),
        None,
        "a.zip holds 2 files; expected one, with rows",
    );
    check_refused("a.zip", &zip(&[]), None, "a.zip holds 0 files; expected one, with rows");
    check_refused("a.zip", &zip(&[("a.csv", "")]), None, "a.zip is empty; expected rows of open_time,open");
    check_refused(
        "a.zip",
        &zip(&[("a.csv", "open_time,open,high,low,close,volume,\nx\n")]),
        None,
        "line 2: 1 columns; expected",
    );
    check_refused("a.zip", &zip(&[("a.csv", &"0".repeat(3 << 20))]), None, "has more than 1048576 bytes of text");
    let desk = Desk::new();
    let gz = std::fs::read(desk.write_gz("a.gz", &rows)).unwrap();
    check_refused("a.gz", &gz[..gz.len() / 2], None, "a.gz to its end: it is cut short or damaged");
    check_refused("a.csv", b"", None, "a.csv is empty; expected rows of");
    let bad_line = rows.replacen("1735704600000,1.5", "1735704600000,?", 1);
    check_refused("a.csv", bad_line.as_bytes(), None, "a.csv, line 251: open is \"?\"; expected a number");
}

#[test]
fn a_wrong_checksum_refuses_a_file() {
    let bytes = zip(&[("a.csv", &minutes(500))]);
    let wrong = checksum(b"something else", "a.zip");
    check_refused("a.zip", &bytes, Some(&wrong), "a.zip is not what its checksum says: its SHA-256 is");
    check_refused("a.zip", &bytes, Some(&checksum(&bytes, "b.zip")), "is the checksum of b.zip, not of a.zip");
    check_refused("a.zip", &bytes, Some("<html>"), "a.zip.CHECKSUM is not a checksum; expected a SHA-256");
    check_refused("a.csv", minutes(9).as_bytes(), Some(&checksum(b"", "a.csv")), "is not what its checksum says");
}

#[test]
fn several_refused_files_are_named_together() {
    let desk = Desk::new();
    for day in 1..=15 {
        desk.write(&format!("BTCUSDT-1m-2025-01-{day:02}.csv"), "oops\n");
    }
    desk.write("BTCUSDT-1m-2025-01.csv", &minutes(5));
    let output = desk.run(&["import", "--exchange", "binance", ".", "--json"]);
    let error = stderr(&output);
    assert!(error.starts_with("error: 15 of 16 files were refused, and nothing of them is stored:\n"), "{error}");
    assert!(error.trim_end().ends_with("and 5 more") && error.lines().count() == 12, "{error}");
    let done: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(done["total"]["new"], 5);
    assert!(done["files"][0]["error"].as_str().unwrap().contains("1 columns; expected at least 6"), "{done}");
}

/// Candles of some of the first minutes of 2025, as they are written and as they are stored.
fn candles() -> impl Strategy<Value = Vec<Candle>> {
    let price = || (1_u32..400_000_000).prop_map(|units| f64::from(units) / 1e5);
    let one = (price(), price(), 0.0..1e9_f64, 0.0..1.0_f64);
    proptest::collection::btree_map(0_i64..500, one, 1..60).prop_map(|minutes| {
        let candle = |(minute, (open, close, volume, wick)): (i64, (f64, f64, f64, f64))| Candle {
            open_time_ms: 1_735_689_600_000 + minute * 60_000,
            open: 1e3 + open,
            high: 1e3 + open.max(close) + wick,
            low: 1e3 + open.min(close),
            close: 1e3 + close,
            volume: volume + 1.0,
        };
        minutes.into_iter().map(candle).collect()
    })
}

/// How a file may be: its header, its unit, its packing.
fn shapes() -> impl Strategy<Value = (bool, &'static str, u8)> {
    (any::<bool>(), prop_oneof![Just(""), Just("000")], 0_u8..3)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    /// What is imported and read back is what was written, whatever the shape of the file, and also the second time.
    #[test]
    fn import_and_read_back_is_identity(candles in candles(), (header, finer, packing) in shapes()) {
        let desk = Desk::new();
        let line = |c: &Candle| format!("{}{finer},{},{},{},{},{},x\n", c.open_time_ms, c.open, c.high, c.low, c.close, c.volume);
        let header = if header { "open_time,open,high,low,close,volume,ignore\n" } else { "" };
        let text = header.to_owned() + &candles.iter().map(line).collect::<String>();
        match packing {
            0 => desk.write("BTCUSDT-1m-2025-01.csv", &text),
            1 => desk.write_gz("BTCUSDT-1m-2025-01.csv.gz", &text),
            _ => desk.write_bytes("BTCUSDT-1m-2025-01.zip", &zip(&[("any.csv", &text)])),
        };
        for new in [candles.len(), 0] {
            let done = import(&desk, "binance", &["BTCUSDT*"]);
            prop_assert_eq!(&done["total"]["new"], &json!(new));
            prop_assert_eq!(&done["total"]["set_aside"], &json!({}));
            prop_assert_eq!(stored(&desk, "binance", "BTC/USDT", "1m"), candles.iter().copied().collect::<Candles>());
        }
    }
}

#[test]
fn the_order_of_files_decides_and_not_the_clock() {
    let desk = Desk::new();
    // The first file is the longest, and is read last by far; its candles count all the same.
    desk.write("BTCUSDT-1m-2025-01.csv", &minutes(44_000));
    for copy in 1..=9 {
        let name = format!("BTCUSDT-1m-2025-01-01-{copy}.csv");
        desk.write(&name, &minutes(3).replace(",9.25", &format!(",{copy}")));
    }
    let done = import(&desk, "binance", &["BTCUSDT-1m-2025-01.csv", "."]);
    assert_eq!((&done["total"]["new"], &done["total"]["set_aside"]), (&json!(44_000), &json!({"conflict": 27})));
    assert_eq!(stored(&desk, "binance", "BTC/USDT", "1m").volume[..3], [9.25; 3]);
    assert_eq!(count(&rusqlite::Connection::open(desk.db()).unwrap()).unwrap(), 44_000);
}

#[test]
fn rows_of_another_market_or_another_month_are_refused_under_a_wrong_name() {
    let rows = minutes(5);
    let inner = |name: &str| zip(&[(name, &rows)]);
    let refused = |file: &str, bytes: &[u8], expected: &str| check_refused(file, bytes, None, expected);
    let wrong = "it was packed under a wrong name";
    refused("BTCUSDT-1m-2025-01.zip", &inner("ETHUSDT-1m-2025-01.csv"), wrong);
    refused("BTCUSDT-1m-2025-01.zip", &inner("BTCUSDT-5m-2025-01.csv"), wrong);
    refused("BTCUSDT-1m-2025-01.zip", &inner("BTCUSDT-fundingRate-2025-01.csv"), wrong);
    let month = "has rows of 2025-01-01T00:00:00Z … 2025-01-01T00:04:00Z; expected those of 2024-12-01T00:00:00Z";
    refused("BTCUSDT-1m-2024-12.zip", &inner("BTCUSDT-1m-2024-12.csv"), month);
    refused(
        "BTCUSDT-1m-2025-01-02.csv",
        rows.as_bytes(),
        "expected those of 2025-01-02T00:00:00Z … 2025-01-03T00:00:00Z",
    );
}

#[test]
fn rows_that_were_cut_or_glued_and_lines_of_old_systems_are_refused() {
    let rows: Vec<String> = minutes(9).lines().map(|row| format!("{row},1735689659999,9")).collect();
    let file = |row: &str| [&rows[..4], &[row.to_owned()], &rows[5..]].concat().join("\n");
    let cut = &rows[4][..rows[4].len() - 16];
    check_refused("a.csv", file(cut).as_bytes(), None, "line 5: 6 columns, the first row has 8");
    let glued = format!("{cut}{}", rows[5]);
    check_refused("a.csv", file(&glued).as_bytes(), None, "line 5: 13 columns, the first row has 8");
    let returns = rows.join("\r");
    check_refused("a.csv", returns.as_bytes(), None, "line 1: a line ends with a carriage return alone");
    let mixed = format!("{}\n{returns}", rows[..3].join("\r\n"));
    check_refused("a.csv", mixed.as_bytes(), None, "line 4: a line ends with a carriage return alone");
}

#[test]
fn a_right_checksum_is_no_proof_of_right_rows() {
    let desk = Desk::new();
    let rows = minutes(100);
    let mut lines: Vec<&str> = rows.lines().collect();
    let differs = lines[20].replace(",9.25", ",9.5");
    lines.insert(10, lines[9]);
    lines.insert(22, &differs);
    lines.drain(50..55);
    write_archive(&desk, "BTCUSDT-1m-2025-01.zip", &lines.join("\n"));
    let done = import(&desk, "binance", &["BTCUSDT-1m-2025-01.zip"]);
    assert_eq!(done["total"]["new"], 95);
    assert_eq!(done["total"]["duplicates"], 1);
    assert_eq!(done["total"]["set_aside"], json!({"conflict": 1}));
    let candles = stored(&desk, "binance", "BTC/USDT", "1m");
    assert_eq!((candles.len(), candles.volume[20]), (95, 9.25), "the first of two stays");
    assert_eq!(market::find_holes(&candles.open_time_ms, market::Timeframe::M1).len(), 1);
}
