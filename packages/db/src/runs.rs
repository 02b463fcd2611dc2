//! What was backtested: each run with everything it follows from, and what came of it.

use rusqlite::{OptionalExtension, Row, params};

use crate::columns::{seconds, time_ms};
use crate::{DbError, Store};

/// A run that is to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRun {
    /// Which command made it: `run`.
    pub kind: String,
    /// When, Unix milliseconds.
    pub made_at_ms: i64,
    /// Everything it follows from, as JSON.
    pub manifest: String,
    /// What came of it, as JSON.
    pub result: String,
    /// Hash of all that came of it, hexadecimal.
    pub result_hash: String,
}

/// A run that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRun {
    /// Its number in this store.
    pub id: i64,
    /// What was stored.
    pub run: NewRun,
}

const COLUMNS: &str = "id, kind, made_at_s, manifest, result, result_hash";

impl Store {
    /// Stores a run and gives its number. A run that follows from the same and came to the same is the same
    /// run: it keeps the number it has.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn put_run(&mut self, run: &NewRun) -> Result<i64, DbError> {
        let NewRun { kind, made_at_ms, manifest, result, result_hash } = run;
        self.write(|transaction| {
            let mut known = transaction
                .prepare_cached("SELECT id FROM runs WHERE result_hash = ?1 AND kind = ?2 AND manifest = ?3")?;
            if let Some(id) = known.query_row(params![result_hash, kind, manifest], |row| row.get(0)).optional()? {
                return Ok(id);
            }
            let mut insert = transaction.prepare_cached(
                "INSERT INTO runs (kind, made_at_s, manifest, result, result_hash) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            insert.insert(params![kind, seconds(*made_at_ms), manifest, result, result_hash])
        })
    }

    /// The run of this number, if there is one.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn run(&self, id: i64) -> Result<Option<StoredRun>, DbError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM runs WHERE id = ?1"))?;
            select.query_row([id], stored).optional()
        })
    }

    /// The newest `last` runs, the newest at the end.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn runs(&self, last: usize) -> Result<Vec<StoredRun>, DbError> {
        let limit = i64::try_from(last).unwrap_or(i64::MAX);
        let mut runs: Vec<StoredRun> = self.read(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM runs ORDER BY id DESC LIMIT ?1");
            connection.prepare_cached(&sql)?.query_map([limit], stored)?.collect()
        })?;
        runs.reverse();
        Ok(runs)
    }
}

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredRun> {
    Ok(StoredRun {
        id: row.get(0)?,
        run: NewRun {
            kind: row.get(1)?,
            made_at_ms: time_ms(row, 2)?,
            manifest: row.get(3)?,
            result: row.get(4)?,
            result_hash: row.get(5)?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(manifest: &str, hash: &str) -> NewRun {
        NewRun {
            kind: "run".into(),
            made_at_ms: 1_704_067_200_000,
            manifest: manifest.into(),
            result: "{}".into(),
            result_hash: hash.into(),
        }
    }

    #[test]
    fn the_same_run_keeps_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path().join("x.db")).unwrap();
        let mut put = |run: &NewRun| store.put_run(run).unwrap();
        assert_eq!(put(&run("a", "1")), 1);
        assert_eq!(put(&run("b", "1")), 2);
        assert_eq!(put(&run("a", "2")), 3);
        assert_eq!(put(&NewRun { made_at_ms: 0, ..run("a", "1") }), 1);
        assert_eq!(put(&NewRun { kind: "search".into(), ..run("a", "1") }), 4);
        assert_eq!(store.run(1).unwrap().map(|stored| stored.run), Some(run("a", "1")));
        assert_eq!(store.run(5).unwrap(), None);
        let ids = |last| store.runs(last).unwrap().iter().map(|run| run.id).collect::<Vec<_>>();
        assert_eq!(ids(2), [3, 4]);
        assert_eq!(ids(usize::MAX), [1, 2, 3, 4]);
    }
}
