//! The order of `let`: a name may use those above it, and what to say of one that uses another.

use std::collections::HashMap;
use std::ops::Range;

use crate::expression::{Expr, Mistake};

/// Most names that are looked at for a circle.
const MAX_LOOKED_AT: usize = 256;

/// The names of `let`, also those to come, and what the expression of each reads.
#[derive(Debug, Default)]
pub(crate) struct Order {
    names: Vec<String>,
    reads: Vec<Vec<String>>,
    places: HashMap<String, usize>,
}

impl Order {
    /// Adds the next name; `None` where its expression could not be read.
    pub(crate) fn push(&mut self, name: &str, expr: Option<&Expr>) {
        self.places.insert(name.to_owned(), self.names.len());
        self.names.push(name.to_owned());
        self.reads.push(expr.map(Expr::names).unwrap_or_default());
    }

    /// What is wrong where the name at `current` reads `name`, if that is itself or one below it.
    pub(super) fn mistake(&self, current: usize, name: &str, span: &Range<usize>) -> Option<Mistake> {
        let reader = self.names.get(current)?;
        let read = self.places.get(name).copied().filter(|place| *place >= current)?;
        let (message, help) = if read == current {
            let help = "a name may only use those above it; for a value that builds on its own past there are \
                        functions such as ema, sum, bars_since and value_when";
            (format!("`{name}` reads itself"), help.to_owned())
        } else if let Some(path) = self.path(read, current) {
            let help = "each needs the other to be known first: compute one of them without the other";
            (format!("`{reader}` goes round in a circle: {reader} → {}", self.show(&path)), help.to_owned())
        } else {
            let help = format!("a name may only use those above it: move `{name}` above `{reader}`");
            (format!("`{name}` is defined below `{reader}`"), help)
        };
        Some(Mistake::new(span.clone(), message, help))
    }

    /// How the name at `from` reads the one at `to`, through others; a longer way round is not looked for.
    fn path(&self, from: usize, to: usize) -> Option<Vec<usize>> {
        let mut reader_of = HashMap::from([(from, from)]);
        let mut rest = vec![from];
        while let Some(at) = rest.pop().filter(|_| reader_of.len() < MAX_LOOKED_AT) {
            if at == to {
                let back =
                    std::iter::successors(Some(to), |at| reader_of.get(at).copied().filter(|reader| reader != at));
                let mut path: Vec<usize> = back.collect();
                path.reverse();
                return Some(path);
            }
            for next in self.reads[at].iter().filter_map(|name| self.places.get(name).copied()) {
                reader_of.entry(next).or_insert_with(|| {
                    rest.push(next);
                    at
                });
            }
        }
        None
    }

    fn show(&self, path: &[usize]) -> String {
        /// Longest circle that is shown whole.
        const MOST: usize = 8;
        let name = |index: &usize| self.names[*index].as_str();
        let mut names: Vec<&str> = path.iter().map(name).collect();
        if names.len() > MOST {
            names.splice(MOST / 2..names.len() - MOST / 2, ["…"]);
        }
        names.join(" → ")
    }
}
