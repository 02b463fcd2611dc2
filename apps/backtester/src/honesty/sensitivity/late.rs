//! Decisions that are acted on one candle late.

use std::collections::BTreeMap;

use strategy::{Act, Decision};

/// The same decisions over so many candles, entries and exits each one candle later where asked for. The distances of
/// stop, target and trail stay with the entry that they were decided for.
///
/// Of an exit that is late and an entry to the same side that is not, the entry is the newer wish and holds alone.
/// What enters and leaves the same side at once enters nothing, late or not.
pub(super) fn late(acts: &[Act], enter: bool, exit: bool, candles: usize) -> Vec<Act> {
    let mut at: BTreeMap<usize, Decision> = BTreeMap::new();
    for Act { index, decision } in acts {
        if decision.long_exit || decision.short_exit {
            let later = at.entry(index + usize::from(exit)).or_insert(Decision::NONE);
            later.long_exit |= decision.long_exit;
            later.short_exit |= decision.short_exit;
        }
        let (long, short) = (decision.long_enter && !decision.long_exit, decision.short_enter && !decision.short_exit);
        if long || short {
            let later = at.entry(index + usize::from(enter)).or_insert(Decision::NONE);
            let stale = exit && !enter;
            *later = Decision {
                long_enter: long,
                long_exit: later.long_exit && !(stale && long),
                short_enter: short,
                short_exit: later.short_exit && !(stale && short),
                ..*decision
            };
        }
    }
    at.into_iter().filter(|(index, _)| *index < candles).map(|(index, decision)| Act { index, decision }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `E` enters long, `X` leaves, `B` both, at the candle of that place; with the stop of the place.
    fn acts(text: &str) -> Vec<Act> {
        let decision = |index: usize, c: char| Decision {
            long_enter: c == 'E' || c == 'B',
            long_exit: c == 'X' || c == 'B',
            stop: if c == 'X' { f64::NAN } else { index as f64 },
            ..Decision::NONE
        };
        let all = text.chars().enumerate().filter(|(_, c)| *c != '.');
        all.map(|(index, c)| Act { index, decision: decision(index, c) }).collect()
    }

    #[track_caller]
    fn check(text: &str, enter: bool, exit: bool, expected: &str, stops: &[f64]) {
        let found = late(&acts(text), enter, exit, text.len());
        let mut shown = vec!['.'; text.len()];
        for Act { index, decision } in &found {
            shown[*index] = match (decision.long_enter, decision.long_exit) {
                (true, true) => 'B',
                (true, false) => 'E',
                _ => 'X',
            };
        }
        assert_eq!(shown.iter().collect::<String>(), expected);
        let kept: Vec<f64> = found.iter().map(|act| act.decision.stop).filter(|stop| !stop.is_nan()).collect();
        assert_eq!(kept, stops);
    }

    #[test]
    fn entries_and_exits_move_on_by_a_candle() {
        check("E..X..", false, false, "E..X..", &[0.0]);
        check("E..X..", true, false, ".E.X..", &[0.0]);
        check("E..X..", false, true, "E...X.", &[0.0]);
        check("E..X..", true, true, ".E..X.", &[0.0]);
        // What moves onto another decision joins it, and what moves over the end is gone.
        check("EX.", true, false, ".B.", &[0.0]);
        check("..X", true, true, "...", &[]);
        // The newer wish holds, and what is no entry now is none later.
        check("XE.", false, true, ".E.", &[1.0]);
        check("XXE.X.", false, true, ".XE..X", &[2.0]);
        check(".B.", true, false, ".X.", &[]);
        check(".B.", false, true, "..X", &[]);
        check("..E", true, true, "...", &[]);
        check("EE.", true, true, ".EE", &[0.0, 1.0]);
    }
}
