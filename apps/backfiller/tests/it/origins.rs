//! Where every row came from, by whichever way it came.

use std::time::Duration;

use db::{Origin, Store};
use market::{Candle, Series, Timeframe};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::archive_server::ArchiveServer;
use crate::archives::{checksum, zip};
use crate::run::{Desk, minutes, stderr};
use crate::venue::{NOW_MS, Venue};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// Each stretch of the only series that is meant: `12 file a.csv`.
#[track_caller]
fn told(desk: &Desk, filter: &[&str]) -> Vec<String> {
    let json = desk.json(&[&["origins"], filter].concat());
    let [series] = &json["series"].as_array().unwrap()[..] else { panic!("{json}") };
    let one = |one: &Value| {
        let detail = one["detail"].as_str().map_or_else(String::new, |detail| format!(" {detail}"));
        format!("{} {}{detail}", one["rows"], one["source"].as_str().unwrap())
    };
    series["stretches"].as_array().unwrap().iter().map(one).collect()
}

/// What is said of one moment of the only series that is meant.
#[track_caller]
fn at(desk: &Desk, time: &str) -> Value {
    let mut json = desk.json(&["origins", "--at", time]);
    let series = json["series"].as_array_mut().unwrap();
    assert_eq!(series.len(), 1);
    series.remove(0)
}

fn text(desk: &Desk, args: &[&str]) -> String {
    let output = desk.run(&[&["origins"], args].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn files_are_named_with_their_checksum_where_it_is_cheap() {
    let desk = Desk::new();
    let all = minutes(10);
    let lines: Vec<&str> = all.split_inclusive('\n').collect();
    let part = |from: usize, to: usize| lines[from..to].concat();
    desk.import("1m", &desk.write("plain.csv", &part(0, 3)));
    desk.import("1m", &desk.write_gz("packed.csv.gz", &part(2, 5)));
    let summed = desk.write("summed.csv", &part(5, 7));
    desk.write("summed.csv.CHECKSUM", &checksum(part(5, 7).as_bytes(), "summed.csv"));
    desk.import("1m", &summed);
    let zipped = zip(&[("x.csv", &part(7, 10))]);
    desk.import("1m", &desk.write_bytes("zipped.zip", &zipped));
    desk.import("1m", &desk.write("again.csv", &all));
    let sum = |bytes: &[u8]| checksum(bytes, "")[..16].to_owned();
    let packed = sum(&std::fs::read(desk.path("packed.csv.gz")).unwrap());
    assert_eq!(
        told(&desk, &[]),
        [
            "3 file plain.csv".to_owned(),
            format!("2 file packed.csv.gz sha256:{packed}"),
            format!("2 file summed.csv sha256:{}", sum(part(5, 7).as_bytes())),
            format!("3 file zipped.zip sha256:{}", sum(&zipped)),
        ]
    );
}

#[test]
fn what_is_imported_in_many_batches_is_one_stretch() {
    let desk = Desk::new();
    desk.import("1m", &desk.write("a.csv", &minutes(25_000)));
    assert_eq!(told(&desk, &[]), ["25000 file a.csv"]);
}

#[test]
fn exports_come_back_by_month_and_folded_candles_say_of_what_they_are() {
    let desk = Desk::new();
    desk.import("1m", &desk.write("a.csv", &minutes(60)));
    let folded = ["resample", "--exchange", "binance", "--symbol", "BTC/USDT", "--from-timeframe", "1m"];
    desk.json(&[&folded[..], &["--to-timeframe", "5m"]].concat());
    assert_eq!(told(&desk, &["--timeframe", "5m"]), ["12 resample 1m"]);
    desk.json(&["export", "--format", "parquet", "--out", "out"]);
    desk.json(&["import", "out", "--db", "copy.db"]);
    assert_eq!(told(&desk, &["--db", "copy.db", "--timeframe", "1m"]), ["60 file month=2025-01/candles.parquet"]);
}

#[test]
fn every_kind_that_is_fetched_came_over_rest() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], Duration::ZERO));
    let target = ["fetch", "--exchange", "binanceusdm", "--symbol", "BTC/USDT:USDT", "--base-url", &venue.url];
    for (kind, since) in [("candles", "1d"), ("candles", "2d"), ("mark", "2h"), ("funding", "2d")] {
        desk.json(&[&target[..], &["--timeframe", "1m", "--kind", kind, "--since", since]].concat());
    }
    // What came from further back is one with what was there, for nothing of another way lies between.
    assert_eq!(told(&desk, &["--kind", "candles"]), ["2879 rest"]);
    assert_eq!(told(&desk, &["--kind", "mark"]), ["119 rest"]);
    assert_eq!(told(&desk, &["--kind", "funding"]), ["6 rest"]);
    assert_eq!(told(&desk, &["--kind", "funding", "--timeframe", "1m"]), ["6 rest"]);
    let json = desk.json(&["origins", "--at", "2025-01-04T23:00:30Z"]);
    let of = |index: usize| {
        (&json["series"][index]["kind"], &json["series"][index]["time"], &json["series"][index]["values"])
    };
    let time = json!("2025-01-04T23:00:00Z");
    assert_eq!(of(0).0, "candles");
    assert_eq!((of(1).0, of(1).1, &of(1).2["close"]), (&json!("mark"), &time, &json!(1.75)));
    assert_eq!((of(2).0, of(2).1), (&json!("funding"), &json!("2025-01-04T16:00:00Z")));
    assert!(json["series"].as_array().unwrap().iter().all(|one| one["origin"]["source"] == "rest"), "{json}");
}

#[test]
fn the_archive_and_rest_are_told_apart() {
    let (desk, venue, archive) = (Desk::new(), Venue::open(&[], Duration::ZERO), ArchiveServer::open());
    let rows = |from_ms: i64| -> String {
        (0..1_440).map(|i| format!("{},1.5,2.5,0.5,1.25,9,0\n", (from_ms + i * MINUTE_MS) * 1_000)).collect()
    };
    for (day, ago) in [(2, 3), (3, 2)] {
        let path = format!("data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2025-01-0{day}.zip");
        archive.put(&path, &rows(NOW_MS - ago * DAY_MS));
    }
    let args = ["fetch", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m", "--since", "3d"];
    desk.json(&[&args[..], &["--base-url", &venue.url, "--archive", "--archive-url", &archive.url]].concat());
    let told: Vec<String> =
        told(&desk, &[]).iter().map(|one| one.split(" sha256:").next().unwrap().to_owned()).collect();
    assert_eq!(told, ["1440 archive BTCUSDT-1m-2025-01-02.zip", "1440 archive BTCUSDT-1m-2025-01-03.zip", "1439 rest"]);
}

fn series() -> Series {
    Series::new("binance", "BTC/USDT".parse().unwrap(), Timeframe::M1)
}

/// A candle of a minute of 2025.
fn candle(minute: i64) -> Candle {
    let open_time_ms = 1_735_689_600_000 + minute * MINUTE_MS;
    Candle { open_time_ms, open: 1.5, high: 2.5, low: 0.5, close: 1.0, volume: 9.25 }
}

#[test]
fn one_moment_is_told_with_all_that_is_known_of_it() {
    let desk = Desk::new();
    let mut store = Store::open(desk.db()).unwrap();
    let now_ms = 1_750_000_000_000;
    store
        .merge_closed(&series(), &[candle(0), candle(1), candle(4)], &Origin::file("a.csv".to_owned(), now_ms))
        .unwrap();
    store.put_closed(&series(), &candle(5), now_ms + 1_000).unwrap();
    store.put_closed(&series(), &candle(6), now_ms + 61_000).unwrap();
    store.put_forming(&series(), &candle(7)).unwrap();
    store.correct(&series(), &Candle { close: 2.0, ..candle(1) }, "as at the exchange", now_ms + 5_000).unwrap();
    drop(store);

    let first = at(&desk, "2025-01-01");
    let values = json!({"open": 1.5, "high": 2.5, "low": 0.5, "close": 1.0, "volume": 9.25});
    assert_eq!((&first["values"], &first["corrections"]), (&values, &json!([])));
    assert_eq!(first["origin"]["stored_at"], "2025-06-15T15:06:40Z");
    let corrected = at(&desk, "2025-01-01T00:01:59Z");
    assert_eq!((&corrected["time"], &corrected["values"]["close"]), (&json!("2025-01-01T00:01:00Z"), &json!(2.0)));
    let correction = json!({"corrected_at": "2025-06-15T15:06:45Z", "why": "as at the exchange", "old": values});
    assert_eq!(corrected["corrections"], json!([correction]));
    assert_eq!(corrected["origin"]["detail"], "a.csv");
    assert_eq!(at(&desk, "2025-01-01T00:03:00Z")["missing"], json!({"cause": "not asked yet", "proof": null}));
    assert_eq!(at(&desk, "2025-01-01T00:05:00Z")["origin"]["source"], "stream");
    assert_eq!(at(&desk, "2025-01-01T00:07:00Z")["forming"], true);
    assert_eq!(at(&desk, "2024-12-31")["missing"]["cause"], "before all candles that are stored");
    assert_eq!(at(&desk, "2025-01-02")["missing"]["cause"], "behind all candles that are stored");

    let said = text(&desk, &["--at", "2025-01-01T00:01:00Z"]);
    assert_eq!(
        said,
        "binance BTC/USDT 1m at 2025-01-01T00:01:00Z\n  \
         open 1.5, high 2.5, low 0.5, close 2, volume 9.25\n  \
         from file a.csv, stored 2025-06-15T15:06:40Z\n  \
         corrected 2025-06-15T15:06:45Z (as at the exchange); before: open 1.5, high 2.5, low 0.5, close 1, volume 9.25\n"
    );
    let said = text(&desk, &["--at", "2025-01-01T00:06:00Z"]);
    assert!(said.contains("from stream, stored 2025-06-15T15:06:41Z … 2025-06-15T15:07:41Z"), "{said}");
    assert!(text(&desk, &["--at", "2025-01-01T00:03:00Z"]).contains("not stored: not asked yet"));
    assert!(text(&desk, &["--at", "2025-01-01T00:07:00Z"]).contains("still forming"));
    let table = text(&desk, &[]);
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["series", "from", "to", "rows", "source", "detail", "stored", "at"]);
    let first = ["binance", "BTC/USDT", "1m", "2025-01-01T00:00:00Z", "2025-01-01T00:05:00Z", "3", "file", "a.csv"];
    assert_eq!(lines[1][..8], first);
    assert_eq!(lines.len(), 3);
}

#[test]
fn what_an_older_program_stored_is_told_as_such() {
    let desk = Desk::new();
    desk.import("1m", &desk.write("a.csv", &minutes(5)));
    Connection::open(desk.db()).unwrap().execute("DELETE FROM origins", []).unwrap();
    desk.import("1m", &desk.write("b.csv", &minutes(7)));
    let json = desk.json(&["origins"]);
    assert_eq!((&json["series"][0]["before_origins"], told(&desk, &[])), (&json!(5), vec!["2 file b.csv".to_owned()]));
    assert!(text(&desk, &[]).contains("  5          before origins were noted"), "{}", text(&desk, &[]));
    assert!(text(&desk, &["--at", "2025-01-01"]).contains("stored before origins were noted"));
    assert_eq!(at(&desk, "2025-01-01")["origin"], Value::Null);
    assert_eq!(at(&desk, "2025-01-01T00:06:00Z")["before_origins"], false);
}

#[test]
fn what_is_pruned_leaves_no_origin() {
    let desk = Desk::new();
    desk.import("1m", &desk.write("a.csv", &minutes(30)));
    desk.json(&["prune", "--keep", "1m=1s"]);
    let database = Connection::open(desk.db()).unwrap();
    let left: (i64, i64) = database
        .query_row(
            "SELECT (SELECT count(*) FROM ohlcv_data), (SELECT coalesce(sum(rows), 0) FROM origins)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!(left.0, left.1);
    assert!(left.0 < 30, "{left:?}");
}

#[test]
fn what_is_not_there_is_a_clear_error() {
    let desk = Desk::new();
    let fails = |args: &[&str], expected: &str| {
        let output = desk.run(&[&["origins"], args].concat());
        assert!(!output.status.success());
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    };
    fails(&[], "there is no database at");
    desk.import("1m", &desk.write("a.csv", &minutes(5)));
    fails(
        &["--symbol", "ETH/USDT"],
        "has no candles, mark prices or funding rates like that: `backfiller status` tells what there is",
    );
    fails(&["--kind", "funding"], "has no funding rates like that");
    fails(&["--at", "yesterday"], "`yesterday`");
}
