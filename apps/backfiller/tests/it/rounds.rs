//! `backfiller run`: what a config file names, once and by a schedule.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::liar::{self, Liar, honest};
use crate::run::{Desk, stderr};
use crate::venue::{FUNDING_MS, LISTED_MS, NOW_MS, Venue};

const MINUTE_MS: i64 = 60_000;
const NO_DELAY: Duration = Duration::ZERO;
/// Every minute but the forming one, and the one that closed this very moment.
const ALL_MINUTES: i64 = (NOW_MS - LISTED_MS) / MINUTE_MS - 1;

/// A config of one entry.
fn config(venue: &str, top: &str, symbols: &str, since: &str) -> String {
    format!(
        "{top}\nseries:\n  - exchange: binance\n    symbols: {symbols}\n    timeframes: 1m\n    since: {since}\n    \
         base_url: {venue}\n"
    )
}

const RUN: [&str; 3] = ["run", "--config", "backfill.yaml"];

#[test]
fn all_that_is_named_is_fetched_and_not_asked_for_again() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], NO_DELAY));
    let symbols = "[ \"BTC/*\", { all: USDT, min_quote_volume: 1_000_000 }, LTC/BTC ]";
    desk.write("backfill.yaml", &config(&venue.url, "concurrency: 3", symbols, "2d"));
    let done = desk.json(&RUN);
    let names: Vec<_> = done["series"].as_array().unwrap().iter().map(|one| one["symbol"].as_str().unwrap()).collect();
    let sorted = std::collections::BTreeSet::from_iter(names);
    assert_eq!(sorted, ["BTC/USDT", "ETH/USDT", "LTC/BTC"].into());
    assert_eq!((&done["new"], &done["failed"]), (&json!(3 * 2_879), &json!([])));
    assert_eq!(venue.asked().len(), 9);

    let done = desk.json(&RUN);
    assert_eq!((&done["new"], &done["series"][0]["known"]), (&json!(0), &json!(1)));
    assert_eq!(venue.asked(), [NOW_MS - 2 * MINUTE_MS; 3], "only the newest of each is asked for again");
    let text = String::from_utf8(desk.run(&RUN).stdout).unwrap();
    assert!(text.ends_with("3 series, 0 new rows\n"), "{text}");
}

#[test]
fn the_newest_come_first_back_to_the_listing() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], NO_DELAY));
    desk.write("backfill.yaml", &config(&venue.url, "order: newest_first", "BTC/USDT", "500d"));
    let done = desk.json(&RUN);
    assert_eq!((&done["new"], &done["failed"]), (&json!(ALL_MINUTES), &json!([])));
    let asked = venue.asked();
    let border_ms = NOW_MS.div_euclid(20_000 * MINUTE_MS) * 20_000 * MINUTE_MS;
    assert!(LISTED_MS < border_ms && (asked[0], asked[2]) == (0, border_ms), "{asked:?}");
    assert!(asked[1] < LISTED_MS && asked[2..].iter().all(|asked| *asked >= LISTED_MS), "the listing, once: {asked:?}");
    assert_eq!(desk.json(&["status"])["series"][0]["missing"], 0);

    assert_eq!(desk.json(&RUN)["new"], 0);
    assert_eq!(venue.asked(), [NOW_MS - 2 * MINUTE_MS], "neither the listing nor what is stored");
}

#[test]
fn what_was_interrupted_goes_on_without_asking_again() {
    for order in ["newest_first", "oldest_first"] {
        let (desk, venue) = (Desk::new(), Venue::open(&[], Duration::from_millis(40)));
        desk.write("backfill.yaml", &config(&venue.url, &format!("order: {order}"), "[ BTC/USDT, ETH/USDT ]", "12d"));
        let mut child = start(&desk, &[]);
        let mut first = Vec::new();
        while first.len() < 12 {
            thread::sleep(Duration::from_millis(5));
            first.extend(venue.asked());
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let kept = i64::try_from(desk.whole_rows()).unwrap();
        first.extend(venue.asked());
        let done = desk.json(&RUN);
        assert_eq!((&done["new"], kept > 0), (&json!(2 * ALL_MINUTES - kept), true));
        // Some pages are asked for twice: of each series up to four were under way. Listings are looked up once, and the
        // last page of a stretch is not full.
        let pages = 2 * (ALL_MINUTES as usize / 1_000 + 1);
        let asked = first.len() + venue.asked().len();
        assert!(asked <= pages + 8 + 5, "{asked} for {pages} pages, {order}");
    }
}

#[test]
fn what_fails_stops_nothing_else() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], NO_DELAY));
    let symbols = "[ BAD/USDT, BTC/EUR, BTC/USDT, \"X*\" ]";
    let mut text = config(&venue.url, "", symbols, "1h");
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    text += &format!(
        "  - exchange: binanceusdm\n    symbols: BTC/USDT:USDT\n    kinds: funding\n    since: 1d\n    base_url: http://{nobody}\n"
    );
    desk.write("backfill.yaml", &text);
    let output = desk.run(&[&RUN[..], &["--json"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let done: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&done["new"], done["failed"].as_array().unwrap().len()), (&json!(59), 4));
    let error = stderr(&output);
    for part in [
        "error: 4 failed; the rest is done",
        "binance BAD/USDT 1m: ",
        "the exchange has no symbol BTC/EUR; it has BTC/USDT",
        "looks like `X*`",
        "binanceusdm: cannot reach",
    ] {
        assert!(error.contains(part), "{part} in\n{error}");
    }
}

/// Entries that all name one series bring all from the listing on, ten days ago, and begin with the newest or do not.
#[track_caller]
fn check_overlap(entries: &[&str], newest_first: bool) {
    let (desk, venue) = (Desk::new(), Venue::open(&[], NO_DELAY));
    let of_all = format!("exchange: binance, symbols: BTC/USDT, timeframes: 1m, base_url: \"{}\"", venue.url);
    let entries: String = entries.iter().map(|entry| format!("  - {{ {of_all}, since: {entry} }}\n")).collect();
    desk.write("backfill.yaml", &format!("series:\n{entries}"));
    let done = desk.json(&RUN);
    assert_eq!((&done["new"], done["series"].as_array().unwrap().len()), (&json!(ALL_MINUTES), 1), "{entries}");
    assert_eq!(venue.asked()[0] != LISTED_MS, newest_first, "{entries}");
}

#[test]
fn of_entries_that_name_one_series_the_one_that_goes_back_furthest_counts() {
    check_overlap(&["1d", "10d", "2d"], false);
    check_overlap(&["10d", "1d"], false);
    check_overlap(&["2025-01-04", "240h"], false);
    check_overlap(&["1d, order: newest_first", "10d"], false);
    check_overlap(&["1d", "10d, order: newest_first"], true);
    check_overlap(&["10d, order: newest_first", "10d"], true);
    check_overlap(&["10d", "240h, order: newest_first"], false);
}

#[test]
fn where_all_fails_no_rest_is_done() {
    let desk = Desk::new();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    desk.write("backfill.yaml", &config(&format!("http://{nobody}"), "", "BTC/USDT", "1h"));
    let output = desk.run(&RUN);
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains("error: 1 failed\n") && !error.contains("the rest"), "{error}");
}

#[test]
fn perpetuals_bring_all_three_kinds() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], NO_DELAY));
    let entry = "series:\n  - exchange: binanceusdm\n    symbols: \"BTC/*\"\n    timeframes: 1m\n    kinds: [ candles, mark, funding ]\n    since: 2d\n";
    for order in ["oldest_first", "newest_first"] {
        desk.write("backfill.yaml", &format!("order: {order}\n{entry}    base_url: {}\n", venue.url));
        desk.json(&RUN);
        venue.asked();
        assert_eq!(desk.json(&RUN)["new"], 0);
        let asked = venue.asked();
        assert!(asked.iter().all(|since_ms| *since_ms >= NOW_MS - 2 * FUNDING_MS), "{asked:?}");
    }
    let status = desk.json(&["status"]);
    let rows = |kind: &str| status[kind][0]["rows"].clone();
    assert_eq!((rows("series"), rows("mark_prices"), rows("funding_rates")), (json!(2_879), json!(2_879), json!(6)));
}

#[test]
fn a_mistake_is_told_with_its_place() {
    let desk = Desk::new();
    desk.write("backfill.yaml", &config("http://x", "concurency: 3", "BTC/USDT", "1d"));
    let output = desk.run(&RUN);
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("backfill.yaml:1:1") && error.contains("did you mean `concurrency`?"), "{error}");
    assert!(!desk.path("data").exists());
}

fn start(desk: &Desk, more: &[&str]) -> Child {
    let args = [&RUN[..], more].concat();
    desk.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap().success());
}

/// Waits until as many pages were asked for.
fn wait_for(venue: &Venue, pages: usize) {
    let (started, mut asked) = (Instant::now(), 0);
    while asked < pages {
        assert!(started.elapsed() < Duration::from_secs(60), "{asked} of {pages} pages");
        thread::sleep(Duration::from_millis(20));
        asked += venue.asked().len();
    }
}

#[test]
fn a_daemon_outlives_an_exchange_that_is_away_skips_what_it_missed_and_stops_at_once() {
    let desk = Desk::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("http://{address}");
    desk.write("backfill.yaml", &config(&url, "schedule: \"* * * * * *\"", "BTC/USDT", "1h"));
    let child = start(&desk, &["--json"]);
    thread::sleep(Duration::from_secs(1));
    let venue = Venue::open_on(TcpListener::bind(address).unwrap(), &[], &[], NO_DELAY);
    wait_for(&venue, 1);
    let second = desk.run(&[&RUN[..], &["--once"]].concat());
    assert!(stderr(&second).contains("is at work with backfill.yaml already"), "{}", stderr(&second));

    signal(&child, "STOP");
    venue.asked();
    thread::sleep(Duration::from_secs(5));
    signal(&child, "CONT");
    thread::sleep(Duration::from_millis(900));
    assert!(venue.asked().len() <= 3, "five rounds were missed");

    signal(&child, "TERM");
    let asked_at = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert!(asked_at.elapsed() < Duration::from_secs(5));
    let (told, done) = (stderr(&output), String::from_utf8(output.stdout).unwrap());
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("next run at ") && told.ends_with("stopped\n"), "{told}");
    let rounds: Vec<Value> = done.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(rounds.iter().any(|round| round["new"] == 59), "{done}");
    assert_eq!(desk.whole_rows(), 59);
}

#[test]
fn of_marks_too_the_listing_is_asked_for_once() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], NO_DELAY));
    let entry = "exchange: binanceusdm, symbols: BTC/USDT:USDT, timeframes: 1m, kinds: mark, since: 500d";
    desk.write("backfill.yaml", &format!("order: newest_first\nseries: {{ {entry}, base_url: {} }}\n", venue.url));
    assert_eq!(desk.json(&RUN)["new"], ALL_MINUTES);
    let asked = venue.asked();
    assert!(asked[0] == 0 && asked[2..].iter().all(|asked| *asked >= LISTED_MS), "{asked:?}");
    assert_eq!(desk.json(&RUN)["new"], 0);
    assert_eq!(venue.asked(), [NOW_MS - 2 * MINUTE_MS], "what came before is explained");
}

#[test]
fn one_answer_about_the_listing_proves_nothing() {
    const DAY_MS: i64 = 1_440 * MINUTE_MS;
    // Asked for the very first candle, it has none, or one that comes later than those it has.
    for late_ms in [None, Some(liar::NOW_MS - 5 * DAY_MS)] {
        let liar = Liar::open(move |asked| match (asked.since_ms, late_ms) {
            (0, None) => Some(Vec::new()),
            (0, Some(late_ms)) => Some(honest(asked, late_ms, |_| false)),
            _ => Some(honest(asked, liar::NOW_MS - 40 * DAY_MS, |_| false)),
        });
        let desk = Desk::new();
        desk.write("backfill.yaml", &config(&liar.url, "order: newest_first", "BTC/USDT", "30d"));
        assert_eq!(desk.json(&RUN)["new"], 30 * 1_440 - 1, "{late_ms:?}");
        assert_eq!(desk.json(&["gaps"])["series"][0]["holes"], json!([]));
    }
}

#[test]
fn what_is_stored_from_before_the_listing_is_kept_and_its_hole_asked_for() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], NO_DELAY));
    let before_ms = LISTED_MS - 30_000 * MINUTE_MS;
    desk.import("1m", &desk.write("a.csv", &format!("{before_ms},1.5,2.5,0.5,1.25,9\n")));
    desk.write("backfill.yaml", &config(&venue.url, "order: newest_first", "BTC/USDT", "500d"));
    assert_eq!(desk.json(&RUN)["new"], ALL_MINUTES);
    assert!(venue.asked().iter().any(|asked| (before_ms..LISTED_MS).contains(asked)));
    assert_eq!(desk.whole_rows(), ALL_MINUTES.unsigned_abs() + 1);
}
