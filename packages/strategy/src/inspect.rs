//! A strategy file opened up: the value of every name and of every part of its rules.

use market::CandleSlice;
use yaml::Problems;

use crate::compile::{Logic, Part};
use crate::file::Opened;
use crate::file_strategy::FileStrategy;
use crate::plan::BLOCK;
use crate::rules::Watched;
use crate::strategy::{Decision, Description, Strategy};

/// A strategy file whose every expression can be looked at.
pub struct Inspector {
    strategy: FileStrategy,
    names: Vec<String>,
    rules: [Option<usize>; 4],
    distances: [Option<usize>; 3],
    /// All names, rules and distances with their parts: an expression stands before its parts.
    expressions: Vec<Expression>,
    watched: Vec<Watched>,
    /// What each of them was worth at the last candle.
    last: Vec<Value>,
    warnings: Problems,
    rust: Option<&'static str>,
}

/// A part of the file, by its place among [`Inspector::expressions`].
struct Expression {
    text: String,
    logic: Option<Logic>,
    looks_back: bool,
    parts: Vec<usize>,
}

/// The value of an expression at one candle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// Whether a condition is true.
    Condition(bool),
    /// Not enough candles have been seen yet.
    WarmingUp,
    /// Unknown for good at this candle: divided by zero, or a candle is missing.
    Unknown,
}

/// An expression at one candle, with its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// As it is written.
    pub text: String,
    /// What it is worth.
    pub value: Value,
    /// What it was worth one candle ago, where that decides: in crossings, `rising` and `falling`.
    pub before: Option<Value>,
    /// The expressions that it is made of.
    pub parts: Vec<Explained>,
    logic: Option<Logic>,
}

/// Everything that a strategy file says at the close of one candle.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The names of `let`, in order.
    pub names: Vec<(String, Explained)>,
    /// `long.enter`, `long.exit`, `short.enter`, `short.exit`; `None` where the file has none.
    pub rules: [Option<Explained>; 4],
    /// `stop`, `take`, `trail`.
    pub distances: [Option<Explained>; 3],
    /// What the strategy decides.
    pub decision: Decision,
}

impl Inspector {
    pub(crate) fn new(opened: Opened) -> Self {
        let mut inspector = Inspector {
            strategy: opened.strategy,
            names: Vec::new(),
            rules: [None; 4],
            distances: [None; 3],
            expressions: Vec::new(),
            watched: Vec::new(),
            last: Vec::new(),
            warnings: opened.warnings,
            rust: opened.rust.map(|rust| rust.strategy.name),
        };
        // The names come first of all: `run` tells of them alone.
        let file = opened.expressions;
        for (name, part) in &file.names {
            inspector.names.push(name.clone());
            inspector.watch(part);
        }
        for (index, (_, part)) in file.names.into_iter().enumerate() {
            inspector.expressions[index].parts = inspector.add_all(part.parts);
        }
        inspector.rules = file.rules.map(|rule| rule.map(|rule| inspector.add(rule)));
        inspector.distances = file.distances.map(|distance| distance.map(|distance| inspector.add(distance)));
        inspector.last = vec![Value::WarmingUp; inspector.watched.len()];
        inspector
    }

    fn watch(&mut self, part: &Part) -> usize {
        self.watched.push(Watched::new(part));
        let (text, logic, looks_back) = (part.text.clone(), part.logic, part.looks_back);
        self.expressions.push(Expression { text, logic, looks_back, parts: Vec::new() });
        self.expressions.len() - 1
    }

    fn add(&mut self, part: Part) -> usize {
        let index = self.watch(&part);
        self.expressions[index].parts = self.add_all(part.parts);
        index
    }

    fn add_all(&mut self, parts: Vec<Part>) -> Vec<usize> {
        parts.into_iter().map(|part| self.add(part)).collect()
    }

    /// What the strategy is.
    #[must_use]
    pub fn description(&self) -> &Description {
        self.strategy.description()
    }

    /// What is no mistake of the file but hardly meant.
    #[must_use]
    pub fn warnings(&self) -> &Problems {
        &self.warnings
    }

    /// The rules out of Rust that the file names: into those nobody can look.
    #[must_use]
    pub fn rust(&self) -> Option<&'static str> {
        self.rust
    }

    /// The names of `let`, in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// As [`Strategy::push_other`].
    pub fn push_other(&mut self, index: usize, candles: CandleSlice<'_>) {
        self.strategy.push_other(index, candles);
    }

    /// Takes the next closed candles and adds the value of each name to its column: NaN is unknown, a condition
    /// is 1 or 0.
    pub fn run(&mut self, candles: CandleSlice<'_>, columns: &mut [Vec<f64>]) {
        let conditions = self.conditions();
        let mut start = 0;
        while start < candles.len() {
            let end = (start + BLOCK).min(candles.len());
            let block = candles.slice(start..end);
            // The parts are watched too, for the sake of `explain`: a value is warm once all it needs has been seen.
            self.strategy.watch(block, &mut self.watched, |which, value, warm| {
                self.last[which] = Value::new(value, warm, conditions[which]);
                if let Some(column) = columns.get_mut(which).filter(|_| which < self.names.len()) {
                    column.push(value);
                }
            });
            self.strategy.pass(block);
            start = end;
        }
    }

    /// Takes the next closed candles and tells nothing: what the steps alone cost.
    pub fn pass_over(&mut self, candles: CandleSlice<'_>) {
        let mut start = 0;
        while start < candles.len() {
            let end = (start + BLOCK).min(candles.len());
            let block = candles.slice(start..end);
            self.strategy.watch(block, &mut [], |_, _, _| {});
            self.strategy.pass(block);
            start = end;
        }
    }

    /// Takes one more closed candle and tells everything about it.
    pub fn explain(&mut self, candle: CandleSlice<'_>) -> Explanation {
        let mut values = vec![Value::Unknown; self.watched.len()];
        let conditions = self.conditions();
        self.strategy.watch(candle, &mut self.watched, |which, value, warm| {
            values[which] = Value::new(value, warm, conditions[which]);
        });
        let mut decisions = Vec::with_capacity(1);
        self.strategy.decide(candle, &mut decisions);
        self.strategy.pass(candle);
        let tell = |index: usize| self.tell(index, &values, false);
        let explanation = Explanation {
            names: self.names.iter().enumerate().map(|(index, name)| (name.clone(), tell(index))).collect(),
            rules: self.rules.map(|rule| rule.map(tell)),
            distances: self.distances.map(|distance| distance.map(tell)),
            decision: decisions.pop().unwrap_or(Decision::NONE),
        };
        self.last = values;
        explanation
    }

    fn conditions(&self) -> Vec<bool> {
        self.watched.iter().map(Watched::is_condition).collect()
    }

    fn tell(&self, index: usize, values: &[Value], with_last: bool) -> Explained {
        let Expression { text, logic, looks_back, parts } = &self.expressions[index];
        Explained {
            text: text.clone(),
            value: values[index],
            before: with_last.then(|| self.last[index]),
            logic: *logic,
            parts: parts.iter().map(|part| self.tell(*part, values, *looks_back)).collect(),
        }
    }
}

impl Value {
    fn new(value: f64, warm: bool, is_condition: bool) -> Self {
        match value {
            value if value.is_nan() && warm => Value::Unknown,
            value if value.is_nan() => Value::WarmingUp,
            value if is_condition => Value::Condition(value > 0.0),
            value => Value::Number(value),
        }
    }
}

/// What would have to change for a condition to be otherwise.
#[derive(Debug, Clone, PartialEq)]
pub enum Why<'a> {
    /// This.
    Part(&'a Explained),
    /// All of these.
    All(Vec<Why<'a>>),
    /// One of these, whichever.
    One(Vec<Why<'a>>),
}

impl<'a> Why<'a> {
    /// The conditions, in order.
    #[must_use]
    pub fn parts(&self) -> Vec<&'a Explained> {
        match self {
            Why::Part(part) => vec![part],
            Why::All(list) | Why::One(list) => list.iter().flat_map(Why::parts).collect(),
        }
    }
}

impl Explained {
    /// Why a condition is not true: its smallest parts that would have to change; `None` where it is.
    ///
    /// Of an `and` these are all sides that are not true, of an `or` one of its sides; of a `not` it is what holds
    /// and should not. A name stands for itself.
    #[must_use]
    pub fn why_not(&self) -> Option<Why<'_>> {
        self.wanted(true)
    }

    /// Why a condition is true: its smallest parts that would have to change for it not to be; `None` where it is not.
    #[must_use]
    pub fn why(&self) -> Option<Why<'_>> {
        if self.value == Value::Condition(true) { self.wanted(false) } else { None }
    }

    /// What keeps it from being `wish`.
    fn wanted(&self, wish: bool) -> Option<Why<'_>> {
        if self.value == Value::Condition(wish) {
            return None;
        }
        let sides = |wish: bool| self.parts.iter().filter_map(move |part| part.wanted(wish));
        let why = match self.logic {
            None => None,
            Some(Logic::Not) => sides(!wish).next(),
            Some(logic) if (logic == Logic::And) == wish => join(sides(wish), Why::All, |why| match why {
                Why::All(list) => Ok(list),
                other => Err(other),
            }),
            Some(_) => join(sides(wish), Why::One, |why| match why {
                Why::One(list) => Ok(list),
                other => Err(other),
            }),
        };
        why.or(Some(Why::Part(self)))
    }
}

/// Several reasons as one of a kind; `inner` opens those that are of this kind themselves.
fn join<'a>(
    sides: impl Iterator<Item = Why<'a>>,
    kind: fn(Vec<Why<'a>>) -> Why<'a>,
    inner: fn(Why<'a>) -> Result<Vec<Why<'a>>, Why<'a>>,
) -> Option<Why<'a>> {
    let mut list: Vec<_> = sides.flat_map(|side| inner(side).unwrap_or_else(|other| vec![other])).collect();
    if list.len() > 1 { Some(kind(list)) } else { list.pop() }
}
