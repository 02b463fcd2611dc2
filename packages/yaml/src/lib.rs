//! YAML whose every value knows its place, and problems that point at it.
//!
//! Strategy files and configuration are written by people, so each mistake is shown with its line,
//! a caret, what was expected and the nearest name, and all mistakes of a file are told at once.
//! The parser is `saphyr-parser`; the drawing is `annotate-snippets`.

mod diagnose;
mod draft;
mod fields;
mod line;
#[cfg(test)]
mod mended;
mod nearest;
mod node;
mod parse;
mod problem;

pub use fields::{Fields, refuse_glued};
pub use nearest::nearest;
pub use node::{Node, Text, Value};
pub use parse::{MAX_BYTES, MAX_DEPTH, MAX_NODES, parse, read};
pub use problem::{Problem, Problems};
