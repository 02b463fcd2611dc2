//! Several readers of one plan: what more than one of them needs runs once, what only one needs runs just before
//! it reads.

use market::CandleSlice;

use super::{Column, Context, Operand, Plan};

/// The steps of a plan, by who needs them.
pub(crate) struct Readers {
    /// Steps that several readers need, in order.
    shared: Vec<usize>,
    /// For each reader the steps that only it needs, in order.
    own: Vec<Vec<usize>>,
    /// Columns of own steps. Readers take turns with them, so that they stay in the nearest cache.
    columns: Vec<Column>,
}

/// What a reader reads.
pub(crate) struct Reads {
    /// Of these only whether they hold.
    pub(crate) conditions: Vec<Operand>,
    /// Of these the value.
    pub(crate) numbers: Vec<Operand>,
}

impl Reads {
    fn steps(&self) -> impl Iterator<Item = usize> {
        self.conditions.iter().chain(&self.numbers).filter_map(step)
    }
}

fn step(operand: &Operand) -> Option<usize> {
    match operand {
        Operand::Step(step) => Some(*step),
        _ => None,
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Need {
    Nobody,
    One(usize),
    Several,
}

impl Need {
    fn join(&mut self, other: Need) {
        *self = match (*self, other) {
            (Need::Nobody, need) | (need, Need::Nobody) => need,
            (Need::One(a), Need::One(b)) if a == b => Need::One(a),
            _ => Need::Several,
        };
    }
}

impl Readers {
    /// Readers of a plan, and what they read. Steps that none of them needs will not run.
    pub(crate) fn new(plan: &mut Plan, reads: &[Reads]) -> Self {
        mark(plan, reads);
        let mut needs = vec![Need::Nobody; plan.steps.len()];
        for (reader, reads) in reads.iter().enumerate() {
            reads.steps().for_each(|step| needs[step].join(Need::One(reader)));
        }
        // A step reads only steps before it.
        for index in (0..plan.steps.len()).rev() {
            let need = needs[index];
            plan.steps[index].inputs.iter().filter_map(step).for_each(|step| needs[step].join(need));
        }
        let mut readers = Readers { shared: Vec::new(), own: vec![Vec::new(); reads.len()], columns: Vec::new() };
        for (index, need) in needs.into_iter().enumerate() {
            match need {
                Need::Several => readers.shared.push(index),
                Need::One(reader) => readers.own[reader].push(index),
                Need::Nobody => {}
            }
            plan.steps[index].column = Column::default();
        }
        let most = readers.own.iter().map(Vec::len).max().unwrap_or(0);
        readers.columns = vec![Column::default(); most];
        readers
    }

    /// How many columns are in use at the same time.
    pub(crate) fn columns(&self) -> usize {
        self.shared.len() + self.columns.len()
    }

    /// Gives each column room for so many candles.
    pub(crate) fn make_room(&mut self, plan: &mut Plan, candles: usize) {
        let shared = self.shared.iter();
        shared.for_each(|step| plan.steps[*step].column = Column::with_bits(candles));
        self.columns.fill(Column::with_bits(candles));
    }

    /// Runs what several readers need over the next candles.
    pub(crate) fn run_shared(&self, plan: &mut Plan, candles: CandleSlice<'_>, contexts: &[Context]) {
        plan.run_steps(&self.shared, candles, contexts);
    }

    /// Runs what only this reader needs, lets it read, and takes the columns back.
    pub(crate) fn read<R>(
        &mut self,
        reader: usize,
        plan: &mut Plan,
        (candles, contexts): (CandleSlice<'_>, &[Context]),
        read: impl FnOnce(&Plan) -> R,
    ) -> R {
        self.pass_columns(reader, plan);
        plan.run_steps(&self.own[reader], candles, contexts);
        let result = read(plan);
        self.pass_columns(reader, plan);
        result
    }

    fn pass_columns(&mut self, reader: usize, plan: &mut Plan) {
        for (step, column) in self.own[reader].iter().zip(&mut self.columns) {
            std::mem::swap(&mut plan.steps[*step].column, column);
        }
    }
}

/// Marks the conditions of which nobody, no step either, reads the value.
fn mark(plan: &mut Plan, reads: &[Reads]) {
    let conditions = reads.iter().flat_map(|reads| &reads.conditions).filter_map(step);
    conditions.for_each(|step| plan.steps[step].is_marked = true);
    let inputs: Vec<usize> = plan.steps.iter().flat_map(|planned| &planned.inputs).filter_map(step).collect();
    let numbers = reads.iter().flat_map(|reads| &reads.numbers).filter_map(step);
    inputs.into_iter().chain(numbers).for_each(|step| plan.steps[step].is_marked = false);
}
