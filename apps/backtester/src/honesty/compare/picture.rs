//! The page of a comparison.

use report::Unit;
use research::pearson;

use super::Compared;
use crate::honesty::written;
use crate::page::{Fact, Line, Lines, Origin, Page, Section, Term, figures, heat};

const CORRELATION: &str = "How much the daily returns of both go together (Pearson): 1 is always, 0 is not at all, -1 is \
                           against each other. Two that earn alike and correlate little are worth more together.";

/// `hold` is the line of buying and holding, with its figures.
pub(super) fn page(
    compared: Vec<Compared>,
    (hold, held): (Line, &report::Figures),
    series: &str,
    origin: Origin,
) -> Page {
    let heads: Vec<&str> = compared.iter().map(|one| one.name.as_str()).chain(["Buy & hold"]).collect();
    let columns: Vec<&report::Figures> = compared.iter().map(|one| &one.figures).chain([held]).collect();
    let fact = |(head, of): (&&str, &&report::Figures)| {
        let term = Term::of_as("total_return", &format!("{{}}, {head}"));
        Fact::new(term, written("total_return", of.get("total_return")))
    };
    let facts = heads.iter().zip(&columns).map(fact).collect();
    let mut sections =
        vec![Section::new("Figures", "All over the same candles, with the same account.", figures(&heads, &columns))];
    if compared.len() > 1 {
        sections.push(correlations(&compared));
    }
    let count = compared.len();
    let lines = compared.into_iter().map(|one| one.line).chain([hold]).collect();
    let chart = Lines::over_time(Unit::Quote, lines).html();
    sections.insert(0, Section::new("Equity", "What each account is worth at the close of every candle.", chart));
    Page {
        subject: format!("Comparison on {series}"),
        title: if count == 1 { "One strategy".to_owned() } else { format!("{count} strategies") },
        about: "Several strategies over the candles that all of them have, beside buying and holding.".to_owned(),
        facts,
        sections,
        origin,
        drawn: None,
    }
}

fn correlations(compared: &[Compared]) -> Section {
    let heads: Vec<Term> = std::iter::once(Term::new("Correlation", CORRELATION))
        .chain(compared.iter().map(|one| Term::plain(one.name.as_str())))
        .collect();
    let row = |a: &Compared| {
        let cells = compared.iter().map(|b| pearson(&a.daily_returns, &b.daily_returns)).collect();
        (Term::plain(a.name.as_str()), cells)
    };
    let rows: Vec<(Term, Vec<Option<f64>>)> = compared.iter().map(row).collect();
    Section::new(
        "Correlation of daily returns",
        "Green goes together, red against each other.",
        heat(Unit::Ratio, &heads, &rows),
    )
}
