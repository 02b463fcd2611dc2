//! The shape of the JSON.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::oracle::Oracle;

#[track_caller]
fn check(ours: &Value, theirs: &Value, further: &[&str]) {
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let mut expected = keys(theirs);
    expected.extend(further.iter().map(|key| (*key).to_owned()));
    assert_eq!(keys(ours), expected);
}

#[test]
fn the_json_has_the_keys_of_an_oracle() {
    let Some(oracle) = Oracle::read("sma_cross") else { return };
    let json = oracle.report(Vec::new()).json();
    let further = ["strategy_file", "params", "exchange", "symbol", "timeframe", "maintenance_tiers", "detail"];
    check(&json["setup"], &oracle.json["setup"], &further);
    check(&json["metrics"], &oracle.json["metrics"], &["calmar"]);
    check(&json["open"], &oracle.json["open"], &[]);
    for key in oracle.json["setup"].as_object().unwrap().keys() {
        assert_eq!(json["setup"][key], oracle.json["setup"][key], "{key}");
    }
    assert_eq!(json["trades"], oracle.json["trades"]);
    assert_eq!(json["open"], oracle.json["open"]);
    assert_eq!(json["metrics"]["trades"], Value::from(883));
    assert_eq!(json["holes"]["missing_candles"], Value::from(7));
}
