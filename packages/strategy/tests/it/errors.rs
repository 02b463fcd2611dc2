//! Mistakes of a file: each is told with its place and what to do.

use strategy::load;

const GOOD: &str = "name: t\ntimeframe: 1h\nlet:\n  x: sma(close, 20)\nlong:\n  enter: close > x\n";

/// Replaces `from` by `to` in a good file and expects an error that holds all the parts.
#[track_caller]
fn check(from: &str, to: &str, parts: &[&str]) {
    let source = GOOD.replace(from, to);
    assert_ne!(source, GOOD, "{from} is not in the file");
    let Err(problems) = load(&source, &[]) else { panic!("taken without a word:\n{source}") };
    let text = problems.render("t.yaml", &source, false);
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
}

/// The same, and that nothing else is told.
#[track_caller]
fn only(from: &str, to: &str, parts: &[&str]) {
    check(from, to, parts);
    let Err(problems) = load(&GOOD.replace(from, to), &[]) else { panic!("taken without a word") };
    assert_eq!(problems.list().len(), 1, "{}", problems.render("t.yaml", &GOOD.replace(from, to), false));
}

#[test]
fn the_good_file_is_good() {
    assert!(load(GOOD, &[]).is_ok());
}

#[test]
fn expressions() {
    check("sma(", "smaa(", &["t.yaml:4:6", "unknown function `smaa`", "did you mean `sma(x, n)`?", "^^^^"]);
    check("close > x", "close > y", &["t.yaml:6:18", "unknown name `y`"]);
    check("close > x", "clsoe > x", &["t.yaml:6:10", "did you mean `close`?"]);
    check("close > x", "close", &["`enter` is a number, not a condition"]);
    check("close > x", "close > x > 2", &["comparisons do not chain"]);
    check("close > x", "close > x && close > 2", &["write `and`"]);
    check("close > x", "close + (close > x) > 2", &["t.yaml:6:18", "condition where a number is expected"]);
    check("close > x", "close and x", &["number where a condition is expected"]);
    check("close > x", "rsi(14) > 3", &["`rsi` takes 2 arguments, not 1", "rsi(close, 14)"]);
    check("close > x", "sma > 3", &["`sma` is a function"]);
    check("20", "2.5", &["`n` must be a whole number"]);
    check("20", "1e18", &["`n` must be a whole number"]);
    check("20", "0", &["`n` must be a whole number"]);
    check("20", "volume", &["`n` must be a whole number"]);
    check("sma(close, 20)", "vwap('year')", &["must be one of 'day', 'week', 'month'"]);
    check("sma(close, 20)", "close @ 5m", &["5m is lower than the strategy's timeframe, 1h"]);
    check("sma(close, 20)", "close @ 1h", &["leave out the `@`"]);
    check("sma(close, 20)", "close @ 4hours", &["not a timeframe"]);
    check(
        "sma(close, 20)",
        "(close @ 4h) @ 1d",
        &["`@` inside `@` cannot be computed", "own candles", "strategy file"],
    );
    check("sma(close, 20)", "close[-1]", &["would be the future", "write `close[1]`"]);
    only("sma(close, 20)", "close[−1]", &["would be the future", "write `close[1]`"]);
    only("sma(close, 20)", "close @ ETHUSDT 1h", &["`ETHUSDT` is not a symbol", "write `@ ETH/USDT 1h`"]);
    only("sma(close, 20)", "close @ eth-btc", &["`eth-btc` is not a symbol", "write `@ ETH/BTC`"]);
    only("sma(close, 20)", "close @ ETH 4h", &["`ETH` is not a symbol", "base/quote, as in `@ ETH/USDT 4h`"]);
    only("close > x", "close crosses above x", &["`crosses above` is not known here", "write `crossover(close, x)`"]);
    only("close > x", "close > 2 and close crosses below x", &["write `crossunder(close, x)`"]);
    only("close > x", "(open + close crosses over x)", &["write `crossover(a, b)`, for example"]);
    only("close > x", "close cross x", &["`crossover(a, b)` where a comes above b, `crossunder(a, b)`"]);
    only("close > x", "close is above x", &["`is above` is not known here", "write `>`"]);
    only("close > x", "close is less than x", &["`is less than` is not known here", "write `<`"]);
    only("close > x", "close > x ? true : false", &["write `close > x`"]);
    only("close > x", "close > x ? false : true", &["write `not close > x`"]);
    only("close > x", "close > x ? close > 2 : false", &["write `close > x and close > 2`"]);
    only("close > x", "rsi(close, 14) < 30%", &["write 0.3, or 30 where the scale is 0 to 100"]);
    check("sma(close, 20)", "x + 1", &["`x` reads itself"]);
    check("sma(close, 20)", "sma('week', 3)", &["is no value"]);
    check("sma(close, 20)", "if(close > 2, 1, close > 1)", &["both choices of `if`"]);
}

#[test]
fn keys_and_values() {
    only("name: t", "nmae: t", &["unknown key `nmae`", "did you mean `name`?"]);
    only("name: t", "name: \"\"", &["`name` is empty"]);
    only("name: t", "name:", &["`name` is"]);
    check("timeframe: 1h", "timeframe: 7h", &["t.yaml:2:12", "`7h` is not a timeframe"]);
    only("long:", "lnog:", &["did you mean `long`?"]);
    only("long:", "longs:", &["did you mean `long`?"]);
    only("  enter:", "  entry:", &["write `enter: …`"]);
    only("  enter:", "  entr:", &["did you mean `enter`?"]);
    only("timeframe: 1h", "interval: 1h", &["write `timeframe: 1h`"]);
    only("  x: sma", "  open_time_ms: 5\n  x: sma", &["`open_time_ms` is a column"]);
    only("enter: close > x", "enter:", &["`enter` is nothing", "for example crossover(close, sma(close, 20))"]);
    let list = "enter:\n    - close > x\n    - close > 2 or close < 1";
    only("enter: close > x", list, &["with `and`: write `enter: close > x and (close > 2 or close < 1)`"]);
    check("  x: sma", "  close: sma", &["`close` is a word of the language"]);
    check("  x: sma", "  max: sma", &["`max` is a word of the language"]);
    check("  x: sma", "  my-x: sma", &["is not a name"]);
    check("let:", "params:\n  x: 3\nlet:", &["`x` is a param already"]);
    check("let:", "params:\n  n: \"3\"\nlet:", &["text in quotes", "write 3"]);
    check("let:", "params:\n  n: three\nlet:", &["`n` is `three`, not a number"]);
    check("let:", "params:\n  n: { default: 3, rnage: [1, 2] }\nlet:", &["did you mean `range`?"]);
    check("let:", "params:\n  n: { default: 3, range: [5, 2] }\nlet:", &["lower one first"]);
    check("long:", "size: 200%\nlong:", &["is not a size", "50%"]);
    check("long:", "size: risk 1%\nlong:", &["needs a stop"]);
    check("long:", "cooldown: -1\nlong:", &["whole number of candles"]);
    check("long:", "leverage: 0.5\nlong:", &["from 1 to 125"]);
    check("long:", "protect:\n  stop: 3\nlong:", &["has no unit", "3%"]);
    for (written, meant) in [
        ("500 usd", "500 quote"),
        ("500$", "500 quote"),
        ("1000 quotes", "1000 quote"),
        ("3 pct", "3%"),
        ("3 Percent", "3%"),
        ("50bps", "0.5%"),
        ("2 atr", "2 * atr(14)"),
    ] {
        let help = format!("did you mean `{meant}`? A distance is `3%` of the entry price, `500 quote`, or");
        check("long:", &format!("protect:\n  trail: {written}\nlong:"), &["is no unit of a distance", &help]);
    }
    check("long:", "protect:\n  stop: 5 ticks\nlong:", &["`ticks` is no unit of a distance", "help: A distance is"]);
    check("long:", "protect:\n  stop: 110%\nlong:", &["can never be reached", "below 100%"]);
    check("long:", "protect:\n  trail: -3%\nlong:", &["can never be reached", "above 0%"]);
    check("let:", "params:\n  n: { default: 9, range: [1, 2] }\nlet:", &["the default 9 lies outside the range"]);
    check("long:", "protect:\n  stop: close > 3\nlong:", &["is a condition, not a distance"]);
    check("long:", "protect:\n  stop_loss: 3%\nlong:", &["unknown key `stop_loss`"]);
    check("let:\n  x", "let:\n   y: 1\n  x", &["further out than `y`"]);
    check("enter: ", "enter:", &["t.yaml:6:8", "write `enter: close > x`"]);
    check("let:\n  x", "let:\n\tx", &["spaces, not with tabs"]);
}

#[test]
fn all_mistakes_are_told_at_once() {
    let source =
        "name: t\ntimeframe: 1x\nlet:\n  a: smaa(close, 2)\n  b: a + 1\nlong:\n  enter: b > oepn\n  exit: close\n";
    let Err(problems) = load(source, &[]) else { panic!("taken") };
    // `b` reads the broken `a`: that is no mistake of its own.
    assert_eq!(problems.list().len(), 4, "{}", problems.render("t.yaml", source, false));
}

#[test]
fn a_param_that_is_not_there_cannot_be_set() {
    let source = "name: t\ntimeframe: 1h\nparams:\n  length: 3\nlong:\n  enter: close > length\n";
    let Err(problems) = load(source, &[("lenght".to_owned(), 4.0)]) else { panic!("taken") };
    assert!(problems.render("t.yaml", source, false).contains("did you mean `length`?"));
}

#[test]
fn hostile_files_are_refused() {
    for expr in ["(".repeat(5000), "1+".repeat(200_000), "-".repeat(7000), "if(".repeat(2000)] {
        check("sma(close, 20)", &expr, &["error"]);
    }
    // A chain of names that doubles at each step would be huge if it were written out.
    let lets: String = (1..200).map(|i| format!("  a{i}: a{} + a{}\n", i - 1, i - 1)).collect();
    let source = format!("name: t\ntimeframe: 1h\nlet:\n  a0: close\n{lets}long:\n  enter: a199 @ 4h > 0\n");
    assert!(load(&source, &[]).is_ok());
    // The same with a mistake at its bottom that shows only on other candles.
    let broken = source.replace("a0: close\n", "a0: close @ 1d\n");
    let Err(problems) = load(&broken, &[]) else { panic!("`@` inside `@` was taken") };
    assert_eq!(problems.list().len(), 1);
    // A sum as long as a line may be, and a chain of names as long as a file may be.
    check("sma(close, 20)", &"1+".repeat(4_000).replace("+", "+close+")[..8_000], &["error"]);
    let chain: String = (1..3_000).map(|i| format!("  a{i}: a{} + 1\n", i - 1)).collect();
    let source = format!("name: t\ntimeframe: 1h\nlet:\n  a0: close\n{chain}long:\n  enter: a2999 @ 4h > 0\n");
    let Err(problems) = load(&source, &[]) else { panic!("too deep a chain was taken") };
    assert!(problems.list()[0].message.contains("operations deep"));
    let windows: String = (0..60).map(|i| format!("  w{i}: highest(close, {})\n", 1_000_000 - i)).collect();
    check("  x: sma", &format!("{windows}  x: sma"), &["too long windows"]);
    let steps: String = (0..5_000).map(|i| format!("  s{i}: close + {i}.5\n")).collect();
    check("  x: sma", &format!("{steps}  x: sma"), &["too many steps"]);
}
