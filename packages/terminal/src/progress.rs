//! Progress of long work on stderr: a bar on a terminal, else a line now and then.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::thousands;

/// Least time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// The progress of work whose whole length is known, in whatever unit: bytes, milliseconds.
#[derive(Debug)]
pub struct Progress {
    label: String,
    length: u64,
    started: Instant,
    last_line: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Starts. `label` says what is worked on.
    #[must_use]
    pub fn start(label: impl Into<String>, length: u64) -> Self {
        let started = Instant::now();
        let bar = io::stderr().is_terminal().then(|| bar(length));
        Progress { label: label.into(), length, started, last_line: started, bar }
    }

    /// Tells how far the work is, of its length, and how many rows it gave.
    pub fn set(&mut self, position: u64, rows: u64) {
        let text = || line(&self.label, self.length, position, rows, self.started.elapsed());
        if let Some(bar) = &self.bar {
            bar.set_position(position);
            bar.set_message(text());
        } else if self.last_line.elapsed() >= LINE_EVERY {
            crate::tell(&text());
            self.last_line = Instant::now();
        }
    }
}

/// The bar goes when the work ends, well or not.
impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A bar with a message behind it.
pub(crate) fn bar(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}

/// How far something is: `BTC/USDT 1h: 40%, 10,000 rows, 2,000 rows/s, 8 s left`.
pub(crate) fn line(label: &str, length: u64, position: u64, rows: u64, elapsed: Duration) -> String {
    let done = if length == 0 { 1.0 } else { (position as f64 / length as f64).min(1.0) };
    let seconds = elapsed.as_secs_f64();
    let mut text = format!("{label}: {:.0}%, {} rows", done * 100.0, thousands(rows));
    if seconds > 0.0 && done > 0.0 {
        let rate = thousands((rows as f64 / seconds) as u64);
        text.push_str(&format!(", {rate} rows/s, {} left", span(seconds * (1.0 - done) / done)));
    }
    text
}

/// `8 s`, `3 min`, `2 h`.
fn span(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5_400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.0} h", s / 3_600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(length: u64, position: u64, rows: u64, seconds: u64, expected: &str) {
        assert_eq!(line("x", length, position, rows, Duration::from_secs(seconds)), expected);
    }

    #[test]
    fn lines_tell_share_rate_and_time_left() {
        check(100, 40, 10_000, 4, "x: 40%, 10,000 rows, 2,500 rows/s, 6 s left");
        check(1_000, 10, 50, 60, "x: 1%, 50 rows, 0 rows/s, 2 h left");
        check(100, 10, 500, 60, "x: 10%, 500 rows, 8 rows/s, 9 min left");
        check(100, 0, 0, 9, "x: 0%, 0 rows");
        check(100, 120, 5, 5, "x: 100%, 5 rows, 1 rows/s, 0 s left");
        check(0, 0, 0, 0, "x: 100%, 0 rows");
    }
}
