//! Where every row came from: stretches are as few as can be, and none tells of a row that is not its own.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use db::{Data, Origin, Place, Store, Stretch};
use market::{Candle, FundingRate, Series, Symbol, Timeframe};
use proptest::prelude::*;
use rusqlite::Connection;

use crate::{candle, new_store, series};

fn btc() -> Series {
    series("BTC/USDT")
}

fn place() -> Place {
    Place::of(&btc(), Data::Candles)
}

fn file(name: &str) -> Origin {
    Origin::file(name.to_owned(), 0)
}

fn minutes(minutes: impl IntoIterator<Item = i64>) -> Vec<Candle> {
    minutes.into_iter().map(|minute| candle(minute, 1.0)).collect()
}

/// Each as `from..to rows source`, in minutes.
fn told(stretches: &[Stretch]) -> Vec<String> {
    let one = |one: &Stretch| {
        let what = one.detail.as_ref().unwrap_or(&one.source);
        format!("{}..{} {} {what}", one.from_ms / 60_000, one.to_ms / 60_000, one.rows)
    };
    stretches.iter().map(one).collect()
}

/// Puts batches of minutes into a new store, each from the file of its name, and holds the stretches against `expected`.
#[track_caller]
fn check(batches: &[(&str, &[i64])], expected: &[&str]) {
    let (_folder, mut store) = new_store();
    for (name, batch) in batches {
        store.merge_closed(&btc(), &minutes(batch.iter().copied()), &file(name)).unwrap();
    }
    assert_eq!(told(&store.origins(&place()).unwrap()), expected, "{batches:?}");
}

#[test]
fn what_came_the_same_way_is_one_stretch() {
    check(&[("a", &[1, 2, 3])], &["1..4 3 a"]);
    check(&[("a", &[1, 2]), ("a", &[3, 4])], &["1..5 4 a"]);
    check(&[("a", &[3, 4]), ("a", &[1, 2])], &["1..5 4 a"]);
    check(&[("a", &[1, 2]), ("a", &[2, 3])], &["1..4 3 a"]);
    check(&[("a", &[1, 2]), ("a", &[1, 2])], &["1..3 2 a"]);
    check(&[("a", &[1, 2]), ("b", &[1, 2])], &["1..3 2 a"]);
    check(&[("a", &[1, 2]), ("b", &[3])], &["1..3 2 a", "3..4 1 b"]);
    // Across holes, and into them.
    check(&[("a", &[1, 3])], &["1..4 2 a"]);
    check(&[("a", &[1]), ("a", &[9])], &["1..10 2 a"]);
    check(&[("a", &[9]), ("a", &[1])], &["1..10 2 a"]);
    check(&[("a", &[1, 3]), ("a", &[2])], &["1..4 3 a"]);
    check(&[("a", &[1, 5]), ("b", &[3])], &["1..6 2 a", "3..4 1 b"]);
    check(&[], &[]);
    check(&[("a", &[])], &[]);
}

#[test]
fn a_stretch_never_takes_in_what_came_another_way() {
    check(&[("a", &[2]), ("b", &[1, 3])], &["1..2 1 b", "2..3 1 a", "3..4 1 b"]);
    check(&[("a", &[2]), ("b", &[1, 2, 3])], &["1..2 1 b", "2..3 1 a", "3..4 1 b"]);
    check(&[("a", &[5]), ("b", &[1]), ("b", &[9])], &["1..2 1 b", "5..6 1 a", "9..10 1 b"]);
    check(&[("a", &[5]), ("b", &[9]), ("b", &[1])], &["1..2 1 b", "5..6 1 a", "9..10 1 b"]);
    // An older stretch does not grow, since the younger one would tell of its new rows.
    check(&[("a", &[1]), ("b", &[2, 9]), ("a", &[3])], &["1..2 1 a", "2..10 2 b", "3..4 1 a"]);
}

#[test]
fn a_candle_comes_from_whoever_closes_it() {
    let (_folder, mut store) = new_store();
    store.put_forming(&btc(), &candle(1, 1.0)).unwrap();
    assert!(store.origins(&place()).unwrap().is_empty(), "a forming candle came from nowhere yet");
    store.put_closed(&btc(), &candle(1, 1.0), 125_999).unwrap();
    store.put_forming(&btc(), &candle(2, 1.0)).unwrap();
    store.put_closed(&btc(), &candle(2, 1.0), 185_000).unwrap();
    store.put_closed(&btc(), &candle(2, 1.0), 999_000).unwrap();
    store.put_forming(&btc(), &candle(3, 1.0)).unwrap();
    store.insert_closed(&btc(), &minutes([4, 3, 2, 3]), &Origin::rest(300_000)).unwrap();
    store.put_closed(&btc(), &candle(5, 1.0), 365_000).unwrap();
    assert_eq!(told(&store.origins(&place()).unwrap()), ["1..3 2 stream", "3..5 2 rest", "5..6 1 stream"]);
    let stretch = store.origin_at(&place(), 2 * 60_000).unwrap().unwrap();
    assert_eq!((stretch.stored_at_ms, stretch.last_stored_at_ms), (125_000, 185_000));
}

#[test]
fn every_series_and_kind_has_its_own() {
    let (_folder, mut store) = new_store();
    let five = Series { timeframe: Timeframe::M5, ..btc() };
    let marks = Place::of(&btc(), Data::Mark);
    let folded = Origin::resample(Timeframe::M1, 7_000);
    store.merge_closed(&btc(), &minutes([5]), &Origin::archive("x.zip 00ff".to_owned(), 5_000)).unwrap();
    store.merge_marks(&btc(), &minutes([5, 6]), &Origin::rest(6_000)).unwrap();
    store.merge_closed(&five, &minutes([5]), &folded).unwrap();
    let symbol: Symbol = "BTC/USDT".parse().unwrap();
    let rates = [60, 120].map(|minute| FundingRate { time_ms: minute * 60_000, rate: 0.1 });
    store.merge_funding("binance", &symbol, &rates, &file("f.csv")).unwrap();
    assert_eq!(told(&store.origins(&place()).unwrap()), ["5..6 1 x.zip 00ff"]);
    assert_eq!(told(&store.origins(&marks).unwrap()), ["5..7 2 rest"]);
    assert_eq!(told(&store.origins(&Place::of(&five, Data::Candles)).unwrap()), ["5..10 1 1m"]);
    let funding = Place::of_funding("binance", &symbol);
    let stretches = store.origins(&funding).unwrap();
    assert_eq!((stretches[0].from_ms, stretches[0].to_ms, stretches[0].rows), (3_600_000, 7_201_000, 2));
    assert_eq!(store.origin_at(&funding, 7_200_000).unwrap().as_ref(), stretches.first());
    for place in [place(), marks, funding] {
        assert_eq!(store.rows_without_origin(&place).unwrap(), 0);
    }
}

#[test]
fn what_an_older_program_stored_has_no_origin_and_gets_none() {
    let (_folder, mut store) = new_store();
    store.merge_closed(&btc(), &minutes([2, 4]), &file("a")).unwrap();
    Connection::open(store.path()).unwrap().execute("DELETE FROM origins", []).unwrap();
    store.merge_closed(&btc(), &minutes([1, 2, 3, 4, 5]), &file("b")).unwrap();
    assert_eq!(told(&store.origins(&place()).unwrap()), ["1..2 1 b", "3..4 1 b", "5..6 1 b"]);
    assert_eq!(store.rows_without_origin(&place()).unwrap(), 2);
    assert_eq!(store.origin_at(&place(), 4 * 60_000).unwrap(), None);
}

#[test]
fn what_cannot_be_stored_has_no_origin_either() {
    let (_folder, mut store) = new_store();
    // The last row of the batch is refused by the database, in the midst of the transaction.
    let trigger = "CREATE TRIGGER full BEFORE INSERT ON origins BEGIN SELECT raise(ABORT, 'no room'); END";
    Connection::open(store.path()).unwrap().execute_batch(trigger).unwrap();
    assert!(store.merge_closed(&btc(), &minutes([1, 2]), &file("a")).is_err());
    assert!(store.put_closed(&btc(), &candle(1, 1.0), 0).is_err());
    assert!(store.candles(&btc(), None, None).unwrap().is_empty(), "no row without its origin");
}

#[test]
fn the_youngest_stretch_is_found_without_a_search() {
    let (_folder, store) = new_store();
    let plan = "EXPLAIN QUERY PLAN SELECT id FROM origins
                WHERE exchange = ?1 AND symbol = ?2 AND timeframe = ?3 AND kind = ?4 ORDER BY id DESC LIMIT 1";
    let plan: String =
        Connection::open(store.path()).unwrap().query_row(plan, ["", "", "", ""], |row| row.get(3)).unwrap();
    assert!(plan.contains("origins_by_series (exchange=? AND symbol=? AND timeframe=? AND kind=?)"), "{plan}");
}

const MINUTES: i64 = 24;
const NAMES: [&str; 3] = ["a", "b", "c"];

/// What happens to a store.
#[derive(Debug, Clone)]
enum Step {
    /// A page or a batch of a file, rising.
    Merge {
        data: usize,
        minutes: Vec<i64>,
        from: usize,
    },
    /// Candles in any order.
    Insert {
        minutes: Vec<i64>,
        from: usize,
    },
    Forming {
        minute: i64,
    },
    Close {
        minute: i64,
    },
    Prune {
        data: usize,
        before: i64,
        most: u32,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let some = proptest::collection::btree_set(0..MINUTES, 0..10).prop_map(|minutes| minutes.into_iter().collect());
    let run = (0..MINUTES, 1..9_i64).prop_map(|(first, count)| (first..(first + count).min(MINUTES)).collect());
    let batch = prop_oneof![some, run];
    let any_order = proptest::collection::vec(0..MINUTES, 0..6);
    let step = prop_oneof![
        6 => (0..3_usize, batch, 0..3_usize).prop_map(|(data, minutes, from)| Step::Merge { data, minutes, from }),
        2 => (any_order, 0..3_usize).prop_map(|(minutes, from)| Step::Insert { minutes, from }),
        1 => (0..MINUTES).prop_map(|minute| Step::Forming { minute }),
        2 => (0..MINUTES).prop_map(|minute| Step::Close { minute }),
        1 => (0..2_usize, 0..MINUTES, 1..12_u32).prop_map(|(data, before, most)| Step::Prune { data, before, most }),
    ];
    proptest::collection::vec(step, 1..24)
}

/// A store, and for each kind of data the name and the second of the step that really brought each minute.
struct Model<'a> {
    store: &'a mut Store,
    series: Series,
    now_s: i64,
    brought: [BTreeMap<i64, (String, i64)>; 3],
}

impl Model<'_> {
    fn bring(&mut self, data: usize, minutes: &[i64], name: &str) {
        for &minute in minutes {
            self.brought[data].entry(minute).or_insert((name.to_owned(), self.now_s));
        }
    }

    fn take(&mut self, step: &Step) {
        self.now_s += 1;
        let now_ms = self.now_s * 1_000;
        let origin = |from: usize| match from {
            0 => Origin::rest(now_ms),
            _ => Origin::file(NAMES[from].to_owned(), now_ms),
        };
        let name = |from: usize| if from == 0 { "rest" } else { NAMES[from] };
        match step {
            Step::Merge { data, minutes: batch, from } => {
                let candles = minutes(batch.iter().copied());
                match data {
                    0 => drop(self.store.merge_closed(&self.series, &candles, &origin(*from)).unwrap()),
                    1 => drop(self.store.merge_marks(&self.series, &candles, &origin(*from)).unwrap()),
                    _ => {
                        let rate = |minute: &i64| FundingRate { time_ms: minute * 60_000, rate: 0.1 };
                        let rates: Vec<_> = batch.iter().map(rate).collect();
                        self.store.merge_funding("binance", &self.series.symbol, &rates, &origin(*from)).unwrap();
                    }
                }
                self.bring(*data, batch, name(*from));
            }
            Step::Insert { minutes: batch, from } => {
                self.store.insert_closed(&self.series, &minutes(batch.iter().copied()), &origin(*from)).unwrap();
                self.bring(0, batch, name(*from));
            }
            Step::Forming { minute } => drop(self.store.put_forming(&self.series, &candle(*minute, 1.0)).unwrap()),
            Step::Close { minute } => {
                self.store.put_closed(&self.series, &candle(*minute, 1.0), now_ms).unwrap();
                self.bring(0, &[*minute], "stream");
            }
            Step::Prune { data, before, most } => {
                let kind = [Data::Candles, Data::Mark][*data];
                self.store.delete_before(&self.series, kind, before * 60_000, *most).unwrap();
                let left = match kind {
                    Data::Candles => self.store.candles(&self.series, None, None),
                    _ => self.store.marks(&self.series, None, None),
                };
                let left = left.unwrap().open_time_ms;
                self.brought[*data].retain(|minute, _| left.contains(&(minute * 60_000)));
            }
        }
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let candles = Place::of(&self.series, Data::Candles);
        let places = [candles, Place::of(&self.series, Data::Mark), Place::of_funding("binance", &self.series.symbol)];
        for (place, brought) in places.iter().zip(&self.brought) {
            for (minute, (name, at_s)) in brought {
                let found = self.store.origin_at(place, minute * 60_000).unwrap();
                prop_assert!(found.is_some(), "{place} {minute}: no origin");
                let found = found.unwrap();
                prop_assert_eq!(found.detail.as_ref().unwrap_or(&found.source), name, "{} {}", place, minute);
                let stored = found.stored_at_ms..=found.last_stored_at_ms;
                prop_assert!(stored.contains(&(at_s * 1_000)), "{place} {minute}: {at_s} in {stored:?}");
            }
            let stretches = self.store.origins(place).unwrap();
            prop_assert_eq!(stretches.iter().map(|one| one.rows).sum::<u64>(), brought.len() as u64);
            prop_assert!(stretches.iter().all(|one| one.rows > 0 && one.from_ms < one.to_ms), "{stretches:?}");
            prop_assert_eq!(self.store.rows_without_origin(place).unwrap(), 0);
            // Each of the stretches has as many rows as are told to be of it.
            for one in &stretches {
                let its = |minute: &&i64| {
                    self.store.origin_at(place, **minute * 60_000).unwrap().is_some_and(|found| found.id == one.id)
                };
                prop_assert_eq!(brought.keys().filter(its).count() as u64, one.rows, "{:?}", one);
            }
        }
        Ok(())
    }
}

/// Whatever came in whichever order, and whatever went: the origin that is told of a row is that of the step that
/// stored it.
#[test]
fn the_origin_of_every_row_is_the_one_that_brought_it() {
    // One file for all cases, a series for each: a case costs no new database.
    let (_folder, store) = new_store();
    let bench = Mutex::new((store, 0));
    proptest!(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) }, |(steps in steps())| {
        let mut bench = bench.lock().unwrap_or_else(PoisonError::into_inner);
        bench.1 += 1;
        let series = series(&format!("C{}/USDT", bench.1));
        let mut model = Model { store: &mut bench.0, series, now_s: 0, brought: Default::default() };
        for step in &steps {
            model.take(step);
        }
        model.check()?;
    });
}
