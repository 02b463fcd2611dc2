//! What becomes of the pages of candles: judged, stored, and set aside where they are not believed.

use std::collections::BTreeMap;

use anyhow::Result;
use db::{Aside, Cause, Data, DbError, Gap, Inserted, Origin, Place, Proof, Store};
use exchange::Refused;
use market::{Candle, Judge, Objection, Rule, Series};

use super::SOURCE;
use crate::args::Kind;
use crate::set_aside::RuleCounts;

/// What proves that a candle is missing because it was refused.
const CAME: &str = "the exchange gave it, and it was not believed; the raw row is in the quarantine";

/// Takes the pages of one series.
pub(crate) struct Pages<'a> {
    pub(crate) store: &'a mut Store,
    pub(crate) series: &'a Series,
    data: Data,
    judge: Judge,
    now_ms: i64,
    /// How much was set aside.
    pub(crate) set_aside: RuleCounts,
    /// Rules by the open times of the candles that were refused by them.
    refused: BTreeMap<i64, Rule>,
}

impl<'a> Pages<'a> {
    pub(crate) fn new(store: &'a mut Store, series: &'a Series, kind: Kind, now_ms: i64) -> Self {
        let (data, judge) = match kind {
            Kind::Mark => (Data::Mark, Judge::of_marks(series.timeframe)),
            _ => (Data::Candles, Judge::of_trades(series.timeframe)),
        };
        Pages { store, series, data, judge, now_ms, set_aside: RuleCounts::new(), refused: BTreeMap::new() }
    }

    /// Stores a page, in rising time, but for what is not believed.
    pub(crate) fn take(&mut self, page: &[Candle]) -> Result<Inserted, DbError> {
        let (mut believed, mut asides) = (Vec::with_capacity(page.len()), Vec::new());
        for candle in page {
            let objection = self.judge.judge(candle);
            if objection.as_ref().is_none_or(|objection| objection.rule.is_doubt()) {
                believed.push(*candle);
            }
            asides.extend(objection.map(|objection| self.aside(candle, objection)));
        }
        // A fetch may take hours: each page is stored at its own time.
        let origin = Origin::rest(terminal::now_ms());
        let merged = match self.data {
            Data::Mark => self.store.merge_marks(self.series, &believed, &origin)?,
            _ => self.store.merge_closed(self.series, &believed, &origin)?,
        };
        for differing in merged.differing {
            let why = format!("the store has {}", raw(&differing.stored));
            asides.push(self.aside(&believed[differing.index], Objection { rule: Rule::Conflict, why }));
        }
        self.keep(&asides)?;
        Ok(merged.inserted)
    }

    /// Sets aside what was refused before it came to a page.
    pub(crate) fn take_refused(&mut self, refused: &[Refused]) -> Result<(), DbError> {
        let asides: Vec<_> = refused.iter().map(|refused| self.aside(&refused.candle, refused.fault.into())).collect();
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

    fn aside(&mut self, candle: &Candle, Objection { rule, why }: Objection) -> Aside {
        *self.set_aside.entry(rule).or_default() += 1;
        if !rule.is_doubt() && rule != Rule::Conflict {
            self.refused.insert(candle.open_time_ms, rule);
        }
        Aside { rule, raw: raw(candle), why, source: SOURCE.to_owned() }
    }

    fn keep(&mut self, asides: &[Aside]) -> Result<(), DbError> {
        self.store.set_aside(&Place::of(self.series, self.data), asides, self.now_ms).map(|_| ())
    }
}

/// A candle as a row of a file has it.
fn raw(candle: &Candle) -> String {
    let Candle { open_time_ms, open, high, low, close, volume } = candle;
    format!("{open_time_ms},{open},{high},{low},{close},{volume}")
}
