//! A place in the store: of which market a record is, and of what kind.

use std::fmt;

use market::{Series, Symbol, Timeframe};
use rusqlite::Row;

use crate::columns::{Names, parsed};

/// What kind of data a place in the store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Data {
    /// Candles of trades.
    Candles,
    /// Candles of the mark price.
    Mark,
    /// Funding rates.
    Funding,
}

impl Data {
    /// All kinds.
    const ALL: [Data; 3] = [Data::Candles, Data::Mark, Data::Funding];

    /// Its name, as the store has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Data::Candles => "candles",
            Data::Mark => "mark",
            Data::Funding => "funding",
        }
    }
}

/// Where records of one kind of one market go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Exchange, as ccxt names it.
    pub exchange: String,
    /// Symbol, as ccxt names it.
    pub symbol: Symbol,
    /// Timeframe of candles; `None` for funding.
    pub timeframe: Option<Timeframe>,
    /// What kind of data.
    pub data: Data,
}

impl Place {
    /// The place of a series, of candles or of mark prices.
    #[must_use]
    pub fn of(series: &Series, data: Data) -> Self {
        let Series { exchange, symbol, timeframe } = series.clone();
        Place { exchange, symbol, timeframe: Some(timeframe), data }
    }

    /// The place of a symbol's funding.
    #[must_use]
    pub fn of_funding(exchange: &str, symbol: &Symbol) -> Self {
        Place { exchange: exchange.to_owned(), symbol: symbol.clone(), timeframe: None, data: Data::Funding }
    }

    /// Its names as the tables have them; funding has an empty timeframe.
    pub(crate) fn names(&self) -> Names<'_> {
        (&self.exchange, self.symbol.to_string(), self.timeframe.map_or("", Timeframe::name))
    }

    /// The place in four columns from `index` on: exchange, symbol, timeframe, kind.
    pub(crate) fn from_columns(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        let timeframe: String = row.get(index + 2)?;
        let kind: String = row.get(index + 3)?;
        let data = Data::ALL.into_iter().find(|data| data.name() == kind).ok_or(rusqlite::Error::InvalidQuery)?;
        Ok(Place {
            exchange: row.get(index)?,
            symbol: parsed(row, index + 1)?,
            timeframe: if timeframe.is_empty() { None } else { Some(parsed(row, index + 2)?) },
            data,
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.exchange, self.symbol)?;
        self.timeframe.map_or(Ok(()), |timeframe| write!(f, " {timeframe}"))?;
        if self.data == Data::Candles { Ok(()) } else { write!(f, " {}", self.data.name()) }
    }
}
