//! What every part of a fetch needs: where it all comes from, where it goes, and who hears how far it is.

use db::{Inserted, Store};

use super::{Source, Watch};
use crate::args::Target;

/// A fetch of one target.
pub(crate) struct Fetching<'a> {
    pub(crate) source: Source<'a>,
    pub(crate) store: &'a mut Store,
    pub(crate) target: &'a Target,
    /// Whatever is stored is added to it, also where the fetch fails or is dropped.
    pub(crate) inserted: &'a mut Inserted,
    pub(crate) watch: Watch<'a>,
}
