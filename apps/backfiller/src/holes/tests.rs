//! Holes and gaps put together.

use market::{Candle, Rule};
use proptest::prelude::*;

use super::*;

const M: i64 = 60_000;
/// A time at which stretches may be.
const BEGIN_MS: i64 = 1_735_689_600_000;

fn at(minute: i64) -> i64 {
    BEGIN_MS + minute * M
}

fn gap(from: i64, to: i64, cause: Cause, is_proven: bool) -> Gap {
    let proof = is_proven.then(|| Proof { how: "asked twice".to_owned(), at_ms: 0 });
    Gap { from_ms: at(from), to_ms: at(to), cause, found_at_ms: 0, proof }
}

/// Candles at minutes 0 to 99 but for those holes; what is told of each stretch: `3-5 no trades`, with a question
/// mark where it is not explained.
#[track_caller]
fn check(holes: &[(i64, i64)], gaps: &[Gap], expected: &[&str]) {
    let hole =
        |&(from, to): &(i64, i64)| Hole { from_ms: at(from), to_ms: at(to), missing: (to - from).unsigned_abs() };
    let last = Candle { open_time_ms: at(99), open: 1.0, high: 1.0, low: 1.0, close: 1.0, volume: 1.0 };
    let status = SeriesStatus {
        series: Series::new("binance", "BTC/USDT".parse().unwrap(), Timeframe::M1),
        rows: 1,
        first_ms: at(0),
        last_ms: at(99),
        holes: holes.iter().map(hole).collect(),
        last,
        last_is_closed: true,
    };
    let told = |stretch: &Stretch| {
        let (from, to) = ((stretch.from_ms - BEGIN_MS) / M, (stretch.to_ms - BEGIN_MS) / M);
        assert_eq!(stretch.missing, (to - from).unsigned_abs());
        format!("{from}-{to} {}{}", stretch.cause, if stretch.is_explained() { "" } else { "?" })
    };
    assert_eq!(stretches(&status, gaps).iter().map(told).collect::<Vec<_>>(), expected);
}

#[test]
fn holes_are_told_by_what_is_known_of_their_parts() {
    use Cause::{Absent, AfterDelisting, BeforeListing, FetchFailed, NoTrades, NotAsked, Outage};
    check(&[], &[], &[]);
    check(&[(3, 5), (7, 8)], &[], &["3-5 not asked yet?", "7-8 not asked yet?"]);
    check(&[(3, 5)], &[gap(3, 5, NoTrades, true)], &["3-5 no trades"]);
    check(&[(3, 9)], &[gap(4, 6, Outage, true)], &["3-4 not asked yet?", "4-6 exchange outage", "6-9 not asked yet?"]);
    // What is proven counts, and proofs that touch are told as one.
    check(
        &[(3, 9)],
        &[gap(3, 9, FetchFailed, false), gap(4, 6, Absent, true), gap(6, 9, Absent, true)],
        &["3-4 fetch failed?", "4-9 not at the exchange"],
    );
    check(&[(3, 5)], &[gap(3, 5, Cause::Refused(Rule::Jump), true)], &["3-5 refused: jump"]);
    // No proof makes a failure an explanation, and no cause explains without one.
    check(&[(3, 5)], &[gap(3, 5, FetchFailed, true)], &["3-5 fetch failed?"]);
    check(&[(3, 5)], &[gap(3, 5, NotAsked, true)], &["3-5 not asked yet?"]);
    check(&[(3, 5)], &[gap(3, 5, NoTrades, false)], &["3-5 no trades?"]);
    // A candle that came all the same leaves two holes of a gap, and a gap beside any hole says nothing.
    check(
        &[(3, 4), (5, 6)],
        &[gap(3, 6, Absent, true), gap(50, 60, Absent, true)],
        &["3-4 not at the exchange", "5-6 not at the exchange"],
    );
    // Beyond the ends.
    check(
        &[],
        &[gap(-9, 0, BeforeListing, true), gap(-99, -50, Absent, true), gap(100, 110, AfterDelisting, true)],
        &["-9-0 before listing", "100-110 after delisting"],
    );
    check(
        &[],
        &[gap(-9, 3, FetchFailed, false), gap(90, 120, FetchFailed, false)],
        &["-9-0 fetch failed?", "100-120 fetch failed?"],
    );
}

fn causes() -> impl Strategy<Value = Cause> {
    prop::sample::select(vec![Cause::FetchFailed, Cause::Absent, Cause::Outage, Cause::NoTrades, Cause::BeforeListing])
}

proptest! {
    /// Whatever is noted of it: a hole is told whole, each part once, and none but it.
    #[test]
    fn parts_are_the_hole(from in 0_i64..50, length in 1_i64..50, noted in prop::collection::vec((0_i64..100, 1_i64..40, causes(), any::<bool>()), 0..9)) {
        let hole = Hole { from_ms: at(from), to_ms: at(from + length), missing: length.unsigned_abs() };
        let mut gaps: Vec<Gap> = noted.iter().map(|&(from, length, cause, proven)| gap(from, from + length, cause, proven)).collect();
        gaps.sort_by_key(|gap| gap.from_ms);
        let parts = split(Timeframe::M1, &hole, &gaps);
        prop_assert_eq!(parts.iter().map(|part| part.missing).sum::<u64>(), hole.missing);
        prop_assert_eq!((parts[0].from_ms, parts[parts.len() - 1].to_ms), (hole.from_ms, hole.to_ms));
        prop_assert!(parts.windows(2).all(|pair| pair[0].to_ms == pair[1].from_ms));
        for minute in from..from + length {
            let part = parts.iter().find(|part| (part.from_ms..part.to_ms).contains(&at(minute))).unwrap();
            let is_proven = gaps.iter().any(|gap| gap.is_explained() && (gap.from_ms..gap.to_ms).contains(&at(minute)));
            prop_assert_eq!(part.is_explained(), is_proven);
        }
    }
}
