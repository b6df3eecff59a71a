//! A request that is worth repeating at once.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};

use super::PublishError;

/// How often a request is repeated.
const TIMES: usize = 3;
/// Before the first repetition; twice as long before the next.
const FIRST: Duration = Duration::from_millis(200);
/// Who is asked for more patience says so instead: a command line does not hang, and a
/// runner has better to do meanwhile.
const LONGEST: Duration = Duration::from_secs(5);

/// Repeats a request that the registry was too busy for, or failed at, some three seconds
/// altogether. One that does not answer at all is not asked again: that took its time.
pub(super) async fn again<T, F>(request: impl FnMut() -> F) -> Result<T, PublishError>
where
    F: Future<Output = Result<T, PublishError>>,
{
    let pauses = ExponentialBuilder::default()
        .with_min_delay(FIRST)
        .with_max_times(TIMES)
        .with_jitter();
    request
        .retry(pauses)
        .when(|error| error.is_temporary() && !matches!(error, PublishError::Unreachable { .. }))
        .adjust(|error, pause| match (pause?, error.retry_after()) {
            (_, Some(asked)) if asked > LONGEST => None,
            (pause, Some(asked)) => Some(asked.max(pause)),
            (pause, None) => Some(pause),
        })
        .await
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn busy(retry_after: Option<u64>) -> PublishError {
        PublishError::TooMany {
            host: "r.example".to_owned(),
            tried: "nobody".to_owned(),
            reason: String::new(),
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    fn broken(status: u16) -> PublishError {
        PublishError::Server {
            host: "r.example".to_owned(),
            repository: "a".to_owned(),
            reason: String::new(),
            status,
            retry_after: None,
        }
    }

    /// How often a registry was asked that answers so, and then well.
    async fn asked(answers: Vec<PublishError>) -> (usize, bool) {
        let answers = RefCell::new(answers.into_iter());
        let times = RefCell::new(0);
        let ended = again(|| async {
            *times.borrow_mut() += 1;
            answers.borrow_mut().next().map_or(Ok(()), Err)
        })
        .await;
        let times = *times.borrow();
        (times, ended.is_ok())
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_waited_for_and_what_does_not_is_not() {
        assert_eq!(asked(vec![busy(None), broken(503)]).await, (3, true));
        assert_eq!(asked(vec![busy(Some(4))]).await, (2, true));
        assert_eq!(asked((0..9).map(|_| broken(500)).collect()).await, (4, false));
        // A longer wait is somebody else's.
        assert_eq!(asked(vec![busy(Some(60))]).await, (1, false));
        assert_eq!(asked(vec![broken(400)]).await, (1, false));
        let away = PublishError::Unreachable {
            host: "r.example".to_owned(),
            reason: "no answer in time".to_owned(),
        };
        assert_eq!(asked(vec![away]).await, (1, false));
    }
}
