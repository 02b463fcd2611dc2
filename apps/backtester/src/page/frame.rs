//! The frame of a chart: legend, ticks and labels. The drawing stretches with the page; the labels are text beside it,
//! so that they are as readable on a phone as on paper.

use std::fmt::Write;

use super::scale::{Scale, WHOLE};
use terminal::escape_html as escape;

/// Characters of labels that stand beside each other on a phone.
const PHONE_LENGTH: usize = 44;

/// Colours, of which the style sheet has a light and a dark one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Colour {
    /// What the page is about.
    Accent,
    /// What it is compared with: buying and holding.
    Hold,
    /// One of several, by number; beyond the sixth lines are dashed.
    Number(usize),
    /// Green above zero, red below.
    Sign,
}

/// The colours that [`Colour::Number`] counts through.
const NUMBERS: usize = 6;

impl Colour {
    /// The class that gives it to an element of this value.
    pub(super) fn class(self, value: f64) -> String {
        match self {
            Colour::Accent => "c-accent".to_owned(),
            Colour::Hold => "c-hold".to_owned(),
            Colour::Number(number) => {
                format!("c-{}{}", number % NUMBERS + 1, if number < NUMBERS { "" } else { " dashed" })
            }
            Colour::Sign => if value < 0.0 { "c-loss" } else { "c-gain" }.to_owned(),
        }
    }
}

/// An entry of the legend.
pub(super) struct Key {
    pub(super) name: String,
    pub(super) class: String,
}

/// A chart: `inside` is SVG in a square of [`WHOLE`] that is stretched over it; `across` are labels below, with the
/// share of the width at which they stand. The script reads values where both scales are given.
pub(super) fn frame(keys: &[Key], y: &Scale, x: Option<&Scale>, across: &[(f64, String)], inside: &str) -> String {
    let mut out = String::from("<figure class=\"plot\"");
    if let Some(x) = x {
        let _ = write!(out, " data-x=\"{}\" data-left=\"{}\" data-right=\"{}\"", x.name(), x.low, x.high);
        let _ = write!(out, " data-y=\"{}\" data-low=\"{}\" data-high=\"{}\"", y.name(), y.low, y.high);
        out.push_str(if y.is_log { " data-log=\"\"" } else { "" });
    }
    out.push_str(">\n<figcaption>");
    for Key { name, class } in keys {
        let _ = write!(out, "<span class=\"key\"><i class=\"{class}\"></i>{}</span>", escape(name));
    }
    if y.is_log {
        out.push_str("<span class=\"key\">Equal distances are equal multiples</span>");
    }
    let _ = write!(
        out,
        "</figcaption>\n<div class=\"area\"><svg viewBox=\"0 0 {WHOLE} {WHOLE}\" preserveAspectRatio=\"none\" \
         aria-hidden=\"true\">"
    );
    let ticks = y.ticks();
    for (value, _) in &ticks {
        let (down, zero) = (y.down(*value), if *value == 0.0 { " zero" } else { "" });
        let _ = write!(out, "<path class=\"grid{zero}\" d=\"M0 {down}H{WHOLE}\"/>");
    }
    let _ = write!(out, "{inside}</svg>");
    for (value, label) in &ticks {
        let top = (1.0 - y.share(*value)) * 100.0;
        let _ = write!(out, "<span class=\"y\" style=\"top:{top:.2}%\">{label}</span>");
    }
    let length: usize = across.iter().map(|(_, label)| label.chars().count() + 2).sum();
    let every = length.div_ceil(PHONE_LENGTH).clamp(1, 4);
    let _ = write!(out, "</div>\n<div class=\"across every-{every}\">");
    for (share, label) in across {
        let _ = write!(out, "<span style=\"left:{:.2}%\">{}</span>", share * 100.0, escape(label));
    }
    out.push_str("</div>\n</figure>");
    out
}
