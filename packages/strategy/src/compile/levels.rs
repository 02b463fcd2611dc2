//! Finds where a rule depends on the level of a running total.
//!
//! `obv` and `ad` begin with the history, so their level is arbitrary: only differences mean anything.
//! An expression is followed as if every total were raised by one: where the rise cancels out, as in
//! `obv() > sma(obv(), 20)`, all is well; where it does not, the value is an accident.

use std::collections::HashMap;
use std::ops::Range;

use market::{Symbol, Timeframe};

use crate::expression::{BinaryOp, Call, Expr, Kind, Place};
use crate::indicators::{FUNCTIONS, Function, Parameter, Shift};

/// Where an expression depends on the level of a running total.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Misuse {
    pub(crate) span: Range<usize>,
    /// The function whose level it is.
    pub(crate) total: &'static str,
}

/// A running total: the function, and the candles it is computed on where they are not the base ones.
#[derive(Debug, Clone, PartialEq)]
struct Total {
    function: &'static str,
    symbol: Option<Symbol>,
    timeframe: Option<Timeframe>,
}

/// By how much a value rises when a total does; totals that are not there do not move it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Rise {
    of: Vec<(Total, f64)>,
    /// Its value, where it is the same at every candle.
    constant: Option<f64>,
}

/// Weights that differ by no more than this share of them are equal: such as those of `x / 3` and `x * (1 / 3)`.
const EQUAL: f64 = 1e-9;

impl Rise {
    fn constant(value: f64) -> Self {
        Rise { of: Vec::new(), constant: Some(value) }
    }

    /// `self + factor · other`.
    fn plus(mut self, other: Rise, factor: f64) -> Self {
        self.constant = None;
        for (total, weight) in other.of {
            let added = factor * weight;
            match self.of.iter_mut().find(|(known, _)| *known == total) {
                Some((_, sum)) if (*sum + added).abs() <= EQUAL * added.abs() => *sum = 0.0,
                Some((_, sum)) => *sum += added,
                None => self.of.push((total, added)),
            }
        }
        self.of.retain(|(_, weight)| *weight != 0.0);
        self
    }

    fn times(self, factor: f64) -> Self {
        Rise::default().plus(self, factor)
    }

    /// That nothing of it moves.
    fn none(self, span: &Range<usize>) -> Result<(), Misuse> {
        match self.of.first() {
            None => Ok(()),
            Some((total, _)) => Err(Misuse { span: span.clone(), total: total.function }),
        }
    }

    /// That both move alike.
    fn as_much_as(&self, other: Rise, span: &Range<usize>) -> Result<(), Misuse> {
        self.clone().plus(other, -1.0).none(span)
    }
}

/// What is known of the params and names of a file.
#[derive(Default)]
pub(super) struct Levels {
    names: HashMap<String, Result<Rise, &'static str>>,
}

impl Levels {
    /// Notes a param.
    pub(super) fn param(&mut self, name: &str, value: f64) {
        self.names.insert(name.to_owned(), Ok(Rise::constant(value)));
    }

    /// Notes a name of `let`, which may depend on a level: nobody has to use it.
    pub(super) fn define(&mut self, name: &str, expr: &Expr) {
        let rise = self.rise(expr).map_err(|misuse| misuse.total);
        self.names.insert(name.to_owned(), rise);
    }

    /// Where an expression that decides something depends on a level.
    pub(super) fn misuse(&self, expr: &Expr) -> Option<Misuse> {
        self.rise(expr).and_then(|rise| rise.none(&expr.span)).err()
    }

    fn rise(&self, expr: &Expr) -> Result<Rise, Misuse> {
        match &expr.kind {
            Kind::Number(value) => Ok(Rise::constant(*value)),
            Kind::Word(_) => Ok(Rise::default()),
            Kind::Name(name) => match self.names.get(name) {
                Some(Err(total)) => Err(Misuse { span: expr.span.clone(), total }),
                Some(Ok(rise)) => Ok(rise.clone()),
                None => Ok(Rise::default()),
            },
            Kind::Negate(inner) => {
                let rise = self.rise(inner)?;
                let constant = rise.constant.map(|value| -value);
                Ok(Rise { constant, ..rise.times(-1.0) })
            }
            Kind::Not(inner) => self.rise(inner),
            Kind::Ago(inner, _) => Ok(Rise { constant: None, ..self.rise(inner)? }),
            Kind::At(inner, place) => Ok(elsewhere(self.rise(inner)?, place)),
            Kind::Binary(op, left, right) => self.binary(*op, left, right, &expr.span),
            Kind::Call(call) => self.call(call, &expr.span),
        }
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr, span: &Range<usize>) -> Result<Rise, Misuse> {
        let (a, b) = (self.rise(left)?, self.rise(right)?);
        let both = a.constant.zip(b.constant);
        let constant = |value: fn(f64, f64) -> f64| both.map(|(a, b)| value(a, b));
        match op {
            BinaryOp::Add => Ok(Rise { constant: constant(|a, b| a + b), ..a.plus(b, 1.0) }),
            BinaryOp::Subtract => Ok(Rise { constant: constant(|a, b| a - b), ..a.plus(b, -1.0) }),
            BinaryOp::Multiply => match (a.constant, b.constant) {
                (Some(factor), _) => Ok(Rise { constant: constant(|a, b| a * b), ..b.times(factor) }),
                (_, Some(factor)) => Ok(a.times(factor)),
                _ => a.none(&left.span).and(b.none(&right.span)).map(|()| Rise::default()),
            },
            BinaryOp::Divide => match b.constant {
                Some(divisor) => Ok(Rise { constant: constant(|a, b| a / b), ..a.times(1.0 / divisor) }),
                None => a.none(&left.span).and(b.none(&right.span)).map(|()| Rise::default()),
            },
            BinaryOp::Remainder => a.none(&left.span).and(b.none(&right.span)).map(|()| Rise::default()),
            // Conditions have no level, so this is about the comparisons.
            _ => a.as_much_as(b, span).map(|()| Rise::default()),
        }
    }

    fn call(&self, call: &Call, span: &Range<usize>) -> Result<Rise, Misuse> {
        let rises = call.arguments.iter().map(|argument| self.rise(argument)).collect::<Result<Vec<_>, _>>()?;
        let Some(function) = FUNCTIONS.iter().find(|function| function.name == call.name) else {
            // `if`: what it chooses from must move alike.
            return alike(rises.into_iter().skip(1), span);
        };
        let series = series(function, rises);
        match function.shift {
            Shift::RunningTotal => Ok(Rise {
                of: vec![(Total { function: function.name, symbol: None, timeframe: None }, 1.0)],
                constant: None,
            }),
            Shift::Follows => alike(series, span),
            Shift::Ignores => alike(series, span).map(|_| Rise::default()),
            Shift::IgnoresEach => Ok(Rise::default()),
            Shift::Depends => {
                series.into_iter().try_for_each(|rise| rise.none(span))?;
                Ok(Rise::default())
            }
        }
    }
}

/// Those of the arguments that are series.
fn series(function: &Function, rises: Vec<Rise>) -> impl Iterator<Item = Rise> {
    let parameters = function.parameters.iter().chain(function.parameters.last().into_iter().cycle());
    let pairs = parameters.zip(rises);
    pairs.filter(|(parameter, _)| matches!(parameter, Parameter::Series(_) | Parameter::More(_))).map(|(_, rise)| rise)
}

/// What all of them move by, which must be the same.
fn alike(mut rises: impl Iterator<Item = Rise>, span: &Range<usize>) -> Result<Rise, Misuse> {
    let Some(first) = rises.next() else { return Ok(Rise::default()) };
    rises.try_for_each(|rise| first.as_much_as(rise, span))?;
    Ok(Rise { constant: None, ..first })
}

/// The totals of other candles are others.
fn elsewhere(rise: Rise, place: &Place) -> Rise {
    let there = |total: Total| Total { symbol: place.symbol.clone(), timeframe: place.timeframe, ..total };
    Rise { of: rise.of.into_iter().map(|(total, weight)| (there(total), weight)).collect(), constant: rise.constant }
}
