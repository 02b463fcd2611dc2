//! Steps that look at one candle only: a function of one value, or of two.

use super::{Arg, Builder, Inputs, Memory, Operand, Step};

/// Adds `f(x)`; of a constant it is computed at once.
pub(crate) fn unary<F: Fn(f64) -> f64 + Send + 'static>(
    builder: &mut Builder,
    name: &str,
    x: Operand,
    f: F,
) -> Operand {
    match x {
        Operand::Constant(value) => Operand::Constant(f(value)),
        x => builder.step(name, &[x], &[], (0, Memory::Window), || Box::new(Unary(f))),
    }
}

/// Adds `f(a, b)`; of constants it is computed at once.
pub(crate) fn binary<F>(builder: &mut Builder, name: &str, a: Operand, b: Operand, f: F) -> Operand
where
    F: Fn(f64, f64) -> f64 + Send + 'static,
{
    match (a, b) {
        (Operand::Constant(a), Operand::Constant(b)) => Operand::Constant(f(a, b)),
        _ => builder.step(name, &[a, b], &[], (0, Memory::Window), || Box::new(Binary(f))),
    }
}

/// A type for each function, so that its loop is a tight one.
struct Unary<F>(F);

impl<F: Fn(f64) -> f64 + Send> Step for Unary<F> {
    fn run(&mut self, inputs: &Inputs<'_>, out: &mut [f64]) {
        out.iter_mut().zip(inputs.column(0)).for_each(|(out, &x)| *out = (self.0)(x));
    }
}

struct Binary<F>(F);

impl<F: Fn(f64, f64) -> f64 + Send> Step for Binary<F> {
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
