//! A run that cannot go on now: whether it is tried, and when it is tried again.

use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::ending::end;
use super::patience::Patience;
use super::platform::Needs;
use super::push::Serve;
use crate::pipeline::Away;
use crate::queue::{Job, Later, Run, RunEnd, RunState};
use crate::report::Reporter;
use crate::services::Services;

/// How a run came out, and what is away where the same may go through later.
pub(super) struct Came {
    pub(super) end: RunEnd,
    pub(super) away: Option<Away>,
}

impl From<RunEnd> for Came {
    fn from(end: RunEnd) -> Self {
        Self { end, away: None }
    }
}

impl Serve {
    /// One try, but where a part that the run needs asked to be left alone.
    pub(super) async fn try_once(
        &self,
        job: &Job,
        services: &Services,
        patience: &Patience,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Came {
        let run = &job.run;
        if let Some((wait, part)) = self.platform.left_alone(self.needs(run))
            && !patience.is_over(run, OffsetDateTime::now_utc())
            && !cancel.is_cancelled()
        {
            return Came {
                end: end(RunState::Error, format!("the {part} asked for patience")),
                away: Some(Away {
                    part,
                    retry_after: Some(wait),
                }),
            };
        }
        let came = self.stages(job, services, patience, reporter, cancel).await;
        if let Some(away) = came.away {
            self.platform.found_away(away, self.needs(run));
            if cancel.is_cancelled() && !self.shutdown.is_cancelled() {
                return end(RunState::Cancelled, "cancelled").into();
            }
        }
        came
    }

    /// When a run is tried again that could not go on; none, and `ended` says so, where it
    /// has waited long enough.
    pub(super) fn later(&self, run: &Run, away: Away, patience: &Patience, ended: &mut RunEnd) -> Option<Later> {
        let reason = ended
            .reason
            .clone()
            .unwrap_or_else(|| format!("the {} is away", away.part));
        if patience.is_over(run, OffsetDateTime::now_utc()) {
            let minutes = patience.altogether.as_secs() / 60;
            ended.reason = Some(format!(
                "{reason}; given up after {minutes} min and {} tries",
                run.postponed + 1
            ));
            return None;
        }
        Some(Later {
            after: patience.pause(run.postponed, away.retry_after, fastrand::f64()),
            reason,
        })
    }

    fn needs<'n>(&'n self, run: &'n Run) -> Needs<'n> {
        Needs {
            forge: &self.origin,
            environment: &run.environment,
        }
    }
}
