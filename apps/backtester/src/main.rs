//! backtester
fn main() {}
