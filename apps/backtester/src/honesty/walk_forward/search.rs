//! The best params of one training window.

use std::ops::ControlFlow;

use anyhow::{Context, anyhow, bail};
use research::{GridSampler, RandomSampler, Sampler, Space, Window};
use search::{OpenSource, Outcome, SearchError, Task};
use strategy::Strategy;
use terminal::{Interrupt, Interrupted};

use crate::args::WalkForwardArgs;
use crate::load;
use crate::optimise::space;
use crate::prepared::{OwnCandles, Prepared};

/// Most sets of params that are tried in a window.
const MOST_SETS: usize = 100_000;

/// What is searched in every window.
pub(crate) struct Search<'a> {
    args: &'a WalkForwardArgs,
    prepared: &'a Prepared,
    /// Names of the params that are tried.
    names: Vec<String>,
    /// The sets that are tried, with what `--set` says.
    sets: Vec<Vec<(String, f64)>>,
    interrupt: Interrupt,
}

/// What was chosen in a window.
pub(crate) struct Chosen {
    /// The params that were tried, with their values.
    pub(crate) params: Vec<(String, f64)>,
    /// All that is set.
    pub(crate) set: Vec<(String, f64)>,
    /// What it gave in training; `None` where no set could be judged, so that the file's own params stay.
    pub(crate) trained: Option<Outcome>,
}

impl Chosen {
    /// A figure in training.
    pub(crate) fn figure(&self, name: &str) -> Option<f64> {
        self.trained.as_ref().and_then(|outcome| outcome.figure(name))
    }
}

impl<'a> Search<'a> {
    pub(crate) fn new(args: &'a WalkForwardArgs, prepared: &'a Prepared) -> anyhow::Result<Self> {
        let ranges = strategy::param_ranges(&prepared.source).unwrap_or_default();
        let space = space(&ranges, &args.param, &args.base.set)?;
        let names: Vec<String> = space.params().iter().map(|param| param.name().to_owned()).collect();
        if let Some(name) = args.conditions.iter().find_map(|condition| condition.unknown(&names)) {
            bail!("--where: `{name}` is neither a param that is tried ({}) nor a figure", names.join(", "));
        }
        let mut search = Search { args, prepared, names, sets: Vec::new(), interrupt: Interrupt::listen()? };
        search.sets = search.draw(&space)?;
        Ok(search)
    }

    /// How many sets are tried in each window.
    pub(crate) fn sets(&self) -> usize {
        self.sets.len()
    }

    /// The points of the grid, or some of them by chance, that fulfil the conditions about params.
    fn draw(&self, space: &Space) -> anyhow::Result<Vec<Vec<(String, f64)>>> {
        let most = self.args.trials.unwrap_or(space.size());
        if most == 0 || most > MOST_SETS {
            bail!(
                "{most} sets of params in each window; expected 1 to {MOST_SETS}: take larger steps, or --trials 500"
            );
        }
        let mut sampler: Box<dyn Sampler> = match self.args.trials {
            Some(_) => Box::new(RandomSampler::new(space.clone(), self.args.seed)),
            None => Box::new(GridSampler::new(space.clone())),
        };
        let points = std::iter::from_fn(|| sampler.next()).filter_map(|point| space.values(&point));
        let tried = points.map(|values| self.names.iter().cloned().zip(values).collect::<Vec<_>>());
        let sets: Vec<_> = tried
            .filter(|tried| {
                let value = |name: &str| tried.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
                let of_params = self.args.conditions.iter().filter(|condition| condition.is_of_params(&self.names));
                of_params.into_iter().all(|condition| condition.holds(value))
            })
            .take(most)
            .map(|tried| self.args.base.set.iter().cloned().chain(tried).collect())
            .collect();
        if sets.is_empty() {
            bail!("no set of params fulfils the conditions of --where");
        }
        Ok(sets)
    }

    /// The strategy with these params.
    pub(crate) fn load(&self, set: &[(String, f64)]) -> anyhow::Result<Box<dyn Strategy>> {
        Ok(load::load(&self.args.base.strategy, set)?.file.strategy)
    }

    /// Tries all sets on the training window: the best by the goal, of equal ones the first.
    pub(crate) fn best(&self, window: &Window) -> anyhow::Result<Chosen> {
        let Prepared { source, settings, series, surroundings, store, .. } = self.prepared;
        let task = Task {
            strategy: source,
            symbol: series.symbol.clone(),
            settings: *settings,
            surroundings: surroundings.clone(),
            from_ms: window.train_from_ms,
            to_ms: window.train_to_ms,
        };
        let (db, exchange) = (store.path(), series.exchange.as_str());
        let open: &OpenSource<'_> = &|| Ok(Box::new(OwnCandles::open(db, exchange)?));
        let jobs =
            self.args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
        let mut best: Option<(f64, usize, Outcome)> = None;
        search::run(&task, self.sets.clone(), jobs, open, |number, outcome| {
            if let Some(goal) = self.score(number, &outcome) {
                let is_better =
                    best.as_ref().is_none_or(|(most, first, _)| goal > *most || (goal == *most && number < *first));
                if is_better {
                    best = Some((goal, number, outcome));
                }
            }
            if self.interrupt.is_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .map_err(|error| self.explain(error))
        .with_context(|| format!("in the training from {}", market::format_utc(window.train_from_ms)))?;
        if self.interrupt.is_asked() {
            return Err(Interrupted("the walk was cancelled".to_owned()).into());
        }
        Ok(self.chosen(best))
    }

    fn chosen(&self, best: Option<(f64, usize, Outcome)>) -> Chosen {
        let Some((_, number, outcome)) = best else {
            let own = self.prepared.description.params.iter().filter(|(name, _)| self.names.contains(name));
            return Chosen { params: own.cloned().collect(), set: self.args.base.set.clone(), trained: None };
        };
        let set = self.sets[number].clone();
        let params = set.iter().filter(|(name, _)| self.names.contains(name)).cloned().collect();
        Chosen { params, set, trained: Some(outcome) }
    }

    /// The goal of a set; `None` where it has none, or the conditions do not hold.
    fn score(&self, number: usize, outcome: &Outcome) -> Option<f64> {
        let set = &self.sets[number];
        let value = |name: &str| {
            let param = set.iter().rfind(|(known, _)| known == name).map(|(_, value)| *value);
            param.or_else(|| outcome.figure(name))
        };
        let holds = self.args.conditions.iter().all(|condition| condition.holds(value));
        outcome.figure(self.args.goal).filter(|_| holds)
    }

    fn explain(&self, error: SearchError) -> anyhow::Error {
        match error {
            SearchError::Strategy { set, problems } => {
                let set: Vec<String> = set.iter().map(|(name, value)| format!("{name}={value}")).collect();
                let told = load::describe(&self.args.base.strategy, &self.prepared.source, &problems);
                told.context(format!("with {}", set.join(" ")))
            }
            other => anyhow!(other),
        }
    }
}
