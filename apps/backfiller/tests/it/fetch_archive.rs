//! `fetch --archive`: what is downloaded, what is asked for over REST, and what is not believed.

use std::time::Duration;

use serde_json::{Value, json};

use crate::archive_server::ArchiveServer;
use crate::run::{Desk, stderr};
use crate::venue::{LISTED_MS, NOW_MS, Venue};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 1_440 * MINUTE_MS;
/// When January begins; the exchange was listed six days before.
const JANUARY_MS: i64 = NOW_MS - 4 * DAY_MS;
const MONTHLY: &str = "data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2024-12.zip";
const ALL_MINUTES: i64 = (NOW_MS - LISTED_MS) / MINUTE_MS - 1;

/// Rows as the exchange itself has them, of every minute from `from_ms` to `to_ms`; since 2025 in microseconds.
fn rows(from_ms: i64, to_ms: i64) -> String {
    let unit = if from_ms >= JANUARY_MS { 1_000 } else { 1 };
    (from_ms / MINUTE_MS..to_ms / MINUTE_MS)
        .map(|minute| {
            format!("{},1.5,2.5,0.5,1.25,9,{}\n", minute * MINUTE_MS * unit, (minute + 1) * MINUTE_MS * unit - 1)
        })
        .collect()
}

fn daily(day: i64) -> String {
    format!("data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2025-01-0{day}.zip")
}

/// An archive with December, and the first two days of January.
fn archive() -> ArchiveServer {
    let archive = ArchiveServer::open();
    archive.put(MONTHLY, &rows(LISTED_MS, JANUARY_MS));
    for day in [1, 2] {
        archive.put(&daily(day), &rows(JANUARY_MS + (day - 1) * DAY_MS, JANUARY_MS + day * DAY_MS));
    }
    archive
}

fn args<'a>(venue: &'a Venue, archive: &'a ArchiveServer, since: &'a str) -> Vec<&'a str> {
    let target = ["fetch", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m", "--since", since];
    [&target[..], &["--base-url", &venue.url, "--archive", "--archive-url", &archive.url]].concat()
}

fn fetch(desk: &Desk, venue: &Venue, archive: &ArchiveServer, since: &str) -> Value {
    desk.json(&args(venue, archive, since))
}

#[test]
fn months_then_days_then_rest() {
    let (desk, venue, archive) = (Desk::new(), Venue::open(&[], Duration::ZERO), archive());
    let done = fetch(&desk, &venue, &archive, "60d");
    assert_eq!(done["archive"], json!({"months": 1, "days": 2, "refused": []}), "{done}");
    assert_eq!((&done["new"], &done["unexplained"]), (&json!(ALL_MINUTES), &json!(1)));
    // November is before the listing; the third day is not there yet.
    let names = ["2024-12", "2025-01-01", "2025-01-02", "2025-01-03", "2025-01-04"];
    assert_eq!(archive.asked(), names.map(|when| format!("BTCUSDT-1m-{when}.zip")));
    let asked = venue.asked();
    let pages: Vec<_> = asked.iter().filter(|since_ms| **since_ms >= LISTED_MS).collect();
    assert!(pages.iter().all(|since_ms| **since_ms >= JANUARY_MS + 2 * DAY_MS) && pages.len() == 3, "{asked:?}");
    assert_eq!(desk.json(&["status"])["series"][0]["missing"], 0);

    let done = fetch(&desk, &venue, &archive, "60d");
    assert_eq!((&done["new"], archive.asked().len()), (&json!(0), 0), "all of it is there");
    assert!(venue.asked().len() <= 3);
}

#[test]
fn what_the_archive_lacks_comes_over_rest() {
    let hole_ms = LISTED_MS + 500 * MINUTE_MS;
    let (desk, venue, archive) = (Desk::new(), Venue::open(&[], Duration::ZERO), archive());
    // Without a minute that REST has.
    let text = rows(LISTED_MS, hole_ms) + &rows(hole_ms + MINUTE_MS, JANUARY_MS);
    archive.put(MONTHLY, &text);
    let done = fetch(&desk, &venue, &archive, "10d");
    assert_eq!((&done["new"], &done["unexplained"]), (&json!(ALL_MINUTES), &json!(1)), "{done}");
    assert_eq!(desk.json(&["status"])["series"][0]["missing"], 0);
}

#[test]
fn what_neither_has_is_explained() {
    const HOLE: [i64; 2] = [LISTED_MS + 500 * MINUTE_MS, LISTED_MS + 501 * MINUTE_MS];
    let (desk, venue, archive) = (Desk::new(), Venue::open(&HOLE, Duration::ZERO), archive());
    archive.put(MONTHLY, &(rows(LISTED_MS, HOLE[0]) + &rows(HOLE[1] + MINUTE_MS, JANUARY_MS)));
    assert_eq!(fetch(&desk, &venue, &archive, "60d")["new"], ALL_MINUTES - 2);
    let holes = desk.json(&["status"])["series"][0]["holes"].take();
    assert_eq!((&holes[0]["missing"], &holes[0]["cause"]), (&json!(2), &json!("not at the exchange")));
    venue.asked();
    fetch(&desk, &venue, &archive, "60d");
    assert!(!venue.asked().contains(&HOLE[0]), "it is not asked for again");
}

#[test]
fn what_is_not_what_its_checksum_says_is_not_believed() {
    let (desk, venue, archive) = (Desk::new(), Venue::open(&[], Duration::ZERO), archive());
    let wrong = rows(LISTED_MS, JANUARY_MS).replace(",9,", ",8,");
    archive.put("other.zip", &wrong);
    archive.put_bytes(MONTHLY, crate::archives::zip(&[("BTCUSDT-1m-2024-12.csv", &wrong)]));
    archive.put_bytes(&daily(1), b"PK damaged".to_vec());
    let done = fetch(&desk, &venue, &archive, "60d");
    let refused = done["archive"]["refused"].as_array().unwrap();
    assert_eq!((refused.len(), &done["archive"]["days"]), (2, &json!(1)));
    assert!(refused[0].as_str().unwrap().starts_with("BTCUSDT-1m-2024-12.zip is not what its checksum says"), "{done}");
    assert_eq!((&done["new"], &done["unexplained"]), (&json!(ALL_MINUTES), &json!(1)), "REST has all");
    assert_eq!(desk.json(&["status"])["quarantine"], json!([]), "nothing of the wrong ones is stored");
}

#[test]
fn a_month_that_is_not_published_comes_by_days() {
    let (desk, venue, archive) = (Desk::new(), Venue::open(&[], Duration::ZERO), ArchiveServer::open());
    let first = LISTED_MS + 2 * DAY_MS;
    let path = "data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-12-28.zip";
    archive.put(path, &rows(first, first + DAY_MS));
    let done = fetch(&desk, &venue, &archive, "60d");
    assert_eq!(done["archive"], json!({"months": 0, "days": 1, "refused": []}));
    assert_eq!(done["new"], ALL_MINUTES);
    let names = archive.asked();
    assert_eq!(names[0], "BTCUSDT-1m-2024-12.zip");
    assert!(names.len() <= 1 + 6 + 4, "{names:?}");
}

#[test]
fn an_archive_that_is_away_costs_nothing_but_time() {
    let (desk, venue, mut archive) = (Desk::new(), Venue::open(&[], Duration::ZERO), ArchiveServer::open());
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    archive.url = format!("http://{nobody}");
    let output = desk.run(&args(&venue, &archive, "60d"));
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("the archive cannot be used, and REST does the rest"), "{}", stderr(&output));
    assert_eq!(i64::try_from(desk.whole_rows()).unwrap(), ALL_MINUTES);
}

#[test]
fn where_rest_is_as_cheap_the_archive_is_left_alone() {
    let (desk, venue, archive) = (Desk::new(), Venue::open(&[], Duration::ZERO), archive());
    let done = fetch(&desk, &venue, &archive, "12h");
    assert_eq!((&done["new"], archive.asked().len()), (&json!(719), 0));
    let output = desk.run(&[
        "fetch",
        "--exchange",
        "binance",
        "--symbol",
        "BTC/USDT",
        "--timeframe",
        "1m",
        "--since",
        "1d",
        "--archive-url",
        "http://x",
    ]);
    assert_eq!(output.status.code(), Some(2), "--archive-url alone means nothing");
}

/// A round of a config with `archive: true`, in this order, and the files that it asks for.
#[track_caller]
fn check_config(order: &str, expected: [&str; 5]) {
    let (desk, venue, archive) = (Desk::new(), Venue::open(&[], Duration::ZERO), archive());
    let urls = format!("base_url: {}, archive: true, archive_url: {}", venue.url, archive.url);
    let entry = format!("exchange: binance, symbols: BTC/USDT, timeframes: 1m, since: 60d, order: {order}, {urls}");
    desk.write("backfill.yaml", &format!("series: {{ {entry} }}\n"));
    let run = ["run", "--config", "backfill.yaml"];
    assert_eq!(desk.json(&run)["new"], ALL_MINUTES);
    assert_eq!(archive.asked(), expected.map(|when| format!("BTCUSDT-1m-{when}.zip")), "{order}");
    let asked = venue.asked();
    let pages: Vec<_> = asked.iter().filter(|since_ms| **since_ms >= LISTED_MS).collect();
    assert!(pages.iter().all(|since_ms| **since_ms >= JANUARY_MS + 2 * DAY_MS) && pages.len() == 3, "{asked:?}");
    assert_eq!(desk.json(&["status"])["series"][0]["missing"], 0);

    assert_eq!(desk.json(&run)["new"], 0);
    assert_eq!((archive.asked().len(), venue.asked()), (0, vec![NOW_MS - 2 * MINUTE_MS]), "{order}");
}

#[test]
fn a_config_takes_months_and_days_from_the_archive_too() {
    check_config("oldest_first", ["2024-12", "2025-01-01", "2025-01-02", "2025-01-03", "2025-01-04"]);
    check_config("newest_first", ["2025-01-01", "2025-01-02", "2025-01-03", "2025-01-04", "2024-12"]);
}

#[test]
fn a_config_without_its_archive_brings_the_same_newest_first() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], Duration::ZERO));
    let urls = format!("base_url: {}, archive: true, archive_url: http://127.0.0.1:9", venue.url);
    let entry =
        format!("exchange: binance, symbols: BTC/USDT, timeframes: 1m, since: 30d, order: newest_first, {urls}");
    desk.write("backfill.yaml", &format!("series: {{ {entry} }}\n"));
    assert_eq!(desk.json(&["run", "--config", "backfill.yaml"])["new"], ALL_MINUTES);
    let asked = venue.asked();
    // The newest stretch begins at a border, and not with the listing.
    let border_ms = NOW_MS.div_euclid(20_000 * MINUTE_MS) * 20_000 * MINUTE_MS;
    assert_eq!(asked.iter().find(|since_ms| **since_ms >= LISTED_MS), Some(&border_ms), "{asked:?}");
    assert_eq!(desk.json(&["status"])["series"][0]["missing"], 0);
}
