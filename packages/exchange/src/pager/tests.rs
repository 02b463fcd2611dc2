//! Tests of the pager, against a made-up exchange that holds the truth and answers badly.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use proptest::prelude::*;

use super::*;

const M: i64 = 60_000;

fn candle(open_time_ms: i64) -> Candle {
    Candle { open_time_ms, open: 2.0, high: 3.0, low: 1.0, close: 2.0, volume: open_time_ms as f64 }
}

/// An exchange that has certain candles, and ways to answer worse than it could.
struct Fake {
    truth: BTreeMap<i64, Candle>,
    page: usize,
    /// Chance, in percent, that a question is answered worse the first time it is asked.
    bad_percent: u8,
    asked: BTreeSet<(i64, i64)>,
    /// Where a page ends that is not about one hole alone.
    pages_end_ms: i64,
    rng: Rng,
}

impl Fake {
    fn new(slots: &[i64], page: usize, bad_percent: u8, seed: u64) -> Self {
        let truth = slots.iter().map(|slot| (slot * M, candle(slot * M))).collect();
        Fake { truth, page, bad_percent, asked: BTreeSet::new(), pages_end_ms: 0, rng: Rng::with_seed(seed) }
    }

    fn answer(&mut self, question: Question) -> Vec<Candle> {
        let (until_ms, limit) = question.bounds(Timeframe::M1);
        let (since_ms, until_ms) = (question.since_ms(), until_ms.unwrap_or(i64::MAX));
        let limit = limit.map_or(self.page, |limit| limit as usize);
        let mut rows: Vec<_> = self.truth.range(since_ms..until_ms).take(limit).map(|(_, candle)| *candle).collect();
        let is_new = limit > 1 && self.asked.insert((since_ms, until_ms));
        if is_new && self.rng.u8(0..100) < self.bad_percent && !rows.is_empty() {
            let is_wide = until_ms == self.pages_end_ms;
            self.spoil(&mut rows, since_ms, is_wide);
        }
        rows
    }

    /// Leaves out what was asked for only where the question was a wide one: who denies a candle twice is believed.
    fn spoil(&mut self, rows: &mut Vec<Candle>, since_ms: i64, is_wide: bool) {
        let index = self.rng.usize(0..rows.len());
        match self.rng.u8(0..5) {
            0 => rows.insert(0, candle(since_ms - M)),
            1 => rows.insert(index, rows[index]),
            2 if is_wide => rows.truncate(index),
            3 if is_wide => rows.clear(),
            _ if is_wide => drop(rows.remove(index)),
            _ => {}
        }
    }
}

/// Runs to the end; gives what was passed on and the number of questions.
fn run(pager: &mut Pager, mut answer: impl FnMut(Question) -> Vec<Candle>) -> Result<(Vec<Candle>, usize), PagerError> {
    let (mut passed, mut questions) = (Vec::new(), 0);
    while let Some(question) = pager.ask() {
        questions += 1;
        assert!(questions < 100_000, "no end");
        passed.extend(pager.answer(&answer(question).into())?);
    }
    Ok((passed, questions))
}

/// Of candles that are old.
#[track_caller]
fn check(slots: &[i64], page: usize, since: i64, until: i64, expected: &[i64], questions: usize) {
    check_at(1_000 * M + YOUNG_MS, slots, page, (since, until), expected, questions);
}

/// Of candles that are young, and the one of minute `until` is forming.
#[track_caller]
fn check_young(slots: &[i64], page: usize, until: i64, expected: &[i64], questions: usize) {
    check_at(until * M + SETTLE_MS, slots, page, (0, until), expected, questions);
}

#[track_caller]
fn check_at(
    server_time_ms: i64,
    slots: &[i64],
    page: usize,
    (since, until): (i64, i64),
    expected: &[i64],
    questions: usize,
) {
    let mut fake = Fake::new(slots, page, 0, 0);
    let mut pager = Pager::new(Timeframe::M1, since * M, Some(until * M), server_time_ms);
    let (passed, asked) = run(&mut pager, |question| fake.answer(question)).unwrap();
    let passed: Vec<_> = passed.iter().map(|candle| candle.open_time_ms / M).collect();
    assert_eq!((passed.as_slice(), asked), (expected, questions));
}

#[test]
fn candles_without_holes_cost_a_question_a_page() {
    let slots: Vec<i64> = (0..100).collect();
    check(&slots, 10, 0, 100, &slots, 10);
    check(&slots, 7, 0, 100, &slots, 15);
    check(&slots, 10, 5, 6, &[5], 1);
    check(&slots, 10, 5, 5, &[], 0);
    check(&slots, 10, 6, 5, &[], 0);
}

#[test]
fn a_hole_costs_one_question_more_and_an_end_is_proven_by_two() {
    check(&[0, 1, 5, 6], 10, 0, 7, &[0, 1, 5, 6], 2);
    check(&[0, 1, 5, 7], 10, 0, 8, &[0, 1, 5, 7], 3);
    check(&[40, 41], 10, 0, 42, &[40, 41], 2);
    check(&[0, 1], 10, 0, 100, &[0, 1], 3);
    check(&[], 10, 0, 100, &[], 2);
    check(&[200], 10, 0, 100, &[], 2);
}

#[test]
fn a_young_candle_is_believed_with_a_later_one_behind_it() {
    let slots: Vec<i64> = (0..101).collect();
    check_young(&slots, 1_000, 100, &slots[..100], 1);
    // A page ends with the candle that the next one begins with.
    check_young(&slots, 11, 100, &slots[..100], 10);
    check_young(&slots, 10, 100, &slots[..100], 12);
    // Nobody has traded since: what came last is left for another time, as is what may come behind it.
    check_young(&slots[..100], 1_000, 100, &slots[..99], 3);
    check_young(&[0, 1, 2], 10, 9, &[0, 1], 3);
    check_young(&[0, 1, 5], 10, 9, &[0, 1], 5);
    check_young(&[4], 10, 9, &[], 4);
    check_young(&[], 10, 9, &[], 2);
    check_young(&[0, 1, 5, 9], 10, 9, &[0, 1, 5], 4);
    check_young(&[0, 1, 9], 10, 9, &[0, 1], 3);
}

/// Where it ends, and what is absent, both in minutes, when the exchange has `slots` and it is minute `now`.
#[track_caller]
fn check_end(slots: &[i64], now: i64, end: i64, absent: &[(i64, i64)]) {
    check_end_before(slots, now, now, end, absent);
}

/// The same, where what opens before minute `until` is wanted.
#[track_caller]
fn check_end_before(slots: &[i64], now: i64, until: i64, end: i64, absent: &[(i64, i64)]) {
    let mut fake = Fake::new(slots, 10, 0, 0);
    let mut pager = Pager::new(Timeframe::M1, 0, Some(until * M), now * M + SETTLE_MS);
    run(&mut pager, |question| fake.answer(question)).unwrap();
    let found: Vec<_> = pager.absent().iter().map(|hole| (hole.from_ms / M, hole.to_ms / M)).collect();
    assert_eq!((pager.end_ms() / M, found.as_slice()), (end, absent));
}

#[test]
fn of_what_is_young_nothing_is_absent_without_a_later_candle() {
    check_end(&[0, 1, 2, 5], 5, 5, &[(3, 5)]);
    check_end_before(&[0, 1, 2, 9], 9, 5, 5, &[(3, 5)]);
    check_end_before(&[0, 1, 2, 8], 9, 5, 5, &[(3, 5)]);
    check_end_before(&[0, 1, 8], 9, 3, 3, &[(2, 3)]);
    check_end(&[0, 1, 2], 5, 2, &[]);
    check_end(&[0, 1, 4], 5, 4, &[(2, 4)]);
    check_end(&[], 5, 0, &[]);
    let week = YOUNG_MS / M;
    check_end(&[0, 1, 2], week + 5, 5, &[(3, 5)]);
    check_end(&[0, 1, 2], week + 3, 3, &[]);
    check_end(&[0, 1, 2], week + 2, 2, &[]);
}

#[test]
fn an_answer_out_of_a_cache_ends_before_what_was_forming_then() {
    for (stale, last, end) in [(1, None, 0), (2, Some(0), 1), (7, Some(5), 6), (10, Some(8), 9), (11, Some(9), 10)] {
        check_end(&(0..stale).collect::<Vec<_>>(), 10, end, &[]);
        let mut fake = Fake::new(&(0..stale).collect::<Vec<_>>(), 20, 0, 0);
        let mut pager = Pager::new(Timeframe::M1, 0, None, 10 * M + SETTLE_MS);
        let (passed, _) = run(&mut pager, |question| fake.answer(question)).unwrap();
        assert_eq!(passed.last().map(|candle| candle.open_time_ms / M), last);
    }
}

#[test]
fn what_lies_in_the_slot_of_the_last_candle_is_not_behind_it() {
    let mut pager = Pager::new(Timeframe::M1, 0, None, 10 * M + SETTLE_MS);
    let rows = [candle(0), candle(M), candle(2 * M), candle(2 * M + 1_000)];
    assert_eq!(pager.answer(&rows.to_vec().into()).unwrap(), rows[..2]);
}

#[test]
fn a_hole_is_not_closed_by_refused_candles_before_its_end() {
    let bad = |time_ms: i64| Candle { high: 0.5, ..candle(time_ms) };
    for (young, to) in [(10, 20), (3_100, 3_000)] {
        let mut pager = Pager::new(Timeframe::M1, 0, Some((to + 1) * M), YOUNG_MS + young * M);
        pager.answer(&vec![candle(0), candle(to * M), candle((to + 1) * M)].into()).unwrap();
        assert_eq!(pager.answer(&vec![bad(M), bad(2 * M)].into()).unwrap(), []);
        assert_eq!(pager.ask(), Some(Question::Page { since_ms: 3 * M, until_ms: to * M }));
    }
}

#[test]
fn a_candle_that_was_seen_alone_may_not_be_denied() {
    let mut pager = Pager::new(Timeframe::M1, 0, Some(5 * M), 20 * M);
    pager.answer(&vec![candle(0), candle(M), candle(2 * M)].into()).unwrap();
    pager.answer(&vec![candle(2 * M)].into()).unwrap();
    pager.answer(&vec![candle(9 * M), candle(10 * M)].into()).unwrap();
    assert_eq!(pager.ask(), Some(Question::Page { since_ms: 2 * M, until_ms: 5 * M }), "it is asked for again");
    pager.answer(&vec![candle(2 * M)].into()).unwrap();
    pager.answer(&vec![candle(2 * M)].into()).unwrap();
    assert_eq!((pager.ask(), pager.left_ms(), pager.end_ms()), (None, Some(2 * M), 2 * M));
    assert_eq!(pager.absent(), []);
}

#[test]
fn a_page_that_stood_still_is_made_good_by_the_next_one() {
    let mut fake = Fake::new(&(0..11).collect::<Vec<_>>(), 20, 0, 0);
    let forming = Candle { close: 1.5, ..candle(6 * M) };
    let stale = fake.truth.range(..6 * M).map(|(_, candle)| *candle).chain([forming]).collect();
    let mut answers = vec![stale];
    let mut pager = Pager::new(Timeframe::M1, 0, None, 10 * M + SETTLE_MS);
    let (passed, questions) =
        run(&mut pager, |question| answers.pop().unwrap_or_else(|| fake.answer(question))).unwrap();
    assert_eq!((passed, questions), ((0..10).map(|slot| candle(slot * M)).collect(), 2));
}

#[test]
fn only_candles_closed_for_a_moment_are_asked_for_and_passed_on() {
    let slots: Vec<i64> = (0..10).collect();
    let all = |_| slots.iter().map(|slot| candle(slot * M)).collect::<Vec<_>>();
    let closed = |minute: i64, ms: i64| minute * M + ms;
    for (server_time_ms, last) in [
        (closed(5, 0), 3),
        (closed(5, SETTLE_MS - 1), 3),
        (closed(5, SETTLE_MS), 4),
        (closed(6, 0), 4),
        (closed(6, SETTLE_MS), 5),
    ] {
        let mut pager = Pager::new(Timeframe::M1, 0, None, server_time_ms);
        assert_eq!(run(&mut pager, all).unwrap().0.last().unwrap().open_time_ms, last * M);
        assert_eq!(pager.end_ms(), (last + 1) * M);
    }
}

#[test]
fn bounds_off_the_grid_and_out_of_this_world_are_taken() {
    let ask = |since_ms, until_ms| Pager::new(Timeframe::M1, since_ms, until_ms, 100 * M + SETTLE_MS + 1).ask();
    assert_eq!(ask(1, Some(2 * M + 1)), Some(Question::Page { since_ms: M, until_ms: 3 * M }));
    assert_eq!(ask(i64::MIN, Some(i64::MAX)), Some(Question::Page { since_ms: 0, until_ms: 100 * M }));
    assert_eq!(ask(i64::MAX, None), None);
    assert_eq!(ask(0, Some(i64::MIN)), None);
    assert_eq!(Pager::new(Timeframe::M1, 0, None, i64::MIN).ask(), None);
}

#[test]
fn months_are_followed_by_the_calendar() {
    let opens: Vec<i64> =
        ["2024-01-01", "2024-02-01", "2024-03-01"].map(|day| market::parse_when(day, 0).unwrap()).into();
    let mut pager = Pager::new(Timeframe::Month1, opens[0], None, market::parse_when("2024-04-15", 0).unwrap());
    let rows = |question| match question {
        Question::Page { since_ms, .. } => {
            opens.iter().filter(|&&open| open >= since_ms).map(|&open| candle(open)).collect()
        }
        Question::Next { .. } => vec![],
    };
    assert_eq!(run(&mut pager, rows).unwrap().0.len(), 3);
    assert!(pager.holes().is_empty());
}

#[track_caller]
fn check_fruitless(fault: AnswerFault, rows: impl Fn(Question) -> Vec<Candle>) {
    let mut pager = Pager::new(Timeframe::M1, 10 * M, None, 100 * M);
    let error = run(&mut pager, rows).unwrap_err();
    assert_eq!(error, PagerError::Fruitless { timeframe: Timeframe::M1, since_ms: 10 * M, fault });
}

#[test]
fn answers_that_lead_nowhere_end_in_an_error() {
    check_fruitless(AnswerFault::TooEarly { open_time_ms: 9 * M }, |_| vec![candle(9 * M)]);
    check_fruitless(AnswerFault::NotRising { open_time_ms: 10 * M }, |_| vec![candle(10 * M), candle(10 * M)]);
    check_fruitless(AnswerFault::NotRising { open_time_ms: 11 * M }, |_| vec![candle(12 * M), candle(11 * M)]);
    check_fruitless(AnswerFault::Contradiction, |question| match question {
        Question::Page { .. } => vec![],
        Question::Next { since_ms } => vec![candle(since_ms)],
    });
}

#[test]
fn bad_candles_are_refused_once_and_the_rest_goes_on() {
    let mut truth: Vec<_> = (0..20).map(|slot| candle(slot * M)).collect();
    truth[3].high = 0.5;
    for row in &mut truth[7..12] {
        row.open_time_ms += 14_789;
    }
    truth[19].close = f64::NAN;
    let mut pager = Pager::new(Timeframe::M1, 0, Some(20 * M), 20 * M + YOUNG_MS);
    let rows = |question| match question {
        Question::Page { since_ms, until_ms } => {
            truth.iter().filter(|row| (since_ms..until_ms).contains(&row.open_time_ms)).take(4).copied().collect()
        }
        Question::Next { since_ms } => {
            truth.iter().filter(|row| row.open_time_ms >= since_ms).take(1).copied().collect()
        }
    };
    let (passed, _) = run(&mut pager, rows).unwrap();
    let passed: Vec<_> = passed.iter().map(|candle| candle.open_time_ms / M).collect();
    assert_eq!(passed, [0, 1, 2, 4, 5, 6, 12, 13, 14, 15, 16, 17, 18]);
    assert_eq!(pager.refused().count(), 7);
    assert_eq!(pager.holes().iter().map(|hole| hole.missing).collect::<Vec<_>>(), [1, 5]);
    assert_eq!(pager.absent(), [], "they are there, only not as they should be");
}

#[test]
fn absent_is_what_is_missing_at_either_end_and_between_but_not_what_was_refused() {
    let mut truth: Vec<_> = [3, 4, 8, 9, 10].map(|slot| candle(slot * M)).into();
    truth[3].high = 0.5;
    truth.insert(2, candle(6 * M + 1));
    let mut pager = Pager::new(Timeframe::M1, M, Some(13 * M), 1_000 * M + YOUNG_MS);
    let rows = |question| {
        let (Question::Page { since_ms, .. } | Question::Next { since_ms }) = question;
        truth.iter().filter(|row| row.open_time_ms >= since_ms).copied().collect()
    };
    run(&mut pager, rows).unwrap();
    let absent = pager.absent();
    let minutes: Vec<_> = absent.iter().map(|hole| (hole.from_ms / M, hole.to_ms / M, hole.missing)).collect();
    assert_eq!(minutes, [(1, 3, 2), (5, 6, 1), (7, 8, 1), (11, 13, 2)]);
    let mut empty = Pager::new(Timeframe::M1, M, Some(13 * M), 1_000 * M);
    let later = |question| if matches!(question, Question::Next { .. }) { vec![candle(99 * M)] } else { vec![] };
    run(&mut empty, later).unwrap();
    assert_eq!(empty.absent(), [Hole { from_ms: M, to_ms: 13 * M, missing: 12 }]);
}

#[test]
fn another_kind_of_data_is_refused_as_a_whole() {
    let mut pager = Pager::new(Timeframe::M1, 0, None, 10_000 * M);
    let off_grid = |question| match question {
        Question::Page { since_ms, .. } => (0..1_000).map(|slot| candle(since_ms + slot * M + 1)).collect(),
        Question::Next { since_ms } => vec![candle(since_ms + 1)],
    };
    assert!(matches!(run(&mut pager, off_grid), Err(PagerError::TooManyRefused { .. })));
}

/// A page of these minutes, some of which came in another unit.
fn astray(minutes: &[i64], astray: &[i64]) -> Page {
    let spoilt = |minute: &i64| Spoilt {
        open_time_ms: minute * M,
        objection: Objection { rule: Rule::WrongUnit, why: "astray".to_owned() },
        raw: format!("[{}]", minute * M * 1_000),
    };
    Page {
        candles: minutes.iter().map(|minute| candle(minute * M)).collect(),
        spoilt: astray.iter().map(spoilt).collect(),
    }
}

#[test]
fn rows_in_another_unit_are_refused_one_by_one_and_most_of_a_page_as_a_whole() {
    let old = 1_000 * M + YOUNG_MS;
    let mut pager = Pager::new(Timeframe::M1, 0, Some(6 * M), old);
    let passed = pager.answer(&astray(&[0, 1, 2, 3, 4, 5, 6], &[2, 3])).unwrap();
    assert_eq!(passed.len(), 2);
    // Asked for by themselves, they are most of what comes.
    assert_eq!(pager.ask(), Some(Question::Page { since_ms: 2 * M, until_ms: 4 * M }));
    assert_eq!(pager.answer(&astray(&[2, 3, 4], &[2, 3])).unwrap(), [candle(4 * M), candle(5 * M)]);
    let refused: Vec<_> = pager.refused().map(|one| (one.candle.open_time_ms / M, one.raw.clone().unwrap())).collect();
    assert_eq!(refused, [(2, "[120000000]".to_owned()), (3, "[180000000]".to_owned())]);
    assert_eq!(pager.absent(), []);

    for (minutes, stray, is_good) in [(&[0, 1][..], &[0][..], true), (&[0, 1, 2], &[0, 1], false), (&[0], &[0], false)]
    {
        let mut pager = Pager::new(Timeframe::M1, 0, Some(3 * M), old);
        let answers: Vec<_> = (0..MAX_FRUITLESS).map(|_| pager.answer(&astray(minutes, stray))).collect();
        let fault = matches!(&answers[2], Err(PagerError::Fruitless { fault: AnswerFault::OtherUnit, .. }));
        assert_eq!(fault, !is_good, "{minutes:?}: {answers:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    /// Whatever is missing and however badly it answers: the truth comes out, once, in order, and in bounded time.
    #[test]
    fn the_truth_comes_out(
        slots in proptest::collection::btree_set(0i64..400, 0..300),
        (page, bad_percent, seed) in (2usize..40, 0u8..60, 0u64..u64::MAX),
        (since, until, now) in (0i64..450, 0i64..450, prop_oneof![0i64..450, 0i64..YOUNG_MS / M + 450]),
    ) {
        let slots: Vec<i64> = slots.into_iter().collect();
        let mut fake = Fake::new(&slots, page, bad_percent, seed);
        let server_time_ms = now * M + SETTLE_MS + (seed % 57_000) as i64;
        let mut pager = Pager::new(Timeframe::M1, since * M, Some(until * M), server_time_ms);
        fake.pages_end_ms = pager.end_ms() + M;
        let (passed, questions) = run(&mut pager, |question| fake.answer(question)).unwrap();
        // The newest of all has none behind it.
        let young = now - YOUNG_MS / M;
        let is_believed = |slot: i64| slot < young || slots.last() != Some(&slot);
        let is_wanted = |slot: i64| slot >= since && slot < until.min(now) && is_believed(slot);
        let expected: Vec<_> = slots.iter().filter(|&&slot| is_wanted(slot)).map(|slot| candle(slot * M)).collect();
        let times: Vec<_> = passed.iter().map(|candle| candle.open_time_ms).collect();
        prop_assert_eq!(&passed, &expected);
        prop_assert_eq!(pager.holes(), market::find_holes(&times, Timeframe::M1));
        prop_assert!(questions <= 4 * expected.len() + 8, "{} questions for {} candles", questions, expected.len());
    }
}
