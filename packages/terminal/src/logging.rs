//! Logs to stderr, quiet unless asked.

use std::io;

use tracing_subscriber::EnvFilter;

/// Starts logging: warnings, with `-v` what is done and when, with `-vv` details, with `-vvv`
/// everything. `RUST_LOG` overrules where it is set. Does nothing when called again.
pub fn init_logging(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_target(verbose > 1);
    // A second start, as in tests, finds the logs running: that is all that can fail.
    let _ = if verbose == 0 { logs.without_time().try_init() } else { logs.try_init() };
}
