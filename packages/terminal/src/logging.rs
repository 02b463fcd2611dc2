//! Logs to stderr, quiet unless asked.

use std::io::{self, IsTerminal};

use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging: warnings, with `-v` what is done and when, with `-vv` details, with `-vvv`
/// everything. `RUST_LOG` overrules where it is set. Does nothing when called again.
pub fn init_logging(verbose: u8) {
    // A second start, as in tests, finds the logs running: that is all that can fail.
    let _ = tracing_subscriber::registry().with(stderr_logs(verbose, &[])).try_init();
}

/// The layer that [`init_logging`] starts, for a command with logs of its own beside it. Targets that are
/// told elsewhere are left out.
pub fn stderr_logs<S>(verbose: u8, told_elsewhere: &[&str]) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let level = match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let asked = std::env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let filter = asked.unwrap_or_else(|| Targets::new().with_default(level));
    let filter = filter.with_targets(told_elsewhere.iter().map(|target| (*target, LevelFilter::OFF)));
    // A log in a file, or read by a program, is plain.
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let colours = io::stderr().is_terminal() && !no_color;
    let logs = fmt::layer().with_writer(io::stderr).with_ansi(colours).with_target(verbose > 1);
    let logs = if verbose == 0 { logs.without_time().boxed() } else { logs.boxed() };
    logs.with_filter(filter)
}
