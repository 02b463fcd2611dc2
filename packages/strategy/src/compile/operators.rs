//! The steps of operators: arithmetic, comparisons, logic, and `if`.
//!
//! Conditions are 1 and 0. A comparison with an unknown number is false.

use market::Candles;

use crate::expression::BinaryOp;
use crate::plan::{Arg, Builder, Inputs, Memory, Operand, Step};

/// Adds `left op right`; constants are computed at once.
pub(super) fn binary(builder: &mut Builder, op: BinaryOp, left: Operand, right: Operand) -> Operand {
    if let (Operand::Constant(left), Operand::Constant(right)) = (left, right) {
        let mut value = [f64::NAN];
        let args = [Arg::Constant(left), Arg::Constant(right), Arg::Constant(f64::NAN)];
        step(op).run(&Inputs { candles: Candles::default().as_slice(), args }, &mut value);
        return Operand::Constant(value[0]);
    }
    builder.step(op.sign(), &[left, right], &[], (0, Memory::Window), || step(op))
}

/// Adds `-x`.
pub(super) fn negate(builder: &mut Builder, x: Operand) -> Operand {
    match x {
        Operand::Constant(value) => Operand::Constant(-value),
        x => builder.step("-", &[x], &[], (0, Memory::Window), || Box::new(Unary(|x: f64| -x))),
    }
}

/// Adds `not x`.
pub(super) fn not(builder: &mut Builder, x: Operand) -> Operand {
    match x {
        Operand::Constant(value) => Operand::Constant(1.0 - value),
        x => builder.step("not", &[x], &[], (0, Memory::Window), || Box::new(Unary(|x: f64| 1.0 - x))),
    }
}

/// Adds `if(condition, a, b)`.
pub(super) fn choose(builder: &mut Builder, condition: Operand, a: Operand, b: Operand) -> Operand {
    match condition {
        Operand::Constant(condition) => {
            if condition == 0.0 {
                b
            } else {
                a
            }
        }
        condition => builder.step("if", &[condition, a, b], &[], (0, Memory::Window), || Box::new(Choose)),
    }
}

fn truth(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

/// Unlike `!=` this is false where one side is NaN.
#[expect(clippy::double_comparisons, reason = "`a != b` is true of NaN")]
fn is_unequal(a: f64, b: f64) -> bool {
    a < b || a > b
}

fn divide(a: f64, b: f64) -> f64 {
    if b == 0.0 { f64::NAN } else { a / b }
}

/// The step of an operator: a type for each, so that its loop is a tight one.
fn step(op: BinaryOp) -> Box<dyn Step> {
    match op {
        BinaryOp::Or => Box::new(Zip(|a, b| truth(a != 0.0 || b != 0.0))),
        BinaryOp::And => Box::new(Zip(|a, b| truth(a != 0.0 && b != 0.0))),
        BinaryOp::Less => Box::new(Zip(|a, b| truth(a < b))),
        BinaryOp::LessOrEqual => Box::new(Zip(|a, b| truth(a <= b))),
        BinaryOp::Greater => Box::new(Zip(|a, b| truth(a > b))),
        BinaryOp::GreaterOrEqual => Box::new(Zip(|a, b| truth(a >= b))),
        BinaryOp::Equal => Box::new(Zip(|a, b| truth(a == b))),
        BinaryOp::NotEqual => Box::new(Zip(|a, b| truth(is_unequal(a, b)))),
        BinaryOp::Add => Box::new(Zip(|a, b| a + b)),
        BinaryOp::Subtract => Box::new(Zip(|a, b| a - b)),
        BinaryOp::Multiply => Box::new(Zip(|a, b| a * b)),
        BinaryOp::Divide => Box::new(Zip(divide)),
        BinaryOp::Remainder => Box::new(Zip(|a, b| a % b)),
    }
}

/// Applies a function to two arguments.
struct Zip<F>(F);

impl<F: Fn(f64, f64) -> f64 + Send> Step for Zip<F> {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let f = &self.0;
        match (inputs.args[0], inputs.args[1]) {
            (Arg::Column(a), Arg::Column(b)) => {
                for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
                    *out = f(a, b);
                }
            }
            (Arg::Column(a), Arg::Constant(b)) => out.iter_mut().zip(a).for_each(|(out, &a)| *out = f(a, b)),
            (Arg::Constant(a), Arg::Column(b)) => out.iter_mut().zip(b).for_each(|(out, &b)| *out = f(a, b)),
            (Arg::Constant(a), Arg::Constant(b)) => out.fill(f(a, b)),
        }
    }
}

/// Applies a function to one argument.
struct Unary<F>(F);

impl<F: Fn(f64) -> f64 + Send> Step for Unary<F> {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        out.iter_mut().zip(inputs.column(0)).for_each(|(o, &x)| *o = (self.0)(x));
    }
}

/// Takes the second argument where the first is true, else the third.
struct Choose;

impl Step for Choose {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        let [condition, a, b] = &inputs.args;
        for (index, out) in out.iter_mut().enumerate() {
            *out = if condition.at(index) == 0.0 { b.at(index) } else { a.at(index) };
        }
    }
}
