//! Reads a place of a target from the store and from the exchange.

use db::Store;
use market::{Candle, FundingRate, Hole};

use super::compare::Row;
use super::draw::Block;
use crate::args::Target;
use crate::asking::Venue;
use crate::holes::{AskError, ask, ask_funding};

/// What both have at one place, in rising time.
#[derive(Debug, Default)]
pub(super) struct Both {
    pub(super) ours: Vec<Row>,
    pub(super) theirs: Vec<Row>,
    /// Where the exchange has nothing: each stretch was asked for twice.
    pub(super) absent: Vec<Hole>,
    /// The times of their rows that cannot be what the exchange means, Unix milliseconds.
    pub(super) refused: Vec<i64>,
}

/// Reads a place. What became final since is not asked for, and not read of the store either.
///
/// # Errors
/// [`AskError`].
pub(super) async fn read(venue: &Venue, store: &Store, target: &Target, block: Block) -> Result<Both, AskError> {
    let (exchange, now_ms, range) = (venue.exchange.as_ref(), venue.server_time_ms, (block.from_ms, block.to_ms));
    let mut theirs = Vec::new();
    match target {
        Target::Candles(series) | Target::Marks(series) => {
            let is_mark = matches!(target, Target::Marks(_));
            // Whatever a mark price has for a volume is not stored.
            let row = |candle: &Candle| Row::Candle(if is_mark { Candle { volume: 0.0, ..*candle } } else { *candle });
            let on_page = |page: &[Candle]| {
                theirs.extend(page.iter().map(row));
                Ok(())
            };
            let asked = ask(exchange, target.kind(), series, range, now_ms, on_page).await?;
            // What is impossible is no less what the exchange says.
            theirs.extend(asked.refused.iter().map(|refused| row(&refused.candle)));
            theirs.sort_by_key(Row::time_ms);
            let (from_ms, to_ms) = (Some(block.from_ms), Some(block.to_ms.min(asked.until_ms)));
            let ours =
                if is_mark { store.marks(series, from_ms, to_ms) } else { store.candles(series, from_ms, to_ms) };
            let refused = asked.refused.iter().map(|refused| refused.candle.open_time_ms).collect();
            Ok(Both { ours: ours?.iter().map(Row::Candle).collect(), theirs, absent: asked.absent, refused })
        }
        Target::Funding { exchange: name, symbol } => {
            let until_ms = rates(venue, target, range, &mut theirs).await?;
            let ours = store.funding(name, symbol, Some(block.from_ms), Some(block.to_ms.min(until_ms)))?;
            let mut both = Both { ours: ours.into_iter().map(Row::Rate).collect(), theirs, ..Both::default() };
            ask_again(venue, target, &mut both).await?;
            Ok(both)
        }
    }
}

/// Adds the rates of a range to `rows`. Gives the exclusive end of what was asked for, Unix milliseconds.
async fn rates(venue: &Venue, target: &Target, range: (i64, i64), rows: &mut Vec<Row>) -> Result<i64, AskError> {
    let on_page = |page: &[FundingRate]| {
        rows.extend(page.iter().copied().map(Row::Rate));
        Ok(())
    };
    let asked = ask_funding(venue.exchange.as_ref(), target, range, venue.server_time_ms, on_page).await?;
    Ok(asked.until_ms)
}

/// Asks for the stored rates that did not come by themselves: within an interval of funding nothing else tells that one
/// is missing.
async fn ask_again(venue: &Venue, target: &Target, both: &mut Both) -> Result<(), AskError> {
    let is_theirs = |our: &Row| both.theirs.binary_search_by_key(&our.time_ms(), Row::time_ms).is_ok();
    let mut stretches: Vec<(i64, i64)> = Vec::new();
    let mut is_open = false;
    for our in &both.ours {
        let (time_ms, after_ms) = (our.time_ms(), target.after_ms(our.time_ms()));
        let is_missing = !is_theirs(our);
        match stretches.last_mut().filter(|_| is_missing && is_open) {
            Some(last) => last.1 = after_ms,
            None if is_missing => stretches.push((time_ms, after_ms)),
            None => {}
        }
        is_open = is_missing;
    }
    for (from_ms, to_ms) in stretches {
        rates(venue, target, (from_ms, to_ms), &mut both.theirs).await?;
        both.absent.push(Hole { from_ms, to_ms, missing: target.count(from_ms, to_ms) });
    }
    both.theirs.sort_by_key(Row::time_ms);
    Ok(())
}
