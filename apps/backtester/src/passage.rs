//! What is gathered while a run goes over its range, of which nothing else need be kept.

use execution::Piece;
use market::Series;
use report::Tally;
use strategy::Description;

use crate::coverage::Seen;
use crate::provenance::{EquityHasher, PartHasher};

/// What came by so far.
pub(crate) struct Passage {
    /// The candles that the account saw, and its equity.
    pub(crate) tally: Tally,
    /// The same where ambiguous candles end well.
    pub(crate) tally_at_best: Tally,
    /// Hashes of both equities.
    pub(crate) equity: [EquityHasher; 2],
    /// Equity itself, where it is asked for.
    pub(crate) kept: Vec<f64>,
    is_kept: bool,
    /// Which candles the account saw.
    pub(crate) seen: Seen,
    /// Candles that only warmed the strategy up.
    pub(crate) warm_up_read: usize,
    /// All candles of the strategy's own series.
    pub(crate) own: PartHasher,
    pub(crate) others: Vec<Other>,
}

/// Other candles that the strategy reads.
pub(crate) struct Other {
    seen: Seen,
    pub(crate) data: PartHasher,
}

impl Passage {
    pub(crate) fn new(series: &Series, description: &Description, cash: f64, is_kept: bool) -> Self {
        let tally = Tally::new(cash, series.timeframe);
        let others = description.others.iter().map(|other| {
            let symbol = other.symbol.clone().unwrap_or_else(|| series.symbol.clone());
            let series = Series::new(series.exchange.clone(), symbol, other.timeframe);
            Other { seen: Seen::new(other.timeframe), data: PartHasher::of(&series) }
        });
        Passage {
            tally_at_best: tally.clone(),
            tally,
            equity: Default::default(),
            kept: Vec::new(),
            is_kept,
            seen: Seen::new(series.timeframe),
            warm_up_read: 0,
            own: PartHasher::of(series),
            others: others.collect(),
        }
    }

    /// Takes what the run has just gone over.
    pub(crate) fn take(&mut self, piece: Piece<'_>) {
        let candles = piece.candles.slice(piece.start..piece.candles.len());
        self.tally.add(candles, piece.equity);
        self.equity[0].add(piece.equity);
        if !piece.equity_at_best.is_empty() {
            self.tally_at_best.add(candles, piece.equity_at_best);
            self.equity[1].add(piece.equity_at_best);
        }
        if self.is_kept {
            self.kept.extend_from_slice(piece.equity);
        }
        self.seen.add(candles.open_time_ms);
        self.warm_up_read += piece.start;
        self.own.add(piece.candles);
        for (other, candles) in self.others.iter_mut().zip(piece.others) {
            other.seen.add(&candles.open_time_ms);
            other.data.add(candles);
        }
    }

    pub(crate) fn others_seen(&self) -> Vec<Seen> {
        self.others.iter().map(|other| other.seen.clone()).collect()
    }
}
