//! What all commands do alike at the terminal: arguments, logs, progress, errors, exit codes.
//!
//! What was asked for goes to stdout; logs, progress and errors go to stderr. Exit codes: 0 done,
//! 1 an error, 2 wrong usage (clap says so), 3 a bad verdict, 130 stopped by Ctrl-C or SIGTERM.

mod args;
mod board;
mod clock;
mod exit;
mod file;
mod html;
mod interrupt;
mod logging;
mod output;
mod progress;

pub use args::{parse_time, timeframe_parser};
pub use board::{Board, Piece};
pub use clap_complete::Shell;
pub use clock::now_ms;
pub use exit::{BadVerdict, Interrupted, run};
pub use file::read_text;
pub use html::escape_html;
pub use interrupt::Interrupt;
pub use logging::{init_logging, stderr_logs};
pub use output::{completions, print, table, tell, thousands};
pub use progress::Progress;
