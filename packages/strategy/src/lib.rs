//! Strategies: candles in, decisions out.
//!
//! A strategy is a YAML file of named expressions and rules ([`load`]), or a Rust type behind the same
//! trait ([`Strategy`]). Nothing here does I/O, reads a clock or rolls dice, and nothing here can reach
//! an exchange: a strategy knows candles only.

mod compile;
mod expression;
mod file;
mod file_strategy;
mod indicators;
mod inspect;
mod plan;
pub mod reference;
mod rules;
mod rust;
pub mod schema;
mod strategy;
mod variants;

pub use file::{ParamRange, StrategyFile, inspect, load, param_ranges};
pub use file_strategy::{FileStrategy, PlanStep};
pub use indicators::{Family, Function, Gives, Parameter, Shift, functions};
pub use inspect::{Explained, Explanation, Inspector, Value, Why};
pub use strategy::{Act, Decision, Description, History, Orders, OtherCandles, Protection, Size, Strategy, Unit};
pub use variants::Variants;
