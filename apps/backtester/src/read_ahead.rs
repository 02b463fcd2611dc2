//! Candles of a long range: read in pieces by threads that are ahead of whoever runs over them.
//!
//! Reading takes a processor, not a disk, and so does running; and of a range that is longer than memory only a few
//! pieces are there at a time. Each piece is what the store holds when it is read: the hash of the run tells which
//! candles these were.

use std::cell::Cell;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Scope;

use market::{CandleSource, Candles, Series, SourceError, Symbol, Timeframe};

use crate::prepared::OwnCandles;

/// Candles of a piece.
const PIECE: i64 = 65_536;
/// Threads that read, each every other piece.
const READERS: usize = 2;

/// The ends of the pieces of a range, Unix milliseconds; the last is that of the range, the others are on the grid.
pub(crate) fn ends(timeframe: Timeframe, from_ms: i64, to_ms: i64) -> impl Iterator<Item = i64> + Clone {
    let from_ms = timeframe.open_of(from_ms);
    let piece_ms = PIECE * timeframe.longest_ms();
    let inner = (1..).map(move |piece: i64| from_ms.saturating_add(piece.saturating_mul(piece_ms)));
    inner.take_while(move |end_ms| *end_ms < to_ms).chain(std::iter::once(to_ms))
}

/// A source whose own series has been read ahead; everything else it reads when it is asked.
pub(crate) struct ReadAhead<'a> {
    source: &'a dyn CandleSource,
    series: &'a Series,
    /// Where each piece begins and ends, Unix milliseconds.
    spans: Vec<(i64, i64)>,
    readers: Vec<Receiver<Result<Candles, SourceError>>>,
    /// The piece that comes next.
    next: Cell<usize>,
}

impl<'a> ReadAhead<'a> {
    /// Reads all pieces but the first, which begins with what warms the strategy up. The threads end with the last
    /// piece, or when nobody takes them any more.
    pub(crate) fn new<'scope>(
        scope: &'scope Scope<'scope, '_>,
        source: &'a dyn CandleSource,
        db: &'scope Path,
        series: &'a Series,
        ends: impl Iterator<Item = i64> + Clone,
    ) -> Self {
        let spans: Vec<(i64, i64)> = ends.clone().zip(ends.skip(1)).collect();
        let count = spans.len().min(READERS);
        let start = |reader: usize| {
            let spans: Vec<_> = spans.iter().skip(reader).step_by(count).copied().collect();
            // One piece waits while the next one is read.
            let (give, take) = sync_channel(1);
            let series = series.clone();
            scope.spawn(move || read(db, &series, &spans, &give));
            take
        };
        let readers = (0..count).map(start).collect();
        ReadAhead { source, series, spans, readers, next: Cell::new(0) }
    }

    /// The next piece, where it is what is asked for: nothing of the series lies between the beginning that is asked
    /// for and its own.
    fn next_piece(&self, from_ms: Option<i64>, to_ms: Option<i64>) -> Option<Result<Candles, SourceError>> {
        let next = self.next.get();
        let (begin_ms, end_ms) = *self.spans.get(next)?;
        if from_ms.is_none_or(|from_ms| from_ms > begin_ms) || to_ms != Some(end_ms) {
            return None;
        }
        self.next.set(next + 1);
        // A thread that ended early has told why before.
        self.readers[next % self.readers.len()].recv().ok()
    }
}

fn read(db: &Path, series: &Series, spans: &[(i64, i64)], give: &SyncSender<Result<Candles, SourceError>>) {
    let source = match OwnCandles::open(db, &series.exchange) {
        Ok(source) => source,
        Err(error) => {
            let _ = give.send(Err(error));
            return;
        }
    };
    for &(from_ms, to_ms) in spans {
        let candles = source.candles(&series.symbol, series.timeframe, Some(from_ms), Some(to_ms));
        // Nobody takes it any more where the run has ended early.
        if give.send(candles).is_err() {
            return;
        }
    }
}

impl CandleSource for ReadAhead<'_> {
    fn candles(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        from_ms: Option<i64>,
        to_ms: Option<i64>,
    ) -> Result<Candles, SourceError> {
        let is_own = *symbol == self.series.symbol && timeframe == self.series.timeframe;
        match is_own.then(|| self.next_piece(from_ms, to_ms)).flatten() {
            Some(piece) => piece,
            None => self.source.candles(symbol, timeframe, from_ms, to_ms),
        }
    }

    fn open_time_before(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        before_ms: i64,
        n: usize,
    ) -> Result<Option<i64>, SourceError> {
        self.source.open_time_before(symbol, timeframe, before_ms, n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_on_the_grid_and_at_the_end_of_the_range() {
        let piece_ms = PIECE * 60_000;
        for (from_ms, to_ms, expected) in [
            (0, 1, vec![1]),
            (0, piece_ms, vec![piece_ms]),
            (0, piece_ms + 1, vec![piece_ms, piece_ms + 1]),
            (30_000, 2 * piece_ms + 7, vec![piece_ms, 2 * piece_ms, 2 * piece_ms + 7]),
        ] {
            assert_eq!(ends(Timeframe::M1, from_ms, to_ms).collect::<Vec<_>>(), expected, "from {from_ms} to {to_ms}");
        }
    }
}
