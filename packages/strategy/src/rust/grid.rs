//! `rust: grid`: buys at lines below the week's opening price, and sells each purchase one line higher.
//!
//! Grids are an old tool of currency dealers; they live on a price that comes and goes, and die of one that
//! goes. Expressions cannot say this one, because it has to remember at which line it has bought. It forgets
//! on Mondays at 00:00 UTC, when the lines are drawn afresh: so its decisions depend on this week's candles
//! only, wherever the history begins.

use market::{CandleSlice, Timeframe};

use super::{RustParam, RustStrategy};
use crate::strategy::{Decision, Description, History, Strategy};

pub(super) const GRID: RustStrategy = RustStrategy {
    name: "grid",
    about: "buys at lines below the week's opening price, sells one line higher",
    params: &[
        RustParam { name: "spacing", default: 1.0, range: (0.01, 50.0), whole: false },
        RustParam { name: "lines", default: 5.0, range: (1.0, 1_000.0), whole: true },
    ],
    build: |description, params| Box::new(Grid::new(description, params[0], params[1])),
};

/// The lines are drawn anew when a candle of this timeframe opens.
const PERIOD: Timeframe = Timeframe::W1;

struct Grid {
    description: Description,
    /// Price of a line over that of the next one below.
    ratio: f64,
    /// Lines below the middle at which it buys.
    depth: i32,
    period_ends_ms: i64,
    /// The price of line 0.
    middle: f64,
    /// The line at or below the last close.
    line: i32,
    /// The line at which it has bought.
    bought: Option<i32>,
}

impl Grid {
    fn new(description: Description, spacing_percent: f64, lines: f64) -> Self {
        let description = Description {
            long: true,
            warm_up: 0,
            history: History::Whole { settle: 0, anchor: Some(PERIOD) },
            lines: ["middle", "buys_at", "sells_at"].map(str::to_owned).to_vec(),
            ..description
        };
        Grid {
            description,
            ratio: 1.0 + spacing_percent / 100.0,
            depth: lines as i32,
            period_ends_ms: i64::MIN,
            middle: f64::NAN,
            line: 0,
            bought: None,
        }
    }

    fn next(&mut self, open_time_ms: i64, open: f64, close: f64) -> Decision {
        let mut exit = false;
        if open_time_ms >= self.period_ends_ms {
            self.period_ends_ms = PERIOD.next_open(PERIOD.open_of(open_time_ms));
            (self.middle, self.line) = (open, 0);
            // What the last week's lines have bought is sold: these ones know nothing of it.
            exit = true;
            self.bought = None;
        }
        let line = ((close / self.middle).ln() / self.ratio.ln()).floor() as i32;
        let fell = line < self.line.min(0) && line >= -self.depth;
        self.line = line;
        match self.bought {
            Some(bought) if line > bought => {
                exit = true;
                self.bought = None;
            }
            None if fell && !exit => self.bought = Some(line),
            _ => {}
        }
        Decision { long_enter: self.bought == Some(line) && fell && !exit, long_exit: exit, ..Decision::NONE }
    }

    fn price(&self, line: i32) -> f64 {
        self.middle * self.ratio.powi(line)
    }

    fn tell(&self, lines: &mut [Vec<f64>]) {
        let buys_at = if self.bought.is_none() { self.price(self.line.min(0)) } else { f64::NAN };
        let sells_at = self.bought.map_or(f64::NAN, |bought| self.price(bought + 1));
        for (line, value) in lines.iter_mut().zip([self.middle, buys_at, sells_at]) {
            line.push(value);
        }
    }
}

impl Strategy for Grid {
    fn description(&self) -> &Description {
        &self.description
    }

    fn push_other(&mut self, _: usize, _: CandleSlice<'_>) {}

    fn run(&mut self, candles: CandleSlice<'_>, decisions: &mut Vec<Decision>, mut lines: Option<&mut [Vec<f64>]>) {
        for index in 0..candles.len() {
            decisions.push(self.next(candles.open_time_ms[index], candles.open[index], candles.close[index]));
            if let Some(lines) = &mut lines {
                self.tell(lines);
            }
        }
    }
}
