//! Waiting for room in the store's log, in one place for all who add many rows.
//!
//! The store itself waits five seconds for a reader that does not come to an end. Such a reader is often a program
//! that somebody forgot, and what took hours so far need not end for it: it is told what holds it up, and goes on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use db::{DbError, Store};
use terminal::Interrupt;

/// The wait between two looks; also how soon Ctrl-C is heard.
const PAUSE: Duration = Duration::from_millis(200);
/// Looks before it ends in the error: ten minutes.
const MOST_LOOKS: u32 = 3_000;

/// Whether it was waited in vain: then nobody else of this process waits as long, until there was room once.
static IN_VAIN: AtomicBool = AtomicBool::new(false);

/// Does `work`, which adds many rows, when there is room for it: waits, tells so once, and hears who asks to stop.
///
/// # Errors
/// As `work`; [`DbError::LogFull`] after ten minutes, or when someone asked to stop meanwhile.
pub(crate) fn write<T>(
    store: &mut Store,
    mut work: impl FnMut(&mut Store) -> Result<T, DbError>,
) -> Result<T, DbError> {
    let mut looks = 0;
    loop {
        if is_asked_to_stop() {
            // Without the store's own wait.
            store.look_for_room()?;
        }
        match work(store) {
            Err(full @ DbError::LogFull { .. }) if !IN_VAIN.load(Ordering::Relaxed) => {
                if looks == 0 {
                    let path = store.path().display();
                    eprintln!("{path} is being read by a program that does not come to an end; waiting for it");
                }
                let nap = || {
                    thread::sleep(PAUSE);
                    !is_asked_to_stop()
                };
                wait(full, &mut looks, nap, || store.look_for_room())?;
            }
            done => {
                if done.is_ok() {
                    IN_VAIN.store(false, Ordering::Relaxed);
                }
                return done;
            }
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

/// Takes a `nap` and a `look` in turns until there is room. A nap tells whether to go on.
fn wait(
    mut full: DbError,
    looks: &mut u32,
    mut nap: impl FnMut() -> bool,
    mut look: impl FnMut() -> Result<(), DbError>,
) -> Result<(), DbError> {
    while *looks < MOST_LOOKS {
        if !nap() {
            return Err(full);
        }
        *looks += 1;
        match look() {
            Err(again @ DbError::LogFull { .. }) => full = again,
            done => return done,
        }
    }
    IN_VAIN.store(true, Ordering::Relaxed);
    Err(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> DbError {
        DbError::LogFull { path: "x.db".into(), bytes: 1 }
    }

    /// Naps until somebody asks to stop, and until there is room. Gives whether there was, and how many looks it took.
    #[track_caller]
    fn check(naps: u32, room_at: u32, expected: (bool, u32)) {
        let (mut looks, mut napped, mut looked) = (0, 0, 0);
        let nap = || {
            napped += 1;
            napped <= naps
        };
        let look = || {
            looked += 1;
            if looked == room_at { Ok(()) } else { Err(full()) }
        };
        let done = wait(full(), &mut looks, nap, look);
        assert_eq!((done.is_ok(), looks), expected);
    }

    #[test]
    fn it_waits_for_room_until_someone_asks_to_stop_and_ten_minutes_at_most() {
        check(u32::MAX, 1, (true, 1));
        check(u32::MAX, 40, (true, 40));
        check(7, 40, (false, 7));
        check(0, 1, (false, 0));
        assert!(!IN_VAIN.load(Ordering::Relaxed));
        check(u32::MAX, u32::MAX, (false, MOST_LOOKS));
        assert!(IN_VAIN.load(Ordering::Relaxed));
        assert_eq!(PAUSE * MOST_LOOKS, Duration::from_secs(600));
    }
}
