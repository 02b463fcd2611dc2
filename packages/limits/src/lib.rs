//! How much may be asked of an exchange, and whether a request may go out now: arithmetic without I/O.
//!
//! An exchange counts by the address that asks, so all programs on a machine share one count. [`Limits`] is that
//! count with its rules; time is an input. Where it lies is behind [`Shared`]: in the store, for all processes. The
//! package stands below both the store and the exchanges, so that neither has to know the other.

mod count;
mod share;
mod silence;

pub use count::Limits;
pub use share::Priority;
pub use silence::{LONGEST_SILENCE_MS, Silence, SilenceKind};

use std::fmt::Debug;

/// A place that holds the limits of every exchange for many processes at once.
pub trait Shared: Debug + Send + Sync {
    /// Runs `change` on what is known of `exchange` at `address`, alone among all processes, and keeps the outcome;
    /// `new` is where nothing is known yet.
    ///
    /// After an error nothing is kept, though `change` may have run.
    ///
    /// # Errors
    /// [`SharedError`]; it comes soon, for a trader may be waiting.
    fn update(
        &self,
        exchange: &str,
        address: &str,
        new: &Limits,
        change: &mut dyn FnMut(&mut Limits),
    ) -> Result<(), SharedError>;
}

/// Why the limits are not shared for the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SharedError {
    /// The place is not there yet, which is no fault: the first program on a machine makes it later.
    NotThere,
    /// The place fails: what it says.
    Failed(String),
}
