//! Writing the ledger: all of a booking in one transaction, or nothing.

use rusqlite::{Transaction, params};

use super::read::{booked_over, newest_booked_ms};
use super::{AccountId, Action, Booking, Difference, LedgerSignal, LedgerTrade, Outcome};
use crate::{DbError, Store};

impl Store {
    /// Books what an account did over some candles. Candles that are booked already are only
    /// compared: where they differ nothing is written, and the first difference is given.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn book(&mut self, account: AccountId, booking: &Booking) -> Result<Option<Difference>, DbError> {
        self.write(|transaction| {
            let newest_ms = newest_booked_ms(transaction, account)?.unwrap_or(i64::MIN);
            let (old, new) = split(booking, newest_ms);
            if let Some((first, last)) = old.equity.first().zip(booking.equity.last()) {
                let to_ms = last.candle_time_ms.min(newest_ms);
                let booked = booked_over(transaction, account, first.candle_time_ms, to_ms, booking.first_trade)?;
                if let Some(difference) = Difference::find(&booked, &old) {
                    return Ok(Some(difference));
                }
            }
            if !new.equity.is_empty() {
                append(transaction, account, &new)?;
            }
            Ok(None)
        })
    }
}

/// The part of a booking up to `newest_ms`, and the part after it.
fn split(booking: &Booking, newest_ms: i64) -> (Booking, Booking) {
    let candles = booking.equity.partition_point(|equity| equity.candle_time_ms <= newest_ms);
    let trades = booking.trades.partition_point(|trade| trade.exit_time_ms <= newest_ms);
    let old = Booking {
        equity: booking.equity[..candles].to_vec(),
        first_trade: booking.first_trade,
        trades: booking.trades[..trades].to_vec(),
        ..Booking::default()
    };
    let new = Booking {
        equity: booking.equity[candles..].to_vec(),
        first_trade: booking.first_trade + trades as u64,
        trades: booking.trades[trades..].to_vec(),
        signals: booking.signals.clone(),
        position: booking.position.clone(),
    };
    (old, new)
}

fn append(transaction: &Transaction<'_>, account: AccountId, new: &Booking) -> rusqlite::Result<()> {
    let mut equity =
        transaction.prepare_cached("INSERT INTO equity (account, candle_time_ms, equity) VALUES (?1, ?2, ?3)")?;
    for row in &new.equity {
        equity.execute(params![account.0, row.candle_time_ms, row.equity])?;
    }
    for (number, trade) in (new.first_trade..).zip(&new.trades) {
        insert_trade(transaction, account, number, trade)?;
    }
    for signal in &new.signals {
        put_signal(transaction, account, signal)?;
    }
    put_position(transaction, account, new)
}

fn insert_trade(
    transaction: &Transaction<'_>,
    account: AccountId,
    number: u64,
    trade: &LedgerTrade,
) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO trades (account, number, side, entry_time_ms, entry_price, exit_time_ms, exit_price, quantity,
                             fees, funding, pnl, reason, bars, ambiguous)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?;
    insert.execute(params![
        account.0,
        number.cast_signed(),
        trade.side.name(),
        trade.entry_time_ms,
        trade.entry_price,
        trade.exit_time_ms,
        trade.exit_price,
        trade.quantity,
        trade.fees,
        trade.funding,
        trade.pnl,
        trade.reason,
        trade.bars.cast_signed(),
        trade.ambiguous,
    ])?;
    Ok(())
}

/// A signal that was pending learns what became of it; any other stays as it was booked.
fn put_signal(transaction: &Transaction<'_>, account: AccountId, signal: &LedgerSignal) -> rusqlite::Result<()> {
    let action = match signal.action {
        Action::Enter => "enter",
        Action::Exit => "exit",
    };
    let (outcome, reason) = match &signal.outcome {
        Outcome::Pending => ("pending", None),
        Outcome::Taken => ("taken", None),
        Outcome::Rejected(reason) => ("rejected", Some(reason)),
    };
    let mut upsert = transaction.prepare_cached(
        "INSERT INTO signals (account, candle_time_ms, side, action, outcome, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET outcome = ?5, reason = ?6 WHERE outcome = 'pending'",
    )?;
    upsert.execute(params![account.0, signal.candle_time_ms, signal.side.name(), action, outcome, reason])?;
    Ok(())
}

fn put_position(transaction: &Transaction<'_>, account: AccountId, new: &Booking) -> rusqlite::Result<()> {
    transaction.prepare_cached("DELETE FROM positions WHERE account = ?1")?.execute([account.0])?;
    let Some(position) = &new.position else { return Ok(()) };
    let mut insert = transaction.prepare_cached(
        "INSERT INTO positions (account, side, entry_time_ms, entry_price, quantity, entry_fee, stop, take, trail)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    insert.execute(params![
        account.0,
        position.side.name(),
        position.entry_time_ms,
        position.entry_price,
        position.quantity,
        position.entry_fee,
        position.stop,
        position.take,
        position.trail,
    ])?;
    Ok(())
}
