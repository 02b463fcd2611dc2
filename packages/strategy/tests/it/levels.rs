//! Warnings where a rule depends on the level of a running total, which begins with the history.

use strategy::load;

/// The warnings of a file with this `let` and this rule.
fn warnings(lets: &str, rule: &str) -> Vec<String> {
    let source = format!(
        "name: levels\ntimeframe: 1h\nparams:\n  k: 2\nlet:\n  total: obv()\n{lets}long:\n  enter: \"{rule}\"\n"
    );
    let file = load(&source, &[]).unwrap_or_else(|problems| panic!("{}", problems.render("levels", &source, false)));
    file.warnings.lines(&source)
}

#[test]
fn rules_on_differences_are_taken_without_a_word() {
    for rule in [
        "obv() > sma(obv(), 20)",
        "total > total[1]",
        "total > ema(obv(), 5)[3]",
        "crossover(obv(), sma(total, 20))",
        "rising(obv(), 3) and falling(ad(), 3)",
        "obv() - obv()[10] > 0",
        "k * obv() - 2 * total[1] > volume",
        "obv() / 2 > total[1] * 0.5",
        "(obv() + total[1]) / k > sma(total, 9)",
        "change(obv(), 5) / sma(volume, 20) > 0.5",
        "zscore(obv(), 20) > 2 and rsi(ad(), 14) < 30",
        "correlation(close, obv(), 20) > 0.5",
        "macd_hist(obv(), 12, 26, 9) > 0",
        "obv() == highest(obv(), 20)",
        "-obv() < -total[1]",
        "not (obv() < total[1])",
        "if(close > open, obv(), total[1]) > sma(total, 5)",
        "min(obv(), total[1]) > lowest(obv(), 20)",
        "obv() @ 4h > sma(obv(), 20) @ 4h",
        "adosc(3, 10) > 0 and cmf(20) > 0",
        "bb_upper(obv(), 20, 2) < obv()",
    ] {
        assert_eq!(warnings("", rule), [""; 0], "{rule}");
    }
}

#[test]
fn rules_on_a_level_are_warned_of() {
    for (rule, total) in [
        ("obv() > 0", "obv"),
        ("ad() > 1000", "ad"),
        ("total > 0", "obv"),
        ("total > close", "obv"),
        ("obv() > ad()", "obv"),
        ("k * obv() > total[1]", "obv"),
        ("obv() / total[1] > 1.1", "obv"),
        ("obv() * volume > 5", "obv"),
        ("obv() % 10 > 5", "obv"),
        ("roc(obv(), 5) > 3", "obv"),
        ("abs(total) > 1", "obv"),
        ("log(ad()) > 1", "ad"),
        ("crossover(obv(), 0)", "obv"),
        ("highest(obv(), 5) > 0", "obv"),
        ("close > 1 and not (obv() > 0)", "obv"),
        ("if(close > open, obv(), 0) > total", "obv"),
        ("max(obv(), 0) > 5", "obv"),
        ("sum(obv(), 5) > 0", "obv"),
        ("obv() @ 4h > 0", "obv"),
        ("obv() @ 4h > obv()", "obv"),
        ("obv() @ ETH/USDT > obv() @ 4h", "obv"),
        ("1e-12 * obv() > 0", "obv"),
    ] {
        let warnings = warnings("", rule);
        let expected = format!("`enter` depends on the level of `{total}()`");
        assert!(warnings.len() == 1 && warnings[0].contains(&expected), "{rule}: {warnings:?}");
    }
}

#[test]
fn names_carry_the_level_to_the_rule_that_reads_them() {
    let lets = "  high_total: total > 0\n  deep: total / 3 + close\n";
    assert_eq!(warnings(lets, "close > open"), [""; 0], "nobody reads it");
    let told = warnings(lets, "close > open and high_total");
    assert!(told[0].starts_with("line 10: "), "{told:?}");
    assert_eq!(warnings(lets, "deep > close").len(), 1);
    assert_eq!(warnings(lets, "deep > deep[1]"), [""; 0]);
}

#[test]
fn distances_are_warned_of_too() {
    let source = "name: x\ntimeframe: 1h\nlong:\n  enter: close > open\nprotect:\n  stop: abs(obv()) / 1e6\n  \
                  trail: stdev(obv(), 5)\n";
    let Ok(file) = load(source, &[]) else { panic!("it is well-formed") };
    let told = file.warnings.lines(source);
    assert!(told.len() == 1 && told[0].starts_with("line 6: `stop` depends"), "{told:?}");
}

#[test]
fn names_that_double_what_they_read_are_followed_in_no_time() {
    let lets: String = (0..400)
        .map(|i| format!("  x{i}: {0} + {0}\n", if i > 0 { format!("x{}", i - 1) } else { "total".into() }))
        .collect();
    assert_eq!(warnings(&lets, "x399 > 0").len(), 1);
}
