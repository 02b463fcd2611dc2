//! trader
fn main() {}
