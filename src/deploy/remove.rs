//! Taking an application off a lattice.

use tokio_util::sync::CancellationToken;

use super::DeployError;
use super::application::Claim;
use super::lattice::Lattice;
use super::watch::Watch;
use crate::generate::Owner;
use crate::report::{Reporter, Stage};

impl Lattice {
    /// Undeploys and deletes an application of `owner`'s and waits until no
    /// host runs anything of it. Whether there was one; someone else's is
    /// refused. `cancel` is honoured before anything is changed.
    pub async fn remove(
        &self,
        application: &str,
        owner: &Owner,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Result<bool, DeployError> {
        let Some(had) = self.deployed(application).await? else {
            return Ok(false);
        };
        had.check(&Claim::from(owner), "lattice")?;
        if cancel.is_cancelled() {
            return Err(DeployError::Cancelled {
                application: application.to_owned(),
            });
        }
        let task = had.annotations.get("pelato.component").map(String::as_str);
        reporter.line(task, Stage::Remove, format!("{application}: {} → nothing", had.version));
        let mut watch = Watch::on(&self.control, application, had.ids()).await?;
        let hosts = self.hosts_under(Some(&had)).await?;
        self.control.quieten(application, &had.document).await?;
        self.wadm.undeploy(application).await?;
        self.wait_until_gone(application, &had.ids(), &hosts, &mut watch)
            .await?;
        self.forget_ways(&had.document, None).await?;
        // Last: a removal that was killed, or got stuck, is found again by the next one.
        self.wadm.forget(application).await?;
        Ok(true)
    }
}
