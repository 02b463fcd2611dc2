//! What finer candles settled, in words.

use execution::ExitReason;

use crate::Report;
use crate::numbers::{counted, money};

impl Report<'_> {
    /// How many ambiguous candles were settled by finer ones, and what they changed; `None` without finer candles.
    pub(crate) fn settled(&self) -> Option<String> {
        let detail = self.setup.detail?;
        let settled = &self.result.settled;
        let targets = settled.iter().filter(|settled| settled.reason == ExitReason::Take).count();
        let gained = settled.iter().fold(0.0, |sum, settled| sum + settled.gained);
        let left = match self.result.ambiguous_bars {
            0 => "none is left".to_owned(),
            left => format!("{left} could not be settled"),
        };
        Some(format!(
            "Detail: {detail} candles settled {} that reached both loss and target, {left}. In {} the target came \
             first, which made {} {} more than the loss.",
            counted(settled.len() as u64, "candle", "candles"),
            counted(targets as u64, "of them", "of them"),
            money(gained),
            self.series.symbol.quote(),
        ))
    }
}
