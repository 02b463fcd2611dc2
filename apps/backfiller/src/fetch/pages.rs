//! What becomes of the pages of candles: judged, stored, and set aside where they are not believed.

use std::collections::BTreeMap;

use anyhow::Result;
use db::{Aside, Cause, Data, DbError, Gap, Inserted, Origin, Place, Proof, Store};
use exchange::Refused;
use market::{Candle, Judge, Objection, Rule, Series};

use super::SOURCE;
use crate::args::Kind;
use crate::room;
use crate::set_aside::RuleCounts;

/// What proves that a candle is missing because it was refused.
const CAME: &str = "the exchange gave it, and it was not believed; the raw row is in the quarantine";

/// Takes the pages of one series.
pub(crate) struct Pages<'a> {
    pub(crate) store: &'a mut Store,
    pub(crate) series: &'a Series,
    pub(crate) data: Data,
    /// From the first page on.
    judge: Option<Judge>,
    now_ms: i64,
    /// How much was set aside.
    pub(crate) set_aside: RuleCounts,
    /// Rules by the open times of the candles that were refused by them.
    refused: BTreeMap<i64, Rule>,
}

impl<'a> Pages<'a> {
    pub(crate) fn new(store: &'a mut Store, series: &'a Series, kind: Kind, now_ms: i64) -> Self {
        let data = if kind == Kind::Mark { Data::Mark } else { Data::Candles };
        let (set_aside, refused) = (RuleCounts::new(), BTreeMap::new());
        Pages { store, series, data, judge: None, now_ms, set_aside, refused }
    }

    /// Stores a page, in rising time, but for what is not believed.
    pub(crate) fn take(&mut self, page: &[Candle]) -> Result<Inserted, DbError> {
        let judge = match &mut self.judge {
            Some(judge) => judge,
            // One judge for all pages: where the market jumped before a hole, what comes behind it tells.
            judge => judge.insert(self.store.judge_of(self.series, self.data, page)?),
        };
        let (mut believed, mut doubted) = judge.sift(page);
        self.stand_by_stored(&mut believed, &mut doubted)?;
        let mut asides: Vec<_> =
            doubted.into_iter().map(|(candle, objection)| self.aside(&candle, objection)).collect();
        // A fetch may take hours: each page is stored at its own time.
        let merged = room::write(self.store, |store| match self.data {
            Data::Mark => store.merge_marks(self.series, &believed, &Origin::rest(terminal::now_ms())),
            _ => store.merge_closed(self.series, &believed, &Origin::rest(terminal::now_ms())),
        })?;
        for differing in merged.differing {
            *self.set_aside.entry(Rule::Conflict).or_default() += 1;
            asides.push(Aside::conflict(&believed[differing.index], &differing.stored, SOURCE));
        }
        self.keep(&asides)?;
        Ok(merged.inserted)
    }

    /// Nothing is refused for its price in whose place a candle is stored: that one stays, and the two are compared.
    fn stand_by_stored(
        &self,
        believed: &mut Vec<Candle>,
        doubted: &mut Vec<(Candle, Objection)>,
    ) -> Result<(), DbError> {
        let (jumped, others) = std::mem::take(doubted).into_iter().partition(|(_, why)| why.rule == Rule::Jump);
        *doubted = others;
        for (candle, objection) in jumped {
            if self.is_stored(candle.open_time_ms)? {
                believed.insert(believed.partition_point(|other| other.open_time_ms < candle.open_time_ms), candle);
            } else {
                doubted.push((candle, objection));
            }
        }
        Ok(())
    }

    fn is_stored(&self, open_time_ms: i64) -> Result<bool, DbError> {
        let (from_ms, to_ms) = (Some(open_time_ms), Some(open_time_ms + 1));
        let stored = match self.data {
            Data::Mark => self.store.marks(self.series, from_ms, to_ms)?,
            _ => self.store.candles(self.series, from_ms, to_ms)?,
        };
        Ok(!stored.is_empty())
    }

    /// Sets aside what was refused before it came to a page.
    pub(crate) fn take_refused(&mut self, refused: &[Refused]) -> Result<(), DbError> {
        let aside = |Refused { candle, objection, raw }: &Refused| {
            self.aside(candle, objection.clone()).with_row(raw.as_deref())
        };
        let asides: Vec<_> = refused.iter().map(aside).collect();
        self.keep(&asides)
    }

    /// How many candles were refused.
    pub(crate) fn refused(&self) -> usize {
        self.refused.len()
    }

    /// The slots of refused candles, as gaps that are explained: asking again would bring the same.
    pub(crate) fn refused_gaps(&self, found_at_ms: i64) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = Vec::new();
        for (&open_time_ms, rule) in &self.refused {
            let from_ms = self.series.timeframe.open_of(open_time_ms);
            let to_ms = self.series.timeframe.next_open(from_ms);
            let cause = Cause::Refused(*rule);
            let proof = Some(Proof { how: CAME.to_owned(), at_ms: found_at_ms });
            match gaps.last_mut().filter(|last| last.to_ms == from_ms && last.cause == cause) {
                Some(last) => last.to_ms = to_ms,
                None => gaps.push(Gap { from_ms, to_ms, cause, found_at_ms, proof }),
            }
        }
        gaps
    }

    fn aside(&mut self, candle: &Candle, objection: Objection) -> Aside {
        let rule = objection.rule;
        *self.set_aside.entry(rule).or_default() += 1;
        if !rule.is_doubt() {
            self.refused.insert(candle.open_time_ms, rule);
        }
        Aside::of(candle, objection, SOURCE)
    }

    fn keep(&mut self, asides: &[Aside]) -> Result<(), DbError> {
        self.store.set_aside(&Place::of(self.series, self.data), asides, self.now_ms).map(|_| ())
    }
}
