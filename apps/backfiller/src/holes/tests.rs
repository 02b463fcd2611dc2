//! Holes and gaps put together.

use market::{Rule, Series, Timeframe};
use proptest::prelude::*;

use super::*;

const M: i64 = 60_000;
/// A time at which stretches may be.
const BEGIN_MS: i64 = 1_735_689_600_000;

fn at(minute: i64) -> i64 {
    BEGIN_MS + minute * M
}

fn minutes() -> Target {
    Target::Candles(Series::new("binance", "BTC/USDT".parse().unwrap(), Timeframe::M1))
}

fn gap(from: i64, to: i64, cause: Cause, is_proven: bool) -> Gap {
    let proof = is_proven.then(|| Proof { how: "asked twice".to_owned(), at_ms: 0 });
    Gap { from_ms: at(from), to_ms: at(to), cause, found_at_ms: 0, proof }
}

/// Candles at minutes 0 to 99 but for those holes; what is told of each stretch: `3-5 no trades`, with a question
/// mark where it is not explained.
#[track_caller]
fn check(holes: &[(i64, i64)], gaps: &[Gap], expected: &[&str]) {
    let between = |&(from, to): &(i64, i64)| {
        let hole = Hole { from_ms: at(from), to_ms: at(to), missing: (to - from).unsigned_abs() };
        Between { left_ms: at(from - 1), hole }
    };
    let extent = Extent {
        target: minutes(),
        rows: 1,
        first_ms: at(0),
        last_ms: at(99),
        last_is_closed: true,
        holes: holes.iter().map(between).collect(),
    };
    let told = |stretch: &Stretch| {
        let (from, to) = ((stretch.from_ms - BEGIN_MS) / M, (stretch.to_ms - BEGIN_MS) / M);
        assert_eq!(stretch.missing, (to - from).unsigned_abs());
        format!("{from}-{to} {}{}", stretch.cause, if stretch.is_explained() { "" } else { "?" })
    };
    assert_eq!(stretches(&extent, gaps).iter().map(told).collect::<Vec<_>>(), expected);
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

#[test]
fn funding_is_told_by_the_slots_of_eight_hours() {
    const H: i64 = 60;
    let target = Target::Funding { exchange: "binanceusdm".to_owned(), symbol: "A/B:B".parse().unwrap() };
    // Rates every hour from 5 on, none after 6 and before 25.
    let hole = crate::stored::hole_after(&target, at(6 * H), at(25 * H));
    assert_eq!(hole, Hole { from_ms: at(8 * H), to_ms: at(25 * H), missing: 3 });
    let told = |gaps: &[Gap]| {
        let parts = split(&target, &hole, gaps);
        assert_eq!(is_explained(&target, &hole, gaps), parts.iter().all(Stretch::is_explained));
        parts.iter().map(|part| format!("{} {}", part.missing, part.cause)).collect::<Vec<_>>()
    };
    assert_eq!(told(&[]), ["3 not asked yet"]);
    assert_eq!(told(&[gap(8 * H, 25 * H, Cause::Absent, true)]), ["3 not at the exchange"]);
    // What came in between leaves a gap that ends where no rate is due.
    assert_eq!(told(&[gap(8 * H, 17 * H, Cause::Absent, true)]), ["2 not at the exchange", "1 not asked yet"]);
    assert_eq!(told(&[gap(8 * H, 24 * H + 1, Cause::Absent, true)]), ["3 not at the exchange"]);
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
        let parts = split(&minutes(), &hole, &gaps);
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
