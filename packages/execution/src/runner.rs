//! Runs a strategy over stored candles: from the first one needed, as far as there are any, then on.
//!
//! The backtester calls [`Runner::advance_with`] for one piece of its range after the other, the trader
//! [`Runner::advance`] after every candle. Both read the same table through the same door, so both decide the same.

use market::{CandleSlice, CandleSource, Candles, SourceError, Symbol};
use strategy::{Act, Strategy};

use crate::{Ambiguity, Engine, Fed, Feed, Settings, Surroundings};

/// Candles that are run at once: their decisions fit the cache.
const PIECE: usize = 1_024;

/// A strategy, its account, and how far both have come.
pub struct Runner {
    strategy: Box<dyn Strategy>,
    engine: Engine,
    /// The same account where ambiguous candles end well.
    optimist: Option<(Engine, Surroundings)>,
    surroundings: Surroundings,
    feed: Feed,
    /// The first candle that the account sees; those before only warm the strategy up.
    from_ms: i64,
    acts: Vec<Act>,
    recording: Option<Recording>,
}

/// What a call of [`Runner::advance_with`] went over.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// The candles that were read.
    pub candles: &'a Candles,
    /// The index of the first of them that the account saw; those before only warmed the strategy up.
    pub start: usize,
    /// The other candles that were read, in the order of the strategy's description.
    pub others: &'a [Candles],
    /// Equity after each candle that the account saw, in quote.
    pub equity: &'a [f64],
    /// The same of the account in which ambiguous candles end well; empty where there is none.
    pub equity_at_best: &'a [f64],
}

/// What the report draws: every candle that was read, and the strategy's lines over them.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// Candles, those of the warm-up first.
    pub candles: Candles,
    /// A column for each of the strategy's lines.
    pub lines: Vec<Vec<f64>>,
    /// The other candles that were read, in the order of the strategy's description.
    pub others: Vec<Candles>,
    /// The index of the first candle that the account saw.
    pub start: usize,
}

impl Runner {
    /// A strategy that has seen nothing yet, and an account that begins at `from_ms`.
    #[must_use]
    pub fn new(strategy: Box<dyn Strategy>, symbol: Symbol, settings: Settings, from_ms: i64) -> Self {
        let description = strategy.description();
        let feed = Feed::new(description, symbol, from_ms);
        let engine = Engine::new(settings, description.orders);
        let surroundings = Surroundings::default();
        Runner { strategy, engine, optimist: None, surroundings, feed, from_ms, acts: Vec::new(), recording: None }
    }

    /// With what happens around the candles: funding, mark prices, finer candles.
    #[must_use]
    pub fn around(mut self, surroundings: Surroundings) -> Self {
        if let Some((_, of_optimist)) = &mut self.optimist {
            *of_optimist = surroundings.clone();
        }
        self.surroundings = surroundings;
        self
    }

    /// With a second account beside, which takes the target in ambiguous candles: the truth lies between the two.
    #[must_use]
    pub fn with_optimist(mut self, settings: Settings) -> Self {
        let orders = self.strategy.description().orders;
        let engine = Engine::new(Settings { ambiguity: Ambiguity::Target, ..settings }, orders);
        self.optimist = Some((engine, self.surroundings.clone()));
        self
    }

    /// Keeps candles, lines and decisions for a report.
    #[must_use]
    pub fn recording(mut self) -> Self {
        let lines = vec![Vec::new(); self.strategy.description().lines.len()];
        self.recording = Some(Recording { lines, ..Recording::default() });
        self
    }

    /// Reads the candles stored since the last call that open before `to_ms`, and runs over them.
    /// Gives how many the account has seen in this call.
    ///
    /// # Errors
    /// When candles cannot be read; nothing has been run then.
    pub fn advance(&mut self, source: &dyn CandleSource, to_ms: Option<i64>) -> Result<usize, SourceError> {
        let Some(fed) = self.feed.next(source, to_ms)? else { return Ok(0) };
        let start = self.run(&fed);
        let seen = fed.candles.len() - start;
        self.record(fed, start);
        Ok(seen)
    }

    /// As [`Runner::advance`], for a long range bit by bit: `take` is given what was read, and the equity, which is
    /// not kept.
    ///
    /// # Errors
    /// When candles cannot be read; nothing of this piece has been run then.
    pub fn advance_with(
        &mut self,
        source: &dyn CandleSource,
        to_ms: Option<i64>,
        take: impl FnOnce(Piece<'_>),
    ) -> Result<(), SourceError> {
        let Some(fed) = self.feed.next(source, to_ms)? else { return Ok(()) };
        let start = self.run(&fed);
        take(Piece {
            candles: &fed.candles,
            start,
            others: &fed.others,
            equity: &self.engine.result.equity,
            equity_at_best: self.optimist.as_ref().map_or(&[], |(optimist, _)| &optimist.result.equity),
        });
        self.engine.forget_equity();
        self.optimist.iter_mut().for_each(|(optimist, _)| optimist.forget_equity());
        self.record(fed, start);
        Ok(())
    }

    fn record(&mut self, fed: Fed, start: usize) {
        if let Some(recording) = &mut self.recording {
            recording.add_others(fed.others);
            recording.add(fed.candles, start);
        }
    }

    /// Runs over candles in pieces that fit the cache: decisions are read while they are still there. Gives the
    /// index of the first candle that the account sees.
    fn run(&mut self, Fed { candles, others }: &Fed) -> usize {
        for (index, candles) in others.iter().enumerate() {
            self.strategy.push_other(index, candles.as_slice());
        }
        let start = candles.index_at_or_after(self.from_ms);
        let mut at = 0;
        while at < candles.len() {
            let end = (at + PIECE).min(candles.len());
            let piece = candles.slice(at..end);
            let unseen = start.saturating_sub(at).min(piece.len());
            self.run_piece(piece, unseen);
            at = end;
        }
        start
    }

    fn run_piece(&mut self, piece: CandleSlice<'_>, unseen: usize) {
        self.acts.clear();
        let lines = self.recording.as_mut().map(|recording| recording.lines.as_mut_slice());
        self.strategy.act(piece, &mut self.acts, lines);
        self.acts.retain(|act| act.index >= unseen);
        self.acts.iter_mut().for_each(|act| act.index -= unseen);
        let (candles, acts) = (piece.slice(unseen..piece.len()), &self.acts);
        let timeframe = self.strategy.description().timeframe;
        let optimist = self.optimist.iter_mut().map(|(engine, surroundings)| (engine, surroundings));
        for (engine, surroundings) in std::iter::once((&mut self.engine, &mut self.surroundings)).chain(optimist) {
            if surroundings.is_empty() {
                engine.run(candles, acts);
            } else {
                engine.run_in(candles, acts, surroundings, timeframe);
            }
        }
    }

    /// The account in which ambiguous candles end well, where there is one.
    #[must_use]
    pub fn optimist(&self) -> Option<&Engine> {
        self.optimist.as_ref().map(|(optimist, _)| optimist)
    }

    /// The account.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The strategy.
    #[must_use]
    pub fn strategy(&self) -> &dyn Strategy {
        self.strategy.as_ref()
    }

    /// Open time of the next base candle to be read; `None` before the first call.
    #[must_use]
    pub fn next_ms(&self) -> Option<i64> {
        self.feed.next_ms()
    }

    /// Ends the run: the account, and what was recorded.
    #[must_use]
    pub fn finish(self) -> (Engine, Option<Recording>) {
        (self.engine, self.recording)
    }
}

impl Recording {
    fn add(&mut self, candles: Candles, start: usize) {
        if self.candles.is_empty() {
            self.start = start;
            self.candles = candles;
        } else {
            self.start += start;
            self.candles.append(&candles);
        }
    }

    fn add_others(&mut self, others: Vec<Candles>) {
        if self.others.is_empty() {
            self.others = others;
        } else {
            for (known, more) in self.others.iter_mut().zip(others) {
                known.append(&more);
            }
        }
    }
}
