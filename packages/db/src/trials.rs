//! What searches have tried.

use rusqlite::params;

use crate::{DbError, Store};

/// One set of params that a search has tried, and what it gave.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredTrial {
    /// The params, in a text of the search's own.
    pub params: String,
    /// Figures in the order of the program that tried it; NaN where there is none.
    pub figures: Vec<f64>,
    /// The return of each UTC day.
    pub daily_returns: Vec<f64>,
}

impl Store {
    /// Stores trials of a search, all of them or none; one that is there stays as it is.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn put_trials(&mut self, search: &str, trials: &[StoredTrial]) -> Result<(), DbError> {
        self.write(|transaction| {
            let mut insert = transaction.prepare_cached(
                "INSERT OR IGNORE INTO trials (search, params, figures, daily_returns) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for trial in trials {
                insert.execute(params![search, trial.params, bytes(&trial.figures), bytes(&trial.daily_returns)])?;
            }
            Ok(())
        })
    }

    /// How many trials are stored, of all searches.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn count_of_trials(&self) -> Result<i64, DbError> {
        self.read(|connection| connection.query_row("SELECT count(*) FROM trials", [], |row| row.get(0)))
    }

    /// Every stored trial of a search.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn trials(&self, search: &str) -> Result<Vec<StoredTrial>, DbError> {
        self.read(|connection| {
            let mut select =
                connection.prepare_cached("SELECT params, figures, daily_returns FROM trials WHERE search = ?1")?;
            let trials = select.query_map([search], |row| {
                Ok(StoredTrial {
                    params: row.get(0)?,
                    figures: doubles(row.get_ref(1)?.as_blob()?),
                    daily_returns: doubles(row.get_ref(2)?.as_blob()?),
                })
            })?;
            trials.collect()
        })
    }
}

fn bytes(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn doubles(bytes: &[u8]) -> Vec<f64> {
    let (eights, _) = bytes.as_chunks();
    eights.iter().map(|eight| f64::from_le_bytes(*eight)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_come_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path().join("x.db")).unwrap();
        let trial = |params: &str, value: f64| StoredTrial {
            params: params.to_owned(),
            figures: vec![value, f64::MIN_POSITIVE],
            daily_returns: vec![0.1 + value; 3],
        };
        store.put_trials("a", &[trial("n=1", 1.0), trial("n=2", 2.0)]).unwrap();
        store.put_trials("a", &[trial("n=1", 9.0)]).unwrap();
        store.put_trials("b", &[trial("n=1", 3.0)]).unwrap();
        assert_eq!(store.trials("a").unwrap(), [trial("n=1", 1.0), trial("n=2", 2.0)]);
        assert_eq!(store.trials("c").unwrap(), []);
    }
}
