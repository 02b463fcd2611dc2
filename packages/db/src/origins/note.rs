//! Writes where rows came from, in the transaction that stores them.

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{Origin, rows_of};
use crate::Data;
use crate::columns::{Names, OF_SERIES, seconds};

/// New rows of one batch with none of another batch between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// Time of the first row, Unix seconds.
    pub(crate) from_s: i64,
    /// Where the last row ends, Unix seconds.
    pub(crate) to_s: i64,
    pub(crate) rows: i64,
}

/// The youngest stretch of a place.
struct Youngest {
    id: i64,
    from_s: i64,
    to_s: i64,
    source: String,
    detail: Option<String>,
}

/// Notes that `spans`, which rise and whose rows are stored already, came by `origin`. The names of funding have no
/// timeframe: it is empty.
///
/// A span goes into the youngest stretch where that came the same way and no row of any other lies in between. No older
/// stretch may grow: a younger one would tell of its new rows.
pub(crate) fn note(
    transaction: &Transaction<'_>,
    names: &Names<'_>,
    data: Data,
    spans: &[Span],
    origin: &Origin,
) -> rusqlite::Result<()> {
    for span in spans {
        let youngest = youngest(transaction, names, data)?;
        match youngest.filter(|youngest| youngest.source == origin.source && youngest.detail == origin.detail) {
            Some(youngest) if reaches(transaction, names, data, &youngest, span)? => {
                extend(transaction, youngest.id, span, origin)?;
            }
            _ => add(transaction, names, data, span, origin)?,
        }
    }
    Ok(())
}

fn youngest(
    transaction: &Transaction<'_>,
    (exchange, symbol, timeframe): &Names<'_>,
    data: Data,
) -> rusqlite::Result<Option<Youngest>> {
    let sql = format!(
        "SELECT id, from_s, to_s, source, detail FROM origins
         WHERE {OF_SERIES} AND kind = ?4 ORDER BY id DESC LIMIT 1"
    );
    let read = |row: &Row<'_>| {
        Ok(Youngest {
            id: row.get(0)?,
            from_s: row.get(1)?,
            to_s: row.get(2)?,
            source: row.get(3)?,
            detail: row.get(4)?,
        })
    };
    let args = params![exchange, symbol, timeframe, data.name()];
    transaction.prepare_cached(&sql)?.query_row(args, read).optional()
}

/// Whether nothing is stored between a stretch and a span; inside of the youngest stretch, whatever is there is of it.
fn reaches(
    transaction: &Transaction<'_>,
    (exchange, symbol, timeframe): &Names<'_>,
    data: Data,
    youngest: &Youngest,
    span: &Span,
) -> rusqlite::Result<bool> {
    let between = if span.from_s > youngest.to_s {
        (youngest.to_s, span.from_s)
    } else if span.to_s < youngest.from_s {
        (span.to_s, youngest.from_s)
    } else {
        return Ok(true);
    };
    let (table, of_place) = rows_of(data);
    let sql = format!("SELECT 1 FROM {table} WHERE {of_place} AND timestamp >= ?4 AND timestamp < ?5");
    let args = params![exchange, symbol, timeframe, between.0, between.1];
    Ok(!transaction.prepare_cached(&sql)?.exists(args)?)
}

fn extend(transaction: &Transaction<'_>, id: i64, span: &Span, origin: &Origin) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached(
        "UPDATE origins SET from_s = min(from_s, ?2), to_s = max(to_s, ?3), rows = rows + ?4,
             stored_at_s = min(stored_at_s, ?5), last_stored_at_s = max(last_stored_at_s, ?5) WHERE id = ?1",
    )?;
    update.execute(params![id, span.from_s, span.to_s, span.rows, seconds(origin.stored_at_ms)])?;
    Ok(())
}

fn add(
    transaction: &Transaction<'_>,
    (exchange, symbol, timeframe): &Names<'_>,
    data: Data,
    span: &Span,
    origin: &Origin,
) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO origins (exchange, symbol, timeframe, kind, from_s, to_s, rows, source, detail,
             stored_at_s, last_stored_at_s)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)",
    )?;
    let Span { from_s, to_s, rows } = span;
    let Origin { source, detail, stored_at_ms } = origin;
    let (kind, stored_at_s) = (data.name(), seconds(*stored_at_ms));
    insert.execute(params![exchange, symbol, timeframe, kind, from_s, to_s, rows, source, detail, stored_at_s])?;
    Ok(())
}
