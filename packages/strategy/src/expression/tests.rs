//! Texts and the trees, or the mistakes, that come of them.

use super::*;

/// The tree in full parentheses.
fn show(expr: &Expr) -> String {
    match &expr.kind {
        Kind::Number(number) => number.to_string(),
        Kind::Word(word) => format!("'{word}'"),
        Kind::Name(name) => name.clone(),
        Kind::Negate(inner) => format!("(-{})", show(inner)),
        Kind::Not(inner) => format!("(not {})", show(inner)),
        Kind::Binary(op, left, right) => format!("({} {} {})", show(left), op.sign(), show(right)),
        Kind::Call(call) => {
            format!("{}({})", call.name, call.arguments.iter().map(show).collect::<Vec<_>>().join(", "))
        }
        Kind::Ago(inner, ago) => format!("{}[{}]", show(inner), show(ago)),
        Kind::At(inner, place) => {
            let symbol = place.symbol.as_ref().map(|symbol| format!(" {symbol}")).unwrap_or_default();
            let timeframe = place.timeframe.map(|timeframe| format!(" {timeframe}")).unwrap_or_default();
            format!("({} @{symbol}{timeframe})", show(inner))
        }
    }
}

#[track_caller]
fn check(text: &str, tree: &str) {
    let parsed = parse(text);
    assert_eq!((parsed.expr.as_ref().map(show), parsed.mistakes), (Some(tree.to_owned()), vec![]));
}

/// Expects one mistake that starts at `column` and holds `part`.
#[track_caller]
fn fails(text: &str, column: usize, part: &str) {
    let mistakes = parse(text).mistakes;
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    assert!(format!("{mistakes:?}").contains(part), "{mistakes:?}");
    assert_eq!(mistakes[0].span.start, column, "{mistakes:?}");
}

/// Expects these mistakes, and this tree to look for more.
#[track_caller]
fn goes_on(text: &str, parts: &[&str], tree: &str) {
    let parsed = parse(text);
    assert_eq!(parsed.expr.as_ref().map(show).as_deref(), Some(tree), "{:?}", parsed.mistakes);
    assert_eq!(parsed.mistakes.len(), parts.len(), "{:?}", parsed.mistakes);
    for (part, mistake) in parts.iter().zip(&parsed.mistakes) {
        assert!(format!("{mistake:?}").contains(part), "`{part}` is not in {mistake:?}");
    }
}

#[test]
fn operators_bind_as_the_page_says() {
    check("1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)");
    check("not a and b or c", "(((not a) and b) or c)");
    check("not a > b", "(not (a > b))");
    check("a or b and c", "(a or (b and c))");
    check("-a * b", "((-a) * b)");
    check("-close[1]", "(-close[1])");
    check("a - -1", "(a - (-1))");
    check("10 % 3 / 2", "((10 % 3) / 2)");
    check("a < b + 1 and c >= d", "((a < (b + 1)) and (c >= d))");
    check("(1 + 2) * 3", "((1 + 2) * 3)");
}

#[test]
fn calls_places_and_candles_ago() {
    check("crossover(sma(close, 10), x)", "crossover(sma(close, 10), x)");
    check("vwap('week')", "vwap('week')");
    check("highest(high, 48)[1]", "highest(high, 48)[1]");
    check("ema(close, 50) @ 1h > 3", "((ema(close, 50) @ 1h) > 3)");
    check("close @ETH/USDT 4h - close @ ETH/USDT", "((close @ ETH/USDT 4h) - (close @ ETH/USDT))");
    check("(close + open) @ 1d[1]", "((close + open) @ 1d)[1]");
    check("close @ BTC/USDT:USDT 1M", "(close @ BTC/USDT:USDT 1M)");
    check("close @ 4h/2-close @ 1d", "(((close @ 4h) / 2) - (close @ 1d))");
    check("if(a > b, 1, 0)", "if((a > b), 1, 0)");
    check("bop()", "bop()");
    check("1e-8 + 1_000.5", "(0.00000001 + 1000.5)");
}

#[test]
fn mistakes_point_and_teach() {
    fails("a && b", 2, "write `and`");
    fails("a AND b", 2, "write `and`");
    fails("ta.rsi(close, 14)", 0, "write `rsi`");
    fails("a || b", 2, "write `or`");
    fails("!a", 0, "write `not`");
    fails("a = b", 2, "write `==`");

    fails("a < b < c", 6, "write `a < b and b < c`");
    check("(a < b) == c", "((a < b) == c)");
    fails("sma(close, 10", 0, "not closed");
    fails("(a + b", 0, "not closed");
    fails("a b", 2, "operator or a comma");
    fails("a +", 3, "missing here");
    fails("a)", 1, "no open parenthesis");
    fails("close @ 7h", 8, "not a timeframe");
    fails("close @", 6, "missing after `@`");
    fails("ema(close, 4h)", 11, "@ 4h");
    fails("vwap('week)", 5, "not closed");
    fails("1.2.3", 0, "not a number");
    fails("1e999", 0, "not a number");
    fails("", 0, "missing here");
    fails(&"(".repeat(1000), 64, "levels deep");
    fails(&"-".repeat(1000), 64, "levels deep");
    fails(&"a+".repeat(8000), 0, "longer than");
}

#[test]
fn reading_goes_on_behind_a_mistake() {
    goes_on("a && b || !c", &["write `and`", "write `or`", "write `not`"], "((a and b) or (not c))");
    goes_on("a & b | c", &["write `and`", "write `or`"], "((a and b) or c)");
    goes_on("a AND b Or NOT c", &["write `and`", "write `or`", "write `not`"], "((a and b) or (not c))");
    goes_on("a = b", &["write `==`"], "(a == b)");
    goes_on("a === b", &["write `==`"], "(a == b)");
    goes_on("a <> b", &["write `!=`"], "(a != b)");
    goes_on("a => b", &["write `>=`"], "(a >= b)");
    goes_on("a ≥ b and c ≤ d and e ≠ f", &[">=", "<=", "!="], "(((a >= b) and (c <= d)) and (e != f))");
    goes_on("a − b – c", &["keyboard", "keyboard"], "((a - b) - c)");
    goes_on("a × b ÷ c", &["write `*`", "write `/`"], "((a * b) / c)");
    goes_on("a ** 2 + b^2", &["no power", "no power"], "((a * 2) + (b * 2))");
    goes_on("ta.rsi(close, 14) && x", &["write `rsi`", "write `and`"], "(rsi(close, 14) and x)");
    goes_on("x := a", &["`let`"], "(x == a)");
    goes_on("x += a", &["nothing is changed"], "(x + a)");
    goes_on("a > b;", &["leave it out"], "(a > b)");
    goes_on("a > b // why", &["starts with ` #`"], "(a > b)");
    goes_on("+a > b", &["leave out the `+`"], "(a > b)");
    goes_on("true and not False", &["`true`", "`False`"], "((0 == 0) and (not (0 < 0)))");
    goes_on("if(a, 1, null)", &["`null`"], "if(a, 1, 0)");
    goes_on("vwap(‘week’)", &["'week'"], "vwap('week')");
    goes_on("ema(close, 4h) && x", &["@ 4h", "write `and`"], "(ema(close, 4) and x)");
    goes_on("close @ 7h > x && y", &["write `and`", "not a timeframe"], "((close > x) and y)");
    goes_on("1.2.3 + 1e999", &["not a number", "not a number"], "(1 + 1)");
}

#[test]
fn chains_choices_and_the_future() {
    goes_on("1 < a < b", &["write `1 < a and a < b`"], "((1 < a) and (0 < b))");
    goes_on(
        "1 < a <= b + 1 && c",
        &["write `and`", "write `1 < a and a <= b + 1`"],
        "(((1 < a) and (0 <= (b + 1))) and c)",
    );
    goes_on("a < b < c < d", &["a < b and b < c", "b < c and c < d"], "(((a < b) and (0 < c)) and (0 < d))");
    goes_on("a > b ? 1 : 0", &["write `if(a > b, 1, 0)`"], "if((a > b), 1, 0)");
    let truth = "if((a > b), (0 == 0), (0 < 0))";
    goes_on("a > b ? true : false", &["write `a > b`"], truth);
    goes_on("a or b ? false : c", &["write `not (a or b) and c`"], "if((a or b), (0 < 0), c)");
    goes_on(
        "true and (a ? c : True)",
        &["write a comparison", "write `not a or c`"],
        "((0 == 0) and if(a, c, (0 == 0)))",
    );
    goes_on("if(a > b, true, false) and c", &["write `a > b`"], "(if((a > b), (0 == 0), (0 < 0)) and c)");
    goes_on("if(a, b, False)", &["write `a and b`"], "if(a, b, (0 < 0))");
    goes_on("a > b == true", &["write `a > b`"], "(a > b)");
    goes_on("up != TRUE or up == false", &["write `not (up)`", "write `not (up)`"], "(up or up)");
    goes_on("a ? 1 : b ? 2 : 3", &["if(b, 2, 3)", "if(a, 1, b ? 2 : 3)"], "if(a, 1, if(b, 2, 3))");
    goes_on("close[-1]", &["write `close[1]`"], "close[1]");
    goes_on("close[−1]", &["write `close[1]`"], "close[1]");
    fails("a ? 1", 2, "if(condition, a, b)");
    fails("if a > b then 1 else 0", 0, "if(condition, a, b)");
}

#[test]
fn percents_and_thousands() {
    goes_on("close * 3%", &["write 0.03"], "(close * 0.03)");
    goes_on("3% * close", &["write 0.03"], "(0.03 * close)");
    goes_on("a > 3% and b", &["write 0.03"], "((a > 0.03) and b)");
    goes_on("max(3%, 5%)", &["write 0.03", "write 0.05"], "max(0.03, 0.05)");
    goes_on("10% - 1", &["write 0.1"], "(0.1 - 1)");
    check("10%3", "(10 % 3)");
    check("10% 3", "(10 % 3)");
    check("10%(a)", "(10 % a)");
    check("10%-a", "(10 % (-a))");
    check("10 % -a", "(10 % (-a))");
    goes_on("volume > 1,000", &["write 1000"], "(volume > 1000)");
    goes_on("(volume > 1,000,500.5)", &["write 1000500.5"], "(volume > 1000500.5)");
    goes_on("max(volume, 1,000)", &["write 1000"], "max(volume, 1000)");
    check("max(5,100)", "max(5, 100)");
    check("macd(close, 12,26,9)", "macd(close, 12, 26, 9)");
    fails("close > 1,5", 9, "decimal point");
}

#[test]
fn the_number_of_mistakes_is_bounded() {
    let parsed = parse(&"a && ".repeat(1000));
    assert!(parsed.expr.is_none());
    assert_eq!(parsed.mistakes.len(), MAX_MISTAKES);
    assert!(parse(&"+".repeat(8000)).mistakes.len() <= MAX_MISTAKES);
}
