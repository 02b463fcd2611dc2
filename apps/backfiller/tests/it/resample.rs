//! What `resample` makes of stored candles.

use std::collections::BTreeMap;

use db::Store;
use market::{Candle, Candles, Fold, Folded, Series, Timeframe, format_utc, parse_when};
use serde_json::Value;

use crate::run::{Desk, minutes, stderr};

fn args<'a>(exchange: &'a str, symbol: &'a str, from: &'a str, to: &'a str) -> [&'a str; 9] {
    ["resample", "--exchange", exchange, "--symbol", symbol, "--from-timeframe", from, "--to-timeframe", to]
}

/// Folds real candles and compares them with those that the exchange made itself: prices to the bit, volumes, which
/// the exchange sums up in decimals, to nine digits. Both begin where a longer candle does.
#[track_caller]
fn check_real(file: &str, from: &str, to: &str, least: usize) {
    let (exchange, id) = file.split_once('_').unwrap();
    let symbol = match (exchange, id) {
        ("binanceusdm", "BTCUSDT") => "BTC/USDT:USDT",
        (_, "BTCUSDT") => "BTC/USDT",
        (_, "ETHUSDT") => "ETH/USDT",
        _ => panic!("{file}"),
    };
    let Some(path) = testkit::shared(&format!("candles/{file}_{from}.csv.gz")) else { return };
    let Some(own) = testkit::shared_candles(&format!("{file}_{to}")) else { return };
    let desk = Desk::new();
    let import = ["import", "--exchange", exchange, "--symbol", symbol, "--timeframe", from, path.to_str().unwrap()];
    desk.json(&import);
    let counts = desk.json(&args(exchange, symbol, from, to));
    let series = Series::new(exchange, symbol.parse().unwrap(), to.parse().unwrap());
    let folded = Store::open_existing(desk.db()).unwrap().candles(&series, None, None).unwrap();
    assert_eq!(counts["new"], folded.len());
    let mut compared = 0;
    for candle in folded.iter() {
        let index = own.index_at_or_after(candle.open_time_ms);
        let Some(&time_ms) = own.open_time_ms.get(index) else { break };
        if time_ms != candle.open_time_ms {
            continue;
        }
        let expected = own.as_slice().get(index);
        assert!((candle.volume - expected.volume).abs() <= 1e-9 * expected.volume, "{candle:?} {expected:?}");
        assert_eq!(Candle { volume: 0.0, ..candle }, Candle { volume: 0.0, ..expected });
        compared += 1;
    }
    assert!(compared >= least, "{file} {from} {to}: only {compared} were compared");
}

#[test]
fn folded_candles_are_those_of_the_exchange() {
    check_real("binance_BTCUSDT", "5m", "15m", 38_000);
    check_real("binance_BTCUSDT", "1h", "4h", 1_400);
    check_real("binance_BTCUSDT", "1h", "1d", 400);
    check_real("binance_ETHUSDT", "15m", "1h", 9_000);
    check_real("binanceusdm_BTCUSDT", "1m", "1h", 700);
}

/// What shared candles give in a longer timeframe, where none of their parts is missing.
fn folded(name: &str, from: Timeframe, to: Timeframe) -> Option<Vec<Candle>> {
    let candles = testkit::shared_candles(name)?;
    let mut fold = Fold::new(from, to).unwrap();
    let mut all: Vec<Folded> = candles.iter().filter_map(|candle| fold.push(&candle)).collect();
    all.extend(fold.finish());
    Some(all.into_iter().filter(|folded| folded.missing == 0).map(|folded| folded.candle).collect())
}

/// Both have `least` candles in common, or more, and these are the same.
#[track_caller]
fn check_same(folded: &[Candle], own: &[Candle], least: usize) {
    let own: BTreeMap<i64, &Candle> = own.iter().map(|candle| (candle.open_time_ms, candle)).collect();
    let mut compared = 0;
    for candle in folded {
        let Some(&same) = own.get(&candle.open_time_ms) else { continue };
        assert!((same.volume - candle.volume).abs() <= 1e-9 * candle.volume, "{same:?} {candle:?}");
        assert_eq!(Candle { volume: 0.0, ..*same }, Candle { volume: 0.0, ..*candle });
        compared += 1;
    }
    assert!(compared >= least, "only {compared} were compared");
}

#[test]
fn folding_over_several_timeframes_is_that_of_the_exchange() {
    let check = |market: &str, from: &str, to: &str, least: usize| {
        let name = |timeframe: &str| format!("{market}_{timeframe}");
        let folded = folded(&name(from), from.parse().unwrap(), to.parse().unwrap());
        let (Some(folded), Some(own)) = (folded, testkit::shared_candles(&name(to))) else { return };
        check_same(&folded, &own.iter().collect::<Vec<_>>(), least);
    };
    check("binance_BTCUSDT", "5m", "1h", 9_900);
    check("binance_BTCUSDT", "5m", "1d", 390);
    check("binance_BTCUSDT", "15m", "1h", 9_700);
    check("binance_BTCUSDT", "15m", "1d", 390);
}

/// The exchange's own weeks and months are not at hand, its days are: folded from them, and from hours, longer candles
/// are the same, and each opens where the calendar says.
#[track_caller]
fn check_long(to: Timeframe, opens: impl Fn(i64) -> bool, least: usize) {
    let by_hours = folded("binance_BTCUSDT_1h", Timeframe::H1, to);
    let by_days = folded("binance_BTCUSDT_1d", Timeframe::D1, to);
    let (Some(by_hours), Some(by_days)) = (by_hours, by_days) else { return };
    check_same(&by_days, &by_hours, least);
    let wrong: Vec<_> = by_days.iter().filter(|candle| !opens(candle.open_time_ms)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn weeks_and_months_of_hours_are_those_of_the_days_of_the_exchange() {
    check_long(Timeframe::Month1, |time_ms| format_utc(time_ms).ends_with("-01T00:00:00Z"), 15);
    // 2024-10-07 was a Monday.
    let monday_ms = parse_when("2024-10-07", 0).unwrap();
    check_long(Timeframe::W1, |time_ms| (time_ms - monday_ms) % (7 * 86_400_000) == 0, 65);
    check_long(Timeframe::D3, |time_ms| time_ms % (3 * 86_400_000) == 0, 150);
}

/// Ten minutes from midnight, those of `without` missing, folded to 5m.
#[track_caller]
fn check(without: &[usize], more: &[&str], expected: &str, open_times_s: &[i64]) -> Value {
    let desk = Desk::new();
    let rows = minutes(10);
    let rows: String =
        rows.lines().enumerate().filter(|(i, _)| !without.contains(i)).map(|(_, row)| format!("{row}\n")).collect();
    desk.import("1m", &desk.write("a.csv", &rows));
    let args = [&args("binance", "BTC/USDT", "1m", "5m")[..], more].concat();
    let output = desk.run(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), format!("binance BTC/USDT 5m of 1m: {expected}"));
    let folded = stored(&desk);
    let times: Vec<i64> = folded.open_time_ms.iter().map(|time_ms| time_ms / 1_000 - 1_735_689_600).collect();
    assert_eq!(times, open_times_s);
    // Once more changes nothing.
    let again = desk.json(&args);
    assert_eq!((again["new"].as_u64(), again["known"].as_u64()), (Some(0), Some(folded.len() as u64)));
    assert_eq!(stored(&desk), folded);
    again
}

fn stored(desk: &Desk) -> Candles {
    let series = Series::new("binance", "BTC/USDT".parse().unwrap(), "5m".parse().unwrap());
    Store::open_existing(desk.db()).unwrap().candles(&series, None, None).unwrap()
}

#[test]
fn a_bucket_with_a_hole_is_left_out_unless_it_is_asked_for() {
    let told = "(--with-holes folds them too)";
    check(&[], &[], "2 new, 0 known", &[0, 300]);
    check(&[7], &[], &format!("1 new, 0 known, 1 left out for their holes {told}"), &[0]);
    check(&[0], &[], &format!("1 new, 0 known, 1 left out for their holes {told}"), &[300]);
    // The last is not over, holes or not.
    check(&[9], &[], "1 new, 0 known", &[0]);
    check(&[6, 9], &["--with-holes"], "1 new, 0 known", &[0]);
    let json = check(&[2, 7], &["--with-holes"], "2 new, 0 known, 2 folded in spite of holes", &[0, 300]);
    assert_eq!((json["folded_with_holes"].as_u64(), json["left_out_for_holes"].as_u64()), (Some(2), Some(0)));
}

#[test]
fn what_is_stored_stays_and_a_difference_is_told() {
    let desk = Desk::new();
    desk.import("1m", &desk.write("a.csv", &minutes(10)));
    desk.import("5m", &desk.write("b.csv", "1735689600000,1,2,1,1,1\n"));
    let json = desk.json(&args("binance", "BTC/USDT", "1m", "5m"));
    assert_eq!((json["new"].as_u64(), json["known"].as_u64(), json["differing"].as_u64()), (Some(1), Some(1), Some(1)));
    assert_eq!(stored(&desk).high[0], 2.0);
}

/// Ten minutes of which the third is missing, folded to 5m in spite of it; all ten as rows, and the command.
fn holed() -> (Desk, String, Vec<&'static str>) {
    let (desk, rows) = (Desk::new(), minutes(10));
    let without: String =
        rows.lines().enumerate().filter(|(i, _)| *i != 2).map(|(_, row)| format!("{row}\n")).collect();
    desk.import("1m", &desk.write("a.csv", &without));
    let with_holes = [&args("binance", "BTC/USDT", "1m", "5m")[..], &["--with-holes"]].concat();
    desk.json(&with_holes);
    (desk, rows, with_holes)
}

/// How many candles were corrected now, and how many differ and stay.
#[track_caller]
fn check_again(desk: &Desk, args: &[&str], corrected: u64, differing: u64) {
    let again = desk.json(args);
    let counts = [&again["new"], &again["corrected"], &again["differing"]].map(|count| count.as_u64().unwrap());
    assert_eq!(counts, [0, corrected, differing]);
}

/// Corrects a stored candle to one with another volume, as another command may.
fn correct(desk: &Desk, timeframe: &str, volume: f64) {
    let series = Series::new("binance", "BTC/USDT".parse().unwrap(), timeframe.parse().unwrap());
    let mut store = Store::open_existing(desk.db()).unwrap();
    let first = store.candles(&series, None, None).unwrap().as_slice().get(0);
    store.correct(&series, &Candle { volume, ..first }, "the exchange has other values", 0).unwrap();
}

#[test]
fn what_was_folded_in_spite_of_holes_is_made_anew_when_they_are_filled() {
    let (desk, rows, with_holes) = holed();
    let origins = desk.json(&["origins", "--timeframe", "5m"])["series"][0]["stretches"].take();
    let details: Vec<&Value> = origins.as_array().unwrap().iter().map(|stretch| &stretch["detail"]).collect();
    assert_eq!(details, ["1m with holes", "1m"]);
    let holed = stored(&desk);

    desk.import("1m", &desk.write("b.csv", &rows));
    check_again(&desk, &args("binance", "BTC/USDT", "1m", "5m"), 1, 0);
    let whole = stored(&desk);
    assert!((whole.volume[0], whole.volume[1]) > (holed.volume[0], holed.volume[1]), "{whole:?} {holed:?}");
    check_again(&desk, &with_holes, 0, 0);
    assert_eq!(stored(&desk), whole);
    // It is still this command's own, and follows what it is made of.
    correct(&desk, "1m", 1_000.0);
    check_again(&desk, &with_holes, 1, 0);
    assert_eq!(stored(&desk).volume[0], 1_000.0 + 4.0 * 9.25);
}

#[test]
fn what_has_more_holes_now_takes_no_place() {
    let (desk, _, with_holes) = holed();
    let before = stored(&desk);
    // The first two minutes go; of the third is none.
    let keep = format!("1m={}s", terminal::now_ms() / 1_000 - 1_735_689_600 - 150);
    desk.json(&["prune", "--keep", &keep]);
    check_again(&desk, &with_holes, 0, 1);
    assert_eq!(stored(&desk), before);
}

#[test]
fn what_was_corrected_in_another_way_stays() {
    let (desk, rows, with_holes) = holed();
    correct(&desk, "5m", 77.0);
    check_again(&desk, &with_holes, 0, 1);
    desk.import("1m", &desk.write("b.csv", &rows));
    check_again(&desk, &with_holes, 0, 1);
    assert_eq!(stored(&desk).volume[0], 77.0);
}

#[test]
fn what_cannot_be_folded_is_refused() {
    let desk = Desk::new();
    desk.import("1m", &desk.write("a.csv", &minutes(10)));
    for (from, to, expected) in [
        ("3m", "5m", "5m candles cannot be made of 3m candles: expected a timeframe that 3m divides"),
        ("5m", "15m", "there are no closed candles of binance BTC/USDT 5m"),
    ] {
        let output = desk.run(&args("binance", "BTC/USDT", from, to));
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
}
