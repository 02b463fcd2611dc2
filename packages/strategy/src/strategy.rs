//! What every strategy is to those who run it: candles in, decisions out.

use market::{CandleSlice, Symbol, Timeframe};

/// What a strategy wants at the close of one candle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// `long.enter` is true.
    pub long_enter: bool,
    /// `long.exit` is true.
    pub long_exit: bool,
    /// `short.enter` is true.
    pub short_enter: bool,
    /// `short.exit` is true.
    pub short_exit: bool,
    /// Distance of the stop, in the unit of [`Protection::stop`]; NaN while it is unknown.
    pub stop: f64,
    /// Distance of the target, in the unit of [`Protection::take`]; NaN while it is unknown.
    pub take: f64,
    /// Distance of the trailing stop, in the unit of [`Protection::trail`]; NaN while it is unknown.
    pub trail: f64,
}

impl Decision {
    /// No wish at all.
    pub const NONE: Decision = Decision {
        long_enter: false,
        long_exit: false,
        short_enter: false,
        short_exit: false,
        stop: f64::NAN,
        take: f64::NAN,
        trail: f64::NAN,
    };
}

/// A decision that wants something, and the candle at whose close it was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Act {
    /// Number of the candle in its slice.
    pub index: usize,
    /// What is wanted: at least one rule is true.
    pub decision: Decision,
}

impl Decision {
    /// Whether any rule is true.
    #[must_use]
    pub fn wants_something(&self) -> bool {
        self.long_enter || self.long_exit || self.short_enter || self.short_exit
    }
}

/// The unit of a distance from the entry price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// In quote.
    Quote,
    /// A share of the entry price: 0.03 is 3 %.
    Share,
}

/// Which levels protect a position, and how their distances are measured. `None`: there is no such level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Protection {
    /// The stop.
    pub stop: Option<Unit>,
    /// The target.
    pub take: Option<Unit>,
    /// The trailing stop.
    pub trail: Option<Unit>,
    /// Leave at the next open after this many candles.
    pub max_bars: Option<usize>,
}

/// How much a position is for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// A share of equity: 0.5 is 50 %.
    Equity(f64),
    /// An amount of quote.
    Quote(f64),
    /// A share of equity that the stop may lose.
    Risk(f64),
}

/// How signals become positions, as the strategy states it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Orders {
    /// Levels that protect a position.
    pub protection: Protection,
    /// How much a position is for.
    pub size: Size,
    /// Leverage of derivatives; 1 for spot.
    pub leverage: f64,
    /// Candles to wait after an exit.
    pub cooldown: usize,
}

/// How much of the past a value depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// On this many candles before the one it is for.
    Candles(usize),
    /// On every candle since the first, on the oldest ever less.
    Whole {
        /// Candles after the warm-up from which on those before the first do not matter any more.
        settle: usize,
        /// The period from whose start a value counts, where there is one.
        anchor: Option<Timeframe>,
    },
}

impl History {
    /// Whether a value depends on candles from before its warm-up. Those of a running total alone do not: its
    /// level, which would, means nothing.
    #[must_use]
    pub fn is_whole(self) -> bool {
        matches!(self, History::Whole { settle: 1.., .. } | History::Whole { anchor: Some(_), .. })
    }
}

/// Candles that a strategy reads beside its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherCandles {
    /// Another symbol of the same exchange; `None` for the strategy's own.
    pub symbol: Option<Symbol>,
    /// Their timeframe: the strategy's own or a higher one.
    pub timeframe: Timeframe,
    /// Candles of that timeframe before the first known value.
    pub warm_up: usize,
    /// How much of their past the values depend on.
    pub history: History,
}

/// What a strategy is.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Its name.
    pub name: String,
    /// What it is for, in a sentence.
    pub about: String,
    /// Decisions are made when a candle of this timeframe closes.
    pub timeframe: Timeframe,
    /// Constants with names, in order.
    pub params: Vec<(String, f64)>,
    /// Whether it has rules to go long.
    pub long: bool,
    /// Whether it has rules to go short.
    pub short: bool,
    /// How signals become positions.
    pub orders: Orders,
    /// Candles of its own timeframe before all that it computes is warm: rules, distances and names.
    pub warm_up: usize,
    /// How much of the past its values depend on.
    pub history: History,
    /// Other candles it reads.
    pub others: Vec<OtherCandles>,
    /// Names of the lines that [`Strategy::run`] can tell.
    pub lines: Vec<String>,
}

/// Decides at the close of each candle.
///
/// A strategy sees candles in order and never one that is later than the one it decides on. The same
/// candles give the same decisions, bit for bit, however they are split over calls.
pub trait Strategy: Send {
    /// What it is.
    fn description(&self) -> &Description;

    /// Takes the next closed candles of `description().others[index]`.
    ///
    /// Those that close by the close of a base candle must be here before that base candle is.
    fn push_other(&mut self, index: usize, candles: CandleSlice<'_>);

    /// Takes the next closed candles and adds a decision for each to `decisions`.
    ///
    /// Where `lines` is given it has a column for each of `description().lines`, to which the line's
    /// values are added; NaN is unknown.
    fn run(&mut self, candles: CandleSlice<'_>, decisions: &mut Vec<Decision>, lines: Option<&mut [Vec<f64>]>);

    /// As [`Strategy::run`], but adds only the decisions that want something: most candles decide nothing.
    fn act(&mut self, candles: CandleSlice<'_>, acts: &mut Vec<Act>, lines: Option<&mut [Vec<f64>]>) {
        let mut decisions = Vec::with_capacity(candles.len());
        self.run(candles, &mut decisions, lines);
        let wanted = decisions.into_iter().enumerate().filter(|(_, decision)| decision.wants_something());
        acts.extend(wanted.map(|(index, decision)| Act { index, decision }));
    }
}
