//! Reads from the store what a strategy needs: its own candles, those before that warm it up, and others.

use market::{CandleSource, Candles, SourceError, Symbol, Timeframe};
use strategy::{Description, History};

/// How far the candles of a strategy have been read.
pub struct Feed {
    from_ms: i64,
    base: Cursor,
    others: Vec<Cursor>,
}

/// Candles that have closed since the last call.
pub struct Fed {
    /// The strategy's own.
    pub candles: Candles,
    /// The others it reads, in the order of its description: those that close by the close of the last own one.
    pub others: Vec<Candles>,
}

/// How far a series has been read.
struct Cursor {
    symbol: Symbol,
    timeframe: Timeframe,
    /// Candles before the beginning that values depend on.
    past: usize,
    /// The period from whose start values count.
    anchor: Option<Timeframe>,
    /// Open time of the next candle to read; `None` before the first call.
    next_ms: Option<i64>,
}

impl Feed {
    /// What the described strategy reads for candles from `from_ms` on, and what it needs from before that.
    #[must_use]
    pub fn new(description: &Description, symbol: Symbol, from_ms: i64) -> Self {
        let others = description
            .others
            .iter()
            .map(|other| {
                let symbol = other.symbol.clone().unwrap_or_else(|| symbol.clone());
                // One more closes only after the first base candle, and one is still forming then.
                Cursor::new(symbol, other.timeframe, other.warm_up + 2, other.history)
            })
            .collect();
        let base = Cursor::new(symbol, description.timeframe, description.warm_up, description.history);
        Feed { from_ms, base, others }
    }

    /// How many candles before the beginning are read, and since the start of which period: of the strategy's own
    /// candles, then of the others.
    #[must_use]
    pub fn reach(&self) -> Vec<(usize, Option<Timeframe>)> {
        std::iter::once(&self.base).chain(&self.others).map(|cursor| (cursor.past, cursor.anchor)).collect()
    }

    /// Where reading begins, Unix milliseconds. Strategies that begin at the same time and have the same reach among
    /// other candles see the same.
    ///
    /// # Errors
    /// When candles cannot be read.
    pub fn begin(&mut self, source: &dyn CandleSource) -> Result<i64, SourceError> {
        self.base.begin(source, self.from_ms)?;
        Ok(self.base.next_ms.unwrap_or(self.from_ms))
    }

    /// Reads the candles stored since the last call that open before `to_ms`; `None` when there are none.
    ///
    /// # Errors
    /// When candles cannot be read; they are read by the next call then.
    pub fn next(&mut self, source: &dyn CandleSource, to_ms: Option<i64>) -> Result<Option<Fed>, SourceError> {
        self.base.begin(source, self.from_ms)?;
        let candles = source.candles(&self.base.symbol, self.base.timeframe, self.base.next_ms, to_ms)?;
        let (Some(&first_ms), Some(&last_ms)) = (candles.open_time_ms.first(), candles.open_time_ms.last()) else {
            return Ok(None);
        };
        let close_ms = self.base.timeframe.next_open(last_ms);
        let mut others = Vec::with_capacity(self.others.len());
        for other in &mut self.others {
            other.begin(source, first_ms)?;
            others.push(other.closed_by(source, close_ms)?);
        }
        self.others.iter_mut().zip(&others).for_each(|(cursor, candles)| cursor.pass(candles));
        self.base.pass(&candles);
        Ok(Some(Fed { candles, others }))
    }

    /// Open time of the next own candle to be read; `None` before the first call.
    #[must_use]
    pub fn next_ms(&self) -> Option<i64> {
        self.base.next_ms
    }
}

/// The next power of two: strategies that need nearly as much begin at the same candle, and see the same values.
fn rounded(past: usize) -> usize {
    if past == 0 { 0 } else { past.next_power_of_two() }
}

impl Cursor {
    fn new(symbol: Symbol, timeframe: Timeframe, warm_up: usize, history: History) -> Self {
        let (settle, anchor) = match history {
            History::Whole { settle, anchor } => (settle, anchor),
            History::Candles(_) => (0, None),
        };
        Cursor { symbol, timeframe, past: rounded(warm_up + settle), anchor, next_ms: None }
    }

    /// Finds where to begin: as far back as is needed, rounded up, and from the start of the period of what counts
    /// since one. Nothing older is read, so candles that are stored later, from before that, change nothing.
    fn begin(&mut self, source: &dyn CandleSource, from_ms: i64) -> Result<(), SourceError> {
        if self.next_ms.is_some() {
            return Ok(());
        }
        let past_ms = source.open_time_before(&self.symbol, self.timeframe, from_ms, self.past)?.unwrap_or(from_ms);
        // What is needed before the beginning counts from the start of its own period.
        let begin_ms = past_ms.min(from_ms);
        self.next_ms = Some(self.anchor.map_or(begin_ms, |anchor| anchor.open_of(begin_ms)));
        Ok(())
    }

    /// Candles not read yet that have closed by `close_ms`.
    fn closed_by(&self, source: &dyn CandleSource, close_ms: i64) -> Result<Candles, SourceError> {
        let candles = source.candles(&self.symbol, self.timeframe, self.next_ms, Some(close_ms))?;
        Ok(candles.iter().filter(|candle| self.timeframe.next_open(candle.open_time_ms) <= close_ms).collect())
    }

    fn pass(&mut self, candles: &Candles) {
        if let Some(&last_ms) = candles.open_time_ms.last() {
            self.next_ms = Some(self.timeframe.next_open(last_ms));
        }
    }
}
