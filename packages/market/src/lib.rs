//! The words everyone uses: candles, timeframes, symbols, instruments, and time.
//!
//! Nothing here does I/O, reads a clock or rolls dice.

mod candle;
mod candles;
mod fold;
mod funding;
mod hole;
mod instrument;
mod places;
mod plain;
mod quality;
mod series;
mod side;
mod source;
mod symbol;
mod ticker;
mod timeframe;
mod when;

pub use candle::{Candle, CandleFault};
pub use candles::{CandleSlice, Candles};
pub use fold::{Fold, Folded};
pub use funding::{FundingFault, FundingRate, LONGEST_FUNDING_INTERVAL_MS, funding_holes};
pub use hole::{Hole, find_holes};
pub use instrument::Instrument;
pub use places::Places;
pub use plain::Plain;
pub use quality::{Judge, Objection, Rule};
pub use series::Series;
pub use side::Side;
pub use source::{CandleSource, SourceError};
pub use symbol::{Symbol, SymbolError};
pub use ticker::Ticker;
pub use timeframe::{Timeframe, TimeframeError};
pub use when::{WhenError, format_utc, parse_duration_ms, parse_when};
