//! The picture of coverage: a page with a calendar for each series, in one file that needs nothing else.

mod calendar;
mod days;
mod html;
mod svg;

use std::fs;
use std::io::Write;
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
    write(path, &page).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(all.len())
}

/// Writes beside the place first, so that no reader sees half a file.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let path = &match fs::metadata(path) {
        // A device or a pipe is written, not replaced, and a link is followed.
        Ok(there) if !there.is_file() => return fs::write(path, text),
        Ok(_) => path.canonicalize()?,
        Err(_) => path.to_owned(),
    };
    let mut beside = path.as_os_str().to_owned();
    beside.push(".partial");
    let beside = Path::new(&beside);
    let written = fs::File::create(beside).and_then(|mut file| file.write_all(text.as_bytes()));
    let placed = written.and_then(|()| fs::rename(beside, path));
    if placed.is_err() {
        // What is left of a failed write is of no use; that it cannot be removed changes nothing.
        let _ = fs::remove_file(beside);
    }
    placed
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
