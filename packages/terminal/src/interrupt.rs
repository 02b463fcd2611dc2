//! Ctrl-C and SIGTERM as a flag that a loop looks at between two steps.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// 128 and the number of SIGINT, as shells have it.
const INTERRUPTED: i32 = 130;

/// Who listens already. Signals are of the process, and so is the answer.
static LISTENING: Mutex<Option<Interrupt>> = Mutex::new(None);

/// Whether someone asked the process to stop. Clones share the answer, and so do all who listen.
#[derive(Debug, Clone)]
pub struct Interrupt {
    asked: Arc<AtomicBool>,
}

impl Interrupt {
    /// How often a waiting loop looks at the flag.
    pub const POLL: Duration = Duration::from_millis(100);

    /// Listens from now on. The first signal sets the flag; the second one ends the process at
    /// once, which the store survives.
    ///
    /// # Errors
    /// When the system does not let the process listen.
    pub fn listen() -> io::Result<Self> {
        let mut listening = LISTENING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(interrupt) = &*listening {
            return Ok(interrupt.clone());
        }
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order, so that the first signal finds the flag not yet set.
            flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&asked))?;
            flag::register(signal, Arc::clone(&asked))?;
        }
        Ok(listening.insert(Interrupt { asked }).clone())
    }

    /// Whether a signal came.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_sets_the_flag() {
        let interrupt = Interrupt::listen().unwrap();
        assert!(!interrupt.is_asked());
        signal_hook::low_level::raise(SIGTERM).unwrap();
        assert!(interrupt.clone().is_asked());
        assert!(Interrupt::listen().unwrap().is_asked(), "who listens later hears it too");
    }
}
