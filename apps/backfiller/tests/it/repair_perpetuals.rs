//! Holes of mark prices and of funding: what comes when the exchange is asked again, and what is proven.

use db::{Cause, Data, Place, Store};
use market::{Series, Timeframe};
use serde_json::json;

use crate::liar::{FUNDING_MS, Liar, MINUTE_MS, NOW_MS, What};
use crate::perpetual_desk::{BOTH, FUNDING, Kind, MARK, ROWS, check, run, symbol};
use crate::run::Desk;

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
        // With what is stored beside it, and by itself; no other market is asked. Candles come with the one behind them.
        let behind = i64::from(kind.what != What::Funding);
        assert_eq!(kind.asked(&liar), [(9, 21 + behind), (10, 20 + behind)]);
        assert_eq!(kind.told(&desk), ["10-20 not at the exchange"]);
        check(&desk, 0);
        assert_eq!(kind.repair(&desk, &liar, 0)["holes"], json!([]), "it is not asked for again");
        let status = desk.json(&["status"]);
        let list = if kind.what == What::Funding { "funding_rates" } else { "mark_prices" };
        assert_eq!(status[list][0]["holes"][0]["cause"], "not at the exchange");
    }
}

#[test]
fn an_empty_answer_to_a_question_for_a_perpetual_proves_nothing() {
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
fn what_is_stored_of_a_perpetual_never_changes() {
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
fn a_perpetual_that_ended_is_told() {
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
