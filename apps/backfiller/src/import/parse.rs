//! The whole of one file, from text to records that can be stored, and to rows that are set aside.

use std::path::Path;

use anyhow::{Context, Result, bail};
use market::{Objection, Rule, format_utc};

use super::asides::Asides;
use super::row::{Format, Record, RowFault, is_header};
use super::text::{Lines, Row, Rows, lone_return};
use super::unpack::Text;

/// Rows that are looked at before the first one is judged.
const AHEAD: usize = 20;
/// Of fewer records the others do not tell whether the first one is right.
const FEWEST: usize = 3;
/// Fewer bad rows than these are blemishes, however short the file.
const MANY_BAD: u64 = 10;

/// What is in a file, checked whole.
#[derive(Debug)]
pub(crate) struct Parsed<R> {
    text: Vec<u8>,
    /// The file's name, which is the source of what is set aside.
    name: String,
    /// Whether its records stand for themselves, as those that a store gave do.
    pub(crate) is_believed: bool,
    pub(crate) found: Found<R>,
}

/// What is in a text.
#[derive(Debug)]
pub(crate) struct Found<R> {
    /// In strictly rising time.
    pub(crate) records: Vec<R>,
    /// Where the row of each record begins; texts are shorter than 4 GiB.
    places: Vec<u32>,
    pub(crate) asides: Asides,
    /// The first record, where those behind it speak against its price: what is stored beside it decides.
    first: Option<(R, u32, Objection)>,
    /// Rows that said again what another one said.
    pub(crate) duplicates: u64,
    /// Records that were left out because they are still forming, or were when the file was written.
    pub(crate) still_forming: u64,
}

impl<R: Record> Parsed<R> {
    /// Records that need no reading, with a text in which the row of each begins at its place.
    pub(crate) fn of_believed(path: &Path, text: Vec<u8>, records: Vec<R>, places: Vec<u32>) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (asides, duplicates, still_forming) = (Asides::default(), 0, 0);
        let found = Found { records, places, asides, first: None, duplicates, still_forming };
        Parsed { text, name, is_believed: true, found }
    }

    /// Sets the row of a record aside, because the store has another one.
    pub(crate) fn set_aside(&mut self, index: usize, objection: Objection) {
        let Parsed { text, name, found, .. } = self;
        found.asides.push(name, text, found.places[index] as usize, objection);
    }

    /// Lets `judge` decide of a first record that those behind it speak against, and of one that too few are behind to
    /// tell. It gets the record with those that are behind, and says what speaks against it.
    ///
    /// # Errors
    /// What `judge` says.
    pub(crate) fn settle_first<E>(
        &mut self,
        judge: impl FnOnce(&[R]) -> Result<Option<Objection>, E>,
    ) -> Result<(), E> {
        let found = &mut self.found;
        let held = found.first.take();
        if let Some((record, place, _)) = &held {
            found.records.insert(0, *record);
            found.places.insert(0, *place);
        }
        let is_told = held.is_none() && self.found.records.len() >= FEWEST;
        if self.is_believed || is_told || self.found.records.is_empty() {
            return Ok(());
        }
        let Some(objection) = judge(&self.found.records)? else { return Ok(()) };
        self.set_aside(0, held.map_or(objection, |(_, _, objection)| objection));
        self.found.records.remove(0);
        self.found.places.remove(0);
        Ok(())
    }
}

/// Reads a whole file. Rows that cannot be read, or that fall back in time, are a fault of the file, and so are more
/// bad rows than good ones; a bad row among good ones is set aside.
pub(crate) fn parse<F: Format>(path: &Path, text: Text, mut format: F, now_ms: i64) -> Result<Parsed<F::Record>> {
    let Text { bytes: text, written_ms, .. } = text;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let in_line = |row: Row<'_>| format!("{}, line {}", path.display(), Lines::default().line_of(&text, row.at));
    if let Some(at) = lone_return(&text) {
        let line = Lines::default().line_of(&text, at);
        bail!(
            "{}, line {line}: a line ends with a carriage return alone; expected a line feed, alone or behind it",
            path.display()
        );
    }
    let mut rows = Rows::of(&text).peekable();
    let Some(&first) = rows.peek() else {
        bail!("{} is empty; expected rows of {}", path.display(), F::COLUMNS);
    };
    if is_header(first) {
        format.check_header(first).with_context(|| in_line(first))?;
        rows.next();
    }
    let mut ahead = format.clone();
    let first: Vec<_> = rows.clone().take(AHEAD).filter_map(|row| ahead.read(row).ok()).collect();
    format.begin(&first);
    let (found, columns) = (Found::of_text(&text), None);
    let mut reader = Reader { text: &text, name: &name, format, now_ms, columns, found };
    for row in rows {
        reader.take(row).with_context(|| in_line(row))?;
    }
    reader.refuse_first_out_of_order();
    reader.leave_out_last(written_ms);
    reader.check().with_context(|| path.display().to_string())?;
    let found = reader.found;
    Ok(Parsed { text, name, is_believed: false, found })
}

impl<R> Found<R> {
    /// The record that comes first, held back or not.
    pub(crate) fn earliest(&self) -> Option<&R> {
        self.first.as_ref().map(|(record, ..)| record).or(self.records.first())
    }

    fn of_text(text: &[u8]) -> Self {
        // Rows are rarely shorter than this: what is reserved in vain is never touched.
        let rows = text.len() / 64;
        let (asides, duplicates, still_forming) = (Asides::default(), 0, 0);
        let (records, places) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        Found { records, places, asides, first: None, duplicates, still_forming }
    }
}

/// Takes the rows of a text one by one.
struct Reader<'a, F: Format> {
    text: &'a [u8],
    name: &'a str,
    format: F,
    now_ms: i64,
    /// Of the first row; a row of another number was cut, or glued to the next one.
    columns: Option<usize>,
    found: Found<F::Record>,
}

/// What a record is to those above it.
enum Order<R> {
    Rises,
    Repeats,
    Differs(R),
}

impl<F: Format> Reader<'_, F> {
    fn take(&mut self, row: Row<'_>) -> Result<()> {
        let read = self.format.read(row);
        let found = row.columns();
        let expected = *self.columns.get_or_insert(found);
        if read.is_ok() && found != expected {
            return Err(RowFault::OtherColumns { found, expected }.into());
        }
        let record = match read {
            Ok(record) => record,
            Err(fault) => match fault.objection() {
                Some(objection) => {
                    self.set_aside(row, objection);
                    return Ok(());
                }
                None => return Err(fault.into()),
            },
        };
        if self.format.final_ms(&record) > self.now_ms {
            self.found.still_forming += 1;
            return Ok(());
        }
        let objection = self.format.judge(&record);
        if let Some(objection) = objection.as_ref().filter(|objection| !objection.rule.is_doubt()) {
            if objection.rule == Rule::Jump && self.found.records.is_empty() && self.found.first.is_none() {
                self.found.first = Some((record, row.at as u32, objection.clone()));
            } else {
                self.set_aside(row, objection.clone());
            }
            return Ok(());
        }
        match self.order(&record)? {
            Order::Rises => {}
            Order::Repeats => {
                self.found.duplicates += 1;
                return Ok(());
            }
            Order::Differs(other) => {
                let why = format!("another row of the file has {}", other.told());
                self.set_aside(row, Objection { rule: Rule::Conflict, why });
                return Ok(());
            }
        }
        if let Some(doubt) = objection {
            self.set_aside(row, doubt);
        }
        self.found.records.push(record);
        self.found.places.push(row.at as u32);
        Ok(())
    }

    fn order(&self, record: &F::Record) -> Result<Order<F::Record>> {
        let records = &self.found.records;
        let time_ms = F::time_ms(record);
        let Some(last_ms) = records.last().map(F::time_ms).filter(|last_ms| *last_ms >= time_ms) else {
            return Ok(Order::Rises);
        };
        match records.binary_search_by_key(&time_ms, F::time_ms) {
            Ok(index) if records[index] == *record => Ok(Order::Repeats),
            Ok(index) => Ok(Order::Differs(records[index])),
            Err(_) => bail!(
                "the {} of {} comes after that of {}; expected rising {}s: sort the file by its first column",
                F::RECORD,
                format_utc(time_ms),
                format_utc(last_ms),
                F::TIME
            ),
        }
    }

    /// Sets a first record aside that is held back, where the next one is not behind it in time: those two cannot both
    /// stay.
    fn refuse_first_out_of_order(&mut self) {
        let Found { records, first, asides, .. } = &mut self.found;
        let next_ms = records.first().map(F::time_ms);
        if let Some((_, at, objection)) = first.take_if(|(held, ..)| next_ms.is_some_and(|ms| ms <= F::time_ms(held))) {
            asides.push(self.name, self.text, at as usize, objection);
        }
    }

    /// Leaves the last record out where it was forming in the moment when the file was written. The times of copied
    /// files are odd, and no reason to doubt any other row.
    fn leave_out_last(&mut self, written_ms: Option<i64>) {
        let Found { records, places, still_forming, .. } = &mut self.found;
        if *still_forming > 0 {
            return;
        }
        let holds =
            |record: &F::Record, moment_ms| F::time_ms(record) < moment_ms && moment_ms < self.format.final_ms(record);
        if let (Some(last), Some(written_ms)) = (records.last(), written_ms)
            && holds(last, written_ms)
        {
            records.pop();
            places.pop();
            *still_forming += 1;
        }
    }

    /// Looks at the whole.
    fn check(&self) -> Result<()> {
        let Found { records, asides, .. } = &self.found;
        let (good, bad) = (records.len() as u64, asides.refused());
        if bad >= MANY_BAD && bad > good {
            let rules: Vec<_> =
                asides.counts().iter().map(|(rule, count)| format!("{count} {}", rule.name())).collect();
            let first = asides.kept().first().map_or("", |aside| aside.why.as_str());
            bail!(
                "{bad} bad rows ({}) and {good} good ones; expected a few bad ones at most. The first: {first}",
                rules.join(", ")
            );
        }
        self.format.check_all(records)
    }

    fn set_aside(&mut self, row: Row<'_>, objection: Objection) {
        self.found.asides.push(self.name, self.text, row.at, objection);
    }
}

#[cfg(test)]
mod tests {
    use market::Timeframe;
    use proptest::prelude::*;

    use super::*;
    use crate::import::row::CandleFormat;

    const NOW_MS: i64 = 1_767_225_600_000; // 2026-01-01

    fn parse_text(text: &str) -> Result<Parsed<market::Candle>> {
        let text = Text { bytes: text.as_bytes().to_vec(), inner: None, written_ms: None, sha256: None };
        parse(Path::new("x/a.csv"), text, CandleFormat::of_trades(Timeframe::M1, NOW_MS), NOW_MS)
    }

    /// A row, good or bad in some way, in one of a few minutes.
    fn row() -> impl Strategy<Value = String> {
        let time = prop_oneof![
            12 => (0_i64..40).prop_map(|minute| (1_735_689_600_000 + minute * 60_000).to_string()),
            1 => Just("1735689600".to_owned()),
            1 => Just("1735689600001".to_owned()),
            1 => Just("1767225540000".to_owned()),
            1 => "[0-9x\"]{0,20}",
        ];
        let values = prop_oneof![
            20 => Just("1.5,2.5,0.5,1,9"),
            3 => Just("1.5,2.5,0.5,2,9"),
            1 => Just("1.5,0.5,2.5,1,9"),
            1 => Just("1500,2500,500,1000,9"),
            1 => Just("1.5,2.5,0.5,1,0"),
            1 => Just("1.5,NaN,0.5,1,9"),
            1 => Just("1.5,2.5"),
            1 => Just(",,,,,"),
        ];
        (time, values).prop_map(|(time, values)| format!("{time},{values}\n"))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        /// Whatever a file holds, it is refused, or every row of it is accounted for and what is to be stored is good.
        #[test]
        fn every_row_is_accounted_for(mut rows in proptest::collection::vec(row(), 1..40), sorted in any::<bool>()) {
            if sorted {
                rows.sort();
            }
            let Ok(Parsed { found, .. }) = parse_text(&rows.concat()) else { return Ok(()) };
            let Found { records, places, asides, first, duplicates, still_forming } = found;
            let not_stored = asides.counts().iter().filter(|(rule, _)| !rule.is_doubt()).map(|(_, count)| count).sum::<u64>();
            let header = u64::from(!rows[0].starts_with(|c: char| c.is_ascii_digit() || c == '"'));
            let all = records.len() as u64 + u64::from(first.is_some()) + not_stored + duplicates + still_forming + header;
            prop_assert_eq!(all, rows.len() as u64);
            prop_assert_eq!(records.len(), places.len());
            prop_assert!(records.windows(2).all(|pair| pair[0].open_time_ms < pair[1].open_time_ms));
            prop_assert!(records.iter().all(|candle| candle.check(Timeframe::M1).is_ok()));
        }
    }
}
