//! Strategy files: from YAML to a strategy that runs, or to every mistake in the file.

mod hints;
mod lets;
mod params;
mod protect;
mod rust;
mod sides;
mod size;

use std::collections::HashSet;

use market::Timeframe;
use yaml::{Fields, Node, Problems};

use crate::compile::{Compiler, Part, Shared};
use crate::expression::{self, Expr, Mistake};
use crate::plan::Needs;
use crate::rust::WithFile;
use crate::strategy::{Description, History, Orders, OtherCandles, Size, Strategy};
use crate::{FileStrategy, Inspector, PlanStep};

pub use params::ParamRange;
pub(crate) use params::{COLUMNS, KEYS as PARAM_KEYS};
pub(crate) use rust::Named;

/// The strategy of a file, and what people are told of it.
pub struct StrategyFile {
    /// Ready to run from the first candle on.
    pub strategy: Box<dyn Strategy>,
    /// The steps of its plan over its own candles.
    pub steps: Vec<PlanStep>,
    /// The steps over other candles, in the order of `Description::others`.
    pub other_steps: Vec<Vec<PlanStep>>,
    /// What is no mistake but hardly meant.
    pub warnings: Problems,
}

pub(crate) const KEYS: [&str; 12] =
    ["name", "about", "timeframe", "params", "let", "long", "short", "rust", "protect", "size", "leverage", "cooldown"];
pub(crate) const SIDE_KEYS: [&str; 2] = ["enter", "exit"];
pub(crate) const PROTECT_KEYS: [&str; 4] = ["stop", "take", "trail", "max_bars"];
/// Most candles of `max_bars` and `cooldown`.
pub(crate) const MAX_BARS: usize = 1_000_000;
/// What is told of a file that asks for more than a plan holds.
pub(crate) const TOO_LARGE: &str = "the file asks for too many steps or too long windows";
/// What `leverage` may be.
pub(crate) const LEVERAGES: std::ops::RangeInclusive<f64> = 1.0..=125.0;

/// Reads and compiles a strategy file. `set` gives params other values than the file does.
///
/// # Errors
/// Every mistake of the file, with its place.
pub fn load(source: &str, set: &[(String, f64)]) -> Result<StrategyFile, Problems> {
    let Opened { strategy, steps, other_steps, warnings, rust, .. } = read(source, set, false)?;
    let strategy: Box<dyn Strategy> = match rust {
        None => Box::new(strategy),
        Some(rust) => {
            let rules = (rust.strategy.build)(strategy.description().clone(), &rust.params);
            Box::new(WithFile::new(strategy, rules))
        }
    };
    Ok(StrategyFile { strategy, steps, other_steps, warnings })
}

/// Reads and compiles a strategy file to look inside: every name and every part of its rules has a value.
///
/// Where the rules are Rust there are the names and distances of the file alone.
///
/// # Errors
/// As [`load`].
pub fn inspect(source: &str, set: &[(String, f64)]) -> Result<Inspector, Problems> {
    Ok(Inspector::new(read(source, set, true)?))
}

/// A strategy file, compiled, and the expressions it is made of.
pub(crate) struct Opened {
    pub(crate) strategy: FileStrategy,
    steps: Vec<PlanStep>,
    other_steps: Vec<Vec<PlanStep>>,
    pub(crate) expressions: Expressions,
    pub(crate) warnings: Problems,
    /// Where the rules are, if not among the expressions.
    pub(crate) rust: Option<Named>,
}

/// The expressions of a file, with their values.
pub(crate) struct Expressions {
    /// `let`, in order.
    pub(crate) names: Vec<(String, Part)>,
    /// `long.enter`, `long.exit`, `short.enter`, `short.exit`.
    pub(crate) rules: [Option<Part>; 4],
    /// `stop`, `take`, `trail`.
    pub(crate) distances: [Option<Part>; 3],
}

fn read(source: &str, set: &[(String, f64)], parts: bool) -> Result<Opened, Problems> {
    let (root, mut problems) = yaml::read(source);
    let Some(root) = root else { return Err(problems) };
    let mut reader = Reader::new(source, &mut problems, parts);
    let (draft, shared) = reader.file(&root, set, Shared::default());
    match draft {
        Some(draft) if problems.is_empty() => Ok(draft.open(shared)),
        _ => Err(problems),
    }
}

/// Reads and compiles a file once for each set of params, all on the same steps.
pub(crate) fn read_variants(source: &str, sets: &[Vec<(String, f64)>]) -> Result<(Vec<Draft>, Shared), Problems> {
    let (root, mut problems) = yaml::read(source);
    let Some(root) = root else { return Err(problems) };
    let mut shared = Shared::default();
    let mut drafts = Vec::with_capacity(sets.len());
    for set in sets {
        let mut reader = Reader::new(source, &mut problems, false);
        let draft;
        (draft, shared) = reader.file(&root, set, shared);
        match draft {
            Some(draft) if problems.is_empty() => drafts.push(draft),
            _ => return Err(problems),
        }
    }
    Ok((drafts, shared))
}

/// The params of a strategy file, with the values that may be tried for each.
///
/// # Errors
/// Every mistake of the file, with its place.
pub fn param_ranges(source: &str) -> Result<Vec<ParamRange>, Problems> {
    load(source, &[])?;
    let (root, mut problems) = yaml::read(source);
    let fields = root.as_ref().and_then(|root| Fields::read(root, "a strategy file", &KEYS, &mut problems));
    Ok(fields.map_or_else(Vec::new, |fields| params::ranges(&fields)))
}

/// A strategy file whose expressions are compiled, and whose plan is still open to others.
pub(crate) struct Draft {
    pub(crate) description: Description,
    pub(crate) expressions: Expressions,
    warnings: Problems,
    pub(crate) rust: Option<rust::Named>,
}

impl Draft {
    fn open(self, shared: Shared) -> Opened {
        let Draft { description, expressions, warnings, rust } = self;
        let compiled = shared.finish();
        let steps = compiled.steps.iter().map(PlanStep::new).collect();
        let of_other = |infos: &Vec<_>| infos.iter().map(PlanStep::new).collect();
        let other_steps = compiled.other_steps.iter().map(of_other).collect();
        let strategy = FileStrategy::new(description, compiled.plan, compiled.contexts, &expressions);
        Opened { strategy, steps, other_steps, expressions, warnings, rust }
    }
}

struct Reader<'a> {
    source: &'a str,
    problems: &'a mut Problems,
    warnings: Problems,
    /// Whether every part of every expression is to have a value.
    parts: bool,
    /// The names that expressions have read so far.
    names_read: HashSet<String>,
}

impl<'a> Reader<'a> {
    fn new(source: &'a str, problems: &'a mut Problems, parts: bool) -> Self {
        Reader { source, problems, warnings: Problems::default(), parts, names_read: HashSet::new() }
    }

    /// Compiles a file on the steps of those before it.
    fn file(&mut self, root: &Node, set: &[(String, f64)], shared: Shared) -> (Option<Draft>, Shared) {
        let Some(fields) = Fields::read_with(root, "a strategy file", &KEYS, hints::of_file, self.problems) else {
            return (None, shared);
        };
        for (key, example) in [("name", "my_strategy"), ("timeframe", "1h")] {
            if !hints::stands_in(root, key, &KEYS, hints::of_file) {
                fields.required(key, example, self.problems);
            }
        }
        let name = self.name(&fields);
        let about = fields.text("about", "what it is for", self.problems).unwrap_or_default().to_owned();
        // Where the timeframe is wrong the rest is still checked, as if it were the shortest one.
        let timeframe = fields.value("timeframe", "1h", self.problems).unwrap_or(Timeframe::S1);
        let params = params::read(&fields, set, self.problems);
        let mut compiler = Compiler::new(timeframe, params.clone(), self.parts, shared);
        let names = self.lets(&fields, &params, &mut compiler);
        let long = self.side(&fields, "long", &mut compiler);
        let short = self.side(&fields, "short", &mut compiler);
        let is_there = |key| fields.get(key).is_some() || hints::stands_in(root, key, &KEYS, hints::of_file);
        if !["long", "short", "rust"].into_iter().any(is_there) {
            let help = "add `long:` with an `enter:` below it, for example enter: crossover(close, sma(close, 20))";
            self.problems.push(
                root.span.start..root.span.start,
                "there is no `long` and no `short`",
                Some(help.into()),
            );
        }
        let (protection, distances) = self.protect(&fields, &mut compiler);
        let rust = rust::read(&fields, &params, &self.names_read, self.problems);
        let size = size::read(&fields, &protection, self.problems);
        let leverage = self.leverage(&fields);
        let cooldown = self.bars(&fields, "cooldown", 0).unwrap_or(0);
        let orders = Orders { protection, size, leverage, cooldown };
        let (long, short) = (long.unwrap_or_default(), short.unwrap_or_default());
        let rules = [long.enter, long.exit, short.enter, short.exit];
        // Names that no rule reads are told too, as lines of the chart and by those who look inside.
        let mut all = Needs::default();
        let decide = rules.iter().chain(&distances).flatten();
        decide.chain(names.iter().map(|(_, part)| part)).for_each(|part| all.join(&part.needs));
        let others = compiler.others();
        let shared = compiler.into_shared();
        if shared.is_too_large() {
            let help = "shorten the windows, or compute less".to_owned();
            self.problems.push(0..0, TOO_LARGE, Some(help));
            return (None, shared);
        }
        let description = Description {
            name,
            about,
            timeframe,
            params,
            long: rules[0].is_some(),
            short: rules[2].is_some(),
            orders,
            warm_up: all.lookback,
            history: history(&all),
            others: others
                .iter()
                .map(|(other, needs)| OtherCandles {
                    symbol: other.symbol.clone(),
                    timeframe: other.timeframe,
                    warm_up: needs.lookback,
                    history: history(needs),
                })
                .collect(),
            lines: names.iter().filter(|(_, part)| !part.is_condition).map(|(name, _)| name.clone()).collect(),
        };
        let expressions = Expressions { names, rules, distances };
        let warnings = std::mem::take(&mut self.warnings);
        (Some(Draft { description, expressions, warnings, rust }), shared)
    }

    fn name(&mut self, fields: &Fields<'_>) -> String {
        let Some(name) = fields.text("name", "my_strategy", self.problems) else { return String::new() };
        if let Some(node) = fields.get("name").filter(|_| name.trim().is_empty()) {
            let help = Some("for example `name: my_strategy`".into());
            self.problems.push(node.span.clone(), "`name` is empty", help);
        }
        name.to_owned()
    }

    fn bars(&mut self, fields: &Fields<'_>, key: &str, least: usize) -> Option<usize> {
        let node = fields.get(key)?;
        let value = node.text().and_then(|text| text.parse().ok()).filter(|n| (least..=MAX_BARS).contains(n));
        if value.is_none() {
            let message = format!("`{key}` must be a whole number of candles from {least} to {MAX_BARS}");
            self.problems.push(node.span.clone(), message, Some(format!("for example `{key}: 24`")));
        }
        value
    }

    fn leverage(&mut self, fields: &Fields<'_>) -> f64 {
        let Some(node) = fields.get("leverage") else { return 1.0 };
        let value = node.text().and_then(|text| text.parse().ok()).filter(|n: &f64| LEVERAGES.contains(n));
        if value.is_none() {
            self.problems.push(node.span.clone(), "`leverage` must be a number from 1 to 125", None);
        }
        value.unwrap_or(1.0)
    }

    fn expr(&mut self, node: &Node, key: &str) -> Option<Expr> {
        let Some(text) = node.text().filter(|text| !text.trim().is_empty()) else {
            let message = format!("`{key}` is {}, not an expression", node.kind());
            self.problems.push(node.span.clone(), message, Some(hints::of_no_expression(node, key)));
            return None;
        };
        let parsed = expression::parse(text);
        for mistake in parsed.mistakes {
            self.mistake(node, mistake);
        }
        self.names_read.extend(parsed.expr.iter().flat_map(Expr::names));
        // With mistakes it is what was meant: names that read it are no mistakes, and others in it are told too.
        parsed.expr
    }

    fn mistakes(&mut self, node: &Node, mistakes: Vec<Mistake>) {
        mistakes.into_iter().for_each(|mistake| self.mistake(node, mistake));
    }

    fn mistake(&mut self, node: &Node, mistake: Mistake) {
        let span = node.locate(self.source, mistake.span);
        self.problems.push(span, mistake.message, mistake.help);
    }
}

fn history(needs: &Needs) -> History {
    if needs.whole_history {
        History::Whole { settle: needs.settle, anchor: needs.anchor }
    } else {
        History::Candles(needs.lookback)
    }
}

/// The size where a file names none: all of equity.
const WHOLE_EQUITY: Size = Size::Equity(1.0);
