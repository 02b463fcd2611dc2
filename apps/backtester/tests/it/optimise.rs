//! Searches: equal to single runs, remembered, and plain about what is wrong.

use std::path::PathBuf;

use market::Timeframe;
use serde_json::Value;

use super::{Desk, waves};

const CROSS: &str = "name: cross
timeframe: 1h
params:
  fast: { default: 3, range: [2, 5] }
  slow: { default: 9, range: [4, 12], step: 4 }
let:
  quick: ema(close, fast)
  calm: sma(close, slow) @ 4h
long:
  enter: crossover(quick, calm)
  exit: crossunder(quick, calm)
protect:
  stop: slow * 0.05 * atr(5)
";

fn desk() -> (Desk, PathBuf) {
    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, waves(900));
    let hours: Vec<_> = waves(900).collect();
    let folded = hours.chunks(4).map(|four| market::Candle {
        high: four.iter().map(|hour| hour.high).fold(0.0, f64::max),
        low: four.iter().map(|hour| hour.low).fold(f64::INFINITY, f64::min),
        close: four[3].close,
        ..four[0]
    });
    desk.store("BTC/USDT", Timeframe::H4, folded);
    let strategy = desk.write("x.yaml", CROSS);
    (desk, strategy)
}

fn optimise(desk: &Desk, strategy: &std::path::Path, args: &[&str]) -> super::Said {
    let db = desk.path("x.db");
    let mut all = vec!["optimise", strategy.to_str().expect("UTF-8"), "--db", db.to_str().expect("UTF-8")];
    all.extend(["--symbol", "BTC/USDT", "--from", "2024-01-10"]);
    all.extend(args);
    desk.backtester(&all)
}

fn json(desk: &Desk, strategy: &std::path::Path, args: &[&str]) -> Value {
    let all: Vec<&str> = args.iter().copied().chain(["--json", "-"]).collect();
    serde_json::from_str(optimise(desk, strategy, &all).succeeds()).expect("JSON")
}

#[test]
fn every_trial_is_the_run_it_stands_for() {
    let (desk, strategy) = desk();
    let found = json(&desk, &strategy, &["--taker-fee", "0.0002"]);
    let trials = found["trials"].as_array().expect("trials");
    assert_eq!(trials.len(), 12);
    for trial in trials {
        let set = |name: &str| format!("{name}={}", trial["params"][name]);
        let (fast, slow) = (set("fast"), set("slow"));
        let args = ["--symbol", "BTC/USDT", "--from", "2024-01-10", "--taker-fee", "0.0002", "--json", "-"];
        let mut all = args.to_vec();
        all.extend(["--set", &fast, "--set", &slow]);
        let run: Value = serde_json::from_str(desk.run(&strategy, &all).succeeds()).expect("JSON");
        assert_eq!(trial["metrics"], run["metrics"], "{fast} {slow}");
    }
    assert!(trials.iter().any(|trial| trial["metrics"]["trades"].as_u64() > Some(3)));
}

#[test]
fn a_search_goes_on_where_it_stopped() {
    let (desk, strategy) = desk();
    let part = json(&desk, &strategy, &["--where", "fast < 4"]);
    assert_eq!(part["tried"], 6);
    let count = |desk: &Desk| {
        let store = db::Store::open_existing(desk.path("x.db")).expect("the store opens");
        store.count_of_trials().expect("they are counted")
    };
    assert_eq!(count(&desk), 6);
    let whole = json(&desk, &strategy, &[]);
    assert_eq!(count(&desk), 12);
    assert_eq!(whole, json(&desk, &strategy, &["--no-record"]), "what is remembered is what is computed");
    json(&desk, &strategy, &["--taker-fee", "0.01"]);
    assert_eq!(count(&desk), 24, "other settings are another search");
}

#[test]
fn chance_and_estimates_try_what_they_are_told_to() {
    let (desk, strategy) = desk();
    for sampler in ["random", "tpe"] {
        let args = ["--sampler", sampler, "--trials", "7", "--seed", "3", "--no-record"];
        let found = json(&desk, &strategy, &args);
        assert_eq!(found["tried"], 7, "{sampler}");
        assert_eq!(found, json(&desk, &strategy, &args), "{sampler} with the same seed");
        let points: Vec<&Value> =
            found["trials"].as_array().expect("trials").iter().map(|one| &one["params"]).collect();
        assert!(points.iter().enumerate().all(|(index, point)| !points[..index].contains(point)), "{points:?}");
    }
    // There are no more than twelve points.
    assert_eq!(json(&desk, &strategy, &["--sampler", "tpe", "--trials", "50"])["tried"], 12);
}

#[test]
fn the_best_fulfils_the_conditions() {
    let (desk, strategy) = desk();
    let found = json(&desk, &strategy, &["--goal", "trades", "--where", "max_drawdown > -0.5", "--where", "fast >= 3"]);
    let trials = found["trials"].as_array().expect("trials");
    assert!(trials.iter().all(|trial| trial["params"]["fast"].as_f64() >= Some(3.0)));
    let most = trials.iter().filter_map(|trial| trial["score"].as_f64()).fold(f64::NEG_INFINITY, f64::max);
    assert_eq!(found["best"]["metrics"]["trades"].as_f64(), Some(most));
    let least = json(&desk, &strategy, &["--goal", "trades", "--lowest"]);
    assert!(least["best"]["metrics"]["trades"].as_f64() < Some(most));
    let said = optimise(&desk, &strategy, &["--html", "search.html"]);
    for part in ["12 points tried", "Best: fast=", "Plateau: ", "Verdict: "] {
        assert!(said.succeeds().contains(part), "`{part}` is not in\n{}", said.out);
    }
    assert!(testkit::read_text(&desk.path("search.html")).contains("\"names\":[\"fast\",\"slow\"]"));
}

/// The plateau of a sample, found again from the trials themselves.
#[test]
fn a_sample_has_a_plateau_of_its_nearest() {
    let (desk, strategy) = desk();
    let args =
        ["--sampler", "random", "--trials", "60", "--param", "fast=2:20", "--param", "slow=4:40:4", "--no-record"];
    let found = json(&desk, &strategy, &args);
    let trials = found["trials"].as_array().expect("trials");
    let place = |trial: &Value| {
        let param = |name: &str| trial["params"][name].as_f64().expect("a param");
        [(param("fast") - 2.0) / 18.0, (param("slow") - 4.0) / 36.0]
    };
    let middle = place(&found["plateau"]);
    let mut nearest: Vec<(f64, f64)> = trials
        .iter()
        .map(|trial| place(trial).iter().zip(middle).fold(0.0_f64, |most, (a, b)| most.max((a - b).abs())))
        .zip(trials.iter().map(|trial| trial["score"].as_f64().expect("a score")))
        .collect();
    nearest.sort_by(|a, b| a.0.partial_cmp(&b.0).expect("numbers"));
    // The root of sixty, rounded up.
    let mut scores: Vec<f64> = nearest[..8].iter().map(|(_, score)| *score).collect();
    scores.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
    let around = &found["plateau"]["around"];
    assert_eq!(around["trials"], 8);
    assert!((around["reach"].as_f64().expect("a reach") - nearest[7].0).abs() < 1e-9);
    // Of those that are equally far the earlier ones are taken, so that the test and the program sort alike.
    assert!((around["median"].as_f64().expect("a median") - f64::midpoint(scores[3], scores[4])).abs() < 1e-9);
    assert!(optimise(&desk, &strategy, &args).succeeds().contains("as the median of the 8 trials nearest to it"));
    // All points of a grid, in whatever order, have the plateau of a grid.
    let plateau = |sampler: &str| json(&desk, &strategy, &["--sampler", sampler, "--no-record"])["plateau"].clone();
    assert_eq!(plateau("random"), plateau("grid"));
    assert!(plateau("grid")["around"]["mean"].is_number());
}

#[test]
fn mistakes_are_told() {
    let (desk, strategy) = desk();
    for (args, parts) in [
        (&["--goal", "sharp"][..], &["no such figure", "did you mean sharpe?"][..]),
        (&["--param", "fats=2:5"], &["no such param", "did you mean fast?"]),
        (&["--param", "fast=5:2"], &["fast", "5"]),
        (&["--where", "fast ~ 2"], &["no condition"]),
        (&["--where", "faster < 2"], &["neither a param"]),
        (&["--where", "fast > 99"], &["no point"]),
        (&["--html", "-"], &["a file of its own"]),
        (&["--param", "fast=0:2"], &["with fast=0", "whole number from 1"]),
        (&["--set", "fast=2", "--set", "slow=4"], &["nothing to try"]),
        (&["--param", "fast=1:1000:0.01", "--param", "slow=1:1000"], &["--sampler random"]),
    ] {
        optimise(&desk, &strategy, args).fails_with(parts);
    }
}

#[test]
fn strategies_in_rust_are_searched_too() {
    let (desk, _) = desk();
    let strategy = desk.write(
        "grid.yaml",
        "name: grid\ntimeframe: 1h\nparams:\n  lines: 3\n  spacing: { default: 1, range: [1, 3] }\nrust: grid\nsize: 100%\n",
    );
    let found = json(&desk, &strategy, &[]);
    assert_eq!(found["tried"], 3);
    for trial in found["trials"].as_array().expect("trials") {
        let set = format!("spacing={}", trial["params"]["spacing"]);
        let args = ["--symbol", "BTC/USDT", "--from", "2024-01-10", "--json", "-", "--set", &set];
        let run: Value = serde_json::from_str(desk.run(&strategy, &args).succeeds()).expect("JSON");
        assert_eq!(trial["metrics"], run["metrics"], "{set}");
    }
}
