//! Which candles are believed: every rule by which one is refused or doubted, in one place.

use crate::{Candle, CandleFault, FundingFault, Timeframe};

/// How many times its neighbour's close a candle may be worth, up or down. Between two candles of a market
/// there is no time to move so far: it is a wrong digit, another unit, or another asset of the same name.
const JUMP: f64 = 1_000.0;
/// So many candles behind the first one of a stretch tell what its price is.
const BEHIND: usize = 10;
/// Of fewer nobody can tell which one is wrong.
const FEWEST: usize = 2;

/// Why a candle, or another record of a series, is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// A value is NaN or infinite.
    NotFinite,
    /// The high is not the highest, or the low not the lowest.
    HighLow,
    /// A price is zero or negative.
    PriceNotPositive,
    /// The volume is negative.
    NegativeVolume,
    /// The open time is not one of the timeframe's.
    OffGrid,
    /// The time is in another unit than those around it, or in none that is known.
    WrongUnit,
    /// The prices are 1,000 times the neighbour's, or a thousandth of them.
    Jump,
    /// The price moved, and nothing was traded.
    MoveWithoutVolume,
    /// The high is 1,000 times what the candle opened and closed at, or the low a thousandth of it.
    Wick,
    /// A funding rate is a whole position or more.
    RateTooLarge,
    /// Another record of the same time was there first, and says something else.
    Conflict,
}

impl Rule {
    /// All of them.
    pub const ALL: [Rule; 11] = [
        Rule::NotFinite,
        Rule::HighLow,
        Rule::PriceNotPositive,
        Rule::NegativeVolume,
        Rule::OffGrid,
        Rule::WrongUnit,
        Rule::Jump,
        Rule::MoveWithoutVolume,
        Rule::Wick,
        Rule::RateTooLarge,
        Rule::Conflict,
    ];

    /// Its name, as the store has it: `high_low`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Rule::NotFinite => "not_finite",
            Rule::HighLow => "high_low",
            Rule::PriceNotPositive => "price_not_positive",
            Rule::NegativeVolume => "negative_volume",
            Rule::OffGrid => "off_grid",
            Rule::WrongUnit => "wrong_unit",
            Rule::Jump => "jump",
            Rule::MoveWithoutVolume => "move_without_volume",
            Rule::Wick => "wick",
            Rule::RateTooLarge => "rate_too_large",
            Rule::Conflict => "conflict",
        }
    }

    /// Whether what it is about is stored all the same: doubted, not refused.
    #[must_use]
    pub fn is_doubt(self) -> bool {
        matches!(self, Rule::MoveWithoutVolume | Rule::Wick)
    }
}

impl From<CandleFault> for Rule {
    fn from(fault: CandleFault) -> Self {
        match fault {
            CandleFault::NotFinite => Rule::NotFinite,
            CandleFault::HighTooLow { .. } | CandleFault::LowTooHigh { .. } => Rule::HighLow,
            CandleFault::PriceNotPositive { .. } => Rule::PriceNotPositive,
            CandleFault::NegativeVolume { .. } => Rule::NegativeVolume,
            CandleFault::OffGrid { .. } => Rule::OffGrid,
        }
    }
}

impl From<FundingFault> for Rule {
    fn from(fault: FundingFault) -> Self {
        match fault {
            FundingFault::NotFinite => Rule::NotFinite,
            FundingFault::TooLarge { .. } => Rule::RateTooLarge,
            FundingFault::OffMinute { .. } => Rule::OffGrid,
        }
    }
}

/// What speaks against a candle, or another record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// The rule that it breaks.
    pub rule: Rule,
    /// In words: `high 0.9 is below open, close or low`.
    pub why: String,
}

impl From<CandleFault> for Objection {
    fn from(fault: CandleFault) -> Self {
        Objection { rule: fault.into(), why: fault.to_string() }
    }
}

impl From<FundingFault> for Objection {
    fn from(fault: FundingFault) -> Self {
        Objection { rule: fault.into(), why: fault.to_string() }
    }
}

/// Judges the candles of one series, one after the other in rising time.
#[derive(Debug, Clone)]
pub struct Judge {
    timeframe: Timeframe,
    has_volume: bool,
    /// The close of the last candle that was believed.
    believed: Option<f64>,
    /// The close of the candle before, when it was refused for its jump.
    jumped: Option<f64>,
}

impl Judge {
    /// For candles of trades.
    #[must_use]
    pub fn of_trades(timeframe: Timeframe) -> Self {
        Judge { timeframe, has_volume: true, believed: None, jumped: None }
    }

    /// For candles of the mark price, which have no volume.
    #[must_use]
    pub fn of_marks(timeframe: Timeframe) -> Self {
        Judge { has_volume: false, ..Self::of_trades(timeframe) }
    }

    /// The same after a candle that was believed, at its `close`.
    #[must_use]
    pub fn after(self, close: f64) -> Self {
        Judge { believed: Some(close), ..self }
    }

    /// The same at the beginning of a stretch of `candles`, beside which closes are stored, before it and behind its first
    /// one. For its price the first one is refused only where all that is known speaks against it: these, and the price
    /// that most of the candles behind it have.
    #[must_use]
    pub fn begin<'a>(self, candles: impl IntoIterator<Item = &'a Candle>, stored: [Option<f64>; 2]) -> Self {
        let mut possible = candles.into_iter().filter(|candle| candle.check(self.timeframe).is_ok());
        let first = possible.next().copied();
        let behind: Vec<Candle> = possible.take(BEHIND).copied().collect();
        let known = [level(&behind), stored[0], stored[1]].into_iter().flatten();
        let near = first.and_then(|first| known.clone().find(|&near| !is_jump(near, &first)));
        match near.or(known.clone().next()) {
            Some(close) => self.after(close),
            None => self,
        }
    }

    /// Judges candles in rising time: gives those to be stored, and everything that speaks against one.
    pub fn sift(&mut self, candles: &[Candle]) -> (Vec<Candle>, Vec<(Candle, Objection)>) {
        let (mut believed, mut doubted) = (Vec::with_capacity(candles.len()), Vec::new());
        for candle in candles {
            let objection = self.judge(candle);
            if objection.as_ref().is_none_or(|objection| objection.rule.is_doubt()) {
                believed.push(*candle);
            }
            doubted.extend(objection.map(|objection| (*candle, objection)));
        }
        (believed, doubted)
    }

    /// What speaks against the next candle. It is to be stored where nothing does, or [`Rule::is_doubt`].
    ///
    /// A jump is refused once. Where the next candle is on the new level too, it is believed, and so is all
    /// that follows: a market can be redenominated. Where it is back on the old one, the jump was a blemish.
    pub fn judge(&mut self, candle: &Candle) -> Option<Objection> {
        if let Err(fault) = candle.check(self.timeframe) {
            return Some(fault.into());
        }
        let jumped = self.jumped.take();
        if let Some(near) = self.believed
            && is_jump(near, candle)
            && jumped.is_none_or(|level| is_jump(level, candle))
        {
            self.jumped = Some(candle.close);
            let why = format!(
                "open {} and close {} are {JUMP} times the close before, {near}, or a {JUMP}th of it",
                candle.open, candle.close
            );
            return Some(Objection { rule: Rule::Jump, why });
        }
        self.believed = Some(candle.close);
        if self.has_volume && candle.volume == 0.0 && candle.high > candle.low {
            let why = format!("the price moved from {} to {} without volume", candle.low, candle.high);
            return Some(Objection { rule: Rule::MoveWithoutVolume, why });
        }
        wick(candle)
    }
}

/// The price that most of these candles have; `None` where they are too few to tell, or do not agree.
fn level(candles: &[Candle]) -> Option<f64> {
    let mut closes: Vec<f64> = candles.iter().map(|candle| candle.close).collect();
    closes.sort_by(f64::total_cmp);
    let level = *closes.get(closes.len() / 2)?;
    let near = candles.iter().filter(|candle| !is_jump(level, candle)).count();
    (near >= FEWEST && 2 * near > candles.len()).then_some(level)
}

/// What a wick out of all proportion says against a candle. Markets do have them, when a book is empty for a moment, so it
/// is stored; but stops and targets are reached by it.
fn wick(candle: &Candle) -> Option<Objection> {
    let Candle { open, high, low, close, .. } = *candle;
    let is_far = high >= open.max(close) * JUMP || low * JUMP <= open.min(close);
    is_far.then(|| {
        let why = format!("low {low} and high {high} reach {JUMP} times away from open {open} and close {close}");
        Objection { rule: Rule::Wick, why }
    })
}

/// Whether the open or the close of a candle is out of all proportion to the close of its neighbour.
fn is_jump(near: f64, candle: &Candle) -> bool {
    let is_far = |price: f64| price >= near * JUMP || price * JUMP <= near;
    is_far(candle.open) || is_far(candle.close)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Candle = Candle { open_time_ms: 0, open: 2.0, high: 3.0, low: 1.0, close: 2.5, volume: 9.0 };

    fn flat(price: f64) -> Candle {
        Candle { open: price, high: price, low: price, close: price, ..GOOD }
    }

    /// What is said of each of these candles; nothing is an empty name.
    #[track_caller]
    fn check(candles: &[Candle], expected: &[&str]) {
        let mut judge = Judge::of_trades(Timeframe::H1);
        let names = candles.iter().map(|candle| judge.judge(candle).map_or("", |objection| objection.rule.name()));
        assert_eq!(names.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn every_rule_has_its_name() {
        check(&[GOOD], &[""]);
        check(&[Candle { close: f64::NAN, ..GOOD }], &["not_finite"]);
        check(&[Candle { high: f64::INFINITY, ..GOOD }], &["not_finite"]);
        check(&[Candle { high: 0.5, ..GOOD }], &["high_low"]);
        check(&[Candle { high: 2.4, ..GOOD }], &["high_low"]);
        check(&[Candle { low: 2.1, ..GOOD }], &["high_low"]);
        check(&[Candle { low: 0.0, ..GOOD }], &["price_not_positive"]);
        check(&[Candle { volume: -1.0, ..GOOD }], &["negative_volume"]);
        check(&[Candle { open_time_ms: 1, ..GOOD }], &["off_grid"]);
        check(&[Candle { volume: 0.0, ..GOOD }], &["move_without_volume"]);
        check(&[Candle { volume: 0.0, ..flat(2.0) }], &[""]);
    }

    #[test]
    fn a_jump_is_refused_until_the_next_candle_confirms_it() {
        check(&[flat(1.0), flat(999.0), flat(1.0)], &["", "", ""]);
        check(&[flat(1.0), flat(1_000.0), flat(1.0)], &["", "jump", ""]);
        check(&[flat(1.0), flat(0.001), flat(1.0)], &["", "jump", ""]);
        check(&[flat(1.0), flat(1_000.0), flat(1_010.0), flat(1_020.0)], &["", "jump", "", ""]);
        check(&[flat(1.0), flat(1_000.0), flat(5e6), flat(1.0)], &["", "jump", "jump", ""]);
        check(&[flat(1.0), Candle { close: 2e3, high: 2e3, ..flat(1.0) }, flat(1.0)], &["", "jump", ""]);
        // A wick is what happens to markets.
        check(&[flat(1.0), Candle { low: 1e-5, ..flat(1.0) }], &["", "wick"]);
        check(&[flat(1.0), Candle { high: 1_000.0, ..flat(1.0) }], &["", "wick"]);
        check(&[flat(1.0), Candle { low: 0.0011, high: 999.0, ..flat(1.0) }], &["", ""]);
        // A candle that is refused for something else is nobody's neighbour.
        check(&[flat(1.0), flat(-5.0), flat(1.0)], &["", "price_not_positive", ""]);
    }

    /// What is said of each of these candles, beside which these closes are stored.
    #[track_caller]
    fn check_first(stored: [Option<f64>; 2], closes: &[f64], expected: &[&str]) {
        let candles: Vec<Candle> = closes.iter().map(|&close| flat(close)).collect();
        let mut judge = Judge::of_trades(Timeframe::H1).begin(&candles, stored);
        let names = candles.iter().map(|candle| judge.judge(candle).map_or("", |objection| objection.rule.name()));
        assert_eq!(names.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_first_candle_is_refused_where_all_that_is_known_speaks_against_it() {
        let nothing = [None; 2];
        check_first(nothing, &[2e6, 1.0, 1.0, 1.0], &["jump", "", "", ""]);
        check_first(nothing, &[-1.0, 2e6, 1.0, 1.0], &["price_not_positive", "jump", "", ""]);
        check_first(nothing, &[1.0, 2e6, 1.0], &["", "jump", ""]);
        check_first(nothing, &[1.0, 500.0, 250_000.0, 500.0], &["", "", "", ""]);
        // Which of two is wrong, nobody can tell.
        check_first(nothing, &[1.0, 2e6], &["", "jump"]);
        check_first(nothing, &[1.0], &[""]);
        check_first(nothing, &[], &[]);
        // What is stored speaks for it, or against it.
        check_first([Some(2e6), None], &[2e6, 1.0, 1.0, 1.0], &["", "jump", "", ""]);
        check_first([None, Some(2e6)], &[2e6, 1.0, 1.0, 1.0], &["", "jump", "", ""]);
        check_first([Some(1.0), Some(1.0)], &[2e6, 1.0, 1.0], &["jump", "", ""]);
        check_first([Some(1.0), None], &[2e6], &["jump"]);
        check_first([None, Some(1.0)], &[2e6], &["jump"]);
        check_first([Some(1.0), Some(2e6)], &[2e6], &[""]);
        // A market that is redenominated: those behind it speak for it.
        check_first([Some(1.0), None], &[2e6, 2e6, 2e6], &["", "", ""]);
        check_first([Some(1.0), None], &[2e6, 2e6], &["jump", ""]);
    }

    #[test]
    fn sifting_keeps_what_is_believed_and_what_is_doubted() {
        let quiet = Candle { volume: 0.0, ..GOOD };
        let (believed, doubted) = Judge::of_trades(Timeframe::H1).after(2.0).sift(&[flat(2e3), GOOD, quiet]);
        assert_eq!(believed, [GOOD, quiet]);
        let doubted: Vec<_> = doubted.iter().map(|(candle, objection)| (*candle, objection.rule)).collect();
        assert_eq!(doubted, [(flat(2e3), Rule::Jump), (quiet, Rule::MoveWithoutVolume)]);
    }

    #[test]
    fn mark_prices_have_no_volume() {
        assert_eq!(Judge::of_marks(Timeframe::H1).judge(&Candle { volume: 0.0, ..GOOD }), None);
    }

    #[test]
    fn names_are_told_apart() {
        let mut names: Vec<_> = Rule::ALL.iter().map(|rule| rule.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Rule::ALL.len());
    }
}
