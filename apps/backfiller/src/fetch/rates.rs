//! What becomes of the pages of funding rates: stored, and set aside where the store has another rate.

use db::{Aside, DbError, Inserted, Origin, Store};
use market::{FundingRate, Rule};

use super::SOURCE;
use crate::args::Target;
use crate::room;
use crate::set_aside::RuleCounts;

/// Takes the pages of one symbol's funding.
pub(crate) struct Rates<'a> {
    pub(crate) store: &'a mut Store,
    target: &'a Target,
    now_ms: i64,
    /// How much was set aside.
    pub(crate) set_aside: RuleCounts,
}

impl<'a> Rates<'a> {
    pub(crate) fn new(store: &'a mut Store, target: &'a Target, now_ms: i64) -> Self {
        Rates { store, target, now_ms, set_aside: RuleCounts::new() }
    }

    /// Stores a page, in rising time.
    pub(crate) fn take(&mut self, page: &[FundingRate]) -> Result<Inserted, DbError> {
        let target = self.target;
        let merged = room::write(self.store, |store| {
            store.merge_funding(target.exchange(), target.symbol(), page, &Origin::rest(terminal::now_ms()))
        })?;
        let differing = merged.differing.iter();
        let asides: Vec<_> = differing.map(|differing| aside(&page[differing.index], &differing.stored)).collect();
        self.store.set_aside(&self.target.place(), &asides, self.now_ms)?;
        if !asides.is_empty() {
            *self.set_aside.entry(Rule::Conflict).or_default() += asides.len() as u64;
        }
        Ok(merged.inserted)
    }
}

/// A rate of which the store has another.
fn aside(rate: &FundingRate, stored: &FundingRate) -> Aside {
    let (raw, why) = (format!("{},{}", rate.time_ms, rate.rate), format!("the store has rate {}", stored.rate));
    Aside { rule: Rule::Conflict, raw, why, source: SOURCE.to_owned() }
}
