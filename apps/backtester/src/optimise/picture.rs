//! A search as a page: a heat map over two params, parallel coordinates over all, and the best.

use serde_json::{Value, json};
use terminal::thousands;

use super::found::Found;
use super::text::{BESIDE, figure, verdict};
use crate::args::{OptimiseArgs, SamplerKind};
use crate::honesty::{Verdict, percent};
use crate::page::{Fact, Origin, Page, Section, Term, table};
use crate::prepared::Prepared;

/// What draws the heat map and the lines.
const DRAWING: &str = include_str!("drawing.js");
/// Trials that are drawn, the best ones; the page stays quick.
const DRAWN: usize = 20_000;

const TRIED: &str = "How many sets of params were run.";
const AROUND: &str = "The goal in the middle of the neighbourhood: on a grid the mean of the points at most a step away in \
                      each param, of a sample the median of the nearest trials.";
const PLATEAU: &str = "The point whose neighbourhood lies highest, and the goal in its middle. A best that falls off at \
                       the next step was luck; where all around is good too, it may hold.";
const DEFLATED: &str = "How likely the best Sharpe ratio is above what the best of as many independent trials has by \
                        chance (Bailey and Lopez de Prado 2014). From 95 % on it is taken for skill.";
const OVERFITTING: &str = "How likely the best in one half of the days is below the middle in the other (Bailey, Borwein, \
                           Lopez de Prado and Zhu 2017). From 50 % on the search has found luck.";

/// The page, and the verdict at its head.
pub(super) fn page(args: &OptimiseArgs, prepared: &Prepared, found: &Found) -> anyhow::Result<(Page, Verdict)> {
    let verdict = verdict(found).unwrap_or_else(|| Verdict::none("nothing can be said of luck and skill."));
    let seed = (args.sampler != SamplerKind::Grid).then_some(args.seed);
    let page = Page {
        subject: format!("Search on {}", prepared.series),
        title: prepared.description.name.clone(),
        about: format!(
            "{} points tried, for the best {}.",
            thousands(found.trials.len() as u64),
            Term::of(&found.goal).word()
        ),
        facts: facts(found),
        sections: sections(args, found),
        origin: Origin::of(&[prepared], seed)?,
        drawn: Some((data(found), DRAWING)),
    };
    Ok((page, verdict))
}

fn facts(found: &Found) -> Vec<Fact> {
    let mut facts = vec![Fact::new(Term::new("Points tried", TRIED), thousands(found.trials.len() as u64))];
    if let Some(best) = found.best() {
        let goal = figure(&found.goal, found.trials[best].outcome.figure(&found.goal));
        facts.push(Fact::new(Term::of_as(&found.goal, "Best {}"), goal));
    }
    if let Some(plateau) = found.plateau {
        facts.push(Fact::new(Term::new("Plateau", PLATEAU), figure(&found.goal, found.goal_around(plateau))));
    }
    facts.extend(found.deflated_sharpe.map(|share| Fact::new(Term::new("Deflated Sharpe", DEFLATED), percent(share))));
    let overfitting = found.overfitting.as_ref();
    facts.extend(overfitting.map(|one| Fact::new(Term::new("Overfitting", OVERFITTING), percent(one.probability))));
    facts
}

fn sections(args: &OptimiseArgs, found: &Found) -> Vec<Section> {
    let mut told = found.best().map_or(String::new(), |best| format!("Best: {}. ", found.params(best)));
    if let Some(plateau) = found.plateau {
        let middle = figure(&found.goal, found.goal_around(plateau));
        let (params, goal, around) = (found.params(plateau), &found.goal, found.around_text(plateau));
        told.push_str(&format!("Plateau: {params}, where {goal} is {middle} {around}."));
    }
    vec![
        Section::new(
            "Heat map",
            "The best value of the goal for each pair, whatever the other params are. A colour that holds over a field is \
             a plateau; a lone bright cell is a peak.",
            "<p class=\"choose\"><label>across <select id=\"x\"></select></label> <label>up <select id=\"y\"></select>\
             </label></p><canvas class=\"drawing\" id=\"heat\"></canvas>",
        ),
        Section::new(
            "Parallel coordinates",
            "A line for each point that was tried, brighter where the goal is better; the last axis is the goal.",
            "<canvas class=\"drawing\" id=\"lines\"></canvas>",
        ),
        Section::new("The best", told, best(args, found)),
    ]
}

fn best(args: &OptimiseArgs, found: &Found) -> String {
    let beside: Vec<&str> = BESIDE.into_iter().filter(|name| *name != found.goal).collect();
    let mut heads = vec![Term::plain("")];
    heads.extend(found.names.iter().map(|name| Term::plain(name.as_str())));
    heads.extend([Term::of(&found.goal), Term::new("Around", AROUND)]);
    heads.extend(beside.iter().map(|name| Term::of(name)));
    let row = |(rank, &index): (usize, &usize)| {
        let trial = &found.trials[index];
        let mut cells: Vec<String> = trial.values.iter().map(f64::to_string).collect();
        cells.push(figure(&found.goal, trial.outcome.figure(&found.goal)));
        cells.push(figure(&found.goal, found.goal_around(index)));
        cells.extend(beside.iter().map(|name| figure(name, trial.outcome.figure(name))));
        (Term::plain((rank + 1).to_string()), cells)
    };
    table(&heads, &found.ranked.iter().take(args.top).enumerate().map(row).collect::<Vec<_>>())
}

/// What the script draws.
fn data(found: &Found) -> Value {
    let drawn = || found.ranked.iter().take(DRAWN).map(|&trial| &found.trials[trial]);
    json!({
        "goal": found.goal,
        "names": found.names,
        "values": found.values,
        "points": drawn().map(|trial| &trial.point).collect::<Vec<_>>(),
        "lowest": found.lowest,
        "scores": drawn().map(|trial| trial.outcome.figure(&found.goal)).collect::<Vec<_>>(),
    })
}
