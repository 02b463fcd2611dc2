//! Where rows came from: how a batch says it, and how it is looked up.
//!
//! A stretch of rows that came the same way is one row of `origins`. Of all stretches that cover a time, the youngest
//! tells; [`note`] writes them so that this is true of every row, and [`cut`] keeps it true when rows go.

pub(crate) mod cut;
pub(crate) mod note;

use market::Timeframe;
use rusqlite::{OptionalExtension, Row, params};

use crate::columns::{OF_SERIES, seconds, time_ms};
use crate::{Data, DbError, Place, Store};

/// How a batch came, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    source: &'static str,
    detail: Option<String>,
    stored_at_ms: i64,
}

impl Origin {
    /// Asked for over REST, and stored at `now_ms`, Unix milliseconds.
    #[must_use]
    pub fn rest(now_ms: i64) -> Self {
        Origin { source: "rest", detail: None, stored_at_ms: now_ms }
    }

    /// Told by a stream, and stored at `now_ms`, Unix milliseconds.
    pub(crate) fn stream(now_ms: i64) -> Self {
        Origin { source: "stream", detail: None, stored_at_ms: now_ms }
    }

    /// Out of a file, which `detail` names, and stored at `now_ms`, Unix milliseconds.
    #[must_use]
    pub fn file(detail: String, now_ms: i64) -> Self {
        Origin { source: "file", detail: Some(detail), stored_at_ms: now_ms }
    }

    /// Out of a file that was downloaded from an exchange's archive; otherwise as [`Origin::file`].
    #[must_use]
    pub fn archive(detail: String, now_ms: i64) -> Self {
        Origin { source: "archive", ..Origin::file(detail, now_ms) }
    }

    /// Made of stored candles of a shorter timeframe at `now_ms`, Unix milliseconds.
    #[must_use]
    pub fn resample(shorter: Timeframe, now_ms: i64) -> Self {
        Origin { source: "resample", detail: Some(shorter.name().to_owned()), stored_at_ms: now_ms }
    }

    /// The same, though some of the shorter candles were missing.
    #[must_use]
    pub fn resample_with_holes(shorter: Timeframe, now_ms: i64) -> Self {
        let detail = Some(format!("{} {WITH_HOLES}", shorter.name()));
        Origin { detail, ..Origin::resample(shorter, now_ms) }
    }
}

/// What marks candles that were made of shorter ones with some missing.
const WITH_HOLES: &str = "with holes";

/// A stretch of rows that came the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Rises with every stretch of a store: of those that cover a time, the largest one tells.
    pub id: i64,
    /// Where the rows are.
    pub place: Place,
    /// Time of the first row, Unix milliseconds.
    pub from_ms: i64,
    /// Where the last row ends, Unix milliseconds; funding has no length, and takes a second.
    pub to_ms: i64,
    /// How many rows of the store are of this stretch.
    pub rows: u64,
    /// `rest`, `stream`, `archive`, `file` or `resample`: a newer program may know more.
    pub source: String,
    /// Which file, with the first digits of its SHA-256 where that is known; or which timeframe it was made of.
    pub detail: Option<String>,
    /// When the first row was stored, Unix milliseconds.
    pub stored_at_ms: i64,
    /// When the last row was stored, Unix milliseconds.
    pub last_stored_at_ms: i64,
}

impl Stretch {
    /// Whether it was made of shorter candles of which some were missing.
    #[must_use]
    pub fn has_holes(&self) -> bool {
        self.source == "resample" && self.detail.as_ref().is_some_and(|detail| detail.ends_with(WITH_HOLES))
    }
}

/// The columns of a stretch, as [`stretch`] counts them.
const STRETCH: &str =
    "id, exchange, symbol, timeframe, kind, from_s, to_s, rows, source, detail, stored_at_s, last_stored_at_s";

impl Store {
    /// Every stretch of one place, by the times at which they begin.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn origins(&self, place: &Place) -> Result<Vec<Stretch>, DbError> {
        let (exchange, symbol, timeframe) = place.names();
        self.read(|connection| {
            let sql = format!("SELECT {STRETCH} FROM origins WHERE {OF_SERIES} AND kind = ?4 ORDER BY from_s, id");
            let mut select = connection.prepare_cached(&sql)?;
            select.query_map(params![exchange, symbol, timeframe, place.data.name()], stretch)?.collect()
        })
    }

    /// The stretch that a row at `time_ms` is of, Unix milliseconds; `None` where the row was stored before origins were
    /// noted. Where there is no row, what is given means nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn origin_at(&self, place: &Place, time_ms: i64) -> Result<Option<Stretch>, DbError> {
        let (exchange, symbol, timeframe) = place.names();
        self.read(|connection| {
            let sql = format!(
                "SELECT {STRETCH} FROM origins
                 WHERE {OF_SERIES} AND kind = ?4 AND from_s <= ?5 AND to_s > ?5 ORDER BY id DESC LIMIT 1"
            );
            let args = params![exchange, symbol, timeframe, place.data.name(), seconds(time_ms)];
            connection.prepare_cached(&sql)?.query_row(args, stretch).optional()
        })
    }

    /// How many rows of a place were stored before origins were noted. Counts all of its rows.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn rows_without_origin(&self, place: &Place) -> Result<u64, DbError> {
        let (exchange, symbol, timeframe) = place.names();
        let (table, of_place) = rows_of(place.data);
        self.read(|connection| {
            let sql = format!(
                "SELECT (SELECT count(*) FROM {table} WHERE {of_place})
                      - (SELECT coalesce(sum(rows), 0) FROM origins WHERE {OF_SERIES} AND kind = ?4)"
            );
            let args = params![exchange, symbol, timeframe, place.data.name()];
            let rows: i64 = connection.prepare_cached(&sql)?.query_row(args, |row| row.get(0))?;
            Ok(u64::try_from(rows).unwrap_or(0))
        })
    }
}

/// The table that has the rows of a kind, and which of them are final and of a place: its names are parameters 1 to 3.
fn rows_of(data: Data) -> (&'static str, &'static str) {
    match data {
        Data::Candles => ("ohlcv_data", "exchange = ?1 AND symbol = ?2 AND timeframe = ?3 AND closed = 1"),
        Data::Mark => ("mark_prices", "exchange = ?1 AND symbol = ?2 AND timeframe = ?3"),
        Data::Funding => ("funding_rates", "exchange = ?1 AND symbol = ?2 AND ?3 = ''"),
    }
}

fn stretch(row: &Row<'_>) -> rusqlite::Result<Stretch> {
    Ok(Stretch {
        id: row.get(0)?,
        place: Place::from_columns(row, 1)?,
        from_ms: time_ms(row, 5)?,
        to_ms: time_ms(row, 6)?,
        rows: row.get::<_, i64>(7)?.unsigned_abs(),
        source: row.get(8)?,
        detail: row.get(9)?,
        stored_at_ms: time_ms(row, 10)?,
        last_stored_at_ms: time_ms(row, 11)?,
    })
}
