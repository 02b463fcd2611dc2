//! What `status` tells of the rows that are set aside.

use anyhow::Result;
use db::{MOST_ASIDE, Place, QuarantineStatus, Quarantined, Store};
use market::{Timeframe, format_utc};
use serde_json::{Value, json};
use terminal::thousands;

/// Rows of one rule that JSON has; the table `quarantine` has the rest.
const MOST_ROWS: u32 = 100;

/// All that is set aside, by place and rule, as JSON.
pub(super) fn to_json(store: &Store, statuses: &[QuarantineStatus]) -> Result<Vec<Value>> {
    statuses.iter().map(|status| one_to_json(store, status)).collect()
}

fn one_to_json(store: &Store, status: &QuarantineStatus) -> Result<Value> {
    let QuarantineStatus { place, rule, rows, stored } = status;
    let row = |row: &Quarantined| {
        let Quarantined { raw, why, source, noticed_at_ms } = row;
        json!({"raw": raw, "why": why, "source": source, "noticed": format_utc(*noticed_at_ms)})
    };
    let examples = store.quarantined(place, rule, MOST_ROWS)?;
    Ok(json!({
        "exchange": place.exchange,
        "symbol": place.symbol.to_string(),
        "timeframe": place.timeframe.map(Timeframe::name),
        "kind": place.data.name(),
        "rule": rule,
        "stored": stored,
        "rows": rows,
        "examples": examples.iter().map(row).collect::<Vec<_>>(),
    }))
}

/// A table, or nothing where nothing is set aside.
pub(super) fn to_text(statuses: &[QuarantineStatus]) -> String {
    if statuses.is_empty() {
        return String::new();
    }
    let header = ["exchange", "symbol", "timeframe", "kind", "rule", "rows", ""];
    let table = terminal::table(&header, statuses.iter().map(row).collect(), &[5]);
    format!("\n\nset aside, with the raw rows in the table `quarantine` and in --json\n{table}")
}

fn row(status: &QuarantineStatus) -> Vec<String> {
    let QuarantineStatus { place, rule, rows, stored } = status;
    let Place { exchange, symbol, timeframe, data } = place;
    vec![
        exchange.clone(),
        symbol.to_string(),
        timeframe.map_or_else(String::new, |timeframe| timeframe.to_string()),
        data.name().to_owned(),
        rule.clone(),
        format!("{}{}", thousands(*rows), if *rows >= MOST_ASIDE { " or more" } else { "" }),
        if *stored { "stored all the same" } else { "not stored" }.to_owned(),
    ]
}
