//! The pages that commands write: whole, of their own, bounded, and with what they are about in words.

use market::Timeframe;
use serde_json::Value;

use super::{Desk, SMA_CROSS, waves};

/// Points that a line may have at most.
const MOST_POINTS: usize = 2_000;
/// Elements that have no end.
const VOID: [&str; 3] = ["meta", "!doctype", "br"];

fn desk() -> Desk {
    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, waves(5_000));
    desk.store("ETH/USDT", Timeframe::H1, waves(5_000).map(|wave| market::Candle { volume: 2.0, ..wave }).skip(40));
    desk.write("x.yaml", SMA_CROSS);
    desk.write("hold.yaml", "name: a <b> & 'c'\ntimeframe: 1h\nlong:\n  enter: close > 0\n");
    desk
}

/// Writes the page of a command, and gives it with its JSON.
#[track_caller]
fn page(desk: &Desk, args: &[&str]) -> (String, Value) {
    let mut all = args.to_vec();
    all.extend(["--db", "x.db", "--html", "page.html", "--json", "told.json"]);
    let said = desk.backtester(&all);
    assert!(matches!(said.code, Some(0 | 3)), "{}", said.err);
    assert!(said.out.contains("The page is in page.html"), "{}", said.out);
    assert!(!desk.path("page.html.partial").exists());
    let json = serde_json::from_str(&testkit::read_text(&desk.path("told.json"))).expect("JSON");
    (testkit::read_text(&desk.path("page.html")), json)
}

/// What holds of every page; `parts` are texts that are shown.
#[track_caller]
fn check(html: &str, figures: &[&str], parts: &[&str]) {
    is_well_formed(html);
    for asking in ["http:", "https:", "//cdn", "<link", "src=", "@import", "url(", "NaN", "inf"] {
        let shown = html.split("</style>").nth(1).expect("a style").split("<script").next().expect("a page");
        let of_all = ["<link", "@import", "src=", "http:", "https:"].contains(&asking);
        assert!(!(if of_all { html } else { shown }).contains(asking), "{asking}");
    }
    for part in ["default-src 'none'", "prefers-color-scheme: dark", "@media print", "<b>Verdict:</b> ", "Provenance"] {
        assert!(html.contains(part), "{part}");
    }
    let shown = html.replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    for part in parts {
        assert!(shown.contains(part), "`{part}` is not in the page");
    }
    for name in figures {
        let figure = report::FIGURES.iter().find(|figure| figure.name == *name).expect("a figure");
        assert!(shown.contains(&format!("title=\"{}\"", figure.definition)), "{name} has no definition");
    }
    for line in html.split("class=\"line").skip(1) {
        let path = line.split(" d=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a path");
        let points = path.split('L').count();
        assert!((2..=MOST_POINTS).contains(&points), "{points} points");
    }
}

/// Every element that begins ends, in order, and every attribute is quoted.
#[track_caller]
fn is_well_formed(html: &str) {
    let (mut open, mut rest): (Vec<&str>, &str) = (Vec::new(), html);
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').expect("a tag ends");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        rest = after;
        let name = tag.trim_start_matches('/').split([' ', '/']).next().expect("a name");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "in {open:?}");
        } else if !tag.ends_with('/') && !VOID.contains(&name) {
            open.push(name);
        }
        if (name == "script" || name == "style") && !tag.starts_with('/') {
            let end = format!("</{name}>");
            rest = &rest[rest.find(&end).expect("it ends")..];
        }
    }
    assert!(open.is_empty(), "{open:?} do not end");
}

fn verdict(json: &Value) -> &str {
    json["verdict"]["text"].as_str().expect("a verdict")
}

const BTC: [&str; 2] = ["--symbol", "BTC/USDT"];

#[test]
fn a_walk_is_drawn() {
    let args = ["walk-forward", "x.yaml", "--train", "60d", "--test", "30d", "--param", "fast=3:7:2"];
    let (html, json) = page(&desk(), &[&args[..], &BTC].concat());
    let figures = ["sharpe", "total_return", "max_drawdown", "trades", "final_equity"];
    let command = "backtester walk-forward x.yaml --train 60d --test 30d --param fast=3:7:2 --symbol BTC/USDT";
    check(&html, &figures, &[verdict(&json), "Walk-forward efficiency", "Out of sample", "Buy & hold", command]);
    let windows = json["windows"].as_array().expect("windows").len();
    assert_eq!(html.matches("class=\"mark\"").count(), windows - 1);
    assert_eq!(html.matches("In sample: ").count(), windows);
    // The data that it was made from are named by their hash.
    assert!(html.contains("Candles of binance BTC/USDT 1h"));
}

#[test]
fn drawn_runs_are_a_fan_and_histograms() {
    let args = ["monte-carlo", "x.yaml", "--runs", "300", "--seed", "5"];
    let (html, json) = page(&desk(), &[&args[..], &BTC].concat());
    check(&html, &["final_equity"], &[verdict(&json), "5 to 95 %", "As it was", "Days in blocks", "Seed"]);
    assert_eq!((html.matches("class=\"band\"").count(), html.matches("class=\"was\"").count()), (2, 4));
}

#[test]
fn costs_and_delays_are_bars_and_a_field() {
    let (html, json) = page(&desk(), &[&["sensitivity", "x.yaml"][..], &BTC].concat());
    check(&html, &["total_return", "sharpe"], &[verdict(&json), "fees x 2", "+ 10 bp", "in time"]);
    let field = json["fees_and_slippage"]["total_return"].as_array().expect("rows");
    assert_eq!(html.matches("class=\"heat").count(), field.iter().flat_map(|row| row.as_array()).flatten().count());
    // Its first column and row are the runs that stand alone.
    let alone = |run: usize| &json["runs"][run]["figures"]["total_return"];
    let column: Vec<&Value> = field.iter().map(|row| &row[0]).collect();
    assert_eq!(column, (0..5).map(alone).collect::<Vec<_>>());
    assert_eq!(field[1].as_array().expect("a row").iter().collect::<Vec<_>>(), (5..10).map(alone).collect::<Vec<_>>());
}

#[test]
fn strategies_are_drawn_together() {
    let (html, json) = page(&desk(), &[&["compare", "x.yaml", "hold.yaml"][..], &BTC].concat());
    let parts = [verdict(&json), "a <b> & 'c'", "sma_cross", "Buy & hold", "Correlation of daily returns"];
    check(&html, &["final_equity", "cagr", "sharpe", "win_rate"], &parts);
    assert_eq!(html.matches("class=\"line").count(), 3);
}

#[test]
fn a_portfolio_is_drawn_with_its_symbols() {
    let args = ["portfolio", "x.yaml", "--symbols", "ETH/USDT,BTC/USDT", "--size", "40%"];
    let (html, json) = page(&desk(), &args);
    let parts = ["the portfolio returned", "Open positions", "At stake", "ETH/USDT", "Most positions at once"];
    check(&html, &["total_return", "max_drawdown", "win_rate", "fees"], &parts);
    assert_eq!(html.matches("class=\"line").count(), 6);
    assert!(json["metrics"]["trades"].as_f64() > Some(10.0));
}

#[test]
fn a_search_is_drawn() {
    let args = ["optimise", "x.yaml", "--param", "fast=3:7:2", "--param", "slow=10:30:5", "--no-record"];
    let (html, _) = page(&desk(), &[&args[..], &BTC].concat());
    check(&html, &["sharpe", "total_return"], &["15 points tried", "Heat map", "Plateau: fast=", "Deflated Sharpe"]);
}

#[test]
fn a_page_goes_to_a_file_or_nowhere() {
    let desk = desk();
    let with =
        |file: &str| desk.backtester(&["compare", "x.yaml", "--symbol", "BTC/USDT", "--db", "x.db", "--html", file]);
    let said = with("-");
    said.fails_with(&["--html", "a file of its own", "page.html"]);
    assert_eq!(said.code, Some(2));
    let said = with("x.yaml/page.html");
    said.fails_with(&["page.html cannot be written"]);
    assert_eq!(said.code, Some(1));
}
