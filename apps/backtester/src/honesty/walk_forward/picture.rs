//! The page of a walk.

use market::format_utc;
use report::{FIGURES, Unit};
use terminal::thousands;

use super::{Step, Walk};
use crate::args::WalkForwardArgs;
use crate::honesty::written;
use crate::page::{Bars, Colour, Fact, Line, Lines, Origin, Page, Section, Series, Term, figures, table};
use crate::prepared::Prepared;

const EFFICIENCY: &str = "The growth a year out of sample over the mean growth a year in sample, as logarithms (Pardo \
                          2008, who asks for one half). 1 keeps all that the search promised.";
const TESTED: &str = "The candles that were traded with the params at the right, chosen on those before.";
const CHOSEN: &str = "The value that was best in the training before this test.";

pub(super) fn page(args: &WalkForwardArgs, prepared: &Prepared, walk: &Walk) -> anyhow::Result<Page> {
    let kind = if args.anchored { "anchored" } else { "rolling" };
    let of = |name: &str, words: &str, figures: &report::Figures| {
        Fact::new(Term::of_as(name, words), written(name, figures.get(name)))
    };
    let efficiency = walk.efficiency.map_or("-".to_owned(), |value| format!("{value:.2}"));
    Ok(Page {
        subject: format!("Walk-forward on {}", prepared.series),
        title: prepared.description.name.clone(),
        about: format!(
            "{} {kind} windows, {} sets of params tried in each, the best by {} traded on what follows.",
            walk.steps.len(),
            thousands(walk.sets as u64),
            title(args.goal),
        ),
        facts: vec![
            of("total_return", "{} out of sample", &walk.whole),
            of("total_return", "{}, file's params", &walk.fixed),
            of("total_return", "{}, buy & hold", &walk.hold),
            Fact::new(Term::new("Walk-forward efficiency", EFFICIENCY), efficiency),
            of("max_drawdown", "{} out of sample", &walk.whole),
            of("sharpe", "{} out of sample", &walk.whole),
        ],
        sections: vec![
            Section::new(
                "Equity out of sample",
                "All tests as one account, beside the file's own params without any search and buying and holding. \
                 Dashes are where a new window begins.",
                equity(prepared, walk),
            ),
            Section::new(
                format!("{} in and out of sample", title(args.goal)),
                "For each window what the best params had in training, and what they had in the test that followed.",
                bars(args, walk),
            ),
            Section::new(
                "Windows",
                "The params that were chosen, and what came of them. Params that jump from window to window were fitted to noise.",
                windows(args, walk),
            ),
            Section::new(
                "Figures",
                "All tests together, over the same candles as what is beside.",
                figures(&["Out of sample", "File's params", "Buy & hold"], &[&walk.whole, &walk.fixed, &walk.hold]),
            ),
        ],
        origin: Origin::of(&[prepared], args.trials.map(|_| args.seed))?,
        drawn: None,
    })
}

fn title(goal: &str) -> &str {
    FIGURES.iter().find(|figure| figure.name == goal).map_or(goal, |figure| figure.title)
}

fn equity(prepared: &Prepared, walk: &Walk) -> String {
    let (times_ms, fixed) = &walk.fixed_equity;
    let lines = vec![
        Line::of("Out of sample", Colour::Accent, &walk.candles.open_time_ms, &walk.equity),
        Line::of("File's params", Colour::Number(0), times_ms, fixed),
        Line::hold(walk.candles.as_slice(), prepared.settings.cash),
    ];
    let begins = walk.steps.iter().skip(1).map(|step| step.window.test_from_ms as f64).collect();
    Lines { marks: begins, ..Lines::over_time(Unit::Quote, lines) }.html()
}

fn bars(args: &WalkForwardArgs, walk: &Walk) -> String {
    let unit = FIGURES.iter().find(|figure| figure.name == args.goal).map_or(Unit::Ratio, |figure| figure.unit);
    let series = |name: &str, colour: Colour, value: &dyn Fn(&Step) -> Option<f64>| Series {
        name: name.to_owned(),
        colour,
        values: walk.steps.iter().map(value).collect(),
    };
    Bars {
        y: unit,
        labels: walk.steps.iter().map(|step| day(step.window.test_from_ms)).collect(),
        series: vec![
            series("In sample", Colour::Hold, &|step| step.chosen.figure(args.goal)),
            series("Out of sample", Colour::Accent, &|step| step.tested.get(args.goal)),
        ],
    }
    .html()
}

fn windows(args: &WalkForwardArgs, walk: &Walk) -> String {
    let names = walk.steps.first().map_or(Vec::new(), |step| step.chosen.params.iter().map(|(name, _)| name).collect());
    let mut heads = vec![Term::new("Tested", TESTED)];
    heads.extend(names.into_iter().map(|name| Term::new(name.as_str(), CHOSEN)));
    let mut shown = vec![args.goal];
    shown.extend(["total_return"].into_iter().filter(|name| *name != args.goal));
    heads.extend(shown.iter().flat_map(|name| ["{} in", "{} out"].map(|words| Term::of_as(name, words))));
    heads.push(Term::of_as("trades", "{} out"));
    let row = |step: &Step| {
        let mut cells: Vec<String> = step.chosen.params.iter().map(|(_, value)| value.to_string()).collect();
        for name in &shown {
            cells.extend([step.chosen.figure(name), step.tested.get(name)].map(|value| written(name, value)));
        }
        cells.push(written("trades", step.tested.get("trades")));
        (Term::plain(format!("{} to {}", day(step.window.test_from_ms), day(step.window.test_to_ms))), cells)
    };
    table(&heads, &walk.steps.iter().map(row).collect::<Vec<_>>())
}

fn day(time_ms: i64) -> String {
    format_utc(time_ms)[..10].to_owned()
}
