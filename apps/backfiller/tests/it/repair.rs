//! Holes: why they are there, what the exchange says when it is asked again, and what is written down.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::liar::{Asked, Liar, MINUTE_MS, NOW_MS, Reply, honest};
use crate::run::{Desk, stderr};

/// Where the candles of the tests begin: four hours ago.
const BEGIN_MS: i64 = NOW_MS - 240 * MINUTE_MS;

fn minute(number: i64) -> i64 {
    BEGIN_MS + number * MINUTE_MS
}

/// A desk with minutes 0 to 149 of a symbol, but for those without, as import brings them.
fn import(desk: &Desk, symbol: &str, without: &[(i64, i64)]) {
    let rows = (0..150).filter(|number| !without.iter().any(|&(from, to)| (from..to).contains(number)));
    let rows: String = rows.map(|number| format!("{},1.5,2.5,0.5,1.25,9\n", minute(number))).collect();
    let file = desk.write("a.csv", &rows);
    let args = ["import", "--exchange", "binance", "--symbol", symbol, "--timeframe", "1m", file.to_str().unwrap()];
    desk.json(&args);
}

fn holed(without: &[(i64, i64)]) -> Desk {
    let desk = Desk::new();
    import(&desk, "BTC/USDT", without);
    desk
}

/// Runs repair; gives what it told, after a look at how it ended.
#[track_caller]
fn repair(desk: &Desk, liar: &Liar, code: i32) -> Value {
    let output = desk.run(&["repair", "--exchange", "binance", "--base-url", &liar.url, "--json"]);
    assert_eq!(output.status.code(), Some(code), "{} {}", stderr(&output), String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What `gaps` tells of a symbol: `10-20 not asked yet?`, with a question mark where it is not explained.
#[track_caller]
fn told(desk: &Desk, symbol: &str) -> Vec<String> {
    let json = desk.json(&["gaps", "--symbol", symbol]);
    let holes = json["series"][0]["holes"].as_array().unwrap().iter().map(|hole| {
        let number = |key: &str| (hole[key].as_i64().unwrap() - BEGIN_MS) / MINUTE_MS;
        let mark = if hole["explained"] == true { "" } else { "?" };
        assert_eq!(hole["explained"] == true, hole["proof"].is_string(), "{hole}");
        format!("{}-{} {}{mark}", number("from_ms"), number("to_ms"), hole["cause"].as_str().unwrap())
    });
    holes.collect()
}

/// How many candles `check` misses, and how it ends.
#[track_caller]
fn check(desk: &Desk, missing: u64) {
    let output = desk.run(&["check", "--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["series"][0]["missing"], missing, "{json}");
    assert_eq!(output.status.code(), Some(if missing == 0 { 0 } else { 3 }));
}

/// Has every candle.
fn whole(asked: &Asked) -> Reply {
    Some(honest(asked, BEGIN_MS, |_| false))
}

/// Lacks minutes 10 to 19 of BTC, and has all of ETH.
fn without_ten(asked: &Asked) -> Reply {
    let is_btc = asked.id == "BTCUSDT";
    Some(honest(asked, minute(-60), |time| is_btc && (minute(10)..minute(20)).contains(&time)))
}

#[test]
fn what_was_never_asked_for_is_found_largest_first() {
    let desk = holed(&[(10, 12), (40, 60), (100, 105)]);
    assert_eq!(told(&desk, "BTC/USDT"), ["10-12 not asked yet?", "40-60 not asked yet?", "100-105 not asked yet?"]);
    check(&desk, 27);
    let liar = Liar::open(whole);
    let planned = desk.json(&["repair", "--dry-run"]);
    let sizes =
        |json: &Value| json["holes"].as_array().unwrap().iter().map(|hole| hole["missing"].clone()).collect::<Vec<_>>();
    assert_eq!(sizes(&planned), [20, 5, 2]);
    assert_eq!(liar.asked(), [], "nothing is asked for a plan");
    let done = repair(&desk, &liar, 0);
    assert_eq!((sizes(&done), &done["found"], &done["open"]), (sizes(&planned), &json!(27), &json!(0)));
    let since: Vec<i64> = liar.asked().iter().map(|asked| (asked.since_ms - BEGIN_MS) / MINUTE_MS).collect();
    assert_eq!(since, [39, 99, 9], "each with the candle beside it");
    check(&desk, 0);
    assert_eq!(desk.whole_rows(), 150);
    // Nothing is left to ask for.
    assert_eq!(repair(&desk, &liar, 0)["holes"], json!([]));
    assert_eq!(liar.asked(), []);
}

#[test]
fn what_the_exchange_never_has_is_proven_by_two_questions() {
    let desk = holed(&[(10, 20)]);
    let liar = Liar::open(without_ten);
    let done = repair(&desk, &liar, 0);
    let proof = done["holes"][0]["proven"][0]["proof"].as_str().unwrap();
    assert!(
        proof.starts_with("the exchange was asked twice: for it with the candles beside it, which came,"),
        "{proof}"
    );
    let asked = liar.asked();
    let ranges: Vec<_> = asked.iter().map(|asked| (asked.id.as_str(), asked.since_ms, asked.end_ms)).collect();
    assert_eq!(ranges[0], ("BTCUSDT", minute(9), minute(22) - 1), "with the candles beside it, and the one behind");
    assert_eq!(ranges[1], ("BTCUSDT", minute(10), minute(21) - 1), "then by itself, and the one behind");
    assert_eq!((ranges[2].0, ranges.len()), ("ETHUSDT", 3), "and what another market did");
    assert_eq!(told(&desk, "BTC/USDT"), ["10-20 no trades"]);
    check(&desk, 0);
    assert_eq!(repair(&desk, &liar, 0)["holes"], json!([]), "it is not asked for again");
}

#[test]
fn a_market_beside_it_tells_an_outage() {
    let lacks = |time: i64| (minute(40)..minute(60)).contains(&time);
    let liar = Liar::open(move |asked| Some(honest(asked, minute(-60), lacks)));
    let desk = holed(&[(40, 60)]);
    repair(&desk, &liar, 0);
    assert_eq!(told(&desk, "BTC/USDT"), ["40-60 exchange outage"]);

    // Two that lack the same: that the store lacks it of the other is no proof, until that one has been asked for.
    let desk = holed(&[(80, 90)]);
    import(&desk, "ETH/USDT", &[(80, 90)]);
    let liar = Liar::open(|asked| Some(honest(asked, minute(-60), |time| (minute(80)..minute(90)).contains(&time))));
    repair(&desk, &liar, 0);
    assert_eq!(liar.asked().len(), 2 + 1 + 2, "a witness for the first of them, and then the store has one");
    assert_eq!(told(&desk, "BTC/USDT"), ["80-90 exchange outage"]);
    assert_eq!(told(&desk, "ETH/USDT"), ["80-90 exchange outage"]);
}

#[test]
fn what_was_not_asked_for_of_another_market_testifies_nothing() {
    // Nobody asked for either; of BTC the exchange has none, of ETH it has all.
    let desk = holed(&[(10, 20)]);
    import(&desk, "ETH/USDT", &[(10, 20)]);
    repair(&desk, &Liar::open(without_ten), 0);
    assert_eq!(told(&desk, "BTC/USDT"), ["10-20 no trades"]);
    assert_eq!(told(&desk, "ETH/USDT"), [""; 0]);
}

#[test]
fn a_market_that_is_seldom_traded_testifies_nothing() {
    let desk = holed(&[(80, 90)]);
    import(&desk, "ETH/USDT", &[(40, 45), (80, 90)]);
    let liar = Liar::open(|asked| {
        let lacks = |time: i64| (minute(80)..minute(90)).contains(&time) || (minute(40)..minute(45)).contains(&time);
        Some(honest(asked, minute(-60), lacks))
    });
    let done = repair(&desk, &liar, 0);
    assert_eq!(done["open"], 0);
    assert_eq!(told(&desk, "BTC/USDT"), ["80-90 not at the exchange"], "it is proven, but nothing says why");
    check(&desk, 0);
}

#[test]
fn candles_dropped_once_are_found_by_the_second_question() {
    let desk = holed(&[(10, 20)]);
    // The first answer lacks them, as a page without its middle.
    let liar = Liar::open(|asked| if asked.number == 0 { without_ten(asked) } else { whole(asked) });
    assert_eq!(repair(&desk, &liar, 0)["found"], 10);
    check(&desk, 0);
}

#[test]
fn an_empty_answer_proves_nothing() {
    let desk = holed(&[(10, 20)]);
    let liar = Liar::open(|asked| if asked.number == 0 { Some(Vec::new()) } else { whole(asked) });
    assert_eq!(repair(&desk, &liar, 0)["found"], 10);
    check(&desk, 0);

    // Nor do many: the candles beside the hole are stored, so there must be an answer.
    let desk = holed(&[(10, 20)]);
    let liar = Liar::open(|_| Some(Vec::new()));
    let done = repair(&desk, &liar, 3);
    assert_eq!((&done["open"], &done["proven"]), (&json!(10), &json!(0)), "{done}");
    assert_eq!(told(&desk, "BTC/USDT"), ["10-20 fetch failed?"]);
    check(&desk, 10);
    // The next time, it is asked for again.
    assert_eq!(repair(&desk, &Liar::open(whole), 0)["found"], 10);
    check(&desk, 0);
}

#[test]
fn short_pages_are_no_end_of_data() {
    let desk = holed(&[(10, 80)]);
    let liar = Liar::open(|asked| {
        whole(asked).map(|mut rows| {
            rows.truncate(7);
            rows
        })
    });
    assert_eq!(repair(&desk, &liar, 0)["found"], 70);
    check(&desk, 0);
    assert_eq!(desk.whole_rows(), 150);
}

#[test]
fn a_closed_candle_never_changes() {
    let desk = holed(&[(10, 20)]);
    let liar = Liar::open(|asked| {
        Some(honest(asked, BEGIN_MS, |_| false).into_iter().map(|(time, _)| (time, "1.75")).collect())
    });
    assert_eq!(repair(&desk, &liar, 0)["found"], 10);
    let store = db::Store::open_existing(desk.db()).unwrap();
    let series = store.series().unwrap().remove(0);
    let closes = store.candles(&series, None, None).unwrap().close;
    assert_eq!(closes.iter().filter(|&&close| close == 1.75).count(), 10, "only those that were missing");
    // The two beside the hole differ, and are told.
    assert_eq!(desk.json(&["status"])["quarantine"][0]["rows"], 2);
}

#[test]
fn a_series_that_fails_does_not_stop_the_others() {
    let desk = holed(&[(10, 40)]);
    import(&desk, "ETH/USDT", &[(50, 55)]);
    let liar = Liar::open(|asked| if asked.id == "BTCUSDT" { None } else { whole(asked) });
    let output = desk.run(&["repair", "--exchange", "binance", "--base-url", &liar.url, "--json"]);
    let done: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &done["found"]), (Some(1), &json!(5)), "{done}");
    assert_eq!(done["failed"][0]["symbol"], "BTC/USDT");
    assert!(stderr(&output).contains("binance BTC/USDT 1m failed: "), "{}", stderr(&output));
    assert_eq!(told(&desk, "BTC/USDT"), ["10-40 fetch failed?"]);
    assert_eq!(told(&desk, "ETH/USDT"), [""; 0]);
    assert_eq!(repair(&desk, &Liar::open(whole), 0)["found"], 30);
}

#[test]
fn of_what_fails_it_is_not_said_that_there_is_nothing_to_repair() {
    let desk = holed(&[(10, 40)]);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = desk.run(&["repair", "--exchange", "binance", "--base-url", &format!("http://{nobody}")]);
    let (text, error) = (String::from_utf8_lossy(&output.stdout), stderr(&output));
    assert_eq!((output.status.code(), text.as_ref()), (Some(1), "nothing was repaired\n"), "{error}");
    assert!(
        error.contains("binance BTC/USDT 1m failed: ") && error.ends_with("1 series could not be repaired\n"),
        "{error}"
    );

    let (desk, liar) = (holed(&[]), Liar::open(whole));
    let output = desk.run(&["repair", "--exchange", "binance", "--base-url", &liar.url]);
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stdout)), (Some(0), "nothing to repair\n"));
}

#[test]
fn an_exchange_that_does_not_have_the_neighbours_proves_nothing() {
    let desk = holed(&[(10, 20)]);
    let liar = Liar::open(|asked| Some(honest(asked, minute(15), |_| false)));
    let done = repair(&desk, &liar, 3);
    assert_eq!(done["holes"][0]["why"], "the exchange does not have what is stored beside it either");
    // What it has is stored all the same.
    assert_eq!((&done["found"], &done["open"]), (&json!(5), &json!(5)));
    assert_eq!(told(&desk, "BTC/USDT"), ["10-15 fetch failed?"]);
}

#[test]
fn a_young_hole_is_left_open() {
    let desk = Desk::new();
    let rows = (0..60).filter(|number| !(20..30).contains(number)).map(|number| NOW_MS - (70 - number) * MINUTE_MS);
    let rows: String = rows.map(|time| format!("{time},1.5,2.5,0.5,1.25,9\n")).collect();
    desk.import("1m", &desk.write("a.csv", &rows));
    let from_ms = NOW_MS - 50 * MINUTE_MS;
    let liar = Liar::open(move |asked| {
        Some(honest(asked, BEGIN_MS, |time| (from_ms..from_ms + 10 * MINUTE_MS).contains(&time)))
    });
    let done = repair(&desk, &liar, 3);
    assert_eq!(done["holes"][0]["why"], "it is less than an hour old, and may yet be filled");
    check(&desk, 10);
}

#[test]
fn a_market_that_ended_is_told() {
    let desk = Desk::new();
    let day = 1_440 * MINUTE_MS;
    let last_ms = NOW_MS - 9 * day;
    let rows: String =
        (0..100).rev().map(|number| format!("{},1.5,2.5,0.5,1.25,9\n", last_ms - number * MINUTE_MS)).collect();
    let file = desk.write("a.csv", &rows);
    let args =
        ["import", "--exchange", "binance", "--symbol", "LUNA/USDT", "--timeframe", "1m", file.to_str().unwrap()];
    desk.json(&args);
    let liar = Liar::open(move |asked| Some(honest(asked, BEGIN_MS - 20 * day, |time| time > last_ms)));
    let done = repair(&desk, &liar, 0);
    assert_eq!(done["holes"][0]["proven"][0]["cause"], "after delisting", "{done}");
    assert_eq!(told(&desk, "LUNA/USDT").len(), 1);
    assert!(told(&desk, "LUNA/USDT")[0].ends_with(" after delisting"));
    assert_eq!(repair(&desk, &liar, 0)["holes"], json!([]));
}

#[test]
fn a_fetch_tells_listing_outage_and_failure() {
    let desk = Desk::new();
    let fetch = |liar: &Liar, symbol: &str| {
        let args = ["fetch", "--exchange", "binance", "--symbol", symbol, "--timeframe", "1m", "--since", "6h"];
        desk.run(&[&args[..], &["--base-url", &liar.url]].concat())
    };
    let down = |time: i64| (minute(70)..minute(80)).contains(&time);
    let honest_liar = Liar::open(move |asked| Some(honest(asked, BEGIN_MS, down)));
    assert!(fetch(&honest_liar, "ETH/USDT").status.success());
    assert_eq!(told(&desk, "ETH/USDT"), ["-120-0 before listing", "70-80 not at the exchange"]);
    assert!(fetch(&honest_liar, "BTC/USDT").status.success());
    assert_eq!(told(&desk, "BTC/USDT"), ["-120-0 before listing", "70-80 exchange outage"]);
    assert_eq!(told(&desk, "ETH/USDT")[1], "70-80 exchange outage", "what is known now tells it of the first one too");

    // It fails after a page: what is stored is kept, and the rest is told as failed until it is there.
    let desk = Desk::new();
    let fetch = |liar: &Liar| {
        let args = ["fetch", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m", "--since", "4h"];
        desk.run(&[&args[..], &["--base-url", &liar.url]].concat())
    };
    let fails = Liar::open(|asked| {
        if asked.number == 0 { Some(honest(asked, BEGIN_MS, |_| false).into_iter().take(50).collect()) } else { None }
    });
    assert_eq!(fetch(&fails).status.code(), Some(1));
    assert_eq!(told(&desk, "BTC/USDT"), ["49-240 fetch failed?"]);
    assert!(fetch(&Liar::open(whole)).status.success());
    assert_eq!(told(&desk, "BTC/USDT"), [""; 0]);
    assert_eq!(desk.whole_rows(), 239);
}

#[test]
fn what_failed_in_a_fetch_repair_brings() {
    let desk = Desk::new();
    let fails = Liar::open(|asked| {
        if asked.number == 0 { Some(honest(asked, BEGIN_MS, |_| false).into_iter().take(50).collect()) } else { None }
    });
    let args = ["fetch", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m", "--since", "4h"];
    desk.run(&[&args[..], &["--base-url", &fails.url]].concat());
    assert_eq!(repair(&desk, &Liar::open(whole), 0)["found"], 190);
    assert_eq!(told(&desk, "BTC/USDT"), [""; 0]);
}

#[test]
fn one_address_is_of_one_exchange() {
    let desk = holed(&[]);
    for command in ["repair", "verify"] {
        let error = stderr(&desk.run(&[command, "--base-url", "http://127.0.0.1:1"]));
        assert!(error.starts_with("error: --base-url is the address of one exchange"), "{error}");
        let error = stderr(&desk.run(&[command, "--symbol", "XRP/USDT"]));
        assert!(error.contains("has no candles, mark prices or funding rates like that"), "{error}");
    }
}

#[test]
fn what_is_done_stays_done_when_it_is_stopped() {
    let desk = holed(&[(10, 40), (50, 70), (80, 90), (100, 105)]);
    let liar = Liar::open(|asked| {
        std::thread::sleep(Duration::from_millis(200));
        whole(asked)
    });
    for (signal, code) in [("-INT", Some(130)), ("-KILL", None)] {
        let mut command = desk.command(&["repair", "--exchange", "binance", "--base-url", &liar.url]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (started, mut asked) = (Instant::now(), 0);
        while asked < 2 {
            assert!(started.elapsed() < Duration::from_secs(20), "too few questions");
            asked += liar.asked().len();
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), code, "{}", stderr(&output));
        if code.is_some() {
            assert!(stderr(&output).starts_with("stopped: 1 holes are done and 30 rows stored"), "{}", stderr(&output));
        }
    }
    assert_eq!(desk.whole_rows(), 135, "the two largest are there");
    let done = repair(&desk, &liar, 0);
    assert_eq!((&done["holes"][0]["missing"], &done["found"]), (&json!(10), &json!(15)));
    check(&desk, 0);
}
