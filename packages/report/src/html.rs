//! The report as one self-contained HTML page.

mod bars;
mod column;
mod page;

use page::Page;

use crate::Report;

/// The page with its script and style, built from `web/`; the data goes where [`PLACE`] stands.
const TEMPLATE: &str = include_str!("../web/dist/report.html");
/// Where the data goes in the template.
const PLACE: &str = "{{report-data}}";

impl Report<'_> {
    /// The report as one HTML file that needs nothing else to be viewed. Beyond 200,000 candles neighbours are
    /// drawn as one, and at first the page draws still fewer; figures and trades stay exact.
    #[must_use]
    pub fn html(&self) -> String {
        TEMPLATE.replacen(PLACE, &embeddable(&self.page_json()), 1)
    }

    fn page_json(&self) -> String {
        serde_json::to_string(&Page::new(self)).expect("columns of numbers and texts are valid JSON")
    }
}

/// JSON that is still the same JSON inside a script element, whatever texts it holds: what could end
/// the element or a line stands escaped. In JSON these characters occur within strings only.
fn embeddable(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_json_ends_no_script_and_reads_back_the_same() {
        let text = "</script><b>&\u{2028}\u{2029}<!--";
        let json = embeddable(&serde_json::to_string(text).unwrap());
        assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[test]
    fn the_template_has_one_place_for_the_data() {
        assert_eq!(TEMPLATE.matches(PLACE).count(), 1);
    }
}
