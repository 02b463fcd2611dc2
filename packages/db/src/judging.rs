//! By what the first candle of a file, a page or a place is judged: by what is stored beside it.

use market::{Candle, Candles, Judge, Series};

use crate::columns::{CANDLES, MARKS, names, seconds_at_or_after};
use crate::range::Range;
use crate::{Data, DbError, Store};

/// So many candles away a close still says something of another one.
const NEAR: i64 = 3;

impl Store {
    /// A judge of these candles, of trades or of the mark price, in rising time, who knows what is stored beside the first
    /// one, and in its own place.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn judge_of(&self, series: &Series, data: Data, candles: &[Candle]) -> Result<Judge, DbError> {
        let judge = match data {
            Data::Mark => Judge::of_marks(series.timeframe),
            _ => Judge::of_trades(series.timeframe),
        };
        let Some(first) = candles.first() else { return Ok(judge) };
        Ok(judge.begin(candles, self.closes_near(series, data, first.open_time_ms)?))
    }

    /// The closes of the newest closed candle, of trades or of the mark price, that opens before `time_ms`, Unix
    /// milliseconds, and of the oldest one that does not. Further away than three candles there is none.
    fn closes_near(&self, series: &Series, data: Data, time_ms: i64) -> Result<[Option<f64>; 2], DbError> {
        let table = if data == Data::Mark { &MARKS } else { &CANDLES };
        let reach_ms = series.timeframe.longest_ms().saturating_mul(NEAR);
        let names = names(series);
        let [from_s, at_s, to_s] =
            [time_ms.saturating_sub(reach_ms), time_ms, time_ms.saturating_add(reach_ms + 1)].map(seconds_at_or_after);
        let (before, behind) =
            (Range { table, names: &names, from_s, to_s: at_s }, Range { table, names: &names, from_s: at_s, to_s });
        // Other programs write what they like.
        let price =
            |candles: &Candles| candles.close.first().copied().filter(|close| close.is_finite() && *close > 0.0);
        self.read(|connection| Ok([price(&before.newest(connection, 1)?), price(&behind.oldest(connection, 1, 1)?)]))
    }
}
