//! The commands that ask how much of a result is true: each verdict, good and bad.

use market::{Candle, Timeframe};
use serde_json::Value;

use super::{Desk, SMA_CROSS, Said, waves};

const RANGES: &str = "name: sma_cross
timeframe: 1h
params:
  fast: { default: 5, range: [3, 7], step: 2 }
  slow: { default: 20, range: [10, 30], step: 10 }
let:
  quick: sma(close, fast)
  calm: sma(close, slow)
long:
  enter: crossover(quick, calm)
  exit: crossunder(quick, calm)
";

/// Hourly candles that go up and down by lot, so that whoever trades them pays fees for nothing.
fn noise(count: i64) -> impl Iterator<Item = Candle> {
    let (mut state, mut price) = (7_u64, 100.0_f64);
    (0..count).map(move |hour| {
        // A linear congruential generator (Knuth's MMIX), of which the upper bits are good enough.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let open = price;
        price *= 1.0 + 0.01 * ((state >> 40) as f64 / (1_u64 << 24) as f64 - 0.5);
        Candle {
            open_time_ms: 1_704_067_200_000 + hour * 3_600_000,
            open,
            high: open.max(price) * 1.001,
            low: open.min(price) * 0.999,
            close: price,
            volume: 1.0 + (hour % 5) as f64,
        }
    })
}

/// Waves that are a tenth as high, so that costs matter.
fn ripples(count: i64) -> impl Iterator<Item = Candle> {
    let lower = |price: f64| 100.0 + (price - 100.0) / 10.0;
    waves(count).map(move |wave| Candle {
        open: lower(wave.open),
        high: lower(wave.high),
        low: lower(wave.low),
        close: lower(wave.close),
        ..wave
    })
}

fn desk_of(candles: impl Iterator<Item = Candle>) -> Desk {
    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, candles);
    desk.write("x.yaml", SMA_CROSS);
    desk.write("ranges.yaml", RANGES);
    desk
}

fn call(desk: &Desk, command: &str, args: &[&str]) -> Said {
    let mut all = vec![command];
    all.extend(args);
    all.extend(["--db", "x.db", "--symbol", "BTC/USDT"]);
    desk.backtester(&all)
}

/// What the command says and, beside it, as JSON: the verdict of both, and the exit code that goes with it.
#[track_caller]
fn check(desk: &Desk, command: &str, args: &[&str], is_good: Option<bool>, parts: &[&str]) -> Value {
    let mut all = args.to_vec();
    all.extend(["--json", "told.json"]);
    let said = call(desk, command, &all);
    let code = if is_good == Some(false) { 3 } else { 0 };
    assert_eq!(said.code, Some(code), "{}\n{}", said.out, said.err);
    let json: Value = serde_json::from_str(&testkit::read_text(&desk.path("told.json"))).expect("JSON");
    let verdict = json["verdict"]["text"].as_str().expect("a verdict");
    assert!(said.out.trim_end().ends_with(&format!("Verdict: {verdict}")), "{}", said.out);
    assert_eq!(json["verdict"]["good"].as_bool(), is_good);
    for part in parts {
        assert!(said.out.contains(part), "`{part}` is not in\n{}", said.out);
    }
    let mut all = args.to_vec();
    all.extend(["--json", "-"]);
    let again = call(desk, command, &all);
    assert_eq!((again.out.trim_end(), again.code), (json.to_string().as_str(), said.code), "it does not repeat");
    json
}

const WALK: [&str; 5] = ["ranges.yaml", "--train", "20d", "--test", "10d"];

#[test]
fn a_walk_over_waves_holds_and_one_over_noise_does_not() {
    let json =
        check(&desk_of(waves(2_000)), "walk-forward", &WALK, Some(true), &["Sharpe in", "Sharpe out", "it holds"]);
    let windows = json["windows"].as_array().expect("windows");
    // 2,000 hours are 83.3 days: six tests of ten days follow the first twenty, and one of three.
    assert_eq!(windows.len(), 7);
    assert_eq!(json["sets"], 9);
    let grown = windows
        .iter()
        .fold(10_000.0, |equity, window| equity * (1.0 + window["return_out_of_sample"].as_f64().expect("a return")));
    let last = json["out_of_sample"]["final_equity"].as_f64().expect("a number");
    assert!((grown / last - 1.0).abs() < 1e-12, "{grown} is not {last}");
    assert_eq!(json["equity"]["values"].as_array().map(Vec::len), Some(2_000 - 20 * 24));
    check(&desk_of(noise(2_000)), "walk-forward", &WALK, Some(false), &["it does not hold"]);
}

/// What a walk takes in a window is what a search of that window alone finds, and what a run of the test gives.
#[test]
fn a_window_is_a_search_and_a_run() {
    let desk = desk_of(noise(2_000));
    let json = check(&desk, "walk-forward", &WALK, Some(false), &[]);
    let window = &json["windows"][2];
    let time = |key: &str| market::format_utc(window[key].as_i64().expect("a time"));
    let (train, test) = ((time("train_from_ms"), time("train_to_ms")), (time("test_from_ms"), time("test_to_ms")));
    let run = |set: [f64; 2], (from, to): &(String, String)| -> Value {
        let (fast, slow) = (format!("fast={}", set[0]), format!("slow={}", set[1]));
        let args = ["--symbol", "BTC/USDT", "--from", from, "--to", to, "--set", &fast, "--set", &slow, "--json", "-"];
        let report: Value = serde_json::from_str(desk.run(&desk.path("ranges.yaml"), &args).succeeds()).expect("JSON");
        report["metrics"].clone()
    };
    let params = ["fast", "slow"].map(|name| window["params"][name].as_f64().expect("a param"));
    let chosen = run(params, &train)["sharpe"].as_f64().expect("a Sharpe ratio");
    assert_eq!(window["goal_in_sample"].as_f64(), Some(chosen));
    for fast in [3.0, 5.0, 7.0] {
        for slow in [10.0, 20.0, 30.0] {
            assert!(run([fast, slow], &train)["sharpe"].as_f64().is_none_or(|sharpe| sharpe <= chosen));
        }
    }
    let tested = run(params, &test);
    // The walk leaves what is open at the end, for a fee.
    let trades = window["trades_out_of_sample"].as_f64().unwrap() - tested["trades"].as_f64().unwrap();
    assert!(trades == 0.0 || trades == 1.0, "{trades}");
    let (ours, theirs) = (window["return_out_of_sample"].as_f64().unwrap(), tested["total_return"].as_f64().unwrap());
    assert!((ours - theirs).abs() < 1.5e-3, "{ours} is not {theirs}");
}

/// What happened once, long ago, is known where all history is read, and unknown where less is.
#[test]
fn a_long_memory_needs_more_than_the_program_reads() {
    let desk = desk_of(ripples(17_000));
    let price = Candle {
        open_time_ms: 1_704_067_200_000 - 3_600_000,
        open: 90.0,
        high: 90.0,
        low: 90.0,
        close: 90.0,
        volume: 1.0,
    };
    desk.store("BTC/USDT", Timeframe::H1, [price]);
    desk.write(
        "rare.yaml",
        "name: rare\ntimeframe: 1h\nlet:\n  age: bars_since(close < 95)\nlong:\n  enter: age > 5\n",
    );
    let parts = ["is not enough for `age` (by unknown), long.enter"];
    check(&desk, "warmup", &["rare.yaml", "--candles", "2"], Some(false), &parts);
}

/// Every trade of a walk is closed, so that what they gained is what the account gained: in whatever fees are taken.
#[test]
fn trades_of_a_walk_are_all_that_it_gains() {
    let desk = desk_of(noise(2_000));
    for fees in [["--fee-charged-in", "quote"], ["--fee-charged-in", "received"]] {
        let args = [&WALK[..], &fees, &["--slippage", "0.002", "--taker-fee", "0.003"]].concat();
        let json = check(&desk, "walk-forward", &args, Some(false), &["because"]);
        assert!(json["left_at_ends"].as_u64() > Some(0));
        let figure = |name: &str| json["out_of_sample"][name].as_f64().expect("a figure");
        let gained = figure("expectancy") * figure("trades");
        assert!((10_000.0 + gained - figure("final_equity")).abs() < 1e-6, "{gained}");
        // Whoever does not search trades the file's params from the first test to the end.
        let fixed = desk.run(
            &desk.path("ranges.yaml"),
            &[&["--symbol", "BTC/USDT", "--from", "2024-01-21", "--json", "-"], &args[5..]].concat(),
        );
        let fixed: Value = serde_json::from_str(fixed.succeeds()).expect("JSON");
        assert_eq!(json["params_of_file"]["final_equity"], fixed["metrics"]["final_equity"]);
    }
}

#[test]
fn a_walk_may_be_anchored_by_chance_and_bound_by_conditions() {
    let desk = desk_of(waves(2_000));
    let mut args = WALK.to_vec();
    args.extend(["--anchored", "--trials", "4", "--seed", "3", "--goal", "total_return", "--where", "fast < 7"]);
    let json = check(&desk, "walk-forward", &args, Some(true), &["Total return in"]);
    assert_eq!(json["sets"], 4);
    for window in json["windows"].as_array().expect("windows") {
        assert_eq!(window["train_from_ms"], 1_704_067_200_000_i64);
        assert!(window["params"]["fast"].as_f64() < Some(7.0));
    }
    let with = |more: &[&str]| call(&desk, "walk-forward", &[&WALK[..], more].concat());
    with(&["--param", "fats=1:2"]).fails_with(&["no such param", "did you mean fast?"]);
    with(&["--where", "fast > 100"]).fails_with(&["no set of params fulfils"]);
    with(&["--goal", "luck"]).fails_with(&["luck", "sharpe"]);
    with(&["--from", "2024-03-01"]).fails_with(&["one training window with its test needs 30.0"]);
    with(&["--param", "fast=-1:1"]).fails_with(&["with fast=", "must be a whole number"]);
    call(&desk, "walk-forward", &["x.yaml", "--train", "20d", "--test", "9d"]).fails_with(&["there is nothing to try"]);
}

#[test]
fn what_trades_waves_is_no_luck_and_what_trades_noise_may_be() {
    let good = desk_of(waves(4_000));
    let json =
        check(&good, "monte-carlo", &["x.yaml", "--runs", "300"], Some(true), &["Probability of a loss", "as it was"]);
    assert_eq!(json["loss_probability"]["by_trades"], 0.0);
    let order = &json["trades_reordered"]["final_equity_over_cash"];
    assert!((order["0.05"].as_f64().unwrap() / order["0.95"].as_f64().unwrap() - 1.0).abs() < 1e-9);
    let other = check(&good, "monte-carlo", &["x.yaml", "--runs", "300", "--seed", "2"], Some(true), &[]);
    assert_ne!(json["days_in_blocks"], other["days_in_blocks"]);
    check(&desk_of(noise(4_000)), "monte-carlo", &["x.yaml"], Some(false), &["there is no profit"]);
    let none = call(&good, "monte-carlo", &["x.yaml", "--to", "2024-01-02"]);
    none.fails_with(&["closed no trade in the range"]);
    assert_eq!(none.code, Some(1));
}

/// The candles of four hours that those of one hour make.
fn in_fours(candles: impl Iterator<Item = Candle>) -> Vec<Candle> {
    let hours: Vec<Candle> = candles.collect();
    let whole = |four: &[Candle]| Candle {
        high: four.iter().map(|hour| hour.high).fold(f64::MIN, f64::max),
        low: four.iter().map(|hour| hour.low).fold(f64::MAX, f64::min),
        close: four[3].close,
        volume: four.iter().map(|hour| hour.volume).sum(),
        ..four[0]
    };
    hours.chunks_exact(4).map(whole).collect()
}

const ELSEWHERE: &str = "name: elsewhere
timeframe: 1h
let:
  trend: ema(close, 10) @ 4h
  flow: obv()
long:
  enter: close > trend and rising(flow, 2) and rsi(close, 7) < 60
  exit: close < trend
protect:
  stop: 2 * atr(5)
  trail: 5%
";

#[test]
fn nothing_that_a_file_says_looks_ahead() {
    let desk = desk_of(noise(1_500));
    desk.store("BTC/USDT", Timeframe::H4, in_fours(noise(1_500)));
    desk.write("elsewhere.yaml", ELSEWHERE);
    let said = ["no look-ahead"];
    let json = check(&desk, "lookahead", &["elsewhere.yaml", "--cuts", "9"], Some(true), &said);
    let cuts = json["cuts_open_time_ms"].as_array().expect("cuts").len();
    assert!((10..=18).contains(&cuts), "{cuts}");
    assert_eq!(json["names"].as_array().map(Vec::len), Some(10));
    check(&desk, "lookahead", &["x.yaml", "--from", "2024-01-20", "--size", "30%"], Some(true), &said);
    call(&desk, "lookahead", &["x.yaml", "--cuts", "0"]).fails_with(&["--cuts 0"]);
}

#[test]
fn what_is_read_before_the_first_candle_is_enough_or_cannot_be_told() {
    let desk = desk_of(noise(6_000));
    desk.store("BTC/USDT", Timeframe::H4, in_fours(noise(6_000)));
    desk.write("elsewhere.yaml", ELSEWHERE);
    let json =
        check(&desk, "warmup", &["elsewhere.yaml", "--candles", "6"], Some(true), &["as read", "`trend`", "is enough"]);
    let row = |name: &str| {
        let rows = json["names"].as_array().expect("rows");
        rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}")).clone()
    };
    // Half of what is read is not enough for an average that remembers; a level of a running total never settles.
    assert!(row("`trend`")["changes"][0].as_f64() > Some(0.0));
    assert_eq!(row("`flow`")["running_total"], true);
    assert!(row("`flow`")["changes"][3].as_f64() > Some(1e-3));
    check(&desk, "warmup", &["x.yaml"], Some(true), &["`quick`", "long.enter", "long.exit"]);
    let few = desk_of(waves(30));
    check(&few, "warmup", &["x.yaml"], None, &["nothing can be said"]);
}

#[test]
fn a_profit_that_bears_costs_and_one_that_does_not() {
    let json = check(
        &desk_of(ripples(3_000)),
        "sensitivity",
        &["x.yaml"],
        Some(true),
        &["fees x 2", "slippage + 10 bp", "late"],
    );
    assert_eq!(json["break_even"]["fee"]["profit"], "below");
    let fee = json["break_even"]["fee"]["rate"].as_f64().expect("a rate");
    let desk = desk_of(ripples(3_000));
    let at = |fee: f64| {
        let fee = fee.to_string();
        let said = desk.run(
            &desk.path("x.yaml"),
            &["--symbol", "BTC/USDT", "--taker-fee", &fee, "--maker-fee", &fee, "--json", "-"],
        );
        let report: Value = serde_json::from_str(said.succeeds()).expect("JSON");
        report["metrics"]["total_return"].as_f64().expect("a return")
    };
    // A run at that fee ends where it began, and the runs of the table are those that `run` makes.
    assert!(at(fee - 1e-6) > 0.0 && at(fee + 1e-6) < 0.0, "{fee}");
    assert_eq!(json["runs"][3]["figures"]["total_return"].as_f64(), Some(at(0.002)));
    let near = (fee - 1e-4).to_string();
    let fees = ["x.yaml", "--taker-fee", &near, "--maker-fee", &near];
    check(&desk, "sensitivity", &fees, Some(false), &["does not bear fees x 2"]);
    check(&desk_of(noise(3_000)), "sensitivity", &["x.yaml"], Some(false), &["there is no profit"]);
}

#[test]
fn strategies_stand_side_by_side() {
    let desk = desk_of(waves(3_000));
    desk.write("hold.yaml", "name: hold\ntimeframe: 1h\nlong:\n  enter: close > 0\n");
    desk.write("fours.yaml", &SMA_CROSS.replace("1h", "4h").replace("sma_cross", "fours"));
    desk.store("BTC/USDT", Timeframe::H4, in_fours(waves(2_000)));
    let all = ["x.yaml", "ranges.yaml", "hold.yaml", "fours.yaml"];
    let parts = ["sma_cross (x.yaml)", "sma_cross (ranges.yaml)", "fours", "Buy & hold", "Correlation", "has the best"];
    let json = check(&desk, "compare", &all, Some(true), &parts);
    // The candles of four hours end first.
    assert_eq!(json["to_ms"], 1_704_067_200_000_i64 + 2_000 * 3_600_000);
    let figure = |index: usize, name: &str| json["strategies"][index]["figures"][name].as_f64().expect("a figure");
    assert_eq!(figure(0, "total_return"), figure(1, "total_return"));
    let correlation = |a: usize, b: usize| json["correlations"][a][b].as_f64().expect("a correlation");
    assert!((correlation(0, 1) - 1.0).abs() < 1e-9 && correlation(0, 2) < 0.95);
    let held = json["buy_and_hold"]["total_return"].as_f64().expect("a return");
    assert!((figure(2, "total_return") - held).abs() < 0.01);
    check(&desk_of(noise(3_000)), "compare", &["x.yaml"], Some(false), &["none is worth its trades"]);
    call(&desk, "compare", &["x.yaml", "none.yaml"]).fails_with(&["none.yaml"]);
}
