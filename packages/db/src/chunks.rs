//! Long series a part at a time, so that what is held in memory is bounded whatever is stored.

use market::{Candles, Series};

use crate::columns::{CANDLES, MARKS, Table, names, seconds_at_or_after};
use crate::range::Range;
use crate::{DbError, Store};

/// Most candles that room is made for before they are read.
const PRESIZED: u32 = 100_000;

impl Store {
    /// The closed candles that open at or after `from_ms`, Unix milliseconds, rising, `most` of them at most. The
    /// next part begins behind the last one; the end is reached where there are none. Rows of other programs come as
    /// they are, also with a time that no candle can have: who checks and tells what is stored looks for them.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn candles_from(&self, series: &Series, from_ms: i64, most: u32) -> Result<Candles, DbError> {
        self.chunk(&CANDLES, series, from_ms, most)
    }

    /// As [`Store::candles_from`], of mark prices; their volume is 0.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn marks_from(&self, series: &Series, from_ms: i64, most: u32) -> Result<Candles, DbError> {
        self.chunk(&MARKS, series, from_ms, most)
    }

    fn chunk(&self, table: &Table, series: &Series, from_ms: i64, most: u32) -> Result<Candles, DbError> {
        let range = Range { table, names: &names(series), from_s: seconds_at_or_after(from_ms), to_s: i64::MAX };
        self.read(|connection| range.oldest(connection, most as usize, most.min(PRESIZED) as usize))
    }
}

#[cfg(test)]
mod tests {
    use market::Candle;

    use super::*;

    #[test]
    fn parts_are_the_whole() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path().join("x.db")).unwrap();
        let series = Series::new("binance", "BTC/USDT".parse().unwrap(), market::Timeframe::M1);
        let candles: Vec<Candle> = (0..25)
            .map(|minute| Candle {
                open_time_ms: minute * 60_000,
                open: 1.0,
                high: 2.0,
                low: 1.0,
                close: 1.0,
                volume: 1.0,
            })
            .collect();
        store.insert_closed(&series, &candles[..24], &crate::Origin::rest(0)).unwrap();
        store.put_forming(&series, &candles[24]).unwrap();
        for most in [1, 7, 24, 100] {
            let (mut all, mut from_ms) = (Vec::new(), i64::MIN);
            loop {
                let part = store.candles_from(&series, from_ms, most).unwrap();
                assert!(part.len() <= most as usize);
                let Some(last_ms) = part.open_time_ms.last() else { break };
                from_ms = last_ms + 1;
                all.extend(part.iter());
            }
            assert_eq!(all, candles[..24], "{most}");
        }
        assert_eq!(store.marks_from(&series, 0, 9).unwrap().len(), 0);
    }
}
