//! Making the local host run an application, and taking one off it.

use std::io::Write as _;

use tempfile::NamedTempFile;
use time::OffsetDateTime;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::client::LocalHost;
use super::folder::Folder;
use super::protocol::{Answer, Application, Ask, Ran};
use super::shelf::sha256;
use crate::deploy::application::{Claim, Wanted, annotations};
use crate::deploy::history::recorded;
use crate::deploy::{DeployError, Deployed, Look, TargetOutcome};
use crate::generate::{Manifest, Owner};
use crate::premises::{Premises, enter};
use crate::report::{Reporter, Stage, TargetState};

/// What a component is called on its way to the host.
const FETCHED: &str = ".fetched-";

/// How messages call the host.
const PLACE: &str = "host";

impl LocalHost {
    /// All applications that are deployed, in the order of their names. A host that
    /// was ended is started again; where nothing is deployed, none is.
    pub async fn applications(&self) -> Result<Vec<Deployed>, DeployError> {
        let all = self.list().await?;
        Ok(all.into_iter().map(|application| deployed(application).0).collect())
    }

    /// All applications, each with whether it runs.
    pub(in crate::deploy) async fn look(&self) -> Result<Vec<Look>, DeployError> {
        let look = |application: Application| {
            let (deployed, ran) = deployed(application);
            Look::bare(deployed, ran.state, ran.reason)
        };
        Ok(self.list().await?.into_iter().map(look).collect())
    }

    /// The same, and how each of them stands.
    pub(in crate::deploy) async fn survey(&self) -> Result<Vec<(Deployed, TargetState)>, DeployError> {
        let all = self.list().await?.into_iter().map(deployed);
        Ok(all.map(|(deployed, ran)| (deployed, ran.state)).collect())
    }

    /// Makes the host run `manifest`. What is deployed and runs is left alone. A new
    /// version takes over from the old one message by message: none is lost. One that
    /// cannot be started is [`TargetState::Failed`], and the old one goes on.
    pub async fn deploy(
        &self,
        manifest: &Manifest,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Result<TargetOutcome, DeployError> {
        let begun = Instant::now();
        let wanted = Wanted::of(manifest)?;
        let application = &manifest.application;
        let outcome = |changed: bool, ran: Ran| TargetOutcome {
            target: manifest.target.clone(),
            state: ran.state,
            changed,
            took: begun.elapsed(),
            address: manifest.address.clone(),
            reason: ran.reason,
        };
        let had = self.find(application).await?;
        if let Some((had, ran)) = &had {
            had.check(&wanted.claim, PLACE)?;
            if had.version == manifest.version && ran.state == TargetState::Running {
                return Ok(outcome(false, ran.clone()));
            }
        }
        if cancel.is_cancelled() {
            return Err(DeployError::Cancelled {
                application: application.clone(),
            });
        }
        let text = match &had {
            Some((had, ran)) if had.version == manifest.version => format!(
                "{application} {} is deployed but does not run ({}); starting it anew",
                had.version,
                ran.reason.as_deref().unwrap_or("no reason given")
            ),
            Some((had, _)) => format!("{application}: {} → {}", had.version, manifest.version),
            None => format!("{application}: {}", manifest.version),
        };
        reporter.line(Some(&wanted.task), Stage::Deploy, text);
        let had = had.map(|(had, _)| had);
        let ran = self.put(manifest, &wanted, had.as_ref()).await?;
        Ok(outcome(ran.state == TargetState::Running, ran))
    }

    /// Stops an application of `owner`'s and forgets it. Whether there was one;
    /// someone else's is refused.
    pub async fn remove(
        &self,
        application: &str,
        owner: &Owner,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Result<bool, DeployError> {
        let Some((had, _)) = self.find(application).await? else {
            return Ok(false);
        };
        let claim = Claim::from(owner);
        had.check(&claim, PLACE)?;
        if cancel.is_cancelled() {
            return Err(DeployError::Cancelled {
                application: application.to_owned(),
            });
        }
        let task = had.annotations.get("pelato.component").map(String::as_str);
        reporter.line(task, Stage::Remove, format!("{application}: {} → nothing", had.version));
        let ask = Ask::Remove {
            application: application.to_owned(),
            claim,
        };
        match self.call(&ask).await? {
            Answer::Removed(_) => Ok(true),
            answer => Err(self.refused("remove", application, answer)),
        }
    }

    async fn put(&self, manifest: &Manifest, wanted: &Wanted, had: Option<&Deployed>) -> Result<Ran, DeployError> {
        let application = &manifest.application;
        let no_component = |reason: String| DeployError::Component {
            application: application.clone(),
            reason,
        };
        let wasm = (self.fetch)(wanted.image.clone()).await.map_err(no_component)?;
        let folder = Folder::open(&self.folder)?;
        // Until the host has answered: it reads the file.
        let _premises = among_clients(&folder)?;
        let mut file = NamedTempFile::with_prefix_in(FETCHED, folder.path()).map_err(|error| folder.failed(&error))?;
        file.write_all(&wasm).map_err(|error| folder.failed(&error))?;
        let ask = Ask::Put {
            document: recorded(&manifest.document, had, OffsetDateTime::now_utc()),
            file: file.path().to_owned(),
            digest: sha256(&wasm),
        };
        match self.call(&ask).await? {
            Answer::Put(ran) => Ok(ran),
            answer => Err(self.refused("run", application, answer)),
        }
    }

    async fn find(&self, name: &str) -> Result<Option<(Deployed, Ran)>, DeployError> {
        let mut all = self.list().await?.into_iter().map(deployed);
        Ok(all.find(|(deployed, _)| deployed.application == name))
    }

    async fn list(&self) -> Result<Vec<Application>, DeployError> {
        if !self.folder.exists() {
            return Ok(Vec::new());
        }
        let folder = Folder::open(&self.folder)?;
        // Who was killed while it handed something over may never come again.
        drop(among_clients(&folder)?);
        if !folder.is_used() {
            return Ok(Vec::new());
        }
        match self.call(&Ask::List).await? {
            Answer::Applications(all) => Ok(all),
            answer => Err(self.refused("list", "its applications", answer)),
        }
    }
}

/// Enters as one of those who hand components over: what a killed one left is gone then.
fn among_clients(folder: &Folder) -> Result<Premises, DeployError> {
    let entered = enter(&folder.clients_lock(), || {
        Premises::remove(folder.path(), |name| name.starts_with(FETCHED));
    });
    entered.map_err(|error| folder.failed(&error))
}

fn deployed(application: Application) -> (Deployed, Ran) {
    let Application { document, ran } = application;
    let annotations = annotations(&document);
    let deployed = Deployed {
        application: document["metadata"]["name"].as_str().unwrap_or_default().to_owned(),
        version: annotations.get("version").cloned().unwrap_or_default(),
        deployed: true,
        annotations,
        document,
    };
    (deployed, ran)
}
