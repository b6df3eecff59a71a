//! Going back to what ran before, where the new version does not start.

use tokio_util::sync::CancellationToken;

use super::DeployError;
use super::application::{Deployed, Wanted};
use super::lattice::Lattice;
use super::start::{Start, Started};
use super::watch::Watch;
use crate::generate::Manifest;
use crate::report::Reporter;

impl Lattice {
    /// Takes the new version off again, and deploys `had`, which was deployed before it.
    /// What came of it, in words that go behind the reason why. It is not cancelled: the
    /// target would be left with nothing.
    pub(super) async fn go_back(
        &self,
        had: &Deployed,
        failed: &Manifest,
        wanted: &Wanted,
        reporter: &Reporter,
    ) -> Result<String, DeployError> {
        let application = &had.application;
        let old = Manifest {
            document: had.document.clone(),
            version: had.version.clone(),
            ..had.now().manifest("", None)
        };
        self.say(
            wanted,
            reporter,
            format!(
                "{application}: {} does not run, back to {}",
                failed.version, old.version
            ),
        );
        let hosts = self.hosts_under(None).await?;
        let mut ids = had.ids();
        ids.extend(super::roll::ids_of(failed));
        self.put_ways(&old.document).await?;
        let mut watch = Watch::on(&self.control, application, ids.clone()).await?;
        self.wadm.undeploy(application).await?;
        self.wait_until_gone(application, &ids, &hosts, &mut watch).await?;
        self.close(application, &old.document, &hosts).await?;
        self.wadm.put(application, &old.document).await?;
        let mut watch = Watch::on(&self.control, application, ids).await?;
        self.wadm.deploy(application, &old.version).await?;
        self.wadm.forget_all_but(&old.version, application).await?;
        let start = Start {
            manifest: &old,
            wanted: &Wanted::of(&old)?,
            hosts,
            fresh: true,
            limit: self.limits.start,
        };
        let never = CancellationToken::new();
        let went = format!("the target went back to {}", old.version);
        Ok(match self.wait_until_running(start, &mut watch, &never).await? {
            Started::Running => format!("{went}, which runs"),
            Started::Waiting(reason) => format!("{went}, which waits: {reason}"),
            Started::Failed(reason) => format!("{went}, which does not run either: {reason}"),
        })
    }
}
