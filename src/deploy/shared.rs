//! One answer for all who ask the same thing at the same time.

use tokio::sync::Mutex;
use tokio::time::Instant;

/// The last answer to a question, and when that was put.
pub(super) struct Shared<T> {
    last: Mutex<Option<(Instant, T)>>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { last: Mutex::new(None) }
    }
}

impl<T: Clone> Shared<T> {
    /// The answer to the question as it was put at `since` or later. Of all who wait
    /// here one asks, and those take its answer who came before it asked. Errors are
    /// nobody else's.
    pub(super) async fn since<E>(&self, since: Instant, ask: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let mut last = self.last.lock().await;
        if let Some((asked, answer)) = &*last
            && *asked >= since
        {
            return Ok(answer.clone());
        }
        let asked = Instant::now();
        let answer = ask.await?;
        *last = Some((asked, answer.clone()));
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;
    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn of_twenty_who_ask_at_once_two_ask_in_fact() {
        let (shared, asked) = (Shared::default(), AtomicUsize::new(0));
        let ask = async || {
            let since = Instant::now();
            let ask = async {
                yield_now().await;
                Ok::<_, Infallible>(asked.fetch_add(1, Ordering::Relaxed))
            };
            shared.since(since, ask).await
        };
        // The first answer may be older than the question of those who came meanwhile.
        let answers = join_all((0..20).map(|_| ask())).await;
        assert_eq!(answers.first(), Some(&Ok(0)));
        assert!(answers[1..].iter().all(|answer| *answer == Ok(1)), "{answers:?}");
        // Who comes later gets an answer of later.
        assert_eq!(ask().await, Ok(2));
        let long_ago = Instant::now() - std::time::Duration::from_secs(1);
        assert_eq!(shared.since(long_ago, async { Err("nobody asks") }).await, Ok(2));
    }
}
