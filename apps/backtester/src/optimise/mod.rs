//! `backtester optimise`: tries the params of a strategy, and tells what is likely to be luck.

mod condition;
mod found;
mod memory;
mod picture;
mod space;
mod text;
mod tried;

use std::ops::ControlFlow;

use anyhow::{anyhow, bail};
use report::FIGURES;
use research::{GridSampler, RandomSampler, Sampler, Space, TpeSampler};
use search::{OpenSource, Outcome, Task};
use terminal::{Interrupt, Interrupted, Progress};

pub(crate) use condition::Condition;
pub(crate) use space::{Values, space};

use crate::args::{OptimiseArgs, SamplerKind};
use crate::output;
use crate::prepared::{OwnCandles, Prepared, prepare};
use found::Found;
use memory::Memory;
use tried::{Trial, Tried};

/// Points that are asked for at once where the answer to one bears on the next.
const ROUND: usize = 32;
/// Most points of a search.
const MOST_TRIALS: usize = 1_000_000;

pub(crate) fn optimise(args: &OptimiseArgs) -> anyhow::Result<()> {
    let prepared = prepare(&args.base, &args.account)?;
    let ranges = strategy::param_ranges(&prepared.source).unwrap_or_default();
    let space = space::space(&ranges, &args.param, &args.base.set)?;
    let names: Vec<String> = space.params().iter().map(|param| param.name().to_owned()).collect();
    check(args, &names)?;
    let memory = if args.no_record { None } else { Memory::open(&prepared, &args.base.set) };
    let interrupt = Interrupt::listen()?;
    let tried = Search { args, prepared: &prepared, space: &space, names: &names, interrupt, memory }.run()?;
    let found = Found::new(args, &space, tried)?;
    tell(args, &prepared, &found)
}

fn check(args: &OptimiseArgs, params: &[String]) -> anyhow::Result<()> {
    let figures = || FIGURES.iter().map(|figure| figure.name);
    if !figures().any(|name| name == args.goal) {
        let near = yaml::nearest(&args.goal, figures()).map_or(String::new(), |near| format!(" did you mean {near}?"));
        bail!(
            "--goal {}: there is no such figure;{near} there are: {}",
            args.goal,
            figures().collect::<Vec<_>>().join(", ")
        );
    }
    for condition in &args.conditions {
        if let Some(name) = condition.unknown(params) {
            bail!("--where: `{name}` is neither a param that is tried ({}) nor a figure", params.join(", "));
        }
    }
    if args.trials == 0 || args.trials > MOST_TRIALS {
        bail!("--trials {}: expected a number from 1 to {MOST_TRIALS}", args.trials);
    }
    Ok(())
}

struct Search<'a> {
    args: &'a OptimiseArgs,
    prepared: &'a Prepared,
    space: &'a Space,
    names: &'a [String],
    interrupt: Interrupt,
    /// What was tried before, where that is remembered.
    memory: Option<Memory>,
}

impl Search<'_> {
    fn run(mut self) -> anyhow::Result<Tried> {
        let mut tried = Tried::default();
        match self.args.sampler {
            SamplerKind::Grid => {
                if self.space.size() > MOST_TRIALS {
                    let help = "take larger steps, or --sampler random or tpe with --trials";
                    bail!("the grid has {} points, more than {MOST_TRIALS}; {help}", self.space.size());
                }
                let mut sampler = GridSampler::new(self.space.clone());
                let points: Vec<_> = std::iter::from_fn(|| sampler.next()).filter(|point| self.may_be(point)).collect();
                self.all(points, &mut tried)?;
            }
            SamplerKind::Random => {
                let mut sampler = RandomSampler::new(self.space.clone(), self.args.seed);
                let points = std::iter::from_fn(|| sampler.next()).filter(|point| self.may_be(point));
                self.all(points.take(self.args.trials).collect(), &mut tried)?;
            }
            SamplerKind::Tpe => self.by_estimate(&mut tried)?,
        }
        if tried.trials.is_empty() {
            bail!("no point of the search fulfils the conditions of --where");
        }
        Ok(tried)
    }

    /// Rounds of points, each chosen by what those before gave.
    fn by_estimate(&mut self, tried: &mut Tried) -> anyhow::Result<()> {
        let mut sampler = TpeSampler::new(self.space.clone(), self.args.seed);
        while tried.trials.len() < self.args.trials {
            let wanted = ROUND.min(self.args.trials - tried.trials.len());
            let mut points = Vec::with_capacity(wanted);
            while points.len() < wanted {
                let Some(point) = sampler.next() else { break };
                if self.may_be(&point) {
                    points.push(point);
                } else {
                    sampler.tell(&point, None);
                }
            }
            if points.is_empty() {
                return Ok(());
            }
            let first = tried.trials.len();
            self.all(points, tried)?;
            for trial in &tried.trials[first..] {
                sampler.tell(&trial.point, self.score(trial));
            }
        }
        Ok(())
    }

    /// Whether the params of a point fulfil the conditions that are about params alone.
    fn may_be(&self, point: &[usize]) -> bool {
        let Some(values) = self.space.values(point) else { return false };
        let value = |name: &str| self.names.iter().position(|known| known == name).map(|index| values[index]);
        self.args.conditions.iter().filter(|condition| condition.is_of_params(self.names)).all(|one| one.holds(value))
    }

    /// What counts of a trial: more is better; `None` where it does not fulfil the conditions.
    fn score(&self, trial: &Trial) -> Option<f64> {
        trial.score(self.args, self.names)
    }

    /// Tries all points, in their order.
    fn all(&mut self, points: Vec<Vec<usize>>, tried: &mut Tried) -> anyhow::Result<()> {
        let Prepared { source, settings, series, range, surroundings, .. } = self.prepared;
        let mut outcomes: Vec<Option<Outcome>> = points.iter().map(|point| self.remembered(point)).collect();
        let missing: Vec<usize> = (0..points.len()).filter(|number| outcomes[*number].is_none()).collect();
        let sets: Vec<Vec<(String, f64)>> = missing.iter().map(|number| self.set(&points[*number])).collect();
        let task = Task {
            strategy: source,
            symbol: series.symbol.clone(),
            settings: *settings,
            surroundings: surroundings.clone(),
            from_ms: range.from_ms,
            to_ms: range.to_ms,
        };
        let (db, exchange) = (self.prepared.store.path(), series.exchange.as_str());
        let open: &OpenSource<'_> = &|| Ok(Box::new(OwnCandles::open(db, exchange)?));
        let mut progress = Progress::start("search", points.len() as u64);
        let mut done = (points.len() - missing.len()) as u64;
        let mut remembered = Ok(());
        let jobs = self.jobs();
        search::run(&task, sets, jobs, open, |index, outcome| {
            let number = missing[index];
            if remembered.is_ok() {
                remembered = self.remember(&points[number], &outcome);
            }
            outcomes[number] = Some(outcome);
            done += 1;
            progress.set(done, done);
            if self.interrupt.is_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .map_err(|error| self.explain(error))?;
        remembered.and_then(|()| self.memory.as_mut().map_or(Ok(()), Memory::flush))?;
        if outcomes.iter().any(Option::is_none) {
            let rest = if self.memory.is_some() { "; the same command goes on from there" } else { "" };
            let text = format!("the search was cancelled after {done} of {} points{rest}", points.len());
            return Err(Interrupted(text).into());
        }
        for (point, outcome) in points.into_iter().zip(outcomes.into_iter().flatten()) {
            let values = self.space.values(&point).unwrap_or_default();
            tried.trials.push(Trial { point, values, outcome });
        }
        Ok(())
    }

    fn remembered(&mut self, point: &[usize]) -> Option<Outcome> {
        let params = self.params(point);
        self.memory.as_mut()?.take(&params)
    }

    fn remember(&mut self, point: &[usize], outcome: &Outcome) -> anyhow::Result<()> {
        let params = self.params(point);
        self.memory.as_mut().map_or(Ok(()), |memory| memory.put(params, outcome))
    }

    /// `fast=5 slow=20`.
    fn params(&self, point: &[usize]) -> String {
        self.set(point).iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    }

    /// The params of a point, and those that are set.
    fn set(&self, point: &[usize]) -> Vec<(String, f64)> {
        let values = self.space.values(point).unwrap_or_default();
        let tried = self.names.iter().cloned().zip(values);
        self.args.base.set.iter().cloned().chain(tried).collect()
    }

    fn jobs(&self) -> usize {
        self.args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
    }

    fn explain(&self, error: search::SearchError) -> anyhow::Error {
        match error {
            search::SearchError::Strategy { set, problems } => {
                let set: Vec<String> = set.iter().map(|(name, value)| format!("{name}={value}")).collect();
                let told = crate::load::describe(&self.args.base.strategy, &self.prepared.source, &problems);
                told.context(format!("with {}", set.join(" ")))
            }
            other => anyhow!(other),
        }
    }
}

fn tell(args: &OptimiseArgs, prepared: &Prepared, found: &Found) -> anyhow::Result<()> {
    prepared.range.warnings.iter().for_each(|warning| terminal::tell(&format!("warning: {warning}")));
    if let Some(path) = &args.html {
        let (page, verdict) = picture::page(args, prepared, found)?;
        page.write(path, &verdict, &prepared.range.warnings)?;
    }
    if let Some(path) = &args.json {
        let json = serde_json::to_string(&found.json(prepared))?;
        if path.as_os_str() == "-" {
            return Ok(terminal::print(&json)?);
        }
        output::write(path, &json)?;
    }
    let page = args.html.as_ref().map_or(String::new(), |path| format!("\nThe page is in {}", path.display()));
    Ok(terminal::print(&format!("{}{page}", text::text(args, prepared, found)))?)
}
