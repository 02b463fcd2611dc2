//! Strategies whose rules are written in Rust. A new one is one new file here and one line in [`STRATEGIES`].
//!
//! A strategy file names one by `rust:` in place of `long` and `short`, and keeps everything else: its
//! timeframe, params, `let`, protection and size. So it is checked, backtested and traded like any other.

mod grid;
mod with_file;

use crate::strategy::{Description, Strategy};

pub(crate) use with_file::WithFile;

/// Every strategy that a file can name.
pub(crate) const STRATEGIES: &[RustStrategy] = &[grid::GRID];

/// A strategy written in Rust.
pub(crate) struct RustStrategy {
    pub(crate) name: &'static str,
    /// What it does, in a sentence.
    pub(crate) about: &'static str,
    pub(crate) params: &'static [RustParam],
    /// Makes it for a file: its description comes with the file's name, timeframe, params and orders.
    pub(crate) build: fn(Description, &[f64]) -> Box<dyn Strategy>,
}

/// A number that a file may set.
pub(crate) struct RustParam {
    pub(crate) name: &'static str,
    pub(crate) default: f64,
    /// The least and the largest value.
    pub(crate) range: (f64, f64),
    /// Whether it counts something.
    pub(crate) whole: bool,
}

impl RustParam {
    pub(crate) fn takes(&self, value: f64) -> bool {
        (self.range.0..=self.range.1).contains(&value) && (!self.whole || value.fract() == 0.0)
    }
}
