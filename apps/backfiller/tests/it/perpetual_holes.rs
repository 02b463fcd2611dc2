//! Holes of mark prices and of funding: why they are there, what comes when the exchange is asked again, and what is
//! proven.

use db::{Cause, Data, Place, Store};
use market::{Series, Symbol, Timeframe};
use serde_json::{Value, json};

use crate::liar::{Asked, FUNDING_MS, Liar, MINUTE_MS, NOW_MS, Reply, What, honest, honest_funding};
use crate::run::{Desk, stderr};

/// Rows of each kind that a desk has, but for those without.
const ROWS: i64 = 60;

fn symbol() -> Symbol {
    "BTC/USDT:USDT".parse().unwrap()
}

/// What the tests of one kind have in common.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    what: What,
    /// Between two rows.
    step_ms: i64,
    begin_ms: i64,
}

/// Minutes from four hours ago on.
const MARK: Kind = Kind { name: "mark", what: What::Marks, step_ms: MINUTE_MS, begin_ms: NOW_MS - 240 * MINUTE_MS };
/// Rates every eight hours; the last one is eighty hours old.
const FUNDING: Kind =
    Kind { name: "funding", what: What::Funding, step_ms: FUNDING_MS, begin_ms: NOW_MS - (ROWS + 9) * FUNDING_MS };
const BOTH: [Kind; 2] = [MARK, FUNDING];

impl Kind {
    fn at(self, number: i64) -> i64 {
        self.begin_ms + number * self.step_ms
    }

    fn place(self) -> Place {
        match self.what {
            What::Funding => Place::of_funding("binanceusdm", &symbol()),
            _ => Place::of(&Series::new("binanceusdm", symbol(), Timeframe::M1), Data::Mark),
        }
    }

    fn row(self, number: i64) -> String {
        let values = if self.what == What::Funding { "0.0001" } else { "1.5,2.5,0.5,1.25,0" };
        format!("{},{values}\n", self.at(number))
    }

    /// Imports rows of a symbol, but for those without.
    fn import(self, desk: &Desk, symbol: &str, without: &[(i64, i64)]) {
        let numbers = (0..ROWS).filter(|number| !without.iter().any(|&(from, to)| (from..to).contains(number)));
        let file = desk.write("a.csv", &numbers.map(|number| self.row(number)).collect::<String>());
        let args =
            ["import", "--exchange", "binanceusdm", "--symbol", symbol, "--kind", self.name, "--timeframe", "1m"];
        desk.json(&[&args[..], &[file.to_str().unwrap()]].concat());
    }

    fn holed(self, without: &[(i64, i64)]) -> Desk {
        let desk = Desk::new();
        self.import(&desk, "BTC/USDT:USDT", without);
        desk
    }

    /// What an honest exchange answers, but for the rows of those numbers.
    fn honest(self, asked: &Asked, without: (i64, i64)) -> Reply {
        let lacks = |time: i64| (self.at(without.0)..self.at(without.1)).contains(&time);
        let from_ms = self.begin_ms;
        Some(if asked.what == What::Funding {
            honest_funding(asked, from_ms, lacks)
        } else {
            honest(asked, from_ms, lacks)
        })
    }

    /// An exchange that lacks the rows of those numbers.
    fn lacking(self, from: i64, to: i64) -> Liar {
        Liar::open(move |asked| self.honest(asked, (from, to)))
    }

    /// What was asked for of this kind, by numbers: the first row wanted, and the first not wanted.
    fn asked(self, liar: &Liar) -> Vec<(i64, i64)> {
        let number = |time_ms: i64| (time_ms - self.begin_ms + self.step_ms - 1).div_euclid(self.step_ms);
        let asked = liar.asked().into_iter().filter(|asked| asked.what == self.what);
        asked.map(|asked| (number(asked.since_ms), number(asked.end_ms + 1))).collect()
    }

    /// Runs repair; gives what it told, after a look at how it ended.
    #[track_caller]
    fn repair(self, desk: &Desk, liar: &Liar, code: i32) -> Value {
        run(desk, liar, &["repair", "--kind", self.name], code)
    }

    /// What `gaps` tells: `10-20 not asked yet?`, with a question mark where it is not explained.
    #[track_caller]
    fn told(self, desk: &Desk) -> Vec<String> {
        let json = desk.json(&["gaps", "--kind", self.name]);
        assert_eq!(json["series"][0]["kind"], self.name);
        let holes = json["series"][0]["holes"].as_array().unwrap().iter().map(|hole| {
            let number = |key: &str| (hole[key].as_i64().unwrap() - self.begin_ms) / self.step_ms;
            let mark = if hole["explained"] == true { "" } else { "?" };
            assert_eq!(hole["missing"], number("to_ms") - number("from_ms"), "{hole}");
            format!("{}-{} {}{mark}", number("from_ms"), number("to_ms"), hole["cause"].as_str().unwrap())
        });
        holes.collect()
    }

    fn rows(self, desk: &Desk) -> usize {
        let store = Store::open_existing(desk.db()).unwrap();
        match self.what {
            What::Funding => store.funding("binanceusdm", &symbol(), None, None).unwrap().len(),
            _ => store.marks(&Series::new("binanceusdm", symbol(), Timeframe::M1), None, None).unwrap().len(),
        }
    }
}

#[track_caller]
fn run(desk: &Desk, liar: &Liar, args: &[&str], code: i32) -> Value {
    let output = desk.run(&[args, &["--exchange", "binanceusdm", "--base-url", &liar.url, "--json"]].concat());
    assert_eq!(output.status.code(), Some(code), "{} {}", stderr(&output), String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// How many rows `check` misses, and how it ends.
#[track_caller]
fn check(desk: &Desk, missing: u64) {
    let output = desk.run(&["check", "--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["series"][0]["missing"], missing, "{json}");
    assert_eq!(output.status.code(), Some(if missing == 0 { 0 } else { 3 }));
}

#[test]
fn what_the_exchange_has_is_brought() {
    for kind in BOTH {
        let desk = kind.holed(&[(10, 12), (40, 50)]);
        assert_eq!(kind.told(&desk), ["10-12 not asked yet?", "40-50 not asked yet?"]);
        check(&desk, 12);
        let liar = kind.lacking(0, 0);
        let planned = desk.json(&["repair", "--dry-run"]);
        assert_eq!(planned["holes"][0]["missing"], 10, "the largest first");
        assert_eq!(liar.asked(), [], "nothing is asked for a plan");
        let done = kind.repair(&desk, &liar, 0);
        assert_eq!(
            (&done["found"], &done["open"], &done["holes"][0]["kind"]),
            (&json!(12), &json!(0), &json!(kind.name))
        );
        assert_eq!((kind.told(&desk), kind.rows(&desk)), (vec![], 60));
        check(&desk, 0);
    }
}

#[test]
fn rows_dropped_once_are_found_by_the_second_question() {
    for kind in BOTH {
        let desk = kind.holed(&[(10, 20)]);
        let liar = Liar::open(move |asked| kind.honest(asked, if asked.number == 0 { (10, 20) } else { (0, 0) }));
        assert_eq!(kind.repair(&desk, &liar, 0)["found"], 10);
        check(&desk, 0);
    }
}

#[test]
fn rows_that_never_come_are_proven_to_be_absent_by_two_questions() {
    for kind in BOTH {
        let desk = kind.holed(&[(10, 20)]);
        let liar = kind.lacking(10, 20);
        let done = kind.repair(&desk, &liar, 0);
        let proof = done["holes"][0]["proven"][0]["proof"].as_str().unwrap();
        assert!(proof.starts_with("the exchange was asked twice: for it with the "), "{proof}");
        // With what is stored beside it, and by itself; no other market is asked.
        assert_eq!(kind.asked(&liar), [(9, 21), (10, 20)]);
        assert_eq!(kind.told(&desk), ["10-20 not at the exchange"]);
        check(&desk, 0);
        assert_eq!(kind.repair(&desk, &liar, 0)["holes"], json!([]), "it is not asked for again");
        let status = desk.json(&["status"]);
        let list = if kind.what == What::Funding { "funding_rates" } else { "mark_prices" };
        assert_eq!(status[list][0]["holes"][0]["cause"], "not at the exchange");
    }
}

#[test]
fn an_empty_answer_proves_nothing() {
    for kind in BOTH {
        let desk = kind.holed(&[(10, 20)]);
        let once =
            Liar::open(move |asked| if asked.number == 0 { Some(Vec::new()) } else { kind.honest(asked, (0, 0)) });
        assert_eq!(kind.repair(&desk, &once, 0)["found"], 10);

        // Nor do many: what lies beside the hole is stored, so there must be an answer.
        let desk = kind.holed(&[(10, 20)]);
        let done = kind.repair(&desk, &Liar::open(|_| Some(Vec::new())), 3);
        assert_eq!((&done["open"], &done["proven"]), (&json!(10), &json!(0)), "{done}");
        assert_eq!(done["holes"][0]["why"], "the exchange does not have what is stored beside it either");
        assert_eq!(kind.told(&desk), ["10-20 fetch failed?"]);
        check(&desk, 10);
        assert_eq!(kind.repair(&desk, &kind.lacking(0, 0), 0)["found"], 10);
        check(&desk, 0);
    }
}

#[test]
fn half_of_a_hole_is_stored_and_the_rest_proven() {
    for kind in BOTH {
        let desk = kind.holed(&[(10, 20)]);
        let done = kind.repair(&desk, &kind.lacking(13, 18), 0);
        assert_eq!((&done["found"], &done["proven"], &done["open"]), (&json!(5), &json!(5), &json!(0)), "{done}");
        assert_eq!(kind.told(&desk), ["13-18 not at the exchange"]);
        check(&desk, 0);
    }
}

#[test]
fn what_is_stored_never_changes() {
    for kind in BOTH {
        let desk = kind.holed(&[(10, 20)]);
        let liar = Liar::open(move |asked| {
            let rows = kind.honest(asked, (0, 0)).unwrap_or_default();
            let other = if asked.what == What::Funding { "0.0007" } else { "1.75" };
            Some(rows.into_iter().map(|(time, _)| (time, other)).collect())
        });
        assert_eq!(kind.repair(&desk, &liar, 0)["found"], 10);
        // The two beside the hole differ: they stay, and are told.
        let status = desk.json(&["status"]);
        let aside = &status["quarantine"][0];
        assert_eq!(
            (&aside["rows"], &aside["rule"], &aside["kind"]),
            (&json!(2), &json!("conflict"), &json!(kind.name))
        );
        let differing = run(&desk, &kind.lacking(0, 0), &["verify", "--all", "--kind", kind.name], 3);
        assert_eq!(differing["series"][0]["differing"].as_array().unwrap().len(), 10, "only those that were missing");
    }
}

#[test]
fn impossible_mark_prices_leave_a_hole_with_their_rule() {
    let desk = MARK.holed(&[(10, 12)]);
    let liar = Liar::open(|asked| {
        let rows = MARK.honest(asked, (0, 0)).unwrap_or_default().into_iter();
        // Above the high.
        Some(rows.map(|(time, close)| (time, if time == MARK.at(11) { "9.0" } else { close })).collect())
    });
    assert_eq!(MARK.repair(&desk, &liar, 0)["found"], 1);
    assert_eq!(MARK.told(&desk), ["11-12 refused: high_low"]);
}

#[test]
fn a_kind_that_fails_does_not_stop_the_others() {
    let desk = MARK.holed(&[(10, 20)]);
    FUNDING.import(&desk, "BTC/USDT:USDT", &[(5, 8)]);
    let liar = Liar::open(|asked| if asked.what == What::Marks { None } else { FUNDING.honest(asked, (0, 0)) });
    let done = run(&desk, &liar, &["repair"], 1);
    assert_eq!((&done["failed"][0]["kind"], &done["found"]), (&json!("mark"), &json!(3)), "{done}");
    assert_eq!((MARK.told(&desk), FUNDING.told(&desk)), (vec!["10-20 fetch failed?".to_owned()], vec![]));
    assert_eq!(run(&desk, &MARK.lacking(0, 0), &["repair"], 0)["found"], 10);
}

#[test]
fn a_young_hole_of_funding_is_left_open() {
    // Two are missing up to the last rate, which is half an hour old.
    let times = [NOW_MS - 4 * FUNDING_MS, NOW_MS - 3 * FUNDING_MS, NOW_MS - 30 * MINUTE_MS];
    let desk = Desk::new();
    let file = desk.write("a.csv", &times.map(|time| format!("{time},0.0001\n")).concat());
    let args = ["import", "--exchange", "binanceusdm", "--symbol", "BTC/USDT:USDT", "--kind", "funding"];
    desk.json(&[&args[..], &[file.to_str().unwrap()]].concat());
    let liar = Liar::open(move |asked| {
        let times = times.into_iter().filter(|time| (asked.since_ms..=asked.end_ms).contains(time));
        Some(times.map(|time| (time, "0.0001")).collect())
    });
    let done = FUNDING.repair(&desk, &liar, 3);
    assert_eq!(done["holes"][0]["why"], "it is less than an hour old, and may yet be filled");
    check(&desk, 2);
}

#[test]
fn a_market_that_ended_is_told() {
    const LUNA: &str = "LUNA/USDT:USDT";
    for kind in BOTH {
        let desk = Desk::new();
        let ended = Kind { begin_ms: NOW_MS - 30 * 3 * FUNDING_MS, ..kind };
        ended.import(&desk, LUNA, &[]);
        let liar = ended.lacking(ROWS, 100_000);
        let done = ended.repair(&desk, &liar, 0);
        assert_eq!(done["holes"][0]["proven"][0]["cause"], "after delisting", "{done}");
        assert!(ended.told(&desk)[0].ends_with(" after delisting"));
        assert_eq!(ended.repair(&desk, &liar, 0)["holes"], json!([]));
        // One that comes all the same is no end.
        let desk = Desk::new();
        ended.import(&desk, LUNA, &[]);
        ended.repair(&desk, &ended.lacking(ROWS + 5, 100_000), 0);
        assert_eq!((ended.told(&desk), desk.json(&["gaps"])["series"][0]["symbol"].clone()), (vec![], json!(LUNA)));
    }
}

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
        assert!(told.len() == 1 && told[0].starts_with("50-") && told[0].ends_with(" fetch failed?"), "{told:?}");
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
}

#[test]
fn funding_of_every_hour_is_asked_for_whole() {
    let desk = Desk::new();
    const H: i64 = 60 * MINUTE_MS;
    let begin_ms = NOW_MS - 240 * H;
    // Every eight hours, then hourly from hour 48 on; 20 hours of these are missing.
    let is_due = |hour: i64| hour % 8 == 0 || hour >= 48;
    let rows = (0..200).filter(|&hour| is_due(hour) && !(100..120).contains(&hour));
    let rows: String = rows.map(|hour| format!("{},0.0001\n", begin_ms + hour * H)).collect();
    let file = desk.write("a.csv", &rows);
    let args = ["import", "--exchange", "binanceusdm", "--symbol", "BTC/USDT:USDT", "--kind", "funding"];
    desk.json(&[&args[..], &[file.to_str().unwrap()]].concat());
    let hole = &desk.json(&["gaps"])["series"][0]["holes"][0];
    let hour = |key: &str| (hole[key].as_i64().unwrap() - begin_ms) / H;
    // Due for certain are those of hours 104 and 112.
    assert_eq!((hour("from_ms"), hour("to_ms"), &hole["missing"]), (104, 120, &json!(2)));
    let liar = Liar::open(move |asked| {
        let hours = (0..200).filter(|&hour| is_due(hour)).map(|hour| begin_ms + hour * H);
        let times = hours.filter(|time| (asked.since_ms..=asked.end_ms).contains(time));
        Some(times.map(|time| (time, "0.0001")).collect())
    });
    assert_eq!(FUNDING.repair(&desk, &liar, 0)["found"], 20);
    check(&desk, 0);
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

#[test]
fn proofs_are_kept_by_kind() {
    let desk = MARK.holed(&[(10, 20)]);
    FUNDING.import(&desk, "BTC/USDT:USDT", &[(5, 8)]);
    run(&desk, &MARK.lacking(10, 20), &["repair", "--kind", "mark"], 0);
    let store = Store::open_existing(desk.db()).unwrap();
    let gaps = store.gaps(&MARK.place()).unwrap();
    assert_eq!((gaps.len(), gaps[0].cause, gaps[0].is_explained()), (1, Cause::Absent, true));
    assert_eq!(store.gaps(&FUNDING.place()).unwrap(), []);
    let candles = Place::of(&Series::new("binanceusdm", symbol(), Timeframe::M1), Data::Candles);
    assert_eq!(store.gaps(&candles).unwrap(), []);
}
