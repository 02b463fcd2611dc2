//! Holes of mark prices and of funding: what fetch and rounds find out of them, how they are told, and what verify says of
//! the rest.

use serde_json::json;

use crate::liar::{FUNDING_MS, Liar, MINUTE_MS, NOW_MS, What};
use crate::perpetual_desk::{FUNDING, Kind, MARK, check, run};
use crate::run::{Desk, stderr};

/// Fetches from `since` on; gives what `gaps` tells then.
#[track_caller]
fn fetch(kind: Kind, desk: &Desk, liar: &Liar, since: &str, code: i32) -> Vec<String> {
    let args = ["fetch", "--symbol", "BTC/USDT:USDT", "--kind", kind.name, "--timeframe", "1m", "--since", since];
    let rest = ["--exchange", "binanceusdm", "--base-url", &liar.url];
    let output = desk.run(&[&args[..], &rest].concat());
    assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    kind.told(desk)
}

#[test]
fn a_fetch_tells_listing_and_absence() {
    // Four hours ago was the listing of the mark price, and 69 fundings ago that of funding.
    for (kind, since, before) in [(MARK, "5h", "-60-0 before listing"), (FUNDING, "24d", "-3-0 before listing")] {
        let desk = Desk::new();
        let liar = kind.lacking(20, 25);
        assert_eq!(fetch(kind, &desk, &liar, since, 0), [before, "20-25 not at the exchange"]);
        check(&desk, 0);
        assert_eq!(kind.repair(&desk, &liar, 0)["holes"], json!([]));
    }
}

#[test]
fn a_fetch_finds_by_a_second_question_what_a_page_of_funding_lacks() {
    let desk = Desk::new();
    let liar = Liar::open(|asked| FUNDING.honest(asked, if asked.number == 0 { (20, 30) } else { (0, 0) }));
    assert_eq!(fetch(FUNDING, &desk, &liar, "23d", 0), [""; 0]);
    assert_eq!(FUNDING.rows(&desk), 69);
}

#[test]
fn a_fetch_that_failed_is_told_until_it_is_done() {
    for (kind, since) in [(MARK, "4h"), (FUNDING, "23d")] {
        let desk = Desk::new();
        // A page of 50, and no sensible answer after it.
        let fails = Liar::open(move |asked| {
            kind.honest(asked, (0, 0)).filter(|_| asked.number == 0).map(|rows| rows.into_iter().take(50).collect())
        });
        let told = fetch(kind, &desk, &fails, since, 1);
        // The last candle of the page has none behind it.
        let begins = if kind.what == What::Funding { "50-" } else { "49-" };
        assert!(told.len() == 1 && told[0].starts_with(begins) && told[0].ends_with(" fetch failed?"), "{told:?}");
        assert!(kind.repair(&desk, &kind.lacking(0, 0), 0)["found"].as_u64().unwrap() > 15);
        assert_eq!(kind.told(&desk), [""; 0]);
    }
}

#[test]
fn a_round_asks_for_nothing_that_is_explained() {
    let desk = Desk::new();
    let liar = FUNDING.lacking(20, 25);
    let since = market::format_utc(FUNDING.at(0));
    let config = format!(
        "series:\n  - {{ exchange: binanceusdm, symbols: \"BTC/USDT:USDT\", timeframes: 1m, kinds: [ funding ], since: \"{since}\", base_url: \"{}\" }}\n",
        liar.url
    );
    let file = desk.write("backfill.yaml", &config);
    let round = || {
        let output = desk.run(&["run", "--config", file.to_str().unwrap(), "--once"]);
        assert!(output.status.success(), "{}", stderr(&output));
        FUNDING.asked(&liar)
    };
    let last = (NOW_MS - FUNDING.begin_ms) / FUNDING_MS;
    assert_eq!(round()[..2], [(0, last), (20, 25)], "a page, and the hole by itself");
    assert_eq!(round()[0], (last - 1, last), "from the newest rate on");
    assert_eq!(FUNDING.told(&desk), ["20-25 not at the exchange"]);
    // A hole that nobody has explained is asked for from the beginning.
    let database = rusqlite::Connection::open(desk.db()).unwrap();
    database.execute("DELETE FROM funding_rates WHERE timestamp = ?1", [FUNDING.at(40) / 1_000]).unwrap();
    assert_eq!(round()[0], (0, last));
    assert_eq!(FUNDING.told(&desk), ["20-25 not at the exchange"]);
}

#[test]
fn all_kinds_are_told_with_their_names() {
    let desk = MARK.holed(&[(10, 20)]);
    FUNDING.import(&desk, "BTC/USDT:USDT", &[(6, 9)]);
    desk.import("1m", &desk.write("c.csv", &crate::run::minutes(9)));
    let kinds = |args: &[&str]| {
        let json = desk.json(args);
        json["series"].as_array().unwrap().iter().map(|series| series["kind"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&["gaps"]), ["candles", "mark", "funding"]);
    assert_eq!(kinds(&["gaps", "--timeframe", "1m"]), ["candles", "mark"], "funding has no timeframe");
    assert_eq!(kinds(&["gaps", "--timeframe", "1m", "--kind", "funding"]), ["funding"]);
    assert_eq!(kinds(&["gaps", "--exchange", "binance"]), ["candles"]);
    let error = stderr(&desk.run(&["gaps", "--exchange", "binance", "--kind", "mark"]));
    assert!(error.contains("has no mark prices like that: `backfiller status` tells what there is"), "{error}");
    let text = String::from_utf8(desk.run(&["gaps"]).stdout).unwrap();
    for line in ["binanceusdm BTC/USDT:USDT 1m mark", "binanceusdm BTC/USDT:USDT funding"] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    assert!(desk.run(&["status", "--html", "a.html"]).status.success());
    let page = std::fs::read_to_string(desk.path("a.html")).unwrap();
    for told in [
        "of 3 series",
        "<small>50 mark prices, ",
        ": 50 of 60 mark prices; missing 10: 10 not asked yet",
        "<small>57 funding rates, ",
        ": 0 of 3 slots of eight hours; missing 3: 3 not asked yet",
    ] {
        assert!(page.contains(told), "{told} is not in {page}");
    }
}

#[test]
fn whatever_differs_from_the_exchange_is_told_and_stays() {
    for (kind, columns) in [
        (MARK, json!({"close": {"old": 1.25, "new": 1.75}})),
        (FUNDING, json!({"rate": {"old": 0.0001, "new": -0.0007}})),
    ] {
        // 30 has another value there, 40 is not there, and 50 is lacking here.
        let desk = kind.holed(&[(50, 51)]);
        let liar = Liar::open(move |asked| {
            let other = if asked.what == What::Funding { "-0.0007" } else { "1.75" };
            let rows = kind.honest(asked, (40, 41))?.into_iter();
            Some(rows.map(|(time, value)| (time, if time == kind.at(30) { other } else { value })).collect())
        });
        let verify = |more: &[&str]| run(&desk, &liar, &[&["verify", "--all"], more].concat(), 3)["series"][0].take();
        let told = verify(&["--kind", kind.name]);
        let key = if kind.what == What::Funding { "time_ms" } else { "open_time_ms" };
        assert_eq!((&told["kind"], &told["compared"]), (&json!(kind.name), &json!(59)), "{told}");
        assert_eq!(told["differing"].as_array().unwrap().len(), 1);
        assert_eq!((&told["differing"][0]["columns"], &told["differing"][0][key]), (&columns, &json!(kind.at(30))));
        assert_eq!(told["not_at_exchange"].as_array().unwrap().len(), 1);
        assert_eq!(told["not_at_exchange"][0][key], kind.at(40));
        assert_eq!(told["lacking"].as_array().unwrap().len(), 1);
        assert_eq!(told["lacking"][0][key], kind.at(50));
        // With --fix too; and by name it is refused.
        assert_eq!(verify(&["--fix"])["differing"][0]["fixed"], false);
        assert_eq!(verify(&[])["differing"].as_array().unwrap().len(), 1);
        let output = desk.run(&["verify", "--fix", "--kind", kind.name]);
        let error = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.starts_with("error: --fix changes candles alone, and "), "{error}");
    }
}

#[test]
fn a_rate_within_an_interval_that_the_exchange_lacks_is_asked_for_by_itself() {
    let desk = FUNDING.holed(&[]);
    // Between two rates that are eight hours apart.
    let odd_ms = FUNDING.at(30) + 60 * MINUTE_MS;
    let file = desk.write("b.csv", &format!("{odd_ms},0.0001\n"));
    let args = ["import", "--exchange", "binanceusdm", "--symbol", "BTC/USDT:USDT", "--kind", "funding"];
    desk.json(&[&args[..], &[file.to_str().unwrap()]].concat());
    let liar = FUNDING.lacking(0, 0);
    let told = run(&desk, &liar, &["verify", "--all"], 3)["series"][0].take();
    assert_eq!((&told["compared"], &told["not_at_exchange"][0]["time_ms"]), (&json!(61), &json!(odd_ms)), "{told}");
    assert!(liar.asked().iter().any(|asked| (asked.since_ms, asked.end_ms) == (odd_ms, odd_ms + MINUTE_MS - 1)));
    // One that an answer left out once is there.
    let once = Liar::open(|asked| FUNDING.honest(asked, if asked.number == 0 { (30, 31) } else { (0, 0) }));
    let told = run(&desk, &once, &["verify", "--all"], 3)["series"][0].take();
    assert_eq!((told["not_at_exchange"].as_array().unwrap().len(), &told["differing"]), (1, &json!([])), "{told}");
}
