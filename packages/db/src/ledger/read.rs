//! Reading the ledger.

use std::ops::Range;

use market::Side;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{AccountId, Action, Booking, LedgerEquity, LedgerPosition, LedgerSignal, LedgerTrade, Outcome};
use crate::{DbError, Store};

const TRADE: &str = "side, entry_time_ms, entry_price, exit_time_ms, exit_price, quantity, fees, funding, pnl, \
                     reason, bars, ambiguous";

impl Store {
    /// Open time of the newest candle that an account has booked, Unix milliseconds.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn booked_to_ms(&self, account: AccountId) -> Result<Option<i64>, DbError> {
        self.read(|connection| newest_booked_ms(connection, account))
    }

    /// Every closed trade of an account, in order of exit.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn booked_trades(&self, account: AccountId) -> Result<Vec<LedgerTrade>, DbError> {
        self.read(|connection| {
            let sql = format!("SELECT {TRADE} FROM trades WHERE account = ?1 ORDER BY number");
            connection.prepare_cached(&sql)?.query_map([account.0], trade)?.collect()
        })
    }

    /// Every signal of an account, in order of time.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn booked_signals(&self, account: AccountId) -> Result<Vec<LedgerSignal>, DbError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT candle_time_ms, side, action, outcome, reason FROM signals WHERE account = ?1
                 ORDER BY candle_time_ms, side, action",
            )?;
            select.query_map([account.0], signal)?.collect()
        })
    }

    /// Equity of an account after each candle.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn booked_equity(&self, account: AccountId) -> Result<Vec<LedgerEquity>, DbError> {
        self.read(|connection| equity_over(connection, account, i64::MIN, i64::MAX))
    }

    /// Open times of the candles within `range_ms` that an account has booked, in order, Unix milliseconds.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn booked_times_ms(&self, account: AccountId, range_ms: &Range<i64>) -> Result<Vec<i64>, DbError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT candle_time_ms FROM equity WHERE account = ?1 AND candle_time_ms >= ?2 AND candle_time_ms < ?3
                 ORDER BY candle_time_ms",
            )?;
            select.query_map(params![account.0, range_ms.start, range_ms.end], |row| row.get(0))?.collect()
        })
    }

    /// The open position of an account.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn booked_position(&self, account: AccountId) -> Result<Option<LedgerPosition>, DbError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT side, entry_time_ms, entry_price, quantity, entry_fee, stop, take, trail FROM positions
                 WHERE account = ?1",
            )?;
            select.query_row([account.0], position).optional()
        })
    }
}

pub(super) fn newest_booked_ms(connection: &Connection, account: AccountId) -> rusqlite::Result<Option<i64>> {
    let mut select = connection.prepare_cached("SELECT max(candle_time_ms) FROM equity WHERE account = ?1")?;
    select.query_row([account.0], |row| row.get(0))
}

/// What was booked over the candles from `from_ms` to `to_ms`, both included.
pub(super) fn booked_over(
    connection: &Connection,
    account: AccountId,
    from_ms: i64,
    to_ms: i64,
    first_trade: u64,
) -> rusqlite::Result<Booking> {
    let sql = format!(
        "SELECT {TRADE} FROM trades WHERE account = ?1 AND number >= ?2 AND exit_time_ms <= ?3 ORDER BY number"
    );
    let mut select = connection.prepare_cached(&sql)?;
    let trades = select.query_map(params![account.0, first_trade.cast_signed(), to_ms], trade)?;
    Ok(Booking {
        equity: equity_over(connection, account, from_ms, to_ms)?,
        first_trade,
        trades: trades.collect::<rusqlite::Result<_>>()?,
        ..Booking::default()
    })
}

fn equity_over(
    connection: &Connection,
    account: AccountId,
    from_ms: i64,
    to_ms: i64,
) -> rusqlite::Result<Vec<LedgerEquity>> {
    let mut select = connection.prepare_cached(
        "SELECT candle_time_ms, equity FROM equity WHERE account = ?1 AND candle_time_ms BETWEEN ?2 AND ?3
         ORDER BY candle_time_ms",
    )?;
    let rows = select.query_map(params![account.0, from_ms, to_ms], |row| {
        Ok(LedgerEquity { candle_time_ms: row.get(0)?, equity: row.get(1)? })
    })?;
    rows.collect()
}

fn trade(row: &Row<'_>) -> rusqlite::Result<LedgerTrade> {
    Ok(LedgerTrade {
        side: side(row, 0)?,
        entry_time_ms: row.get(1)?,
        entry_price: row.get(2)?,
        exit_time_ms: row.get(3)?,
        exit_price: row.get(4)?,
        quantity: row.get(5)?,
        fees: row.get(6)?,
        funding: row.get(7)?,
        pnl: row.get(8)?,
        reason: row.get(9)?,
        bars: row.get::<_, i64>(10)?.cast_unsigned(),
        ambiguous: row.get(11)?,
    })
}

fn signal(row: &Row<'_>) -> rusqlite::Result<LedgerSignal> {
    let (action, outcome): (String, String) = (row.get(2)?, row.get(3)?);
    Ok(LedgerSignal {
        candle_time_ms: row.get(0)?,
        side: side(row, 1)?,
        action: if action == "exit" { Action::Exit } else { Action::Enter },
        outcome: match outcome.as_str() {
            "pending" => Outcome::Pending,
            "taken" => Outcome::Taken,
            _ => Outcome::Rejected(row.get::<_, Option<String>>(4)?.unwrap_or_default()),
        },
    })
}

fn position(row: &Row<'_>) -> rusqlite::Result<LedgerPosition> {
    Ok(LedgerPosition {
        side: side(row, 0)?,
        entry_time_ms: row.get(1)?,
        entry_price: row.get(2)?,
        quantity: row.get(3)?,
        entry_fee: row.get(4)?,
        stop: row.get(5)?,
        take: row.get(6)?,
        trail: row.get(7)?,
    })
}

fn side(row: &Row<'_>, index: usize) -> rusqlite::Result<Side> {
    let name: String = row.get(index)?;
    Ok(if name == Side::Short.name() { Side::Short } else { Side::Long })
}
