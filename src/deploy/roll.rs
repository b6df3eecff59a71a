//! Making a lattice run one application: look, and only on a difference roll.

use time::OffsetDateTime;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::DeployError;
use super::application::{Deployed, Wanted, plain};
use super::history::recorded;
use super::host::Host;
use super::lattice::Lattice;
use super::outcome::TargetOutcome;
use super::rolling::TaskRoll;
use super::start::{Start, Started};
use super::watch::Watch;
use crate::generate::Manifest;
use crate::report::{Reporter, Stage, TargetState};

impl Lattice {
    /// Makes the lattice run `manifest`, and waits until it does.
    ///
    /// What is deployed and runs already is left alone. Else the old one is
    /// undeployed, the inventories are empty of it, and only then
    /// the new one is put and deployed, and the old one forgotten: an upgrade in place loses messages and
    /// can leave the old code running under the new name. Calling it again
    /// completes a call that was interrupted. Of many calls at once only so many roll at
    /// a time as the hosts start quickly; the others leave what they have running. Of one
    /// task nobody else rolls a target for as long as `roll` is kept.
    ///
    /// A target without a host is [`TargetState::Waiting`], one that does not
    /// start is [`TargetState::Failed`]; both are no error of the call. An
    /// application of someone else's is refused. `cancel` is honoured before
    /// anything is changed and while the start is waited for, not between: a
    /// cancelled run must not leave the target with nothing.
    pub async fn deploy(
        &self,
        manifest: &Manifest,
        roll: &mut TaskRoll,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Result<TargetOutcome, DeployError> {
        let begun = Instant::now();
        let wanted = Wanted::of(manifest)?;
        let application = &manifest.application;
        let outcome = |changed: bool, started: Started| {
            let (state, reason) = match started {
                Started::Running => (TargetState::Running, None),
                Started::Waiting(reason) => (TargetState::Waiting, Some(reason)),
                Started::Failed(reason) => (TargetState::Failed, Some(reason)),
            };
            TargetOutcome {
                target: manifest.target.clone(),
                state,
                changed,
                took: begun.elapsed(),
                address: manifest.address.clone(),
                reason,
            }
        };
        let cancelled = || DeployError::Cancelled {
            application: application.clone(),
        };
        let (mut had, _) = tokio::try_join!(self.deployed(application), self.hosts_lately())?;
        if let Some(had) = &had {
            had.check(&wanted.claim, "lattice")?;
        }
        if cancel.is_cancelled() {
            return Err(cancelled());
        }
        let hosts = self.hosts_under(had.as_ref()).await?;
        let start = |fresh: bool, hosts: Vec<Host>| Start {
            manifest,
            wanted: &wanted,
            hosts,
            fresh,
            limit: match fresh {
                true => self.limits.start,
                false => self.limits.settle,
            },
        };
        if had
            .as_ref()
            .is_some_and(|had| had.deployed && had.version == manifest.version)
        {
            // Who rolled it may have been killed before that.
            self.wadm.forget_all_but(&manifest.version, application).await?;
            if !hosts.is_empty() {
                // The lattice may have forgotten what a host asks for when it starts.
                self.put_ways(&manifest.document).await?;
            }
            let mut watch = Watch::on(&self.control, application, ids_of(manifest)).await?;
            match self.wait_until_running(start(false, hosts), &mut watch, cancel).await? {
                Started::Failed(reason) => self.say(
                    &wanted,
                    reporter,
                    format!(
                        "{application} {} is deployed but does not run ({reason}); starting it anew",
                        manifest.version
                    ),
                ),
                started => return Ok(outcome(false, started)),
            }
        }
        let task = plain(&wanted.task);
        let waits = || {
            let text = format!("{application}: another process rolls this task; waiting until it is through");
            self.say(&wanted, reporter, text);
        };
        // Before the turn: who has one never waits for other processes.
        let Some(waited) = roll.begin(&self.control, &task, waits, cancel).await? else {
            return Err(cancelled());
        };
        let turn = tokio::select! {
            turn = self.turns.next(&manifest.target) => turn,
            () = cancel.cancelled() => return Err(cancelled()),
        };
        let _at_work = roll.target();
        if waited || !turn.came_at_once() {
            had = self.deployed(application).await?;
            if let Some(had) = &had {
                had.check(&wanted.claim, "lattice")?;
            }
        }
        // Counted before anything stops, so that counting is no part of the gap.
        let hosts = self.hosts_under(had.as_ref()).await?;
        // Before anything stops: without it the new one would be of no use.
        self.put_ways(&manifest.document).await?;
        if let Some(had) = &had {
            self.hand_over(had, &hosts).await?;
        }
        let down = Instant::now();
        self.take_down(had.as_ref(), manifest, &wanted, &hosts, reporter)
            .await?;
        let mut went_back = false;
        let document = recorded(&manifest.document, had.as_ref(), OffsetDateTime::now_utc());
        self.wadm.put(application, &document).await?;
        // A new one: what was announced of the old one must not be taken for news.
        let mut watch = Watch::on(&self.control, application, ids_of(manifest)).await?;
        self.wadm.deploy(application, &manifest.version).await?;
        if had.is_some() {
            self.wadm.forget_all_but(&manifest.version, application).await?;
        }
        let mut started = self.wait_until_running(start(true, hosts), &mut watch, cancel).await;
        if let (Ok(Started::Failed(reason)), Some(had)) = (&started, &had)
            && had.deployed
            && had.version != manifest.version
        {
            let went = self.go_back(had, manifest, &wanted, reporter).await?;
            started = Ok(Started::Failed(format!("{reason}; {went}")));
            went_back = true;
        }
        if let Some(had) = had.as_ref().filter(|_| !went_back) {
            // Whatever came of the wait: nothing names the old ones any more, and they may
            // hold a password.
            self.forget_ways(&had.document, Some(&manifest.document)).await?;
        }
        let started = started?;
        match started {
            // No host says how quick it is.
            Started::Waiting(_) => drop(turn),
            Started::Running | Started::Failed(_) => turn.ends(),
        }
        if had.is_some_and(|had| had.deployed) && matches!(started, Started::Running) {
            let seconds = down.elapsed().as_secs_f64();
            self.say(&wanted, reporter, format!("{application} was away for {seconds:.1} s"));
        }
        Ok(outcome(true, started))
    }

    /// Leaves the lattice without anything of the application. Without an old
    /// one too it looks: parts may be left from a run that was killed.
    async fn take_down(
        &self,
        had: Option<&Deployed>,
        manifest: &Manifest,
        wanted: &Wanted,
        hosts: &[Host],
        reporter: &Reporter,
    ) -> Result<(), DeployError> {
        let application = &manifest.application;
        let mut ids = ids_of(manifest);
        ids.extend(had.map(Deployed::ids).unwrap_or_default());
        let mut watch = Watch::on(&self.control, application, ids.clone()).await?;
        if let Some(had) = had {
            self.say(
                wanted,
                reporter,
                format!("{application}: {} → {}", had.version, manifest.version),
            );
            // It stays known, and what was before it with it, until the new one is there:
            // this process may be killed. What is older was forgotten, or was to be.
            if had.deployed {
                self.control.quieten(application, &had.document).await?;
            }
            self.wadm.undeploy(application).await?;
            self.wadm.forget_all_but(&had.version, application).await?;
        } else {
            self.say(wanted, reporter, format!("{application}: {}", manifest.version));
        }
        self.wait_until_gone(application, &ids, hosts, &mut watch).await?;
        self.close(application, &manifest.document, hosts).await
    }

    pub(super) fn say(&self, wanted: &Wanted, reporter: &Reporter, text: String) {
        reporter.line(Some(&wanted.task), Stage::Deploy, text);
    }
}

/// The ids of all that a manifest starts.
pub(super) fn ids_of(manifest: &Manifest) -> Vec<String> {
    let mut ids = vec![manifest.component_id.clone()];
    ids.extend(manifest.provider_ids.iter().cloned());
    ids
}
