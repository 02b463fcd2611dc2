//! Pages: what a command found, as one HTML file with its charts, that needs nothing else to be viewed or printed.

mod bars;
mod frame;
mod lines;
mod origin;
mod scale;
mod table;
mod term;
mod thin;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

pub(crate) use bars::{Bars, Series, histogram};
pub(crate) use frame::Colour;
pub(crate) use lines::{Band, Line, Lines};
pub(crate) use origin::Origin;
pub(crate) use scale::Of;
pub(crate) use table::{figures, heat, table};
pub(crate) use term::Term;

use crate::honesty::Verdict;
use crate::output;
use terminal::escape_html as escape;

/// The look of the report, so that all pages are of one kind.
const REPORT_STYLE: &str = include_str!("../../../../packages/report/web/src/style.css");
/// What only these pages have.
const STYLE: &str = include_str!("page.css");
/// Definitions in a bubble, and readings of the charts; without it the page shows all the same.
const SCRIPT: &str = include_str!("page.js");

/// What is shown of a command, in order.
pub(crate) struct Page {
    /// What was asked, and of what: `Walk-forward of binance BTC/USDT 1h`.
    pub(crate) subject: String,
    /// Usually the strategy's name.
    pub(crate) title: String,
    /// What was done, in a sentence.
    pub(crate) about: String,
    /// The few figures that matter most.
    pub(crate) facts: Vec<Fact>,
    pub(crate) sections: Vec<Section>,
    pub(crate) origin: Origin,
    /// What a script of the page's own draws, and the script.
    pub(crate) drawn: Option<(Value, &'static str)>,
}

/// A figure at the head of the page.
pub(crate) struct Fact {
    pub(crate) term: Term,
    pub(crate) value: String,
}

/// A part of the page.
pub(crate) struct Section {
    pub(crate) title: String,
    /// How to read it.
    pub(crate) note: String,
    /// HTML.
    pub(crate) body: String,
}

impl Section {
    pub(crate) fn new(title: impl Into<String>, note: impl Into<String>, body: impl Into<String>) -> Self {
        Section { title: title.into(), note: note.into(), body: body.into() }
    }
}

impl Fact {
    pub(crate) fn new(term: Term, value: impl Into<String>) -> Self {
        Fact { term, value: value.into() }
    }
}

impl Page {
    /// Writes it whole or not at all.
    pub(crate) fn write(&self, path: &Path, verdict: &Verdict, warnings: &[String]) -> anyhow::Result<()> {
        output::write(path, &self.html(verdict, warnings))
    }

    fn html(&self, verdict: &Verdict, warnings: &[String]) -> String {
        let mut out = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             script-src 'unsafe-inline'; style-src 'unsafe-inline'\">\n\
             <title>{title}: {subject}</title>\n<style>{REPORT_STYLE}{STYLE}</style>\n</head>\n<body>\n\
             <header>\n<p class=\"series\">{subject}</p>\n<h1>{title}</h1>\n<p class=\"about\">{about}</p>\n",
            title = escape(&self.title),
            subject = escape(&self.subject),
            about = escape(&self.about),
        );
        self.put_verdict(&mut out, verdict);
        out.push_str("</header>\n<main>\n");
        for warning in warnings {
            let _ = writeln!(out, "<p class=\"warning\">{}</p>", escape(warning));
        }
        for Section { title, note, body } in &self.sections {
            let (title, note) = (escape(title), escape(note));
            let _ = writeln!(out, "<section>\n<h2>{title}</h2>\n<p class=\"quiet how\">{note}</p>\n{body}\n</section>");
        }
        let _ = writeln!(out, "</main>\n{}\n<script>{SCRIPT}</script>", self.origin.html());
        if let Some((data, script)) = &self.drawn {
            let _ = writeln!(out, "<script type=\"application/json\" id=\"data\">{}</script>", embeddable(data));
            let _ = writeln!(out, "<script>{script}</script>");
        }
        out.push_str("</body>\n</html>\n");
        out
    }

    fn put_verdict(&self, out: &mut String, verdict: &Verdict) {
        let kind = match verdict.is_good {
            Some(true) => "good",
            Some(false) => "bad",
            None => "none",
        };
        let _ = writeln!(out, "<p class=\"banner {kind}\"><b>Verdict:</b> {}</p>", escape(&verdict.text));
        if self.facts.is_empty() {
            return;
        }
        out.push_str("<dl class=\"facts\">\n");
        for Fact { term, value } in &self.facts {
            let _ = writeln!(out, "<div><dt>{}</dt><dd>{}</dd></div>", term.html(), escape(value));
        }
        out.push_str("</dl>\n");
    }
}

/// Reads the name of a page: a file of its own, since what it would be printed beside is no HTML.
pub(crate) fn parse_file(text: &str) -> Result<PathBuf, String> {
    match text {
        "" | "-" => Err("a page is written to a file of its own; for example page.html".to_owned()),
        path => Ok(path.into()),
    }
}

/// JSON that is still the same inside a script element: what could end the element stands escaped.
fn embeddable(json: &Value) -> String {
    json.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_cannot_break_out() {
        let evil = "</script></title><b>&\"'{{x}}";
        let page = Page {
            subject: evil.to_owned(),
            title: evil.to_owned(),
            about: evil.to_owned(),
            facts: vec![Fact::new(Term::new(evil, evil), evil)],
            sections: vec![Section::new(evil, evil, "<p>body</p>")],
            origin: Origin { setup: vec![(evil.to_owned(), evil.to_owned())], hashes: Vec::new() },
            drawn: Some((json!({ evil: evil }), "\"own script\";")),
        };
        let html = page.html(&Verdict::of(true, evil), &[evil.to_owned()]);
        assert!(!html.contains("<b>&"), "{html}");
        assert_eq!(html.matches("</script>").count(), 3);
        assert_eq!(html.matches("</title>").count(), 1);
        assert!(html.contains("<p>body</p>") && html.contains("class=\"banner good\""));
    }

    #[test]
    fn a_page_is_a_file() {
        assert!(parse_file("-").is_err() && parse_file("").is_err());
        assert_eq!(parse_file("a.html"), Ok("a.html".into()));
    }
}
