//! Bars: some values side by side, and how often values came.

use std::fmt::Write;

use report::Unit;

use super::frame::{Colour, Key, frame};
use super::scale::{Of, Scale, WHOLE};
use terminal::escape_html as escape;

/// Labels below bars at most; of more, some are left out.
const MOST_LABELS: usize = 14;
/// Groups of bars at most; of more, the last ones.
const MOST_GROUPS: usize = 500;
/// Share of the room that a group of bars takes.
const FILLED: f64 = 0.76;
/// Bars of a histogram at most.
const MOST_BINS: usize = 50;
/// Share of the values at each end that a histogram leaves out: a few far away would press all others together.
const TAIL: f64 = 0.005;

/// One bar in each group.
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) colour: Colour,
    pub(crate) values: Vec<Option<f64>>,
}

/// Groups of bars: a label for each group, and in each a bar of each series.
pub(crate) struct Bars {
    pub(crate) y: Unit,
    pub(crate) labels: Vec<String>,
    pub(crate) series: Vec<Series>,
}

impl Bars {
    /// The chart as HTML.
    pub(crate) fn html(&self) -> String {
        let skipped = self.labels.len().saturating_sub(MOST_GROUPS);
        let labels = &self.labels[skipped..];
        let values = self.series.iter().flat_map(|series| &series.values[skipped..]).filter_map(|value| *value);
        let y = Scale::over(Of::Unit(self.y), values.chain([0.0])).with_air();
        let group = WHOLE / labels.len().max(1) as f64;
        let width = group * FILLED / self.series.len().max(1) as f64;
        let mut inside = String::new();
        for (number, label) in labels.iter().enumerate() {
            for (place, series) in self.series.iter().enumerate() {
                let Some(value) = series.values[skipped + number] else { continue };
                let left = (number as f64 + (1.0 - FILLED) / 2.0) * group + place as f64 * width;
                let told = format!("{label}, {}: {}", series.name, self.y.written(value));
                put_bar(&mut inside, &series.colour.class(value), (left, width), (&y, 0.0, value), &told);
            }
        }
        let every = labels.len().div_ceil(MOST_LABELS).max(1);
        let middle = |number: usize| (number as f64 + 0.5) / labels.len() as f64;
        let across: Vec<(f64, String)> =
            labels.iter().enumerate().step_by(every).map(|(number, label)| (middle(number), label.clone())).collect();
        let key =
            |series: &Series| Key { name: series.name.clone(), class: format!("{} wide", series.colour.class(0.0)) };
        let keys: Vec<Key> = self.series.iter().filter(|series| series.colour != Colour::Sign).map(key).collect();
        frame(&keys, &y, None, &across, &inside)
    }
}

/// How often values came, which are given from the lowest, with a mark at what really was.
pub(crate) fn histogram(values: &[f64], unit: Unit, was: Option<f64>) -> String {
    let cut = (values.len() as f64 * TAIL) as usize;
    let inner = &values[cut..values.len() - cut];
    let x = Scale::over(Of::Unit(unit), inner.iter().copied().chain(was)).with_air();
    let bins = ((values.len() as f64).sqrt().ceil() as usize).clamp(1, MOST_BINS);
    let mut counts = vec![0_usize; bins];
    for value in inner.iter().filter(|value| value.is_finite()) {
        counts[((x.share(*value) * bins as f64) as usize).min(bins - 1)] += 1;
    }
    let share = |count: usize| count as f64 / values.len().max(1) as f64;
    let y = Scale::over(Of::Unit(Unit::Share), counts.iter().map(|count| share(*count)).chain([0.0]));
    let y = Scale { high: y.high * 1.05, ..y };
    let (mut inside, width) = (String::new(), WHOLE / bins as f64);
    let at = |bin: usize| unit.written(x.low + (x.high - x.low) * bin as f64 / bins as f64);
    for (bin, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
        let told = format!("{} to {}: {} of the runs", at(bin), at(bin + 1), Unit::Share.written(share(count)));
        let sides = (bin as f64 * width, width * 0.92);
        put_bar(&mut inside, "c-accent", sides, (&y, 0.0, share(count)), &told);
    }
    let all = if cut > 0 { "Share of the runs, the outermost 1 % left out" } else { "Share of the runs" };
    let mut keys = vec![Key { name: all.to_owned(), class: "c-accent wide".to_owned() }];
    if let Some(was) = was {
        let across = x.across(was);
        let _ = write!(inside, "<path class=\"was\" d=\"M{across} 0V{WHOLE}\"/>");
        keys.push(Key { name: format!("As it was: {}", unit.written(was)), class: "c-was".to_owned() });
    }
    let across: Vec<(f64, String)> = x.ticks().into_iter().map(|(at, label)| (x.share(at), label)).collect();
    frame(&keys, &y, None, &across, &inside)
}

/// A bar between two values, `sides` being its left side and its width.
fn put_bar(out: &mut String, class: &str, sides: (f64, f64), (y, from, to): (&Scale, f64, f64), told: &str) {
    let (left, width) = sides;
    let (top, bottom) = (y.down(from.max(to)), y.down(from.min(to)));
    let _ = write!(
        out,
        "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{top}\" width=\"{width:.1}\" height=\"{}\"><title>{}</title></rect>",
        bottom - top,
        escape(told),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_on_zero() {
        let series = |name: &str, values: &[Option<f64>]| Series {
            name: name.to_owned(),
            colour: Colour::Sign,
            values: values.to_vec(),
        };
        let bars = Bars {
            y: Unit::Share,
            labels: vec!["one".to_owned(), "two".to_owned()],
            series: vec![series("a", &[Some(0.1), None]), series("b", &[Some(-0.1), Some(0.05)])],
        };
        let html = bars.html();
        assert_eq!(html.matches("<rect").count(), 3);
        assert_eq!(html.matches("c-loss").count(), 1);
        assert!(html.contains("<title>two, b: 5.00 %</title>"), "{html}");
    }

    #[test]
    fn a_histogram_counts_every_value_once() {
        let values: Vec<f64> = (0..1_000).map(|value| f64::from(value) / 1_000.0).collect();
        let html = histogram(&values, Unit::Share, Some(0.25));
        assert!(html.contains("As it was: 25.00 %") && html.contains("class=\"was\""));
        let counted: f64 =
            html.split("%: ").skip(1).filter_map(|rest| rest.split(" %").next()?.parse::<f64>().ok()).sum();
        assert!((counted - 99.0).abs() < 0.5, "{counted}");
        // One value, and none, are histograms too.
        assert!(histogram(&[1.0], Unit::Quote, None).contains("<rect"));
        assert!(!histogram(&[], Unit::Quote, None).contains("NaN"));
    }
}
