//! What a search found: the best, the plateau, and how likely both are luck.

use anyhow::anyhow;
use report::FIGURES;
use research::{
    Correlation, Overfitting, Plateau, SharpeSample, Space, Trials, best_plateau, deflated_sharpe, independent_trials,
    near_plateaus, plateaus,
};
use serde_json::{Map, Value, json};

use super::tried::{Trial, Tried};
use crate::args::{OptimiseArgs, SamplerKind};
use crate::prepared::Prepared;

/// Most daily returns, of all trials together, that the probability of overfitting is made from.
const MOST_RETURNS: usize = 32_000_000;

/// The result of a search.
pub(crate) struct Found {
    pub(crate) names: Vec<String>,
    /// The values of each param.
    pub(crate) values: Vec<Vec<f64>>,
    pub(crate) goal: String,
    /// Whether the lowest value of the goal is the best.
    pub(crate) lowest: bool,
    pub(crate) trials: Vec<Trial>,
    /// What counts of each trial; more is better.
    pub(crate) scores: Vec<Option<f64>>,
    /// The trials that have a score, best first.
    pub(crate) ranked: Vec<usize>,
    /// The neighbourhood of each trial: of all points a step away, or of the nearest that were tried.
    pub(crate) around: Vec<Option<Around>>,
    /// The trial in the middle of the best plateau.
    pub(crate) plateau: Option<usize>,
    /// The probability that the best Sharpe ratio is not luck, given how much was tried.
    pub(crate) deflated_sharpe: Option<f64>,
    /// How many independent trials the trials are worth.
    pub(crate) independent: Option<f64>,
    pub(crate) overfitting: Option<Overfitting>,
}

/// The neighbourhood of a trial.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around {
    pub(crate) plateau: Plateau,
    /// How far it goes, as a share of the range of a param; `None` where it is a step in each.
    pub(crate) reach: Option<f64>,
}

impl Found {
    pub(crate) fn new(args: &OptimiseArgs, space: &Space, tried: Tried) -> anyhow::Result<Self> {
        let names: Vec<String> = space.params().iter().map(|param| param.name().to_owned()).collect();
        let trials = tried.trials;
        let scores: Vec<Option<f64>> = trials.iter().map(|trial| trial.score(args, &names)).collect();
        let mut ranked: Vec<usize> = (0..trials.len()).filter(|index| scores[*index].is_some()).collect();
        // Of equals the one that was asked for first: sorting is stable.
        ranked.sort_by(|a, b| scores[*b].partial_cmp(&scores[*a]).unwrap_or(std::cmp::Ordering::Equal));
        let (around, plateau) = match args.sampler {
            SamplerKind::Grid => a_step_away(space, &trials, &scores)?,
            _ if trials.len() == space.size() => a_step_away(space, &trials, &scores)?,
            _ => nearest(space, &trials, &scores)?,
        };
        let independent = independent(&trials);
        let deflated_sharpe = ranked.first().and_then(|best| deflated(&trials, *best, independent?));
        let overfitting = overfitting(&trials);
        Ok(Found {
            values: space.params().iter().map(|param| param.values().to_vec()).collect(),
            names,
            goal: args.goal.clone(),
            lowest: args.lowest,
            trials,
            scores,
            ranked,
            around,
            plateau,
            deflated_sharpe,
            independent,
            overfitting,
        })
    }

    /// What the goal is in the middle of a trial's neighbourhood.
    pub(crate) fn goal_around(&self, trial: usize) -> Option<f64> {
        self.around[trial].map(|around| around.plateau.middle * if self.lowest { -1.0 } else { 1.0 })
    }

    /// What the neighbourhood of a trial is, and of which kind the middle.
    pub(crate) fn around_text(&self, trial: usize) -> String {
        match self.around[trial] {
            Some(Around { plateau, reach: Some(reach) }) => format!(
                "as the median of the {} trials nearest to it, itself among them and all within {:.0} % of every range",
                plateau.points,
                reach * 100.0,
            ),
            _ => "on average around it, at most a step away in each param".to_owned(),
        }
    }

    /// The trial with the best score.
    pub(crate) fn best(&self) -> Option<usize> {
        self.ranked.first().copied()
    }

    /// `fast=5 slow=20`, as `--set` takes them one by one.
    pub(crate) fn params(&self, trial: usize) -> String {
        let values = self.names.iter().zip(&self.trials[trial].values);
        values.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    }

    /// Everything, for other programs.
    pub(crate) fn json(&self, prepared: &Prepared) -> Value {
        json!({
            "strategy": prepared.description.name,
            "series": prepared.series.to_string(),
            "goal": self.goal,
            "params": self.names.iter().zip(&self.values).map(|(name, values)| json!({"name": name, "values": values})).collect::<Vec<_>>(),
            "tried": self.trials.len(),
            "best": self.best().map(|trial| self.trial_json(trial)),
            "plateau": self.plateau.map(|trial| self.trial_json(trial)),
            "deflated_sharpe": self.deflated_sharpe,
            "independent_trials": self.independent,
            "overfitting": self.overfitting.as_ref().map(|found| json!({
                "probability": found.probability, "loss_probability": found.loss_probability, "slope": found.slope,
            })),
            "warnings": prepared.range.warnings,
            "trials": (0..self.trials.len()).map(|trial| self.trial_json(trial)).collect::<Vec<_>>(),
        })
    }

    fn trial_json(&self, index: usize) -> Value {
        let trial = &self.trials[index];
        let params: Map<String, Value> =
            self.names.iter().zip(&trial.values).map(|(name, value)| (name.clone(), json!(value))).collect();
        let figures: Map<String, Value> = FIGURES
            .iter()
            .zip(&trial.outcome.figures)
            .filter_map(|(figure, value)| {
                let value = (*value)?;
                let is_count = figure.unit == report::Unit::Count;
                Some((figure.name.to_owned(), if is_count { json!(value as u64) } else { json!(value) }))
            })
            .collect();
        let around = self.around[index].map(|Around { plateau, reach }| match reach {
            None => json!({ "mean": plateau.middle, "min": plateau.min }),
            Some(reach) => {
                json!({ "median": plateau.middle, "min": plateau.min, "trials": plateau.points, "reach": reach })
            }
        });
        json!({ "params": params, "score": self.scores[index], "metrics": figures, "around": around })
    }
}

/// The neighbourhoods by trial, and the trial whose neighbourhood is best.
type Plateaus = (Vec<Option<Around>>, Option<usize>);

/// Those of a grid.
fn a_step_away(space: &Space, trials: &[Trial], scores: &[Option<f64>]) -> anyhow::Result<Plateaus> {
    let mut by_number = vec![None; space.size()];
    let numbers: Vec<Option<usize>> = trials.iter().map(|trial| space.number(&trial.point)).collect();
    for (number, score) in numbers.iter().zip(scores) {
        if let Some(slot) = number.and_then(|number| by_number.get_mut(number)) {
            *slot = *score;
        }
    }
    let all = plateaus(space, &by_number).map_err(|error| anyhow!(error))?;
    let best = best_plateau(&all).map(|(number, _)| number);
    let plateau = best.and_then(|best| numbers.iter().position(|number| *number == Some(best)));
    let of = |number: &Option<usize>| Some(Around { plateau: all[(*number)?]?, reach: None });
    Ok((numbers.iter().map(of).collect(), plateau))
}

/// Those of points that were sampled.
fn nearest(space: &Space, trials: &[Trial], scores: &[Option<f64>]) -> anyhow::Result<Plateaus> {
    let points: Vec<Vec<usize>> = trials.iter().map(|trial| trial.point.clone()).collect();
    let near = near_plateaus(space, &points, scores).map_err(|error| anyhow!(error))?;
    let plateaus: Vec<Option<Plateau>> = near.iter().map(|near| near.map(|near| near.plateau)).collect();
    let around = |near: research::Near| Around { plateau: near.plateau, reach: Some(near.reach) };
    let best = best_plateau(&plateaus).map(|(trial, _)| trial);
    Ok((near.into_iter().map(|near| near.map(around)).collect(), best))
}

fn independent(trials: &[Trial]) -> Option<f64> {
    let periods = trials.first()?.outcome.daily_returns.len();
    let mut correlation = Correlation::new(periods);
    for trial in trials {
        correlation.add(&trial.outcome.daily_returns).ok()?;
    }
    Some(independent_trials(trials.len(), correlation.mean()?))
}

fn deflated(trials: &[Trial], best: usize, independent: f64) -> Option<f64> {
    let ratios: Vec<f64> = trials
        .iter()
        .filter_map(|trial| SharpeSample::of(&trial.outcome.daily_returns))
        .map(|one| one.sharpe)
        .collect();
    let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
    let variance = ratios.iter().map(|ratio| (ratio - mean).powi(2)).sum::<f64>() / (ratios.len().max(2) - 1) as f64;
    deflated_sharpe(&SharpeSample::of(&trials[best].outcome.daily_returns)?, independent, variance)
}

fn overfitting(trials: &[Trial]) -> Option<Overfitting> {
    let periods = trials.first()?.outcome.daily_returns.len();
    if trials.len() < 2 || periods.saturating_mul(trials.len()) > MOST_RETURNS {
        return None;
    }
    let mut all = Trials::new(periods, Trials::blocks_for(periods).ok()?).ok()?;
    for trial in trials {
        all.add(&trial.outcome.daily_returns).ok()?;
    }
    all.overfitting().ok()
}
