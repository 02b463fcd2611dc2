//! Stretches without candles, mark prices or funding, what is known of them, and where a backfill goes on because of them.

mod cause;

use market::Series;
use rusqlite::{Connection, Row, params};

use crate::columns::{CANDLES, MARKS, OF_SERIES, Table, names, seconds, seconds_at_or_after, time_ms};
use crate::{Data, DbError, Place, Store};

pub use cause::Cause;

/// A stretch without candles, mark prices or funding rates, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Open time of the first candle that is missing, or when a rate is due, Unix milliseconds.
    pub from_ms: i64,
    /// Open time of the first candle after the stretch, or the time of the first rate, Unix milliseconds.
    pub to_ms: i64,
    /// Why.
    pub cause: Cause,
    /// When that was found out, Unix milliseconds.
    pub found_at_ms: i64,
    /// What makes it certain; `None` while it is not.
    pub proof: Option<Proof>,
}

/// What makes a cause certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// How it was proven, in words.
    pub how: String,
    /// When, Unix milliseconds.
    pub at_ms: i64,
}

impl Gap {
    /// Whether it is known why there are no candles: a cause that explains it, and a proof of that.
    #[must_use]
    pub fn is_explained(&self) -> bool {
        self.cause.explains() && self.proof.is_some()
    }
}

impl Store {
    /// Notes gaps. Where one begins that is known, a proven one takes the place of one that is not, and of a proven
    /// one that does not end later; one without a proof takes the place of none that has one.
    ///
    /// # Errors
    /// When the database refuses; then none is noted.
    pub fn put_gaps(&mut self, place: &Place, gaps: &[Gap]) -> Result<(), DbError> {
        let (exchange, symbol, timeframe, kind) = key(place);
        self.write(|transaction| {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO gaps
                     (exchange, symbol, timeframe, kind, from_s, to_s, cause, found_at_s, proof, proven_at_s)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT DO UPDATE SET to_s = ?6, cause = ?7, found_at_s = ?8, proof = ?9, proven_at_s = ?10
                 WHERE proof IS NULL OR (?9 IS NOT NULL AND to_s <= ?6)",
            )?;
            for gap in gaps {
                let (from_s, to_s, found_at_s) = (seconds(gap.from_ms), seconds(gap.to_ms), seconds(gap.found_at_ms));
                let how = gap.proof.as_ref().map(|proof| &proof.how);
                let proven_at_s = gap.proof.as_ref().map(|proof| seconds(proof.at_ms));
                let cause = gap.cause.to_string();
                insert.execute(params![
                    exchange,
                    symbol,
                    timeframe,
                    kind,
                    from_s,
                    to_s,
                    cause,
                    found_at_s,
                    how,
                    proven_at_s
                ])?;
            }
            Ok(())
        })
    }

    /// Forgets the gaps without a proof that reach into a stretch which has been asked for since, Unix milliseconds.
    ///
    /// # Errors
    /// When the database refuses; then none is forgotten.
    pub fn forget_unproven_gaps(&mut self, place: &Place, from_ms: i64, to_ms: i64) -> Result<(), DbError> {
        let (exchange, symbol, timeframe, kind) = key(place);
        self.write(|transaction| {
            let sql = format!("DELETE FROM gaps WHERE {OF_PLACE} AND proof IS NULL AND from_s < ?6 AND to_s > ?5");
            let mut delete = transaction.prepare_cached(&sql)?;
            delete.execute(params![exchange, symbol, timeframe, kind, seconds(from_ms), seconds(to_ms)])?;
            Ok(())
        })
    }

    /// Forgets the gaps in which one of `times_ms` lies, proven or not: the exchange has a row there after all. Unix
    /// milliseconds.
    ///
    /// # Errors
    /// When the database refuses; then none is forgotten.
    pub fn forget_gaps(&mut self, place: &Place, times_ms: &[i64]) -> Result<(), DbError> {
        let (exchange, symbol, timeframe, kind) = key(place);
        self.write(|transaction| {
            let sql = format!("DELETE FROM gaps WHERE {OF_PLACE} AND from_s <= ?5 AND to_s > ?5");
            let mut delete = transaction.prepare_cached(&sql)?;
            for &time_ms in times_ms {
                delete.execute(params![exchange, symbol, timeframe, kind, seconds(time_ms)])?;
            }
            Ok(())
        })
    }

    /// The gaps of a place, explained or not, in order of their beginnings. They may overlap.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn gaps(&self, place: &Place) -> Result<Vec<Gap>, DbError> {
        self.read(|connection| gaps(connection, place))
    }

    /// Where a backfill from `from_ms` on has to begin: at the newest candle of the closed ones that
    /// follow each other from there, where explained gaps are no interruption. From that candle,
    /// and not from the one after it: only so is a hole between them noticed. After a gap that no
    /// candle follows, where the gap ends; `from_ms` itself where nothing is known. Unix milliseconds.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn resume_ms(&self, series: &Series, from_ms: i64) -> Result<i64, DbError> {
        self.resume_in(&CANDLES, &Place::of(series, Data::Candles), series, from_ms)
    }

    /// As [`Store::resume_ms`], of mark prices.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn resume_marks_ms(&self, series: &Series, from_ms: i64) -> Result<i64, DbError> {
        self.resume_in(&MARKS, &Place::of(series, Data::Mark), series, from_ms)
    }

    fn resume_in(&self, table: &Table, place: &Place, series: &Series, from_ms: i64) -> Result<i64, DbError> {
        let (exchange, symbol, timeframe) = names(series);
        self.read(|connection| {
            let mut gaps = gaps(connection, place)?;
            gaps.retain(Gap::is_explained);
            let Table { name, closed, .. } = table;
            let sql = format!(
                "SELECT timestamp FROM {name}
                 WHERE {OF_SERIES} AND timestamp >= ?4 AND {closed} = 1 ORDER BY timestamp"
            );
            let mut select = connection.prepare_cached(&sql)?;
            let mut rows = select.query(params![exchange, symbol, timeframe, seconds_at_or_after(from_ms)])?;
            let (mut resume_ms, mut expected_ms) = (from_ms, from_ms);
            while let Some(row) = rows.next()? {
                let open_time_ms = time_ms(row, 0)?;
                if open_time_ms > expected_ms && open_time_ms > explained_to(&gaps, expected_ms) {
                    break;
                }
                resume_ms = open_time_ms;
                expected_ms = series.timeframe.next_open(open_time_ms);
            }
            let explained_ms = explained_to(&gaps, expected_ms);
            Ok(if explained_ms > expected_ms { explained_ms } else { resume_ms })
        })
    }
}

/// Which gaps are of one place; its [`key`] is parameters 1 to 4.
const OF_PLACE: &str = "exchange = ?1 AND symbol = ?2 AND timeframe = ?3 AND kind = ?4";

/// The names of a place as the table has them.
fn key(place: &Place) -> (&str, String, &'static str, &'static str) {
    let (exchange, symbol, timeframe) = place.names();
    (exchange, symbol, timeframe, place.data.name())
}

fn gaps(connection: &Connection, place: &Place) -> rusqlite::Result<Vec<Gap>> {
    let (exchange, symbol, timeframe, kind) = key(place);
    let sql = format!(
        "SELECT from_s, to_s, found_at_s, proven_at_s, cause, proof FROM gaps WHERE {OF_PLACE} ORDER BY from_s"
    );
    let mut select = connection.prepare_cached(&sql)?;
    select.query_map(params![exchange, symbol, timeframe, kind], gap)?.collect()
}

fn gap(row: &Row<'_>) -> rusqlite::Result<Gap> {
    let proof = match row.get::<_, Option<String>>(5)? {
        Some(how) => Some(Proof { how, at_ms: time_ms(row, 3)? }),
        None => None,
    };
    Ok(Gap {
        from_ms: time_ms(row, 0)?,
        to_ms: time_ms(row, 1)?,
        cause: Cause::from_text(&row.get::<_, String>(4)?),
        found_at_ms: time_ms(row, 2)?,
        proof,
    })
}

/// The end of what is explained from `time_ms` on without a break; `time_ms` where nothing is.
fn explained_to(gaps: &[Gap], time_ms: i64) -> i64 {
    // In order of their beginnings: whatever could go on from a gap comes after it.
    gaps.iter().fold(time_ms, |end_ms, gap| if (gap.from_ms..gap.to_ms).contains(&end_ms) { gap.to_ms } else { end_ms })
}
