//! Work on several processors whose results come in order, and never more of them than a few at a time.

use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

/// Threads at most: one thread stores what all of them read, and more could not keep it busier.
const MOST_LANES: usize = 8;
/// Results that wait in a lane at most.
const AHEAD: usize = 1;

/// Results of jobs, in the order of the jobs. Every thread does the jobs of a lane, and lanes take turns.
pub(crate) struct Lanes<T> {
    lanes: Vec<Receiver<T>>,
    next: usize,
}

impl<T: Send + 'static> Lanes<T> {
    /// Begins. The threads end when the jobs do, or when this is dropped; nobody waits for them, since one may be
    /// reading a pipe that says nothing.
    pub(crate) fn start<J: Send + 'static>(jobs: Vec<J>, work: impl Fn(J) -> T + Send + Clone + 'static) -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let count = processors.min(MOST_LANES).min(jobs.len()).max(1);
        let mut shares: Vec<Vec<J>> = (0..count).map(|_| Vec::new()).collect();
        for (index, job) in jobs.into_iter().enumerate() {
            shares[index % count].push(job);
        }
        let lane = |share: Vec<J>| {
            let (sender, receiver) = sync_channel(AHEAD);
            let work = work.clone();
            thread::spawn(move || share.into_iter().map(work).try_for_each(|result| sender.send(result)));
            receiver
        };
        Lanes { lanes: shares.into_iter().map(lane).collect(), next: 0 }
    }

    /// The result of the next job.
    ///
    /// # Errors
    /// `Timeout` when it is not there in time: ask again. `Disconnected` after the last one.
    pub(crate) fn next(&mut self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        let result = self.lanes[self.next].recv_timeout(timeout)?;
        self.next = (self.next + 1) % self.lanes.len();
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    #[track_caller]
    fn check(jobs: usize) {
        let done = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&done);
        let mut lanes = Lanes::start((0..jobs).collect(), move |job| {
            // Later jobs of a lane are quicker.
            thread::sleep(Duration::from_millis(if job < 2 { 20 } else { 0 }));
            counter.fetch_add(1, Ordering::SeqCst);
            job
        });
        for job in 0..jobs {
            assert_eq!(lanes.next(PATIENCE), Ok(job));
            // Each lane: one that waits, one in hand, and the one that was just taken.
            assert!(done.load(Ordering::SeqCst) <= job + 1 + lanes.lanes.len() * (AHEAD + 1));
        }
        assert_eq!(lanes.next(PATIENCE), Err(RecvTimeoutError::Disconnected));
    }

    #[test]
    fn results_come_in_order_and_not_too_early() {
        for jobs in [0, 1, 2, 3, 100] {
            check(jobs);
        }
    }
}
