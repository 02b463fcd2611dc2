//! The page of the same decisions at higher costs and later.

use report::{Figures, Unit};

use super::{Costs, FEES, Harder, SHOWN, SLIPPAGES};
use crate::honesty::written;
use crate::page::{Bars, Colour, Fact, Origin, Page, Section, Series, Term, heat, table};

/// What all charts show.
const SHOWN_BY_ALL: &str = "total_return";
const FEE_GONE: &str = "The fee of all orders at which the profit is gone, the slippage staying; found by bisection.";
const SLIPPAGE_GONE: &str = "The slippage of all market orders at which the profit is gone, the fees staying; found by \
                             bisection.";
const FEES_TIMES: &str = "Taker and maker fees times this.";
const MORE_SLIPPAGE: &str = "Slippage beside that of the run, in basis points: hundredths of a percent of the price.";

/// What was run, with what came of it.
pub(super) struct Ran<'a> {
    pub(super) runs: &'a [(Harder, Figures)],
    /// The return at each of [`FEES`], with each of [`SLIPPAGES`].
    pub(super) both: &'a [Vec<Option<f64>>],
    pub(super) costs: &'a Costs,
}

pub(super) fn page((title, series): (String, &str), ran: &Ran<'_>, origin: Origin) -> Page {
    let now = ran.runs.iter().find(|(harder, _)| *harder == Harder::Fees(1.0));
    let figure = |name: &str| Fact::new(Term::of(name), written(name, now.and_then(|(_, figures)| figures.get(name))));
    Page {
        subject: format!("Sensitivity on {series}"),
        title,
        about: "The same decisions at higher fees, with more slippage, and one candle late.".to_owned(),
        facts: vec![
            figure(SHOWN_BY_ALL),
            figure("sharpe"),
            Fact::new(Term::new("No profit from a fee of", FEE_GONE), super::rate(ran.costs.fee, "without fees")),
            Fact::new(
                Term::new("No profit from a slippage of", SLIPPAGE_GONE),
                super::rate(ran.costs.slippage, "without slippage"),
            ),
        ],
        sections: vec![
            Section::new(
                "What takes the profit",
                "Total return where one thing is made harder, and all else stays.",
                bars(ran),
            ),
            Section::new(
                "Fees and slippage together",
                "Total return at fees times what stands at the left, with as many basis points of slippage more as at the head.",
                grid(ran),
            ),
            Section::new("All runs", "Each with one thing harder than it was.", all(ran)),
        ],
        origin,
        drawn: None,
    }
}

fn bars(ran: &Ran<'_>) -> String {
    let total = |figures: &Figures| figures.get(SHOWN_BY_ALL);
    let plot = |title: &str, label: &dyn Fn(Harder) -> Option<String>| {
        let shown = ran.runs.iter().filter_map(|(harder, figures)| Some((label(*harder)?, total(figures))));
        let (labels, values) = shown.unzip();
        let name = "total return".to_owned();
        let bars = Bars { y: Unit::Share, labels, series: vec![Series { name, colour: Colour::Sign, values }] };
        format!("<div><h3>{title}</h3>{}</div>", bars.html())
    };
    let fees = plot("Fees", &|harder| match harder {
        Harder::Fees(times) => Some(format!("× {times}")),
        _ => None,
    });
    let slippage = plot("Slippage", &|harder| match harder {
        Harder::Slippage(more) => Some(format!("+ {more} bp")),
        _ => None,
    });
    let late = plot("One candle late", &|harder| match harder {
        Harder::Fees(1.0) => Some("in time".to_owned()),
        Harder::Late(true, true) => Some("both".to_owned()),
        Harder::Late(true, false) => Some("entries".to_owned()),
        Harder::Late(..) => Some("exits".to_owned()),
        _ => None,
    });
    format!("<div class=\"plots three\">{fees}{slippage}{late}</div>")
}

fn grid(ran: &Ran<'_>) -> String {
    let heads: Vec<Term> = std::iter::once(Term::of(SHOWN_BY_ALL))
        .chain(SLIPPAGES.map(|more| Term::new(format!("+ {more} bp"), MORE_SLIPPAGE)))
        .collect();
    let row = |(times, returns): (&f64, &Vec<Option<f64>>)| {
        (Term::new(format!("fees × {times}"), FEES_TIMES), returns.clone())
    };
    heat(Unit::Share, &heads, &FEES.iter().zip(ran.both).map(row).collect::<Vec<_>>())
}

fn all(ran: &Ran<'_>) -> String {
    let heads: Vec<Term> = std::iter::once(Term::plain("")).chain(SHOWN.map(Term::of)).collect();
    let row = |(harder, figures): &(Harder, Figures)| {
        let cells = SHOWN.iter().map(|name| written(name, figures.get(name)));
        (Term::plain(harder.name()), cells.collect::<Vec<_>>())
    };
    table(&heads, &ran.runs.iter().map(row).collect::<Vec<_>>())
}
