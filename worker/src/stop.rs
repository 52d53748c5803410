//! Being told to stop: Ctrl-C or SIGTERM, from the first moment of the process on.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that is cancelled when this process is told to stop. Call it before anything else: a signal
/// that comes earlier ends the process at once.
///
/// # Errors
/// When the system lets no handlers be set.
pub fn when_told() -> std::io::Result<CancellationToken> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let told = CancellationToken::new();
    let token = told.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        told.cancel();
    });
    Ok(token)
}
