//! The steps of operators: arithmetic, comparisons, logic, and `if`.
//!
//! Conditions are 1 and 0. A comparison with an unknown number is false.

use crate::expression::BinaryOp;
use crate::plan::{Builder, Inputs, Memory, Operand, Step, elementwise};

/// Adds `left op right`.
pub(super) fn binary(builder: &mut Builder, op: BinaryOp, left: Operand, right: Operand) -> Operand {
    use elementwise::binary as add;
    let sign = op.sign();
    // A closure for each, so that each has a tight loop of its own.
    match op {
        BinaryOp::Or => add(builder, sign, left, right, |a, b| truth(a != 0.0 || b != 0.0)),
        BinaryOp::And => add(builder, sign, left, right, |a, b| truth(a != 0.0 && b != 0.0)),
        BinaryOp::Less => add(builder, sign, left, right, |a, b| truth(a < b)),
        BinaryOp::LessOrEqual => add(builder, sign, left, right, |a, b| truth(a <= b)),
        BinaryOp::Greater => add(builder, sign, left, right, |a, b| truth(a > b)),
        BinaryOp::GreaterOrEqual => add(builder, sign, left, right, |a, b| truth(a >= b)),
        BinaryOp::Equal => add(builder, sign, left, right, |a, b| truth(a == b)),
        BinaryOp::NotEqual => add(builder, sign, left, right, |a, b| truth(is_unequal(a, b))),
        BinaryOp::Add => add(builder, sign, left, right, |a, b| a + b),
        BinaryOp::Subtract => add(builder, sign, left, right, |a, b| a - b),
        BinaryOp::Multiply => add(builder, sign, left, right, |a, b| a * b),
        BinaryOp::Divide => add(builder, sign, left, right, divide),
        BinaryOp::Remainder => add(builder, sign, left, right, |a, b| a % b),
    }
}

/// Adds `-x`.
pub(super) fn negate(builder: &mut Builder, x: Operand) -> Operand {
    elementwise::unary(builder, "-", x, |x| -x)
}

/// Adds `not x`.
pub(super) fn not(builder: &mut Builder, x: Operand) -> Operand {
    elementwise::unary(builder, "not", x, |x| 1.0 - x)
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
    // Not by way of an integer, which several at once cannot go.
    if condition { 1.0 } else { 0.0 }
}

/// Unlike `!=` this is false where one side is NaN.
#[expect(clippy::double_comparisons, reason = "`a != b` is true of NaN")]
fn is_unequal(a: f64, b: f64) -> bool {
    a < b || a > b
}

fn divide(a: f64, b: f64) -> f64 {
    if b == 0.0 { f64::NAN } else { a / b }
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
