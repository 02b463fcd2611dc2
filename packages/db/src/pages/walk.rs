//! From page to page along the tree of a table, up or down the times of one series.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use rusqlite::{CachedStatement, Connection};

use super::Unexpected;
use super::page::{Page, u32_at};
use super::row::{Key, Row};
use crate::columns::Table;

/// More pages than this above each other no database has: SQLite's own bound.
const MOST_LEVELS: u32 = 20;
/// How the first page tells that texts are UTF-8.
const UTF8: u32 = 1;

/// Whether to go on.
type Step = Result<ControlFlow<()>, Unexpected>;

/// The pages of a table, in the state that the transaction sees.
pub(super) struct Pages<'c> {
    select: CachedStatement<'c>,
    /// Bytes of a page that SQLite leaves to extensions.
    reserved: usize,
    root: u32,
}

impl<'c> Pages<'c> {
    pub(super) fn of(connection: &'c Connection, table: &Table) -> Result<Self, Unexpected> {
        let mut root = connection.prepare_cached("SELECT rootpage FROM sqlite_schema WHERE name = ?1")?;
        let root = root.query_row([table.name], |row| row.get(0))?;
        let select = connection.prepare_cached("SELECT data FROM sqlite_dbpage WHERE pgno = ?1")?;
        let mut pages = Pages { select, reserved: 0, root };
        let first = pages.bytes(1)?;
        if u32_at(&first, 56)? != UTF8 {
            return Err(Unexpected);
        }
        pages.reserved = first.get(20).map_or(0, |&bytes| usize::from(bytes));
        Ok(pages)
    }

    /// Shows the rows of the series from `from_s` on, rising, until `show` has seen enough.
    pub(super) fn rising(
        &mut self,
        key: &Key<'_>,
        from_s: i64,
        show: &mut impl FnMut(Row) -> Step,
    ) -> Result<(), Unexpected> {
        self.rise(self.root, 1, key, from_s, show).map(|_| ())
    }

    /// Shows the rows of the series before `to_s`, falling, until `show` has seen enough.
    pub(super) fn falling(
        &mut self,
        key: &Key<'_>,
        to_s: i64,
        show: &mut impl FnMut(Row) -> Step,
    ) -> Result<(), Unexpected> {
        self.fall(self.root, 1, key, to_s, show).map(|_| ())
    }

    fn rise(
        &mut self,
        number: u32,
        level: u32,
        key: &Key<'_>,
        from_s: i64,
        show: &mut impl FnMut(Row) -> Step,
    ) -> Step {
        let page = self.page(number, level)?;
        let first = page.first_not(|record| Ok(key.order(record, from_s)? == Ordering::Less))?;
        for index in first..=page.cells() {
            if let Some(child) = page.child(index)?
                && self.rise(child, level + 1, key, from_s, show)?.is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
            if index < page.cells() && show_row(key, page.record(index)?, show)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn fall(&mut self, number: u32, level: u32, key: &Key<'_>, to_s: i64, show: &mut impl FnMut(Row) -> Step) -> Step {
        let page = self.page(number, level)?;
        let end = page.first_not(|record| Ok(key.order(record, to_s)? == Ordering::Less))?;
        for index in (0..=end).rev() {
            if let Some(child) = page.child(index)?
                && self.fall(child, level + 1, key, to_s, show)?.is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
            if index > 0 && show_row(key, page.record(index - 1)?, show)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn page(&mut self, number: u32, level: u32) -> Result<Page, Unexpected> {
        if level > MOST_LEVELS {
            return Err(Unexpected);
        }
        let bytes = self.bytes(number)?;
        let usable = bytes.len() - self.reserved;
        Page::new(bytes, usable)
    }

    fn bytes(&mut self, number: u32) -> Result<Vec<u8>, Unexpected> {
        Ok(self.select.query_row([number], |row| Ok(row.get_ref(0)?.as_blob()?.to_vec()))?)
    }
}

fn show_row(key: &Key<'_>, record: &[u8], show: &mut impl FnMut(Row) -> Step) -> Step {
    match key.row(record)? {
        Some(row) => show(row),
        None => Ok(ControlFlow::Break(())),
    }
}
