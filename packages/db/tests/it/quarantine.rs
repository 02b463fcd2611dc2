//! What is set aside: kept once, bounded, and told by place and rule.

use db::{Aside, Data, MOST_ASIDE, Place, Store};
use market::{Candle, Objection, Rule, Series};

use crate::{candle, new_store, series};

fn place() -> Place {
    Place::of(&series("BTC/USDT"), Data::Candles)
}

fn aside(rule: Rule, raw: &str) -> Aside {
    Aside { rule, raw: raw.to_owned(), why: "why".to_owned(), source: "a.csv, line 7".to_owned() }
}

/// What is told, as `place rule rows stored`.
#[track_caller]
fn check_told(store: &Store, expected: &[&str]) {
    let told = store.quarantine_status().unwrap();
    let told: Vec<_> =
        told.iter().map(|told| format!("{} {} {} {}", told.place, told.rule, told.rows, told.stored)).collect();
    assert_eq!(told, expected);
}

#[test]
fn a_row_is_kept_once() {
    let (_folder, mut store) = new_store();
    let rows =
        [aside(Rule::Jump, "1,2"), aside(Rule::Jump, "1,3"), aside(Rule::Jump, "1,2"), aside(Rule::HighLow, "1,2")];
    assert_eq!(store.set_aside(&place(), &rows, 5_000).unwrap(), 3);
    assert_eq!(store.set_aside(&place(), &rows, 9_000).unwrap(), 0);
    check_told(&store, &["binance BTC/USDT 1m high_low 1 false", "binance BTC/USDT 1m jump 2 false"]);
    let kept = store.quarantined(&place(), "jump", 1).unwrap();
    assert_eq!((kept.len(), kept[0].raw.as_str(), kept[0].noticed_at_ms), (1, "1,2", 5_000));
    assert_eq!((kept[0].why.as_str(), kept[0].source.as_str()), ("why", "a.csv, line 7"));
    assert_eq!(store.set_aside(&place(), &[], 0).unwrap(), 0);
}

#[test]
fn places_are_told_apart() {
    let (_folder, mut store) = new_store();
    let Series { exchange, symbol, .. } = series("BTC/USDT:USDT");
    let marks = Place::of(&series("BTC/USDT:USDT"), Data::Mark);
    for place in [place(), marks, Place::of_funding(&exchange, &symbol)] {
        assert_eq!(store.set_aside(&place, &[aside(Rule::MoveWithoutVolume, "x")], 0).unwrap(), 1);
    }
    check_told(
        &store,
        &[
            "binance BTC/USDT 1m move_without_volume 1 true",
            "binance BTC/USDT:USDT funding move_without_volume 1 true",
            "binance BTC/USDT:USDT 1m mark move_without_volume 1 true",
        ],
    );
}

#[test]
fn rows_and_their_texts_are_bounded() {
    let (_folder, mut store) = new_store();
    let rows: Vec<_> = (0..MOST_ASIDE + 5).map(|row| aside(Rule::Conflict, &format!("{row:06}"))).collect();
    assert_eq!(store.set_aside(&place(), &rows, 0).unwrap(), MOST_ASIDE);
    assert_eq!(store.set_aside(&place(), &rows, 0).unwrap(), 0, "what did not fit does not come in later");
    assert_eq!(store.set_aside(&place(), &[aside(Rule::Jump, &"ß".repeat(5_000))], 0).unwrap(), 1);
    assert_eq!(store.quarantined(&place(), "jump", 9).unwrap()[0].raw.chars().count(), 1_000);
}

#[test]
fn what_was_set_aside_is_found_by_its_time_and_prices() {
    let (_folder, mut store) = new_store();
    let place = Place::of(&series("BTC/USDT"), Data::Candles);
    let objection = Objection { rule: Rule::Jump, why: String::new() };
    store.set_aside(&place, &[Aside::of(&candle(1, 5.0), objection, "rest")], 0).unwrap();
    let is_there = |rule, candle| store.is_set_aside(&place, rule, &candle).unwrap();
    assert!(is_there(Rule::Jump, candle(1, 5.0)));
    assert!(is_there(Rule::Jump, Candle { volume: 0.0, ..candle(1, 5.0) }));
    assert!(!is_there(Rule::HighLow, candle(1, 5.0)));
    assert!(!is_there(Rule::Jump, candle(1, 5.5)) && !is_there(Rule::Jump, candle(2, 5.0)));
}
