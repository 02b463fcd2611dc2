//! Exchange streams behind one interface, in ccxt.pro's manner: say what to watch, then take events.

mod error;
mod event;
mod options;
mod reason;
mod stats;

pub use error::WebsocketError;
pub use event::{Event, Watch};
pub use options::Options;
pub use reason::{DownReason, Step};
pub use stats::Stats;
