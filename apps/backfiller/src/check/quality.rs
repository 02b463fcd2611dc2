//! How good the candles of a series are. Pure: candles go in one after the other, figures come out.

use std::ops::Range;

use db::Gap;
use market::{Candle, Candles, Judge, Rule, Timeframe};

use crate::holes::Stretch;
use crate::set_aside::RuleCounts;
use crate::stored::Extent;

/// The times that can be, Unix milliseconds: 2009, before which nothing was traded, to 2100. A time in another unit lies
/// outside.
const POSSIBLE_MS: Range<i64> = 1_230_768_000_000..4_102_444_800_000;

/// So many candles are looked at before the first one is judged.
const FIRST: usize = 20;

/// What is right and wrong with a series.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Quality {
    /// Closed candles that are there.
    pub(crate) rows: u64,
    /// Those that should be, from the first to the last; what is explained does not count.
    pub(crate) expected: u64,
    /// Stretches in which candles are missing that are not explained.
    pub(crate) holes: u64,
    /// How many are missing in them.
    pub(crate) missing: u64,
    /// Candles that are missing because the exchange has none.
    pub(crate) explained: u64,
    /// Candles that break a rule.
    pub(crate) wrong: RuleCounts,
    /// Candles that are odd, and may be right.
    pub(crate) doubted: RuleCounts,
}

impl Quality {
    pub(crate) fn wrong_rows(&self) -> u64 {
        self.wrong.values().sum()
    }

    pub(crate) fn is_good(&self) -> bool {
        self.missing == 0 && self.holes == 0 && self.wrong.is_empty()
    }

    /// How much of what should be there is, in percent.
    pub(crate) fn share(&self) -> f64 {
        self.percent(self.expected.saturating_sub(self.missing))
    }

    /// How much of what should be there is there and good, in percent.
    pub(crate) fn score(&self) -> f64 {
        self.percent(self.expected.saturating_sub(self.missing + self.wrong_rows()))
    }

    fn percent(&self, part: u64) -> f64 {
        if self.expected == 0 { 0.0 } else { 100.0 * part as f64 / self.expected as f64 }
    }

    /// Of funding, whose intervals differ: slots of eight hours count for candles, in each of which a rate is due.
    pub(crate) fn of_funding(extent: &Extent, stretches: &[Stretch]) -> Self {
        let mut quality = Quality { rows: extent.rows, ..Quality::default() };
        let is_between = |stretch: &&Stretch| extent.first_ms < stretch.from_ms && stretch.to_ms <= extent.last_ms;
        for stretch in stretches.iter().filter(is_between) {
            if stretch.is_explained() {
                quality.explained += stretch.missing;
            } else {
                quality.holes += 1;
                quality.missing += stretch.missing;
            }
        }
        let slots = extent.target.count(extent.target.grid().open_of(extent.first_ms), extent.end_ms());
        quality.expected = slots.saturating_sub(quality.explained);
        quality
    }
}

/// Looks at the candles of a series.
#[derive(Debug)]
pub(crate) struct Assay {
    judge: Judge,
    timeframe: Timeframe,
    gaps: Vec<Gap>,
    quality: Quality,
    /// When the last candle on the grid closes: where the next one should open.
    expected_ms: Option<i64>,
    /// A candle that jumped, until the next one tells whether the market did.
    jumped: Option<Candle>,
}

impl Assay {
    /// For a series with these gaps, in order of their beginnings. Only what is proven explains anything.
    pub(crate) fn new(judge: Judge, timeframe: Timeframe, mut gaps: Vec<Gap>) -> Self {
        gaps.retain(Gap::is_explained);
        Assay { judge, timeframe, gaps, quality: Quality::default(), expected_ms: None, jumped: None }
    }

    /// Looks at the first candles, before one of them is taken.
    pub(crate) fn begin(&mut self, candles: &Candles) {
        // Where they are not all on the grid, those that are tell enough.
        let first: Vec<Candle> = candles.iter().take(FIRST).collect();
        self.judge = self.judge.clone().begin(&first, [None; 2]);
    }

    /// Takes the next candle, in rising time.
    pub(crate) fn push(&mut self, candle: &Candle) {
        self.quality.rows += 1;
        if !POSSIBLE_MS.contains(&candle.open_time_ms) {
            *self.quality.wrong.entry(Rule::WrongUnit).or_default() += 1;
            return;
        }
        self.settle_jump(Some(candle));
        match self.judge.judge(candle).map(|objection| objection.rule) {
            Some(Rule::Jump) => self.jumped = Some(*candle),
            Some(rule) if rule.is_doubt() => *self.quality.doubted.entry(rule).or_default() += 1,
            Some(rule) => *self.quality.wrong.entry(rule).or_default() += 1,
            None => {}
        }
        if self.timeframe.open_of(candle.open_time_ms) == candle.open_time_ms {
            self.look_before(candle.open_time_ms);
        }
    }

    /// What was found.
    pub(crate) fn finish(mut self) -> Quality {
        self.settle_jump(None);
        self.quality
    }

    /// A jump is the market's where the next candle is near it, and a blemish where that is not.
    fn settle_jump(&mut self, next: Option<&Candle>) {
        let Some(jumped) = self.jumped.take() else { return };
        let mut judge = Judge::of_trades(self.timeframe);
        judge.judge(&jumped);
        let stays = next.is_none_or(|next| judge.judge(next).is_none_or(|objection| objection.rule != Rule::Jump));
        let counts = if stays { &mut self.quality.doubted } else { &mut self.quality.wrong };
        *counts.entry(Rule::Jump).or_default() += 1;
    }

    /// Counts the candle that opens at `open_ms`, and what is missing before it.
    fn look_before(&mut self, open_ms: i64) {
        let expected_ms = self.expected_ms.replace(self.timeframe.next_open(open_ms)).unwrap_or(open_ms);
        let missing = self.timeframe.count(expected_ms, open_ms);
        let explained = if missing == 0 { 0 } else { self.explained(expected_ms, open_ms).min(missing) };
        let quality = &mut self.quality;
        quality.expected += 1 + missing - explained;
        quality.explained += explained;
        quality.missing += missing - explained;
        quality.holes += u64::from(missing > explained);
    }

    /// How many candles of a stretch are explained. Gaps may overlap.
    fn explained(&self, from_ms: i64, to_ms: i64) -> u64 {
        let (mut counted_ms, mut count) = (from_ms, 0);
        for gap in &self.gaps {
            let (from, to) = (gap.from_ms.max(counted_ms), gap.to_ms.min(to_ms));
            count += self.timeframe.count(from, to);
            counted_ms = counted_ms.max(to);
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use db::{Cause, Proof};

    use super::*;

    const H: i64 = 3_600_000;
    /// 2020-01-01.
    const BEGIN_MS: i64 = 1_577_836_800_000;

    fn candle(hour: i64, price: f64) -> Candle {
        Candle { open_time_ms: BEGIN_MS + hour * H, open: price, high: price, low: price, close: price, volume: 1.0 }
    }

    /// What is found: rows, expected, holes, missing, explained; rules wrong and doubted.
    #[track_caller]
    fn check(candles: &[Candle], gaps: &[(i64, i64)], expected: [u64; 5], wrong: &str, doubted: &str) -> Quality {
        let gap = |&(from, to): &(i64, i64)| Gap {
            from_ms: BEGIN_MS + from * H,
            to_ms: BEGIN_MS + to * H,
            cause: Cause::Absent,
            found_at_ms: 0,
            proof: Some(Proof { how: String::new(), at_ms: 0 }),
        };
        let gaps = gaps.iter().map(gap).collect();
        let mut assay = Assay::new(Judge::of_trades(Timeframe::H1), Timeframe::H1, gaps);
        assay.begin(&candles.iter().copied().collect());
        candles.iter().for_each(|candle| assay.push(candle));
        let found = assay.finish();
        assert_eq!([found.rows, found.expected, found.holes, found.missing, found.explained], expected);
        let told = |counts: &RuleCounts| set_text(counts);
        assert_eq!((told(&found.wrong).as_str(), told(&found.doubted).as_str()), (wrong, doubted));
        found
    }

    fn set_text(counts: &RuleCounts) -> String {
        counts.iter().map(|(rule, count)| format!("{count} {}", rule.name())).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn holes_are_counted_unless_they_are_explained() {
        let holed = [candle(0, 1.0), candle(3, 1.0), candle(4, 1.0), candle(9, 1.0)];
        let found = check(&holed, &[], [4, 10, 2, 6, 0], "", "");
        assert_eq!((found.share(), found.score(), found.is_good()), (40.0, 40.0, false));
        let found = check(&holed, &[(1, 3), (5, 9)], [4, 4, 0, 0, 6], "", "");
        assert_eq!((found.score(), found.is_good()), (100.0, true));
        // In part, overlapping, and beyond what is missing.
        check(&holed, &[(0, 2), (1, 2), (5, 6), (5, 8), (8, 20)], [4, 5, 1, 1, 5], "", "");
        check(&[candle(7, 1.0)], &[], [1, 1, 0, 0, 0], "", "");
        assert_eq!(check(&[], &[], [0; 5], "", "").score(), 0.0);
    }

    #[test]
    fn rules_are_counted() {
        let mut candles: Vec<Candle> = (0..8).map(|hour| candle(hour, 10.0)).collect();
        candles[1].low = 11.0;
        candles[2].open_time_ms += 1_000;
        candles[3].volume = f64::INFINITY;
        candles[4].high = 12.0;
        candles[4].volume = 0.0;
        // What is off the grid is not there, and so its hour is missing.
        let found =
            check(&candles, &[], [8, 8, 1, 1, 0], "1 not_finite 1 high_low 1 off_grid", "1 move_without_volume");
        assert_eq!((found.score(), found.is_good()), (50.0, false));
        let other_units =
            [Candle { open_time_ms: BEGIN_MS / 1_000, ..candle(0, 1.0) }, candle(0, 1.0), candle(999_999_999, 1.0)];
        check(&other_units, &[], [3, 1, 0, 0, 0], "2 wrong_unit", "");
    }

    #[test]
    fn a_jump_is_a_blemish_unless_the_market_stays() {
        let prices = |prices: &[f64]| -> Vec<Candle> {
            prices.iter().enumerate().map(|(hour, &price)| candle(hour as i64, price)).collect()
        };
        check(&prices(&[1.0, 5_000.0, 1.0, 1.0]), &[], [4, 4, 0, 0, 0], "1 jump", "");
        check(&prices(&[1.0, 1.0, 1.0, 5_000.0, 5_001.0]), &[], [5, 5, 0, 0, 0], "", "1 jump");
        check(&prices(&[5_000.0, 1.0, 1.0, 1.0]), &[], [4, 4, 0, 0, 0], "1 jump", "");
        check(&prices(&[1.0, 5_000.0]), &[], [2, 2, 0, 0, 0], "", "1 jump");
    }
}
