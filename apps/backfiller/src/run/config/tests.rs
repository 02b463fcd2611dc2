//! Config files, good and bad.

use super::*;

const GOOD: &str = "db: a.db
concurrency: 8
schedule: \"15 * * * *\"
order: newest_first
series:
  - exchange: binance
    symbols: [ BTC/USDT, \"ETH/*\", { all: USDT, min_quote_volume: 1_000_000 } ]
    timeframes: [ 1m, 1h ]
    since: 2020-01-01
  - exchange: binanceusdm
    symbols: BTC/USDT:USDT
    kinds: [ mark, funding ]
    timeframes: 1h
    since: 90d
    order: oldest_first
    base_url: http://127.0.0.1:1
    archive: true
    archive_url: http://127.0.0.1:2
";

#[test]
fn a_whole_file_is_read() {
    let config = parse(GOOD).unwrap();
    assert_eq!((config.db.to_str().unwrap(), config.concurrency, config.schedule.is_some()), ("a.db", 8, true));
    let [spot, perpetual] = &config.entries[..] else { panic!("{config:?}") };
    assert_eq!(spot.symbols[1], Selector::Pattern("ETH/*".to_owned()));
    assert_eq!(spot.symbols[2], Selector::All { quote: "USDT".to_owned(), min_quote_volume: 1e6 });
    assert_eq!((&spot.timeframes[..], &spot.kinds[..]), (&[Timeframe::M1, Timeframe::H1][..], &[Kind::Candles][..]));
    assert_eq!((spot.order, perpetual.order), (Order::NewestFirst, Order::OldestFirst));
    assert_eq!((spot.archive, perpetual.archive), (false, true));
    assert_eq!(perpetual.archive_url.as_deref(), Some("http://127.0.0.1:2"));
    assert_eq!((&perpetual.kinds[..], perpetual.since.as_str()), (&[Kind::Mark, Kind::Funding][..], "90d"));
}

/// A line of the good file is written otherwise; what is said, and where?
#[track_caller]
fn check(line: &str, instead: &str, expected: &str) {
    let source = GOOD.replacen(line, instead, 1);
    assert_ne!(source, GOOD, "{line} is not in the file");
    let text = parse(&source).unwrap_err().render("x.yaml", &source, false);
    assert!(text.contains(expected) && text.contains("x.yaml:") && text.contains('^'), "{expected} in\n{text}");
    assert_eq!(text.matches("-->").count(), 1, "{text}");
}

#[test]
fn every_mistake_is_told_with_its_place() {
    check("concurrency: 8", "concurency: 8", "did you mean `concurrency`?");
    check("concurrency: 8", "concurrency: 0", "from 1 to 32");
    check("concurrency: 8", "concurrency: 33", "from 1 to 32");
    check("\"15 * * * *\"", "\"61 * * * *\"", "`schedule`: `61 * * * *` is no schedule");
    check("order: newest_first", "order: newest", "expected newest_first or oldest_first");
    check("exchange: binance\n", "exchange: binanse\n", "did you mean `binance`?");
    check("timeframes: [ 1m, 1h ]", "timeframes: [ 1m, 2q ]", "2q");
    check("    timeframes: [ 1m, 1h ]\n", "", "`timeframes` is missing");
    check("since: 2020-01-01", "since: yesterday", "`yesterday` is not a time");
    check("    since: 2020-01-01\n", "", "`since` is missing");
    check("kinds: [ mark, funding ]", "kinds: [ marks, funding ]", "expected candles, mark or funding");
    check("symbols: BTC/USDT:USDT", "symbols: BTCUSDT", "`BTCUSDT` is not a symbol");
    check("all: USDT", "al: USDT, all: USDT", "did you mean `all`?");
    check("1_000_000", "many", "`min_quote_volume` is `many`");
    check("archive: true", "archive: yes", "`archive` is `yes`");
    check("archive: true", "archive: false", "add `archive: true`");
    check("    archive: true\n", "", "add `archive: true`");
    check("[ mark, funding ]", "funding", "nothing of this entry comes from the archive");
}

#[test]
fn funding_alone_needs_no_timeframe() {
    let source = "series: { exchange: binanceusdm, symbols: \"*/USDT:USDT\", kinds: funding, since: 1w }";
    assert!(parse(source).unwrap().entries[0].timeframes.is_empty());
    let text = parse("db: x\n").unwrap_err().render("x.yaml", "db: x\n", false);
    assert!(text.contains("`series` is missing"), "{text}");
}

#[test]
fn the_example_is_good() {
    let config = parse(include_str!("../../../../../examples/backfill.yaml")).unwrap();
    assert_eq!((config.entries.len(), config.schedule.is_some()), (3, true));
    assert_eq!((config.entries[0].order, config.entries[2].kinds.len()), (Order::NewestFirst, 3));
}
