//! The order of `let`: a name may use those above it, and what to say of one that uses another.

use std::collections::HashSet;
use std::ops::Range;

use crate::expression::{Expr, Mistake};

/// A name of `let` and the names that its expression reads.
#[derive(Debug)]
pub(crate) struct Announced {
    name: String,
    reads: Vec<String>,
}

impl Announced {
    pub(crate) fn new(name: &str, expr: Option<&Expr>) -> Self {
        Announced { name: name.to_owned(), reads: expr.map(Expr::names).unwrap_or_default() }
    }
}

/// What is wrong where the name at `current` reads `name`, which is the name itself or one below it.
pub(super) fn out_of_order(all: &[Announced], current: usize, name: &str, span: &Range<usize>) -> Option<Mistake> {
    let reader = all.get(current)?.name.as_str();
    let read = current + all[current..].iter().position(|announced| announced.name == name)?;
    if read == current {
        let help = "a name may only use those above it; for a value that builds on its own past there are \
                    functions such as ema, sum, bars_since and value_when";
        return Some(Mistake::new(span.clone(), format!("`{name}` reads itself"), help));
    }
    let circle = path(all, read, current).map(|path| {
        let names: Vec<&str> = path.iter().map(|&index| all[index].name.as_str()).collect();
        let message = format!("`{reader}` goes round in a circle: {reader} → {}", names.join(" → "));
        Mistake::new(
            span.clone(),
            message,
            "each needs the other to be known first: compute one of them without the other",
        )
    });
    let below = || {
        let message = format!("`{name}` is defined below `{reader}`");
        Mistake::new(
            span.clone(),
            message,
            format!("a name may only use those above it: move `{name}` above `{reader}`"),
        )
    };
    Some(circle.unwrap_or_else(below))
}

/// How the name at `from` reads the one at `to`, through others.
fn path(all: &[Announced], from: usize, to: usize) -> Option<Vec<usize>> {
    let mut seen = HashSet::from([from]);
    let mut paths = vec![vec![from]];
    while let Some(path) = paths.pop() {
        let last = *path.last()?;
        if last == to {
            return Some(path);
        }
        for name in &all[last].reads {
            let next = all.iter().position(|announced| announced.name == *name);
            if let Some(next) = next.filter(|&next| seen.insert(next)) {
                paths.push(path.iter().copied().chain([next]).collect());
            }
        }
    }
    None
}
