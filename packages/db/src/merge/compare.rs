//! Holds a batch against what is stored of its range, both in rising time.

use rusqlite::{Row, Rows};

use super::{Differing, Merged};
use crate::Inserted;
use crate::columns::seconds;
use crate::origins::note::Span;

/// What the store has in place of one record of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum There {
    Nothing,
    Forming,
    Final,
}

/// A batch beside what is stored.
#[derive(Debug)]
pub(super) struct Compared<R> {
    /// For each record.
    pub(super) there: Vec<There>,
    /// Those that are final with other values.
    pub(super) differing: Vec<Differing<R>>,
    /// The records before which something final is stored that the batch does not have, rising.
    behind_others: Vec<usize>,
}

/// Compares. `read` gives a stored record and whether it is final.
pub(super) fn compare<R: Copy + PartialEq>(
    records: &[R],
    mut stored: Rows<'_>,
    time_ms: impl Fn(&R) -> i64,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<(R, bool)>,
) -> rusqlite::Result<Compared<R>> {
    debug_assert!(records.is_sorted_by(|one, next| time_ms(one) < time_ms(next)), "Invariant: times rise");
    let mut compared =
        Compared { there: vec![There::Nothing; records.len()], differing: Vec::new(), behind_others: Vec::new() };
    let mut index = 0;
    while let Some(row) = stored.next()? {
        let (found, is_final) = read(row)?;
        let found_ms = time_ms(&found);
        while index < records.len() && time_ms(&records[index]) < found_ms {
            index += 1;
        }
        if index == records.len() || time_ms(&records[index]) > found_ms {
            if is_final {
                compared.behind_others.push(index);
            }
            continue;
        }
        compared.there[index] = if is_final { There::Final } else { There::Forming };
        if is_final && found != records[index] {
            compared.differing.push(Differing { index, stored: found });
        }
    }
    Ok(compared)
}

impl<R> Compared<R> {
    /// The records in whose place there is nothing.
    pub(super) fn missing<'a>(&self, records: &'a [R]) -> impl Iterator<Item = &'a R> {
        let there = self.there.iter();
        records.iter().zip(there).filter(|(_, there)| **there == There::Nothing).map(|(record, _)| record)
    }

    /// What became of records that are final as soon as they are there.
    pub(super) fn merged(self) -> Merged<R> {
        let new = self.there.iter().filter(|there| **there == There::Nothing).count();
        let inserted = Inserted { new: new as u64, completed: 0, known: (self.there.len() - new) as u64 };
        Merged { inserted, differing: self.differing }
    }

    /// The records that were not final, as few spans as have nothing else final between them. `extent` gives where a
    /// record begins and ends, Unix milliseconds.
    pub(super) fn new_spans(&self, records: &[R], extent: impl Fn(&R) -> (i64, i64)) -> Vec<Span> {
        let mut behind_others = self.behind_others.iter().peekable();
        let mut spans: Vec<Span> = Vec::new();
        let mut goes_on = false;
        for (index, (record, there)) in records.iter().zip(&self.there).enumerate() {
            while behind_others.next_if(|other| **other <= index).is_some() {
                goes_on = false;
            }
            if *there == There::Final {
                goes_on = false;
                continue;
            }
            let (from_ms, to_ms) = extent(record);
            match spans.last_mut().filter(|_| goes_on) {
                Some(last) => (last.to_s, last.rows) = (seconds(to_ms), last.rows + 1),
                None => spans.push(Span { from_s: seconds(from_ms), to_s: seconds(to_ms), rows: 1 }),
            }
            goes_on = true;
        }
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n` is a record of which nothing is there, `f` one that is forming, `k` one that is final; `|` is something else
    /// that is final. Gives the spans as their first and last record and their count.
    #[track_caller]
    fn check(batch: &str, expected: &[(i64, i64, i64)]) {
        let (mut there, mut behind_others) = (Vec::new(), Vec::new());
        for letter in batch.chars() {
            match letter {
                'n' => there.push(There::Nothing),
                'f' => there.push(There::Forming),
                'k' => there.push(There::Final),
                _ => behind_others.push(there.len()),
            }
        }
        let records: Vec<i64> = (0..).take(there.len()).collect();
        let compared: Compared<i64> = Compared { there, differing: Vec::new(), behind_others };
        let spans = compared.new_spans(&records, |record| (record * 1_000, (record + 1) * 1_000));
        let spans: Vec<_> = spans.iter().map(|span| (span.from_s, span.to_s - 1, span.rows)).collect();
        assert_eq!(spans, expected, "{batch}");
    }

    #[test]
    fn spans_end_where_something_was_there() {
        check("", &[]);
        check("nnn", &[(0, 2, 3)]);
        check("nfn", &[(0, 2, 3)]);
        check("knn", &[(1, 2, 2)]);
        check("nnk", &[(0, 1, 2)]);
        check("nkkn", &[(0, 0, 1), (3, 3, 1)]);
        check("kk", &[]);
        check("nn|n", &[(0, 1, 2), (2, 2, 1)]);
        check("|nn||n|", &[(0, 1, 2), (2, 2, 1)]);
        check("n|k|n", &[(0, 0, 1), (2, 2, 1)]);
        check("k|nn", &[(1, 2, 2)]);
    }
}
