//! Ctrl-C, SIGTERM and a closed terminal → a token.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that the first Ctrl-C, SIGTERM or SIGHUP cancels. What runs then cleans up
/// and ends. Under `nohup` the terminal may close.
pub(super) fn interrupted() -> CancellationToken {
    let token = CancellationToken::new();
    let cancelled = token.clone();
    let mut terminated = signal(SignalKind::terminate()).ok();
    // Who listens for a signal ignores it no more, so it is looked at first.
    let mut hung_up = match is_ignored(HANGUP) {
        true => None,
        false => signal(SignalKind::hangup()).ok(),
    };
    tokio::spawn(async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = received(terminated.as_mut()) => {}
            () = received(hung_up.as_mut()) => {}
        }
        cancelled.cancel();
    });
    token
}

/// SIGHUP's number.
const HANGUP: u32 = 1;

/// Waits for a signal; without end where it cannot be listened for.
async fn received(signal: Option<&mut Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Whether this process was started with a signal ignored, as `nohup` does: `SigIgn` in
/// proc(5) is a mask in hex digits, the first signal the lowest bit.
fn is_ignored(number: u32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (number - 1) & 1 == 1)
}
