//! Fetching from an exchange: what is asked, what is stored, what goes wrong.

use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use db::Store;
use serde_json::json;

use crate::run::{Desk, stderr};
use crate::venue::{LISTED_MS, NOW_MS, Odd, Venue};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 1_440 * MINUTE_MS;
const NO_DELAY: Duration = Duration::ZERO;

fn args<'a>(url: &'a str, symbol: &'a str, since: &'a str) -> Vec<&'a str> {
    ["fetch", "--exchange", "binance", "--symbol", symbol, "--timeframe", "1m", "--since", since, "--base-url", url]
        .into()
}

#[test]
fn pages_are_stored_and_not_asked_for_again() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], NO_DELAY));
    // By the exchange's clock, which is not the machine's.
    let fetch = |since: &str| desk.json(&args(&venue.url, "BTC/USDT", since));
    let done = fetch("2d");
    assert_eq!((&done["new"], &done["known"], &done["holes"]), (&json!(2_879), &json!(0), &json!([])));
    assert_eq!((&done["first"], &done["last"]), (&json!("2025-01-03T00:00:00Z"), &json!("2025-01-04T23:58:00Z")));
    assert_eq!(venue.asked()[0], NOW_MS - 2 * DAY_MS);
    assert_eq!(
        desk.whole_rows(),
        2_879,
        "neither the forming candle is stored nor the one that closed this very moment"
    );

    let done = fetch("2d");
    assert_eq!((&done["new"], &done["known"]), (&json!(0), &json!(1)));
    assert_eq!(venue.asked()[0], NOW_MS - 2 * MINUTE_MS, "only the newest is asked for again");

    let done = fetch("3d");
    assert_eq!((&done["new"], &done["known"]), (&json!(1_440), &json!(2_879)));
    let store = Store::open_existing(desk.db()).unwrap();
    let instrument = store.instrument("binance", &"BTC/USDT".parse().unwrap()).unwrap().unwrap();
    assert_eq!((instrument.tick.to_string().as_str(), instrument.active), ("0.01", true));
}

#[test]
fn a_range_is_half_open() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], NO_DELAY));
    let args = args(&venue.url, "BTC/USDT", "2025-01-01T00:00:30Z");
    let done = desk.json(&[&args[..], &["--until", "2025-01-01T00:05:00Z"]].concat());
    assert_eq!((&done["new"], &done["first"]), (&json!(4), &json!("2025-01-01T00:01:00Z")));
}

#[test]
fn holes_of_the_exchange_are_told() {
    let desk = Desk::new();
    let venue = Venue::open(&[NOW_MS - 30 * MINUTE_MS, NOW_MS - 29 * MINUTE_MS, NOW_MS - 9 * MINUTE_MS], NO_DELAY);
    let output = desk.run(&args(&venue.url, "BTC/USDT", "1h"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.starts_with("binance BTC/USDT 1m: 56 new, 0 known"), "{text}");
    assert!(text.contains("holes 2, missing 3: the exchange does not have these candles"), "{text}");
    let done = desk.json(&args(&venue.url, "BTC/USDT", "1h"));
    assert_eq!((&done["asked_from"], &done["new"]), (&json!("2025-01-04T23:29:00Z"), &json!(0)));
    assert_eq!(done["holes"].as_array().unwrap().len(), 2);
}

#[test]
fn what_the_exchange_does_not_have_is_asked_for_once() {
    let desk = Desk::new();
    let hole_ms = NOW_MS - 100 * MINUTE_MS;
    let venue = Venue::open(&[NOW_MS - 100 * MINUTE_MS, NOW_MS - 30 * MINUTE_MS], NO_DELAY);
    // Two days before the listing.
    let fetch = || (desk.json(&args(&venue.url, "BTC/USDT", "12d")), venue.asked());
    let (done, _) = fetch();
    let minutes = (NOW_MS - LISTED_MS) / MINUTE_MS;
    assert_eq!((&done["new"], &done["missing_before"]), (&json!(minutes - 3), &json!(2 * 1_440)));
    assert_eq!(done["holes"].as_array().unwrap().len(), 2);

    // Behind the old hole, and before the young one, which may yet be filled.
    let (done, asked) = fetch();
    assert_eq!((&done["new"], &done["missing_before"], asked.len()), (&json!(0), &json!(0), 2), "{asked:?}");
    assert_eq!(asked[0], NOW_MS - 31 * MINUTE_MS);
    let holes = &desk.json(&["status"])["series"][0]["holes"];
    assert_eq!((&holes[0]["from_ms"], &holes[0]["cause"]), (&json!(hole_ms), &json!("not at the exchange")));
    assert_eq!((&holes[1]["missing"], &holes[1]["cause"]), (&json!(1), &json!(null)));

    // Whoever has the candle all the same can bring it.
    let file = desk.write("a.csv", &format!("{hole_ms},1,2,0.5,1,9\n"));
    assert_eq!(desk.import("1m", &file)["new"], 1);
    assert_eq!(desk.json(&["status"])["series"][0]["missing"], 1);
    assert_eq!(fetch().1, asked);
}

#[test]
fn what_is_missing_at_the_ends_is_told() {
    let desk = Desk::new();
    let venue = Venue::open(&[NOW_MS - 2 * MINUTE_MS, NOW_MS - 3 * MINUTE_MS], NO_DELAY);
    let text = |since: &str| String::from_utf8(desk.run(&args(&venue.url, "BTC/USDT", since)).stdout).unwrap();
    assert!(text("11d").contains("\nmissing 1,440 before the first: the exchange does not"));
    assert!(text("1h").contains("\nmissing 2 after the last: the exchange does not"));
    assert!(text("3m").contains("0 new, 0 known, the exchange has no closed candles there"), "{}", text("3m"));
}

/// One clear error; `makes_store` is whether the exchange is asked before it is known, and what it says remembered.
#[track_caller]
fn check_refused(args: &[&str], makes_store: bool, expected: &str) {
    let desk = Desk::new();
    let output = desk.run(args);
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.starts_with("error: ") && error.contains(expected), "{error}");
    assert!(error.lines().count() <= 2, "{error}");
    assert_eq!(desk.path("data").exists(), makes_store, "{error}");
}

#[test]
fn what_cannot_be_fetched_gets_one_clear_error() {
    let venue = Venue::open(&[], NO_DELAY);
    check_refused(&args(&venue.url, "BTC/EUR", "1d"), true, "binance has no symbol BTC/EUR; expected one it lists");
    check_refused(&args(&venue.url, "BTC/EUR", "1d"), true, "it has BTC/USDT");
    check_refused(&args("nonsense", "BTC/USDT", "1d"), false, "`nonsense` is not an address");
    for (since, until, makes_store) in
        [("1d", "2d", false), ("2025-01-03", "2025-01-02", false), ("now", "now", false), ("2025-01-04", "3d", true)]
    {
        let backwards = [&args(&venue.url, "BTC/USDT", since)[..], &["--until", until]].concat();
        check_refused(&backwards, makes_store, "is not before --until");
    }
    let mut other = args(&venue.url, "BTC/USDT", "1d");
    other[2] = "binanse";
    check_refused(&other, false, "did you mean `binance`?");
}

#[test]
fn an_exchange_that_is_not_there_leaves_a_store_without_candles() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let desk = Desk::new();
    let output = desk.run(&args(&format!("http://{nobody}"), "BTC/USDT", "1d"));
    let error = stderr(&output);
    let errors: Vec<_> = error.lines().filter(|line| line.starts_with("error: ")).collect();
    assert!(errors.len() == 1 && errors[0].starts_with("error: cannot reach http://127.0.0.1"), "{error}");
    assert_eq!((output.status.code(), desk.whole_rows()), (Some(1), 0));
}

#[test]
fn ctrl_c_keeps_whole_pages_and_the_next_run_goes_on() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], Duration::from_millis(150)));
    let mut command = desk.command(&args(&venue.url, "BTC/USDT", "4d"));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pages = 0;
    let started = Instant::now();
    while pages < 3 {
        assert!(started.elapsed() < Duration::from_secs(20), "too few pages");
        pages += venue.asked().len();
        thread::sleep(Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let asked_at = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert!(asked_at.elapsed() < Duration::from_secs(5));
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert!(stderr(&output).starts_with("stopped: "), "{}", stderr(&output));
    let rows = desk.whole_rows();
    assert!(rows > 0 && rows < 5_759, "{rows}");
    assert_eq!(desk.json(&args(&venue.url, "BTC/USDT", "4d"))["new"], 5_759 - rows);
    assert_eq!(desk.whole_rows(), 5_759);
}

/// Candles of which some are not believed.
const ODD: [Odd; 5] = [
    (NOW_MS - 300 * MINUTE_MS, ["1.5", "0.5", "0.5", "1.25", "9"]),
    (NOW_MS - 299 * MINUTE_MS, ["1.5", "0.5", "0.5", "1.25", "9"]),
    (NOW_MS - 200 * MINUTE_MS, ["1500", "2500", "500", "1250", "9"]),
    (NOW_MS - 150 * MINUTE_MS, ["1.5", "2.5", "0.5", "1.25", "0"]),
    (NOW_MS - 2 * MINUTE_MS, ["1.5", "2.5", "0.5", "1.25", "-9"]),
];

#[test]
fn what_is_not_believed_is_set_aside_and_not_asked_for_again() {
    let (desk, venue) = (Desk::new(), Venue::open_with(&[], &ODD, NO_DELAY));
    let fetch = || desk.json(&args(&venue.url, "BTC/USDT", "6h"));
    let done = fetch();
    let rules = json!({"high_low": 2, "jump": 1, "move_without_volume": 1, "negative_volume": 1});
    assert_eq!((&done["new"], &done["refused"], &done["set_aside"]), (&json!(355), &json!(4), &rules));
    let status = desk.json(&["status"]);
    let holes: Vec<_> = status["series"][0]["holes"].as_array().unwrap().iter().map(|hole| &hole["cause"]).collect();
    assert_eq!(holes, [&json!("refused: high_low"), &json!("refused: jump")]);
    let told = &status["quarantine"][1]["examples"][0];
    let raw = format!("{},1500,2500,500,1250,9", NOW_MS - 200 * MINUTE_MS);
    assert_eq!((&told["raw"], &told["source"]), (&json!(raw), &json!("rest")));

    venue.asked();
    // The newest one is young: the exchange may have another one soon.
    assert_eq!(fetch()["set_aside"], json!({"negative_volume": 1}));
    assert_eq!(venue.asked()[0], NOW_MS - 3 * MINUTE_MS);
    assert_eq!(desk.json(&["status"])["quarantine"].as_array().unwrap().len(), 4);
}

#[test]
fn the_first_candle_of_all_is_judged_by_those_behind_it() {
    const ODD: [Odd; 1] = [(NOW_MS - 360 * MINUTE_MS, ["1500", "2500", "500", "1250", "9"])];
    let (desk, venue) = (Desk::new(), Venue::open_with(&[], &ODD, NO_DELAY));
    let done = desk.json(&args(&venue.url, "BTC/USDT", "6h"));
    assert_eq!((&done["new"], &done["set_aside"]), (&json!(358), &json!({"jump": 1})));
}

#[test]
fn what_the_exchange_says_otherwise_now_is_set_aside() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], NO_DELAY));
    desk.json(&args(&venue.url, "BTC/USDT", "1h"));
    let venue = Venue::open_with(&[], &[(NOW_MS - 50 * MINUTE_MS, ["1.5", "2.5", "0.5", "1.25", "8"])], NO_DELAY);
    let done = desk.json(&args(&venue.url, "BTC/USDT", "2h"));
    assert_eq!((&done["new"], &done["known"], &done["set_aside"]), (&json!(60), &json!(59), &json!({"conflict": 1})));
    let told = desk.json(&["status"])["quarantine"][0].take();
    assert_eq!(told["examples"][0]["why"], format!("the store has {},1.5,2.5,0.5,1.25,9", NOW_MS - 50 * MINUTE_MS));
}

#[test]
fn a_fetch_asks_nothing_but_what_it_needs() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], Duration::ZERO));
    let args = ["fetch", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m", "--since", "1d"];
    desk.json(&[&args[..], &["--base-url", &venue.url]].concat());
    assert_eq!(venue.paths(), ["/api/v3/exchangeInfo", "/api/v3/klines", "/api/v3/time"]);
}

#[test]
fn a_range_of_one_candle_is_fetched() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], Duration::ZERO));
    let args = ["fetch", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m"];
    let range = ["--since", "2025-01-01T00:07:00Z", "--until", "2025-01-01T00:08:00Z", "--base-url", &venue.url];
    assert_eq!(desk.json(&[&args[..], &range].concat())["new"], 1);
    assert_eq!(venue.asked().len(), 1);
}
