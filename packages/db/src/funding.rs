//! Funding rates of perpetuals, in and out.

use market::{FundingRate, Symbol, funding_holes};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::candles_in::rising;
use crate::columns::{parsed, possible_ms, seconds_at_or_after, time_ms};
use crate::merge::merge_funding;
use crate::{DbError, Inserted, Origin, Store};

/// What the store holds of the funding of one symbol.
#[derive(Debug, Clone, PartialEq)]
pub struct FundingStatus {
    /// Exchange, as ccxt names it.
    pub exchange: String,
    /// Symbol, as ccxt names it.
    pub symbol: Symbol,
    /// How many rates.
    pub rows: u64,
    /// The oldest rate.
    pub first: FundingRate,
    /// The newest rate.
    pub last: FundingRate,
    /// Stretches longer than eight hours between two rates, `(from, to)`, Unix milliseconds.
    pub holes: Vec<(i64, i64)>,
}

impl Store {
    /// Stores funding rates, in any order, all of them or none. What is there stays as it is, also where the rate differs.
    ///
    /// # Errors
    /// [`DbError::BadFunding`] for an impossible rate, or when the database refuses.
    pub fn insert_funding(
        &mut self,
        exchange: &str,
        symbol: &Symbol,
        rates: &[FundingRate],
        origin: &Origin,
    ) -> Result<Inserted, DbError> {
        check(exchange, symbol, rates)?;
        let rising = rising(rates, |rate| rate.time_ms);
        let merged = self.write(|transaction| merge_funding(transaction, exchange, symbol, &rising, origin))?;
        Ok(merged.inserted.and_repeated(rates.len() - rising.len()))
    }

    /// The funding rates at or after `from_ms` and before `to_ms`, both Unix milliseconds, in rising
    /// order; `None` leaves a side open.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn funding(
        &self,
        exchange: &str,
        symbol: &Symbol,
        from_ms: Option<i64>,
        to_ms: Option<i64>,
    ) -> Result<Vec<FundingRate>, DbError> {
        self.rates(exchange, symbol, (from_ms, to_ms), possible_ms)
    }

    fn rates(
        &self,
        exchange: &str,
        symbol: &Symbol,
        (from_ms, to_ms): (Option<i64>, Option<i64>),
        time_ms: impl Fn(&Row<'_>, usize) -> rusqlite::Result<i64>,
    ) -> Result<Vec<FundingRate>, DbError> {
        let from_s = from_ms.map_or(i64::MIN, seconds_at_or_after);
        let to_s = to_ms.map_or(i64::MAX, seconds_at_or_after);
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT timestamp, rate FROM funding_rates
                 WHERE exchange = ?1 AND symbol = ?2 AND timestamp >= ?3 AND timestamp < ?4 ORDER BY timestamp",
            )?;
            let rate = |row: &Row<'_>| Ok(FundingRate { time_ms: time_ms(row, 0)?, rate: row.get(1)? });
            select.query_map(params![exchange, symbol.to_string(), from_s, to_s], rate)?.collect()
        })
    }

    /// The time of the first funding rate at or after `from_ms`, both Unix milliseconds, whatever another program may have
    /// written there.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn funding_at_or_after_ms(
        &self,
        exchange: &str,
        symbol: &Symbol,
        from_ms: i64,
    ) -> Result<Option<i64>, DbError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT timestamp FROM funding_rates WHERE exchange = ?1 AND symbol = ?2 AND timestamp >= ?3
                 ORDER BY timestamp LIMIT 1",
            )?;
            let args = params![exchange, symbol.to_string(), seconds_at_or_after(from_ms)];
            select.query_row(args, |row| time_ms(row, 0)).optional()
        })
    }

    /// Every exchange and symbol with funding rates, in order.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn funding_symbols(&self) -> Result<Vec<(String, Symbol)>, DbError> {
        self.read(funded)
    }

    /// What is stored of every symbol's funding, in order of exchange and symbol.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn funding_status(&self) -> Result<Vec<FundingStatus>, DbError> {
        let mut all = Vec::new();
        for (exchange, symbol) in self.funding_symbols()? {
            all.extend(self.funding_status_of(&exchange, &symbol)?);
        }
        Ok(all)
    }

    /// What is stored of the funding of one symbol; `None` where there is none.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn funding_status_of(&self, exchange: &str, symbol: &Symbol) -> Result<Option<FundingStatus>, DbError> {
        // Whatever another program wrote is told too.
        let rates = self.rates(exchange, symbol, (None, None), time_ms)?;
        let (Some(&first), Some(&last)) = (rates.first(), rates.last()) else { return Ok(None) };
        let times_ms: Vec<i64> = rates.iter().map(|rate| rate.time_ms).collect();
        let holes = funding_holes(&times_ms, first.time_ms, last.time_ms);
        let (exchange, symbol) = (exchange.to_owned(), symbol.clone());
        Ok(Some(FundingStatus { exchange, symbol, rows: rates.len() as u64, first, last, holes }))
    }
}

/// Every symbol with funding: as with series, a jump along the key from one to the next.
fn funded(connection: &Connection) -> rusqlite::Result<Vec<(String, Symbol)>> {
    let mut next = connection.prepare_cached(
        "SELECT exchange, symbol FROM funding_rates
         WHERE (exchange, symbol, timestamp) > (?1, ?2, X'FF')
         ORDER BY exchange, symbol, timestamp LIMIT 1",
    )?;
    let mut all: Vec<(String, Symbol)> = Vec::new();
    loop {
        let (exchange, symbol) =
            all.last().map_or(("", String::new()), |(exchange, symbol)| (exchange.as_str(), symbol.to_string()));
        match next.query_row(params![exchange, symbol], |row| Ok((row.get(0)?, parsed(row, 1)?))).optional()? {
            Some(found) => all.push(found),
            None => return Ok(all),
        }
    }
}

/// Refuses what no exchange charges, before anything is written.
pub(crate) fn check(exchange: &str, symbol: &Symbol, rates: &[FundingRate]) -> Result<(), DbError> {
    for rate in rates {
        rate.check().map_err(|source| DbError::BadFunding {
            exchange: exchange.to_owned(),
            symbol: symbol.clone(),
            time_ms: rate.time_ms,
            source,
        })?;
    }
    Ok(())
}
