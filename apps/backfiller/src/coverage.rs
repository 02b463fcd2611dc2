//! The picture of coverage: a page with a calendar for each series, in one file that needs nothing else.

mod calendar;
mod days;
mod html;
mod svg;

use std::path::Path;

use anyhow::{Context, Result};
use db::{Cause, Store};

use crate::holes::{self, Neighbourhood, Stretch};
use crate::stored::{self, Extent};

/// Every way in which a day can look, apart from being whole, the worst first: of a day on which rows are missing
/// for several causes, the worst is drawn.
const WORST_FIRST: [Look; 8] = [
    Look { class: "not-asked", name: "not asked yet" },
    Look { class: "failed", name: "fetch failed" },
    Look { class: "refused", name: "refused" },
    Look { class: "outage", name: "exchange outage" },
    Look { class: "absent", name: "not at the exchange" },
    Look { class: "no-trades", name: "no trades" },
    Look { class: "after", name: "after delisting" },
    Look { class: "before", name: "before listing" },
];

/// How a cause is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    /// Of the style sheet; the pattern that tells it without colour is `p-` and this.
    class: &'static str,
    /// As [`Cause::name`] has it.
    name: &'static str,
}

/// The place of a cause in [`WORST_FIRST`].
fn badness(cause: Cause) -> usize {
    WORST_FIRST.iter().position(|look| look.name == cause.name()).expect("every cause has a look, as a test says")
}

/// Draws all series, of all kinds, to `path`, whole or not at all. Gives how many they are.
pub(crate) fn draw(store: &Store, path: &Path) -> Result<usize> {
    let around = Neighbourhood::of(store)?;
    let mut all: Vec<(Extent, Vec<Stretch>)> = Vec::new();
    for target in stored::targets(store, None)? {
        if let Some(extent) = Extent::of(store, &target)? {
            let stretches = holes::of_target(store, &around, &extent)?;
            all.push((extent, stretches));
        }
    }
    let name = store.path().display().to_string();
    let page = html::page(&name, &all, terminal::now_ms());
    let written = files::write_whole(path, |out| out.write_all(page.as_bytes()));
    written.with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(all.len())
}

#[cfg(test)]
mod tests {
    use market::Rule;

    use super::*;

    #[test]
    fn every_cause_has_a_look() {
        let causes = [
            Cause::NotAsked,
            Cause::FetchFailed,
            Cause::Absent,
            Cause::Outage,
            Cause::NoTrades,
            Cause::Refused(Rule::Jump),
            Cause::BeforeListing,
            Cause::AfterDelisting,
        ];
        let mut places: Vec<usize> = causes.into_iter().map(badness).collect();
        places.sort_unstable();
        assert_eq!(places, (0..WORST_FIRST.len()).collect::<Vec<_>>());
    }
}
