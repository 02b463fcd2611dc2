//! Runs the real binary in a folder of its own.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flate2::Compression;
use flate2::write::GzEncoder;
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

/// A folder with a database that may not be there yet.
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Desk { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.path("data/chandler.db")
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        self.write_bytes(name, text.as_bytes())
    }

    pub(crate) fn write_gz(&self, name: &str, text: &str) -> PathBuf {
        let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
        gz.write_all(text.as_bytes()).unwrap();
        self.write_bytes(name, &gz.finish().unwrap())
    }

    pub(crate) fn write_bytes(&self, name: &str, bytes: &[u8]) -> PathBuf {
        fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    /// The command, ready to run where `data/chandler.db` is this desk's.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backfiller"));
        command.args(args).current_dir(self.folder.path()).env_remove("RUST_LOG");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs what must go well, with `--json`.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let output = self.run(&[args, &["--json"]].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Imports a file as BTC/USDT candles; gives the totals.
    #[track_caller]
    pub(crate) fn import(&self, timeframe: &str, file: &Path) -> Value {
        self.json(&import_args(timeframe, file))["total"].take()
    }

    /// How many candles are stored. Fails when the database is not whole.
    #[track_caller]
    pub(crate) fn whole_rows(&self) -> u64 {
        let database = Connection::open(self.db()).unwrap();
        let check: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
        count(&database).unwrap()
    }
}

pub(crate) fn count(database: &Connection) -> rusqlite::Result<u64> {
    let rows: i64 = database.query_row("SELECT count(*) FROM ohlcv_data", [], |row| row.get(0))?;
    Ok(rows.unsigned_abs())
}

pub(crate) fn import_args<'a>(timeframe: &'a str, file: &'a Path) -> [&'a str; 8] {
    let file = file.to_str().unwrap();
    ["import", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", timeframe, file]
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Rows of 1m candles from 2025-01-01 on.
pub(crate) fn minutes(n: u64) -> String {
    (0..n)
        .map(|i| format!("{},1.5,2.5,0.5,{},9.25\n", (1_735_689_600 + i * 60) * 1_000, 1.0 + (i % 100) as f64 / 100.0))
        .collect()
}
