//! Keys as beginners and other systems name them, and where they belong here.

use yaml::{Node, Value, nearest};

/// What to write for a key in small letters and without `_`, `-` and blanks.
type Hints = &'static [(&'static [&'static str], &'static str)];

const STOP: &str = "a stop is written below `protect:`, as `stop: 3%` or `stop: 2 * atr(14)`";
const TAKE: &str = "a target is written below `protect:`, as `take: 5%`";
const TRAIL: &str = "a trailing stop is written below `protect:`, as `trail: 2%`";
const BARS: &str = "a longest stay is written below `protect:`, as `max_bars: 24`";
const GIVEN: &str = "leave it out: what is traded is given on the command line, for example --symbol BTC/USDT";
const ENTER: &str = "it belongs below `long:` or `short:`, indented by two blanks, as `enter: close > open`";
const EXIT: &str = "it belongs below `long:` or `short:`, indented by two blanks, as `exit: close < open`";

const STOPS: (&[&str], &str) = (&["stop", "stoploss", "sl", "stops"], STOP);
const TAKES: (&[&str], &str) = (&["take", "takeprofit", "tp", "target", "profit", "roi"], TAKE);
const TRAILS: (&[&str], &str) = (&["trail", "trailing", "trailingstop", "trailingstoploss", "ts"], TRAIL);
const BARS_KEYS: (&[&str], &str) = (&["maxbars", "maxcandles", "timestop", "timeout", "bars", "maxhold"], BARS);

const FILE: Hints = &[
    STOPS,
    TAKES,
    TRAILS,
    BARS_KEYS,
    (&["enter", "entry", "buy", "open", "entrylong", "longentry", "enterlong"], ENTER),
    (&["shortentry", "entershort", "entryshort", "sellshort"], "write `enter: …` below `short:`"),
    (&["exit", "sell", "close", "exitlong", "longexit"], EXIT),
    (
        &["indicators", "indicator", "variables", "vars", "define", "definitions"],
        "names for expressions stand below `let:`",
    ),
    (
        &["parameters", "inputs", "input", "settings", "config", "constants"],
        "constants with names stand below `params:`",
    ),
    (&["symbol", "symbols", "pair", "pairs", "market", "ticker", "exchange"], GIVEN),
    (&["interval", "tf", "period", "resolution", "candle", "granularity"], "write `timeframe: 1h`"),
    (&["title", "strategy", "id"], "write `name: my_strategy`"),
    (&["description", "desc", "comment", "note", "notes"], "write `about: …`, or a comment that starts with `#`"),
    (&["rules", "signals", "conditions"], "rules stand below `long:` and `short:`, as `enter: …` and `exit: …`"),
    (
        &["qty", "quantity", "amount", "positionsize", "stake", "stakeamount", "risk"],
        "write `size: 50%`, `size: 250 quote` or `size: risk 1%`",
    ),
    (
        &["fee", "fees", "commission", "slippage", "cash", "capital", "initialcapital"],
        "leave it out: cash and costs are given on the command line",
    ),
];

const SIDE: Hints = &[
    STOPS,
    TAKES,
    TRAILS,
    BARS_KEYS,
    (&["entry", "buy", "open", "when", "if", "signal", "condition", "entries"], "write `enter: …`"),
    (&["sell", "close", "leave", "until", "exits"], "write `exit: …`"),
];

const PROTECT: Hints = &[
    (&["stoploss", "sl", "stops"], "write `stop: 3%` or `stop: 2 * atr(14)`"),
    (&["takeprofit", "tp", "target", "profit", "roi"], "write `take: 5%`"),
    (&["trailing", "trailingstop", "trailingstoploss", "ts"], "write `trail: 2%`"),
    (&["maxcandles", "timestop", "timeout", "bars", "maxhold"], "write `max_bars: 24`"),
];

/// For keys of a whole file.
pub(super) fn of_file(key: &str) -> Option<String> {
    find(FILE, key)
}

/// For keys of `long` and `short`.
pub(super) fn of_side(key: &str) -> Option<String> {
    find(SIDE, key)
}

/// For keys of `protect`.
pub(super) fn of_protect(key: &str) -> Option<String> {
    find(PROTECT, key)
}

/// Whether another key was written where `key` was meant, of which its hint, or the nearest name, has told.
pub(super) fn stands_in(node: &Node, key: &str, known: &[&str], hint: fn(&str) -> Option<String>) -> bool {
    let Value::Map(entries) = &node.value else { return false };
    let names = entries.iter().filter_map(|(key, _)| key.text()).filter(|name| !known.contains(name));
    names.into_iter().any(|name| match hint(name) {
        Some(hint) => hint.contains(&format!("`{key}:")),
        None => nearest(name, known.iter().copied()) == Some(key),
    })
}

/// What to write where there is no expression.
pub(super) fn of_no_expression(node: &Node, key: &str) -> String {
    let example = match key {
        "enter" => "crossover(close, sma(close, 20))",
        "exit" => "crossunder(close, sma(close, 20))",
        "stop" | "take" | "trail" => "3% or 2 * atr(14)",
        _ => "sma(close, 20)",
    };
    let Value::List(list) = &node.value else { return format!("for example {example}") };
    let conditions: Option<Vec<&str>> = list.iter().map(Node::text).collect();
    match conditions {
        Some(conditions) if ["enter", "exit"].contains(&key) && !conditions.is_empty() => {
            let side = |text: &&str| if text.contains(" or ") { format!("({text})") } else { (*text).to_owned() };
            let joined = conditions.iter().map(side).collect::<Vec<_>>().join(" and ");
            format!("leave out the dashes and join the conditions with `and`: write `{key}: {joined}`")
        }
        _ => format!("write one expression, for example {example}; conditions are joined with `and`"),
    }
}

fn find(hints: Hints, key: &str) -> Option<String> {
    let plain: String = key.chars().filter(|c| !"_- ".contains(*c)).flat_map(char::to_lowercase).collect();
    hints.iter().find(|(keys, _)| keys.contains(&plain.as_str())).map(|(_, hint)| (*hint).to_owned())
}
