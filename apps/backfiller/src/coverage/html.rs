//! The page around the calendars: what is missing in all, the legend, and the largest holes in words.

use std::collections::BTreeMap;
use std::fmt::Write;

use db::Cause;
use market::format_utc;
use terminal::{escape_html as escape, thousands};

use super::calendar::calendar;
use super::svg::{PATTERNS, svg};
use super::{WORST_FIRST, badness};
use crate::holes::Stretch;
use crate::stored::Extent;

/// The look of the reports, so that all pages are of one kind.
const REPORT_STYLE: &str = include_str!("../../../../packages/report/web/src/style.css");
/// What only this page has.
const STYLE: &str = include_str!("page.css");
/// Holes of a series that stand below its calendar.
const MOST_HOLES: usize = 10;

/// The page of a store, as it was at `now_ms`.
pub(super) fn page(store: &str, all: &[(Extent, Vec<Stretch>)], now_ms: i64) -> String {
    let store = escape(store);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>Coverage of {store}</title>\n<style>{REPORT_STYLE}{STYLE}</style>\n</head>\n<body>\n{PATTERNS}\n\
         <header>\n<p class=\"series\">Coverage</p>\n<h1>{store}</h1>\n<p class=\"about\">Closed candles, mark prices and funding of {count} series, \
         day by day, as of {now}, UTC. What is there stands at the bottom of a day; what is missing hangs above it, and is \
         drawn larger than it is where it is little. Funding is counted in slots of eight hours, in each of which a rate is due. Point at a day to read it.</p>\n</header>\n<main>\n",
        count = all.len(),
        now = minutes(now_ms),
    );
    out.push_str(&legend());
    if !all.is_empty() {
        out.push_str(&summary(all));
    }
    for (number, (extent, stretches)) in all.iter().enumerate() {
        out.push_str(&section(number, extent, stretches));
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn legend() -> String {
    let mut out = String::from("<section class=\"legend-of-days\">\n<h2>Legend</h2>\n<ul>");
    let whole = "<path class=\"whole\" d=\"M0 0h22v14h-22z\"/>";
    let key = |drawing: &str, name: &str| {
        format!("<li><svg width=\"22\" height=\"14\" aria-hidden=\"true\">{drawing}</svg>{name}</li>")
    };
    out.push_str(&key(whole, "all there"));
    for look in WORST_FIRST.iter().rev() {
        let drawing = format!("<path fill=\"url(#p-{})\" d=\"M0 0h22v14h-22z\"/>", look.class);
        let open = if ["not-asked", "failed"].contains(&look.class) { " <b>(not explained)</b>" } else { "" };
        out.push_str(&key(&drawing, &format!("{}{open}", look.name)));
    }
    out + "</ul>\n</section>\n"
}

fn summary(all: &[(Extent, Vec<Stretch>)]) -> String {
    let mut out = String::from(
        "<section>\n<h2>All series</h2>\n<div class=\"scroll\"><table><thead><tr><th class=\"text\">series</th><th>rows</th>\
         <th class=\"text\">first</th><th class=\"text\">last</th><th>missing</th><th>not explained</th></tr></thead><tbody>\n",
    );
    for (number, (extent, stretches)) in all.iter().enumerate() {
        let open = stretches.iter().filter(|stretch| !stretch.is_explained());
        let open: u64 = open.map(|stretch| stretch.missing).sum();
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\"><a href=\"#s{number}\">{}</a></th><td>{}</td><td class=\"text\">{}</td>\
             <td class=\"text\">{}</td><td>{}</td><td{}>{}</td></tr>",
            escape(&extent.target.to_string()),
            thousands(extent.rows),
            minutes(extent.first_ms),
            minutes(extent.last_ms),
            thousands(extent.missing()),
            if open > 0 { " class=\"loss\"" } else { "" },
            thousands(open),
        );
    }
    out + "</tbody></table></div>\n</section>\n"
}

fn section(number: usize, extent: &Extent, stretches: &[Stretch]) -> String {
    let series = extent.target.to_string();
    let told = format!("{}: {}", series, in_words(stretches));
    let drawing = svg(&calendar(extent, stretches), &told, extent.target.kind().counted());
    let (first, last) = (minutes(extent.first_ms), minutes(extent.last_ms));
    let what = extent.target.kind().plural();
    let mut out = format!(
        "<section class=\"one\" id=\"s{number}\">\n<h2>{} <small>{} {what}, {first} … {last}</small></h2>\n\
         <p class=\"quiet how\">{}</p>\n<div class=\"scroll\">{drawing}</div>\n",
        escape(&series),
        thousands(extent.rows),
        escape(&in_words(stretches)),
    );
    if !stretches.is_empty() {
        out.push_str(&largest(stretches, what));
    }
    out + "</section>\n"
}

/// `missing: 2 not asked yet in 1 stretch, 10 exchange outage in 2 stretches`.
fn in_words(stretches: &[Stretch]) -> String {
    let mut causes: BTreeMap<(usize, Cause), (u64, u64)> = BTreeMap::new();
    for stretch in stretches {
        let (missing, holes) = causes.entry((badness(stretch.cause), stretch.cause)).or_default();
        *missing += stretch.missing;
        *holes += 1;
    }
    if causes.is_empty() {
        return "nothing is missing".to_owned();
    }
    let cause = |((_, cause), (missing, holes)): (&(usize, Cause), &(u64, u64))| {
        let plural = if *holes == 1 { "" } else { "es" };
        format!("{} {cause} in {} stretch{plural}", thousands(*missing), thousands(*holes))
    };
    let causes: Vec<String> = causes.iter().map(cause).collect();
    format!("missing: {}", causes.join(", "))
}

fn largest(stretches: &[Stretch], what: &str) -> String {
    let mut all: Vec<&Stretch> = stretches.iter().collect();
    all.sort_by_key(|stretch| std::cmp::Reverse(stretch.missing));
    let mut out = format!(
        "<details><summary>The largest of {} stretches without {what}</summary>\n<div class=\"scroll\"><table><thead><tr>\
         <th class=\"text\">from</th><th class=\"text\">to</th><th>missing</th><th class=\"text\">cause</th>\
         <th class=\"text\">proof</th></tr></thead><tbody>\n",
        thousands(all.len() as u64)
    );
    for stretch in all.into_iter().take(MOST_HOLES) {
        let proof = stretch.proof.as_ref().map_or("none: not explained", |proof| &proof.how);
        let _ = writeln!(
            out,
            "<tr><td class=\"text\">{}</td><td class=\"text\">{}</td><td>{}</td><td class=\"text\">{}</td><td class=\"text wide\">{}</td></tr>",
            minutes(stretch.from_ms),
            minutes(stretch.to_ms),
            thousands(stretch.missing),
            stretch.cause,
            escape(proof),
        );
    }
    out + "</tbody></table></div></details>\n"
}

/// `2025-01-31 12:00`.
fn minutes(time_ms: i64) -> String {
    format_utc(time_ms).chars().take(16).collect::<String>().replace('T', " ")
}

#[cfg(test)]
mod tests {
    use market::{Series, Timeframe};

    use super::*;
    use crate::args::Target;

    #[test]
    fn texts_cannot_break_out() {
        let series = Series::new("</title><b>&\"'", "BTC/USDT".parse().unwrap(), Timeframe::H1);
        let target = Target::Candles(series);
        let extent = Extent { target, rows: 1, first_ms: 0, last_ms: 0, last_is_closed: true, holes: Vec::new() };
        let html = page("</style><b>", &[(extent, Vec::new())], 0);
        assert!(!html.contains("<b>&") && !html.contains("</style><b>"), "{html}");
        assert_eq!((html.matches("</title><style").count(), html.matches("<script").count()), (0, 0));
    }
}
