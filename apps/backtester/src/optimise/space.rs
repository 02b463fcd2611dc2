//! Which values are tried: the ranges of the file's params, or those of the command line.

use std::str::FromStr;

use anyhow::{anyhow, bail};
use research::{Param, Space};
use strategy::ParamRange;

/// `NAME=LOW:HIGH[:STEP]`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Values {
    name: String,
    range: (f64, f64),
    step: Option<f64>,
}

impl FromStr for Values {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not NAME=LOW:HIGH or NAME=LOW:HIGH:STEP; for example fast=2:46:2");
        let (name, rest) = text.split_once('=').ok_or_else(wrong)?;
        let numbers: Result<Vec<f64>, _> = rest.split(':').map(|number| number.trim().parse()).collect();
        match numbers.map_err(|_| wrong())?.as_slice() {
            [low, high] => Ok(Values { name: name.trim().to_owned(), range: (*low, *high), step: None }),
            [low, high, step] => Ok(Values { name: name.trim().to_owned(), range: (*low, *high), step: Some(*step) }),
            _ => Err(wrong()),
        }
    }
}

/// Steps of a range that is not of whole numbers, where no step is said.
const STEPS: f64 = 10.0;

/// The space of a search: each param with a range, but for those that are set.
pub(crate) fn space(ranges: &[ParamRange], given: &[Values], set: &[(String, f64)]) -> anyhow::Result<Space> {
    for Values { name, .. } in given {
        if !ranges.iter().any(|range| range.name == *name) {
            let names: Vec<&str> = ranges.iter().map(|range| range.name.as_str()).collect();
            let help = match yaml::nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None if names.is_empty() => "the file has no params".to_owned(),
                None => format!("its params are: {}", names.join(", ")),
            };
            bail!("--param {name}: the strategy has no such param; {help}");
        }
    }
    let mut params = Vec::new();
    for range in ranges {
        let values = match given.iter().find(|values| values.name == range.name) {
            Some(values) => values.clone(),
            None if set.iter().any(|(name, _)| *name == range.name) => continue,
            None => match range.range {
                Some(bounds) => Values { name: range.name.clone(), range: bounds, step: range.step },
                None => continue,
            },
        };
        let (low, high) = values.range;
        let step = values.step.unwrap_or_else(|| usual_step(low, high));
        params.push(Param::from_range(values.name, low, high, step).map_err(|error| anyhow!(error))?);
    }
    if params.is_empty() {
        bail!(
            "there is nothing to try: no param of the file has a range\n\
             write `length: {{ default: 20, range: [10, 40], step: 5 }}`, or say --param length=10:40:5"
        );
    }
    Space::new(params).map_err(|error| anyhow!(error))
}

fn usual_step(low: f64, high: f64) -> f64 {
    if low.fract() == 0.0 && high.fract() == 0.0 { 1.0 } else { (high - low) / STEPS }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(name: &str, range: Option<(f64, f64)>, step: Option<f64>) -> ParamRange {
        ParamRange { name: name.to_owned(), default: 1.0, range, step }
    }

    #[test]
    fn ranges_come_from_the_file_or_from_the_command_line() {
        let ranges =
            [range("a", Some((1.0, 3.0)), None), range("b", None, None), range("c", Some((0.0, 1.0)), Some(0.5))];
        let lengths = |given: &[&str], set: &[(String, f64)]| {
            let given: Vec<Values> = given.iter().map(|text| text.parse().unwrap()).collect();
            space(&ranges, &given, set).map(|space| space.lengths())
        };
        assert_eq!(lengths(&[], &[]).unwrap(), [3, 3]);
        assert_eq!(lengths(&["b=2:8:2"], &[("a".to_owned(), 2.0)]).unwrap(), [4, 3]);
        assert!(lengths(&["d=1:2"], &[]).unwrap_err().to_string().contains("no such param"));
        assert!("a=1".parse::<Values>().is_err() && "a=1:2:3:4".parse::<Values>().is_err());
        assert!(space(&[range("b", None, None)], &[], &[]).unwrap_err().to_string().contains("nothing to try"));
    }
}
