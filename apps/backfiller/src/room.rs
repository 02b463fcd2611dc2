//! Waiting for room in the store's log, in one place for all who add many rows.
//!
//! A reader that does not come to an end keeps the log from being emptied. Such a reader is often a program that somebody
//! forgot, and what took hours so far need not end for it: it is told what holds it up, and goes on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use db::{DbError, Store};
use terminal::Interrupt;

/// The wait between two looks; also how soon Ctrl-C is heard.
const PAUSE: Duration = Duration::from_millis(200);
/// Looks before it is told: five seconds.
const QUIET_LOOKS: u32 = 25;
/// Looks before it ends in the error: ten minutes.
const MOST_LOOKS: u32 = 3_000;

/// Whether it was waited in vain: then nobody else of this process waits, until there was room once.
static IN_VAIN: AtomicBool = AtomicBool::new(false);

/// Does `work`, which adds many rows, when there is room for it: waits, tells so once, and hears who asks to stop.
///
/// # Errors
/// As `work`; [`DbError::LogFull`] after ten minutes, or when someone asked to stop meanwhile.
pub(crate) fn write<T>(
    store: &mut Store,
    mut work: impl FnMut(&mut Store) -> Result<T, DbError>,
) -> Result<T, DbError> {
    let path = store.path().display().to_string();
    let mut looks = 0;
    let nap = |looks| {
        if looks == QUIET_LOOKS {
            terminal::tell(&format!("{path} is being read by a program that does not come to an end; waiting for it"));
        }
        thread::sleep(PAUSE);
        !is_asked_to_stop()
    };
    loop {
        wait(&mut looks, nap, || store.look_for_room())?;
        match work(store) {
            // Others filled it in the moment between.
            Err(DbError::LogFull { .. }) if looks < MOST_LOOKS => looks += QUIET_LOOKS,
            done => return done,
        }
    }
}

/// What was done; `None` where someone asked to stop, be it that a wait ended in an error for it.
pub(crate) fn unless_stopped<T>(done: Option<Result<T>>) -> Option<Result<T>> {
    done.filter(|done| done.is_ok() || !is_asked_to_stop())
}

fn is_asked_to_stop() -> bool {
    Interrupt::listen().is_ok_and(|interrupt| interrupt.is_asked())
}

/// Looks, and takes a nap before the next look, until there is room. A nap is told how many looks were in vain, and
/// tells whether to go on.
fn wait(
    looks: &mut u32,
    mut nap: impl FnMut(u32) -> bool,
    mut look: impl FnMut() -> Result<(), DbError>,
) -> Result<(), DbError> {
    loop {
        match look() {
            Err(full @ DbError::LogFull { .. }) => {
                if *looks >= MOST_LOOKS {
                    IN_VAIN.store(true, Ordering::Relaxed);
                }
                if IN_VAIN.load(Ordering::Relaxed) || !nap(*looks) {
                    return Err(full);
                }
                *looks += 1;
            }
            done => {
                IN_VAIN.store(false, Ordering::Relaxed);
                return done;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> DbError {
        DbError::LogFull { path: "x.db".into(), bytes: 1 }
    }

    /// Naps until somebody asks to stop, and looks until there is room. Gives whether there was, and after how many looks
    /// in vain.
    #[track_caller]
    fn check(naps: u32, room_at: u32, expected: (bool, u32)) {
        let (mut looks, mut looked) = (0, 0);
        let look = || {
            looked += 1;
            if looked > room_at { Ok(()) } else { Err(full()) }
        };
        let done = wait(&mut looks, |looks| looks < naps, look);
        assert_eq!((done.is_ok(), looks), expected);
    }

    #[test]
    fn it_waits_for_room_until_someone_asks_to_stop_and_ten_minutes_at_most() {
        check(u32::MAX, 0, (true, 0));
        check(u32::MAX, 40, (true, 40));
        check(7, 40, (false, 7));
        check(0, 1, (false, 0));
        assert!(!IN_VAIN.load(Ordering::Relaxed));
        check(u32::MAX, u32::MAX, (false, MOST_LOOKS));
        assert!(IN_VAIN.load(Ordering::Relaxed));
        check(u32::MAX, 1, (false, 0));
        check(u32::MAX, 0, (true, 0));
        assert!(!IN_VAIN.load(Ordering::Relaxed));
        assert_eq!(PAUSE * MOST_LOOKS, Duration::from_secs(600));
        assert_eq!(PAUSE * QUIET_LOOKS, Duration::from_secs(5));
    }
}
