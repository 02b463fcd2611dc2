//! What was not believed, or only with a doubt: set aside with its raw text, and told.

use market::{Candle, Objection, Rule};
use rusqlite::{Connection, Row, params};

use crate::columns::{seconds, time_ms};
use crate::{DbError, Place, Store};

/// Characters of a raw row that are kept: a good one has a tenth of them.
const RAW_CHARS: usize = 1_000;
/// Rows kept of one rule in one place: what is more is another kind of data, and told by whoever brings it.
pub const MOST_ASIDE: u64 = 10_000;

/// A row that is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// The rule that it breaks.
    pub rule: Rule,
    /// The row as it came.
    pub raw: String,
    /// What is wrong with it, in words.
    pub why: String,
    /// Where it came from: a file and a line, `rest`, or `stream`.
    pub source: String,
}

impl Aside {
    /// A candle that came from `source`, as a row of a file would have it.
    #[must_use]
    pub fn of(candle: &Candle, Objection { rule, why }: Objection, source: &str) -> Self {
        Aside { rule, raw: raw(candle), why, source: source.to_owned() }
    }

    /// The same with the row as it came, where that is known.
    #[must_use]
    pub fn with_row(self, row: Option<&str>) -> Self {
        match row {
            Some(row) => Aside { raw: row.to_owned(), ..self },
            None => self,
        }
    }

    /// A candle in whose place the store has another one.
    #[must_use]
    pub fn conflict(candle: &Candle, stored: &Candle, source: &str) -> Self {
        let why = format!("the store has {}", raw(stored));
        Aside::of(candle, Objection { rule: Rule::Conflict, why }, source)
    }
}

fn raw(candle: &Candle) -> String {
    format!("{},{}", prices(candle), candle.volume)
}

fn prices(Candle { open_time_ms, open, high, low, close, .. }: &Candle) -> String {
    format!("{open_time_ms},{open},{high},{low},{close}")
}

/// A row as it lies in the quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// The row as it came; its end is cut off where it is very long.
    pub raw: String,
    /// What is wrong with it, in words.
    pub why: String,
    /// Where it came from.
    pub source: String,
    /// When that was noticed, Unix milliseconds.
    pub noticed_at_ms: i64,
}

/// How much is set aside by one rule in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineStatus {
    /// Where it would have gone, or went all the same.
    pub place: Place,
    /// The rule, by its name: a newer program may know more rules than this one.
    pub rule: String,
    /// How many rows; [`MOST_ASIDE`] stands for that many or more.
    pub rows: u64,
    /// Whether they are stored all the same.
    pub stored: bool,
}

impl Store {
    /// Whether a candle of this time and these prices was set aside by a rule, with whatever volume.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn is_set_aside(&self, place: &Place, rule: Rule, candle: &Candle) -> Result<bool, DbError> {
        let (exchange, symbol, timeframe) = place.names();
        let priced = format!("{},", prices(candle));
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT 1 FROM quarantine
                 WHERE exchange = ?1 AND symbol = ?2 AND timeframe = ?3 AND kind = ?4 AND rule = ?5
                     AND raw >= ?6 AND substr(raw, 1, length(?6)) = ?6 LIMIT 1",
            )?;
            select.exists(params![exchange, symbol, timeframe, place.data.name(), rule.name(), priced])
        })
    }

    /// Sets rows aside, all of them or none. A row that lies there already, by the same rule, stays as it is;
    /// gives how many are new. Of each rule no more than [`MOST_ASIDE`] rows are kept in one place.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn set_aside(&mut self, place: &Place, asides: &[Aside], now_ms: i64) -> Result<u64, DbError> {
        if asides.is_empty() {
            return Ok(0);
        }
        let ((exchange, symbol, timeframe), data) = (place.names(), place.data);
        self.write(|transaction| {
            let mut count = transaction.prepare_cached(
                "SELECT count(*) FROM quarantine
                 WHERE exchange = ?1 AND symbol = ?2 AND timeframe = ?3 AND kind = ?4 AND rule = ?5",
            )?;
            let mut insert = transaction.prepare_cached(
                "INSERT INTO quarantine (exchange, symbol, timeframe, kind, rule, raw, why, stored, source, noticed_at_s)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING",
            )?;
            let mut new = 0;
            for rule in Rule::ALL {
                let mut of_rule = asides.iter().filter(|aside| aside.rule == rule).peekable();
                if of_rule.peek().is_none() {
                    continue;
                }
                let names = params![exchange, symbol, timeframe, data.name(), rule.name()];
                let mut kept: u64 = count.query_row(names, |row| row.get::<_, i64>(0))?.unsigned_abs();
                for Aside { raw, why, source, .. } in of_rule {
                    if kept >= MOST_ASIDE {
                        break;
                    }
                    let raw: String = raw.chars().take(RAW_CHARS).collect();
                    let (rule, stored, noticed_s) = (rule.name(), rule.is_doubt(), seconds(now_ms));
                    let row = params![
                        exchange, symbol, timeframe, data.name(), rule, raw, why, stored, source, noticed_s
                    ];
                    let is_new = insert.execute(row)? as u64;
                    kept += is_new;
                    new += is_new;
                }
            }
            Ok(new)
        })
    }

    /// How much is set aside, by place and rule.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn quarantine_status(&self) -> Result<Vec<QuarantineStatus>, DbError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT exchange, symbol, timeframe, kind, rule, count(*), min(stored) FROM quarantine
                 WHERE kind IN ('candles', 'mark', 'funding')
                 GROUP BY exchange, symbol, timeframe, kind, rule ORDER BY exchange, symbol, timeframe, kind, rule",
            )?;
            select.query_map([], status)?.collect()
        })
    }

    /// The rows that are set aside by one rule in one place, in order of their text, `most` of them at most.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn quarantined(&self, place: &Place, rule: &str, most: u32) -> Result<Vec<Quarantined>, DbError> {
        self.read(|connection| quarantined(connection, place, rule, most))
    }
}

fn quarantined(connection: &Connection, place: &Place, rule: &str, most: u32) -> rusqlite::Result<Vec<Quarantined>> {
    let (exchange, symbol, timeframe) = place.names();
    let mut select = connection.prepare_cached(
        "SELECT raw, why, source, noticed_at_s FROM quarantine
         WHERE exchange = ?1 AND symbol = ?2 AND timeframe = ?3 AND kind = ?4 AND rule = ?5 ORDER BY raw LIMIT ?6",
    )?;
    let row = |row: &Row<'_>| {
        let noticed_at_ms = time_ms(row, 3)?;
        Ok(Quarantined { raw: row.get(0)?, why: row.get(1)?, source: row.get(2)?, noticed_at_ms })
    };
    select.query_map(params![exchange, symbol, timeframe, place.data.name(), rule, most], row)?.collect()
}

fn status(row: &Row<'_>) -> rusqlite::Result<QuarantineStatus> {
    Ok(QuarantineStatus {
        place: Place::from_columns(row, 0)?,
        rule: row.get(4)?,
        rows: row.get::<_, i64>(5)?.unsigned_abs(),
        stored: row.get(6)?,
    })
}
