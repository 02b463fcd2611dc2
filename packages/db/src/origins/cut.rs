//! Takes rows that go out of the stretches that they were of.

use rusqlite::{Row, Transaction, params};

use crate::Data;
use crate::columns::{Names, OF_SERIES};

/// Notes that the rows at `gone_s` are deleted, and that nothing of the place is left before `before_s`, Unix seconds.
pub(crate) fn cut(
    transaction: &Transaction<'_>,
    (exchange, symbol, timeframe): &Names<'_>,
    data: Data,
    mut gone_s: Vec<i64>,
    before_s: i64,
) -> rusqlite::Result<()> {
    let sql = format!(
        "SELECT id, from_s, to_s, rows FROM origins
         WHERE {OF_SERIES} AND kind = ?4 AND from_s < ?5 ORDER BY id DESC"
    );
    let mut select = transaction.prepare_cached(&sql)?;
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?..row.get(2)?, row.get::<_, i64>(3)?));
    let touched = select.query_map(params![exchange, symbol, timeframe, data.name(), before_s], read)?;
    let touched: Vec<_> = touched.collect::<rusqlite::Result<_>>()?;
    let mut shorten = transaction.prepare_cached("UPDATE origins SET from_s = ?2, rows = ?3 WHERE id = ?1")?;
    let mut delete = transaction.prepare_cached("DELETE FROM origins WHERE id = ?1")?;
    // The youngest one that covers a row is the one that it is of.
    for (id, covers, rows) in touched {
        let before = gone_s.len();
        gone_s.retain(|time_s| !covers.contains(time_s));
        let left = rows - (before - gone_s.len()) as i64;
        // A stretch without rows tells nothing.
        if left > 0 {
            shorten.execute(params![id, before_s, left])?;
        } else {
            delete.execute([id])?;
        }
    }
    Ok(())
}
