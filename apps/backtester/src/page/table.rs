//! Tables of words and values.

use std::fmt::Write;

use report::{Figures, Unit};

use super::term::Term;
use crate::honesty::{shown_figures, written};
use terminal::escape_html as escape;

/// A table: a head for each column, and rows that begin with a term.
pub(crate) fn table(heads: &[Term], rows: &[(Term, Vec<String>)]) -> String {
    let body = rows.iter().map(|(term, cells)| {
        let cells: String = cells.iter().map(|cell| format!("<td>{}</td>", escape(cell))).collect();
        (term.html(), cells)
    });
    draw("figures", heads, body)
}

/// All figures of some runs side by side, each with its definition.
pub(crate) fn figures(heads: &[&str], columns: &[&Figures]) -> String {
    let heads: Vec<Term> = std::iter::once(&"").chain(heads).map(|head| Term::plain(*head)).collect();
    let row = |figure: &'static report::Figure| {
        let cells = columns.iter().map(|figures| written(figure.name, figures.get(figure.name)));
        (Term::of(figure.name), cells.collect())
    };
    table(&heads, &shown_figures(columns).map(row).collect::<Vec<_>>())
}

/// A table of one figure, whose cells are the greener the higher above zero and the redder the lower below.
pub(crate) fn heat(unit: Unit, heads: &[Term], rows: &[(Term, Vec<Option<f64>>)]) -> String {
    let most = rows.iter().flat_map(|(_, values)| values).flatten().fold(0.0_f64, |most, value| most.max(value.abs()));
    let cell = |value: &Option<f64>| match value {
        None => "<td>-</td>".to_owned(),
        Some(value) => {
            let (tone, strength) =
                (if *value < 0.0 { "loss" } else { "gain" }, value.abs() / most.max(f64::MIN_POSITIVE));
            let strength = (strength * 100.0).round();
            format!("<td class=\"heat {tone}\" style=\"--strength:{strength}%\">{}</td>", unit.written(*value))
        }
    };
    let body = rows.iter().map(|(term, values)| (term.html(), values.iter().map(cell).collect()));
    draw("monthly", heads, body)
}

fn draw(class: &str, heads: &[Term], rows: impl Iterator<Item = (String, String)>) -> String {
    let heads: String = heads.iter().map(|head| format!("<th scope=\"col\">{}</th>", head.html())).collect();
    let mut out = format!("<div class=\"scroll\"><table class=\"{class}\"><thead><tr>{heads}</tr></thead>\n<tbody>\n");
    for (head, cells) in rows {
        let _ = writeln!(out, "<tr><th scope=\"row\">{head}</th>{cells}</tr>");
    }
    out.push_str("</tbody></table></div>");
    out
}
