//! Ends the process when it was asked to stop and does not: behind a lock of the store, say.

use std::io;
use std::thread;
use std::time::Duration;

use terminal::Interrupt;

/// From being asked to stop to being ended: a supervisor gives five seconds and more.
const PATIENCE: Duration = Duration::from_millis(4_500);
/// Stopped, with no summary told.
const STOPPED: i32 = 130;

/// Watches from now on. The store survives a process that is ended at any point.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn start(interrupt: &Interrupt) -> io::Result<()> {
    let interrupt = interrupt.clone();
    let watch = move || {
        while !interrupt.is_asked() {
            thread::sleep(Interrupt::POLL);
        }
        thread::sleep(PATIENCE);
        terminal::tell("stopped: in the midst of something that took long; the next start goes on from what is stored");
        std::process::exit(STOPPED);
    };
    thread::Builder::new().name("watchdog".to_owned()).spawn(watch).map(drop)
}
