//! Files made to break the reader: each is refused with a word that fits, or it runs.

use strategy::load;

const MAX_BYTES: usize = yaml::MAX_BYTES;

/// Expects a refusal with few mistakes, of which one holds `part`; and that they can be drawn in little space.
#[track_caller]
fn refused(source: &str, part: &str) {
    let Err(problems) = load(source, &[]) else { panic!("taken without a word") };
    let text = problems.render("t.yaml", source, false);
    assert!(text.contains(part), "`{part}` is not in\n{}", &text[..text.len().min(4_000)]);
    assert!(problems.list().len() <= 200, "{} mistakes", problems.list().len());
    assert!(text.len() < 200_000, "{} bytes are drawn", text.len());
}

/// A file whose `let` holds these lines.
fn with_let(lines: &str) -> String {
    format!("name: t\ntimeframe: 1h\nlet:\n{lines}long:\n  enter: close > 1\n")
}

/// A file with an entry of this expression.
fn with_rule(expr: &str) -> String {
    format!("name: t\ntimeframe: 1h\nlong:\n  enter: {expr}\n")
}

#[test]
fn large_files() {
    refused(&"a".repeat(1 << 20), "larger than 256 KiB");
    refused(&"\n".repeat(MAX_BYTES), "is empty");
    refused(&"a".repeat(MAX_BYTES), "not a mapping");
    refused(&"é".repeat(MAX_BYTES / 2), "not a mapping");
    refused(&"a: 1\n".repeat(MAX_BYTES / 5), "more than 20000 values");
    refused(&with_rule(&"x".repeat(MAX_BYTES / 2)), "longer than 8192 characters");
    refused(&with_rule(&"close + ".repeat(MAX_BYTES / 16)), "longer than 8192 characters");
}

#[test]
fn many_mistakes() {
    let lines = |line: fn(usize) -> String| (0..9_000).map(line).collect::<String>();
    refused(&with_let(&lines(|n| format!("  a{n}: b{n}\n"))), "unknown name `b0`");
    refused(&with_let(&lines(|n| format!("  a{n}: a{}\n", n + 1))), "`a1` is defined below `a0`");
    refused(&with_let(&lines(|n| format!("  a{n}: a{}\n", (n + 1) % 9_000))), "`a1` is defined below `a0`");
    refused(&with_let(&lines(|n| format!("  a{n}: a{}\n", n / 100 * 100 + (n + 1) % 100))), "goes round in a circle");
    refused(&with_let(&lines(|n| format!("  a{n}: \n"))), "`a0` is nothing");
    refused(&with_let(&lines(|n| format!("  {n}: 1\n"))), "is not a name");
    refused(&with_let("  a: 1\n".repeat(9_000).as_str()), "given twice");
    refused(&lines(|n| format!("key{n}: 1\n")), "unknown key `key0`");
    refused(&with_rule(&"close && ".repeat(900)), "`&&` is not known here");
    refused(&with_rule(&"nz(".repeat(60)), "something is missing here");
    refused(&with_let(&lines(|n| format!("  a{n}:1\n"))), "a blank is missing");
    let params = lines(|n| format!("  p{n}: {n}\n"));
    refused(&format!("name: t\ntimeframe: 1h\nparams:\n{params}long:\n  enter: p8999 + q > 1\n"), "unknown name `q`");
}

#[test]
fn deep_nesting() {
    refused(&with_rule(&format!("{}close{} > 1", "(".repeat(1_000), ")".repeat(1_000))), "levels deep");
    refused(&with_rule(&"(".repeat(1_000)), "levels deep");
    refused(&with_rule(&format!("close > {}1", "-".repeat(1_000))), "levels deep");
    refused(&with_rule(&"not ".repeat(1_000)), "levels deep");
    refused(&with_rule(&"close[".repeat(1_000)), "levels deep");
    refused(&with_rule(&format!("close{}", "[1]".repeat(1_000))), "operations deep");
    refused(&with_rule(&"a ? ".repeat(1_000)), "levels deep");
    refused(&with_rule(&"a < ".repeat(1_000)), "comparisons do not chain");
    refused(&with_rule(&format!("close{} > 1", " + close".repeat(1_000))), "operations deep");
    refused(&"[".repeat(MAX_BYTES), "levels deep");
    refused(&"{".repeat(MAX_BYTES), "levels deep");
    refused(&"- ".repeat(MAX_BYTES / 2), "levels deep");
    refused(&"? ".repeat(MAX_BYTES / 2), "levels deep");
    refused(&"a: [".repeat(10_000), "");
    refused(&(0..400).map(|n| format!("{}a:\n", " ".repeat(n))).collect::<String>(), "levels deep");
}

#[test]
fn yaml_bombs() {
    let laughs = "a: &a [x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\n";
    refused(laughs, "cannot start with `&`");
    refused("a: &a\n  b: *a\n", "");
    refused("<<: *a\n", "");
    refused("name: *a\n", "cannot start with `*`");
    refused("name: !!binary aGk=\n", "cannot start with `!`");
    refused(&format!("name: t\nlet: {{{}}}\n", "a: 1, ".repeat(15_000)), "more than 20000 values");
    refused(&format!("name: \"{}\"\n", "\\x41".repeat(60_000)), "`timeframe` is missing");
    refused(&format!("name: {}\n", "'".repeat(MAX_BYTES - 20)), "");
    refused(&format!("name: >\n{}", "  x\n\n".repeat(30_000)), "`timeframe` is missing");
    refused(&"---\n".repeat(60_000), "");
    refused(&"%YAML 1.2\n".repeat(20_000), "");
    refused(&"#".repeat(MAX_BYTES), "is empty");
    refused(&format!("{}: 1\n", "k".repeat(200_000)), "");
}

#[test]
fn numbers_out_of_reach() {
    for length in ["1e18", "1e308", "-1", "0", "0.5", "1048577", "999999999999999999999", "0/0", "1/0"] {
        refused(&with_rule(&format!("close > sma(close, {length})")), "`n` must be a whole number");
    }
    for ago in ["1e18", "1048577", "0.5", "0/0", "close", "1 - 2"] {
        refused(&with_rule(&format!("close > close[{ago}]")), "must be a whole number from 0");
    }
    refused(&with_rule("close > 1e999"), "`1e999` is not a number");
    refused(&format!("{}cooldown: 1e18\n", with_rule("close > 1")), "whole number of candles");
    refused(&format!("{}leverage: inf\n", with_rule("close > 1")), "from 1 to 125");
    refused(&format!("{}size: 1e999 quote\n", with_rule("close > 1")), "is not a size");
    refused(&format!("{}protect:\n  stop: 1e999%\n", with_rule("close > 1")), "");
    refused(&format!("{}params:\n  n: nan\n", with_rule("close > 1")), "not a number");
}

#[test]
fn bytes_that_are_no_text() {
    refused("name: t\0\n", "cannot be printed");
    refused("\0", "");
    refused(&with_rule("close > \u{7}"), "`\\u{7}` is not known here");
    refused(&with_rule("close\u{a0}> x\u{200b}"), "");
    refused(&"\u{feff}".repeat(1_000), "");
    refused("\r", "is empty");
}

#[test]
fn the_files_of_other_systems_are_read() {
    let good = with_rule("close > sma(close, 20)");
    assert!(load(&format!("\u{feff}{good}"), &[]).is_ok(), "with a byte order mark");
    assert!(load(&good.replace('\n', "\r\n"), &[]).is_ok(), "with the line ends of Windows");
    assert!(load(good.trim_end(), &[]).is_ok(), "without a line end at its end");
    let wrong = format!("\u{feff}{}", good.replace("sma", "smaa")).replace('\n', "\r\n");
    let Err(problems) = load(&wrong, &[]) else { panic!("taken") };
    assert_eq!(&wrong[problems.list()[0].span.clone()], "smaa");
}
