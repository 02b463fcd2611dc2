//! Asks an exchange for a stretch of a target, and stores what comes by the rules of `fetch`.

use db::{Gap, Inserted, Store};

use super::work::Item;
use crate::args::Target;
use crate::asking::Venue;
use crate::fetch::pages::Pages;
use crate::fetch::rates::Rates;
use crate::holes::{AskError, Asked, ask, ask_funding};

/// What came.
#[derive(Debug)]
pub(super) struct Brought {
    pub(super) asked: Asked,
    /// Rows that are stored now.
    pub(super) found: u64,
    /// What was refused within the item, as gaps.
    pub(super) refused: Vec<Gap>,
}

/// Asks for the rows at or after the first time of `range` and before the second one, Unix milliseconds.
///
/// # Errors
/// [`AskError`]; what came before is stored.
pub(super) async fn bring(
    venue: &Venue,
    store: &mut Store,
    item: &Item,
    range: (i64, i64),
) -> Result<Brought, AskError> {
    let (exchange, now_ms) = (venue.exchange.as_ref(), venue.server_time_ms);
    let mut found = 0;
    let mut count = |Inserted { new, completed, .. }: Inserted| found += new + completed;
    let target = &item.target;
    match target {
        Target::Candles(series) | Target::Marks(series) => {
            let mut pages = Pages::new(store, series, target.kind(), terminal::now_ms());
            let asked =
                ask(exchange, target.kind(), series, range, now_ms, |page| pages.take(page).map(&mut count)).await?;
            pages.take_refused(&asked.refused)?;
            let mut refused = pages.refused_gaps(now_ms);
            refused.retain(|gap| item.from_ms <= gap.from_ms && gap.to_ms <= item.to_ms);
            Ok(Brought { asked, found, refused })
        }
        Target::Funding { .. } => {
            let mut rates = Rates::new(store, target, terminal::now_ms());
            let asked = ask_funding(exchange, target, range, now_ms, |page| rates.take(page).map(&mut count)).await?;
            Ok(Brought { asked, found, refused: Vec::new() })
        }
    }
}
