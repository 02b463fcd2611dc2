//! What is used of the limits of exchanges at this moment, and which exchanges want silence.

use db::LimitsStatus;
use market::format_utc;
use serde_json::{Value, json};
use terminal::thousands;

/// One object for each exchange and address that was ever asked.
pub(super) fn to_json(statuses: &[LimitsStatus], now_ms: i64) -> Value {
    let limits = statuses.iter().map(|LimitsStatus { exchange, address, limits }| {
        let silence = limits.silence_at(now_ms);
        json!({
            "exchange": exchange, "address": address,
            "used_weight": limits.used_at(now_ms), "weight_limit": limits.weight_limit,
            "silence": silence.map(|silence| silence.kind.name()),
            "silent_until": silence.map(|silence| format_utc(silence.until_ms)),
            "silent_until_ms": silence.map(|silence| silence.until_ms),
        })
    });
    limits.collect()
}

/// Nothing where nothing is used and nobody wants silence.
pub(super) fn to_text(statuses: &[LimitsStatus], now_ms: i64) -> String {
    let rows: Vec<_> = statuses.iter().filter_map(|status| row(status, now_ms)).collect();
    if rows.is_empty() {
        return String::new();
    }
    let header = ["exchange", "address", "weight used", "of", "silence"];
    format!("\n\nlimits of this minute\n{}", terminal::table(&header, rows, &[2, 3]))
}

fn row(LimitsStatus { exchange, address, limits }: &LimitsStatus, now_ms: i64) -> Option<Vec<String>> {
    let (used, silence) = (limits.used_at(now_ms), limits.silence_at(now_ms));
    if used == 0 && silence.is_none() {
        return None;
    }
    let silence = silence.map(|silence| format!("{} until {}", silence.kind.name(), format_utc(silence.until_ms)));
    let (used, limit) = (thousands(used.into()), thousands(limits.weight_limit.into()));
    Some(vec![exchange.clone(), address.clone(), used, limit, silence.unwrap_or_default()])
}
