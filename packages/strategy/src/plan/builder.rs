//! Builds a plan: equal steps are made once, and every operand knows what it needs to be warm.

use std::collections::HashMap;

use market::Timeframe;

use super::step::{Inputs, Step};
use super::{BLOCK, Column, Operand, Plan, PlannedStep};

/// What an operand needs before its value means something.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Needs {
    /// Candles of the plan before the first known one; TA-Lib's lookback.
    pub(crate) lookback: usize,
    /// Whether the value depends on all candles since the first, not on the last few only.
    pub(crate) whole_history: bool,
    /// Further candles until what was before the first one is forgotten.
    pub(crate) settle: usize,
    /// The longest period from whose start the value counts.
    pub(crate) anchor: Option<Timeframe>,
    /// Other contexts that are read.
    pub(crate) contexts: Vec<ContextNeed>,
}

/// What a value needs of another context.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ContextNeed {
    pub(crate) context: usize,
    /// Lookback of the value in the candles of that context.
    pub(crate) lookback: usize,
    /// How many base candles later the value that reads it is warm.
    pub(crate) later: usize,
}

impl Needs {
    pub(crate) fn join(&mut self, other: &Needs) {
        self.lookback = self.lookback.max(other.lookback);
        self.whole_history |= other.whole_history;
        self.settle = self.settle.max(other.settle);
        self.anchor = self.anchor.max(other.anchor);
        for need in &other.contexts {
            if !self.contexts.contains(need) {
                self.contexts.push(*need);
            }
        }
    }

    fn remember(&mut self, memory: Memory) {
        match memory {
            Memory::Window => return,
            Memory::Fading { settle } => self.settle += settle,
            Memory::Since(anchor) => self.anchor = self.anchor.max(Some(anchor)),
        }
        self.whole_history = true;
    }

    fn later(&mut self, lookback: usize) {
        self.lookback += lookback;
        for need in &mut self.contexts {
            need.later += lookback;
        }
    }
}

/// What people are told of a step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Info {
    /// The call, with `#n` for the output of step n.
    pub(crate) call: String,
    pub(crate) needs: Needs,
    /// In how many places of the file it was asked for.
    pub(crate) uses: usize,
}

/// Whether a step forgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Memory {
    /// Its value depends on the last `lookback + 1` values only.
    Window,
    /// Its value depends on everything since the first candle, ever less: so many further candles on, what
    /// was before the first one does not matter any more.
    Fading { settle: usize },
    /// Its value depends on everything since the period began.
    Since(Timeframe),
}

impl Memory {
    /// Of a running total: its level depends on everything, its changes on nothing before them.
    pub(crate) const TOTAL: Memory = Memory::Fading { settle: 0 };
    /// Of what was seen last, however long ago: it is looked for so many candles back.
    pub(crate) const SEEN: Memory = Memory::Fading { settle: 10_000 };
    /// Of what turns round with the price, and after a few turns no longer knows where it began.
    pub(crate) const TURNING: Memory = Memory::Fading { settle: 1_000 };
}

/// Most steps of one plan: each holds a column of its own.
const MAX_STEPS: usize = 4_096;
/// Most candles that all windows of one plan hold together.
const MAX_WINDOWS: usize = 8_388_608;

/// Collects the steps of one plan.
#[derive(Default)]
pub(crate) struct Builder {
    steps: Vec<PlannedStep>,
    infos: Vec<Info>,
    known: HashMap<String, usize>,
    /// What the aligned outputs of other contexts need, and how people are told of them.
    aligned: HashMap<(usize, usize), (Needs, String)>,
    /// Candles that all windows hold together.
    windows: usize,
}

impl Builder {
    /// Whether the plan asks for more steps or longer windows than there may be.
    pub(crate) fn is_too_large(&self) -> bool {
        self.steps.len() >= MAX_STEPS || self.windows > MAX_WINDOWS
    }

    /// Adds a step, or finds the equal one that is there.
    ///
    /// `name` and the numbers among `settings` must tell it from every other step on the same inputs.
    /// `lookback` is how many more candles it needs than its inputs.
    pub(crate) fn step(
        &mut self,
        name: &str,
        inputs: &[Operand],
        settings: &[f64],
        (lookback, memory): (usize, Memory),
        make: impl FnOnce() -> Box<dyn Step>,
    ) -> Operand {
        debug_assert!(inputs.len() <= Inputs::MOST, "Invariant: a step has at most {} inputs", Inputs::MOST);
        let call = self.call(name, inputs, settings);
        if let Some(&index) = self.known.get(&call) {
            self.infos[index].uses += 1;
            return Operand::Step(index);
        }
        self.windows += lookback;
        if self.is_too_large() {
            // Whoever builds the plan asks `is_too_large` and refuses it; until then nothing more is made.
            return Operand::Constant(f64::NAN);
        }
        let mut needs = Needs::default();
        for input in inputs {
            needs.join(&self.needs(*input));
        }
        needs.later(lookback);
        needs.remember(memory);
        let index = self.steps.len();
        self.known.insert(call.clone(), index);
        self.infos.push(Info { call, needs, uses: 1 });
        let (inputs, column) = (inputs.to_vec(), Column::new(BLOCK));
        self.steps.push(PlannedStep { inputs, step: make(), column, is_marked: false });
        Operand::Step(index)
    }

    /// The operand as a column: a constant is filled into one.
    pub(crate) fn column(&mut self, operand: Operand) -> Operand {
        match operand {
            Operand::Constant(value) => {
                self.step("constant", &[], &[value], (0, Memory::Window), || Box::new(Fill(value)))
            }
            other => other,
        }
    }

    /// The call as people are told of it: operators between their sides, functions before them.
    fn call(&self, name: &str, inputs: &[Operand], settings: &[f64]) -> String {
        let inputs = inputs.iter().map(|operand| self.label(operand));
        let parts: Vec<String> = inputs.chain(settings.iter().map(f64::to_string)).collect();
        let is_operator = matches!(name, "and" | "or") || !name.starts_with(char::is_alphabetic);
        match parts.as_slice() {
            [left, right] if is_operator => format!("{left} {name} {right}"),
            _ => format!("{name}({})", parts.join(", ")),
        }
    }

    /// How people are told of an operand.
    pub(crate) fn label(&self, operand: &Operand) -> String {
        match operand {
            Operand::Constant(value) => value.to_string(),
            Operand::Open => "open".to_owned(),
            Operand::High => "high".to_owned(),
            Operand::Low => "low".to_owned(),
            Operand::Close => "close".to_owned(),
            Operand::Volume => "volume".to_owned(),
            Operand::Step(index) => format!("#{index}"),
            Operand::Aligned { context, output } => {
                self.aligned.get(&(*context, *output)).map_or_else(String::new, |(_, label)| label.clone())
            }
        }
    }

    /// Tells what an aligned output of another context needs, and how people are told of it: no two alike.
    pub(crate) fn note_aligned(&mut self, context: usize, output: usize, inner: &Needs, label: String) {
        let need = ContextNeed { context, lookback: inner.lookback, later: 0 };
        self.aligned.insert((context, output), (Needs { contexts: vec![need], ..Needs::default() }, label));
    }

    /// What an operand needs.
    pub(crate) fn needs(&self, operand: Operand) -> Needs {
        match operand {
            Operand::Step(index) => self.infos[index].needs.clone(),
            Operand::Aligned { context, output } => {
                self.aligned.get(&(context, output)).map_or_else(Needs::default, |(needs, _)| needs.clone())
            }
            _ => Needs::default(),
        }
    }

    /// What all operands together need.
    pub(crate) fn needs_of(&self, operands: impl IntoIterator<Item = Operand>) -> Needs {
        let mut all = Needs::default();
        for operand in operands {
            all.join(&self.needs(operand));
        }
        all
    }

    /// The steps so far, for people.
    pub(crate) fn infos(&self) -> &[Info] {
        &self.infos
    }

    /// The plan.
    pub(crate) fn build(self) -> Plan {
        Plan { steps: self.steps }
    }
}

/// A column of one value.
struct Fill(f64);

impl Step for Fill {
    fn run(&mut self, _: &Inputs<'_>, out: &mut [f64]) {
        out.fill(self.0);
    }
}
