//! Where a ledger and what the candles give now part.

use std::fmt;

use market::format_utc;

use super::{Booking, LedgerEquity, LedgerTrade};

/// The first place at which the ledger and the computation differ.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference {
    /// A trade; `None` on the side that does not have it.
    Trade {
        /// Its number, from 0.
        number: u64,
        /// What was booked.
        booked: Option<Box<LedgerTrade>>,
        /// What the candles give now.
        computed: Option<Box<LedgerTrade>>,
    },
    /// Equity after a candle; `None` on the side that does not have the candle.
    Equity {
        /// Open time of the candle, Unix milliseconds.
        candle_time_ms: i64,
        /// What was booked, in quote.
        booked: Option<f64>,
        /// What the candles give now, in quote.
        computed: Option<f64>,
    },
}

impl Difference {
    /// Compares what was booked over some candles with what they give now.
    pub(super) fn find(booked: &Booking, computed: &Booking) -> Option<Self> {
        let (first, trades) = (booked.first_trade, (&booked.trades, &computed.trades));
        let trade = first_difference(trades.0, trades.1).map(|(index, booked, computed)| Difference::Trade {
            number: first + index as u64,
            booked: booked.cloned().map(Box::new),
            computed: computed.cloned().map(Box::new),
        });
        trade.or_else(|| {
            let (_, booked, computed) = first_difference(&booked.equity, &computed.equity)?;
            // Where the candles themselves differ, the earlier one is missing on the other side.
            let time_ms = |side: Option<&LedgerEquity>| side.map_or(i64::MAX, |equity| equity.candle_time_ms);
            let candle_time_ms = time_ms(booked).min(time_ms(computed));
            let at = |side: Option<&LedgerEquity>| {
                side.filter(|equity| equity.candle_time_ms == candle_time_ms).map(|equity| equity.equity)
            };
            Some(Difference::Equity { candle_time_ms, booked: at(booked), computed: at(computed) })
        })
    }
}

type Pair<'a, T> = (usize, Option<&'a T>, Option<&'a T>);

fn first_difference<'a, T: PartialEq>(left: &'a [T], right: &'a [T]) -> Option<Pair<'a, T>> {
    let index = (0..left.len().max(right.len())).find(|&index| left.get(index) != right.get(index))?;
    Some((index, left.get(index), right.get(index)))
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Trade { number, booked, computed } => {
                let (booked, computed) = (describe(booked.as_deref()), describe(computed.as_deref()));
                write!(f, "trade {}: the ledger has {booked}, the candles now give {computed}", number + 1)
            }
            Difference::Equity { candle_time_ms, booked, computed } => {
                let describe =
                    |equity: &Option<f64>| equity.map_or("no such candle".to_owned(), |e| format!("equity {e}"));
                let (booked, computed) = (describe(booked), describe(computed));
                let time = format_utc(*candle_time_ms);
                write!(f, "candle {time}: the ledger has {booked}, the candles now give {computed}")
            }
        }
    }
}

fn describe(trade: Option<&LedgerTrade>) -> String {
    let Some(trade) = trade else { return "none".to_owned() };
    let LedgerTrade { side, entry_price, exit_price, quantity, reason, .. } = trade;
    let (entry, exit) = (format_utc(trade.entry_time_ms), format_utc(trade.exit_time_ms));
    format!("{side} {quantity} from {entry} at {entry_price} to {exit} at {exit_price} ({reason})")
}
