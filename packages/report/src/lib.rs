//! What a run tells: figures, a table for the terminal, JSON, and one self-contained HTML page.
//!
//! Everything here is made from candles and a [`execution::RunResult`]; nothing reads a clock or a file.
//! A new figure is one file under `figures/` and one line in [`FIGURES`].

mod ambiguous;
mod buy_and_hold;
mod curve;
mod extremes;
mod figures;
mod html;
mod json;
mod monthly;
mod numbers;
mod report;
mod settled;
mod setup;
mod table;
mod tally;
mod touched;
mod trade_sums;

pub use buy_and_hold::buy_and_hold;
pub use curve::Curve;
pub use extremes::Extremes;
pub use figures::{FIGURES, Facts, Figure, Figures, Unit, figures, figures_of, figures_of_equity};
pub use json::{open_json, trade_json};
pub use report::{Line, Pane, Provenance, Report};
pub use setup::{Setup, Size};
pub use tally::Tally;
pub use trade_sums::TradeSums;
