//! Lines over time, with bands behind them.

use std::fmt::Write;

use market::CandleSlice;
use report::Unit;

use super::frame::{Colour, Key, frame};
use super::scale::{Of, Scale, WHOLE};
use super::thin::thin;
use terminal::escape_html as escape;

/// Means that are drawn of a line at most.
const STRETCHES: usize = 240;

/// A line, thinned to what can be seen.
pub(crate) struct Line {
    name: String,
    colour: Colour,
    points: Vec<(f64, f64)>,
}

impl Line {
    /// A line through the points of both columns; what is no number is left out.
    pub(crate) fn new(name: impl Into<String>, colour: Colour, points: impl Iterator<Item = (f64, f64)>) -> Self {
        let known = points.filter(|(_, value)| value.is_finite()).collect();
        Line { name: name.into(), colour, points: thin(known) }
    }

    /// A line over time.
    pub(crate) fn of(name: impl Into<String>, colour: Colour, times_ms: &[i64], values: &[f64]) -> Self {
        let points = times_ms.iter().zip(values).map(|(time_ms, value)| (*time_ms as f64, *value));
        Line::new(name, colour, points)
    }

    /// A line over time through the means of at most [`STRETCHES`] stretches: of what jumps up and down too often to
    /// be seen.
    pub(crate) fn means(name: impl Into<String>, colour: Colour, times_ms: &[i64], values: &[f64]) -> Self {
        let stretch = times_ms.len().div_ceil(STRETCHES).max(1);
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let points = times_ms.chunks(stretch).zip(values.chunks(stretch));
        Line::new(name, colour, points.map(|(times_ms, values)| (times_ms[0] as f64, mean(values))))
    }

    /// Buying at the first open with all cash, and holding.
    pub(crate) fn hold(candles: CandleSlice<'_>, cash: f64) -> Self {
        let quantity = candles.open.first().map_or(0.0, |open| cash / open);
        let worth = candles.close.iter().map(|close| quantity * close);
        Line::new("Buy & hold", Colour::Hold, candles.open_time_ms.iter().map(|time_ms| *time_ms as f64).zip(worth))
    }
}

/// What lies between two lines, which have the same places across.
pub(crate) struct Band {
    pub(crate) name: String,
    /// Place across, lower and upper end.
    pub(crate) points: Vec<(f64, f64, f64)>,
}

/// A chart of lines.
pub(crate) struct Lines {
    pub(crate) x: Of,
    pub(crate) y: Unit,
    pub(crate) lines: Vec<Line>,
    pub(crate) bands: Vec<Band>,
    /// Places across that are marked.
    pub(crate) marks: Vec<f64>,
}

impl Lines {
    /// Lines over time alone.
    pub(crate) fn over_time(y: Unit, lines: Vec<Line>) -> Self {
        Lines { x: Of::Time, y, lines, bands: Vec::new(), marks: Vec::new() }
    }

    /// The chart as HTML; the first line lies on top.
    pub(crate) fn html(&self) -> String {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let of_bands = || self.bands.iter().flat_map(|band| &band.points);
        let x = Scale::over(self.x, points().map(|point| point.0).chain(of_bands().map(|point| point.0)));
        let y = points().map(|point| point.1).chain(of_bands().flat_map(|point| [point.1, point.2]));
        let y = Scale::over(Of::Unit(self.y), y).log_if_wide().with_air();
        let mut inside = String::new();
        let mut keys = Vec::new();
        for mark in &self.marks {
            let _ = write!(inside, "<path class=\"mark\" d=\"M{} 0V{WHOLE}\"/>", x.across(*mark));
        }
        for band in &self.bands {
            let place = |at: f64, value: f64| format!("{} {}", x.across(at), y.down(value));
            let over = band.points.iter().map(|(at, _, high)| place(*at, *high));
            let back = band.points.iter().rev().map(|(at, low, _)| place(*at, *low));
            let path: Vec<String> = over.chain(back).collect();
            let _ = write!(inside, "<path class=\"band\" d=\"M{}Z\"/>", path.join("L"));
        }
        for line in self.lines.iter().rev().filter(|line| !line.points.is_empty()) {
            let path: Vec<String> =
                line.points.iter().map(|(at, value)| format!("{} {}", x.across(*at), y.down(*value))).collect();
            let (class, name) = (line.colour.class(0.0), escape(&line.name));
            let _ = write!(inside, "<path class=\"line {class}\" data-name=\"{name}\" d=\"M{}\"/>", path.join("L"));
        }
        keys.extend(self.lines.iter().map(|line| Key { name: line.name.clone(), class: line.colour.class(0.0) }));
        keys.extend(self.bands.iter().map(|band| Key { name: band.name.clone(), class: "wide".to_owned() }));
        let across: Vec<(f64, String)> = x.ticks().into_iter().map(|(at, label)| (x.share(at), label)).collect();
        frame(&keys, &y, Some(&x), &across, &inside)
    }
}

#[cfg(test)]
mod tests {
    use super::super::thin::MOST_POINTS;
    use super::*;

    #[test]
    fn lines_are_bounded_and_what_is_unknown_is_left_out() {
        let times: Vec<i64> = (0..50_000).map(|minute| minute * 60_000).collect();
        let values: Vec<f64> =
            times.iter().map(|time| if *time == 0 { f64::NAN } else { *time as f64 / 1e6 }).collect();
        let lines = vec![Line::of("a<b", Colour::Accent, &times, &values), Line::of("none", Colour::Hold, &[], &[])];
        let html = Lines::over_time(Unit::Quote, lines).html();
        let means = Line::means("means", Colour::Accent, &times, &times.iter().map(|_| 0.5).collect::<Vec<_>>());
        assert!(means.points.len() <= STRETCHES && means.points.iter().all(|point| point.1 == 0.5));
        let path = html.split("data-name=\"a&lt;b\" d=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let points = path.split('L').count();
        assert!(points <= MOST_POINTS && points > MOST_POINTS / 3, "{points}");
        assert!(!html.contains("NaN") && html.contains("01-31"));
    }
}
