//! Waits for a turn at the store: another process that holds it for long ends no trader.

use std::time::Duration;

use db::DbError;

/// From one attempt to the next; the store itself waits some seconds in each.
const PAUSE: Duration = Duration::from_millis(500);

/// Does `work` as soon as the store is not locked; others run between two attempts.
///
/// # Errors
/// Every other error of the store.
pub(crate) async fn wait_for<T>(mut work: impl FnMut() -> Result<T, DbError>) -> Result<T, DbError> {
    loop {
        match work() {
            Err(error @ DbError::Locked { .. }) => {
                tracing::warn!("waiting: {error}");
                tokio::time::sleep(PAUSE).await;
            }
            done => return done,
        }
    }
}

/// What is there for eyes only is left out while the store is locked.
///
/// # Errors
/// Every other error of the store.
pub(crate) fn skip<T>(done: Result<T, DbError>) -> Result<(), DbError> {
    match done {
        Err(error @ DbError::Locked { .. }) => tracing::warn!("not stored: {error}"),
        done => drop(done?),
    }
    Ok(())
}

/// Whether an error is that the store is locked.
pub(crate) fn is_locked(error: &(dyn std::error::Error + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(DbError::Locked { .. }))
}
