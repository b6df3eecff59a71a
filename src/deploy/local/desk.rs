//! What a host runs, and what it is asked to.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;

use super::journal::Journal;
use super::protocol::{Application, Ran};
use super::shelf::{Record, Shelf, sha256};
use crate::deploy::Specification;
use crate::deploy::application::{Claim, annotations};
use crate::runtime::{Code, Host, HostError, Runtime, Stores, Task};

/// What tasks are given to finish what they have begun.
pub(super) const DRAIN: Duration = Duration::from_secs(15);

/// The interface of a task that writes to a database.
const DATABASE: &str = "wasmcloud:postgres/query";

/// The applications of a host.
pub(super) struct Desk {
    host: Host,
    runtime: Runtime,
    shelf: Shelf,
    journal: Journal,
    stores: Stores,
    kept: Mutex<BTreeMap<String, Kept>>,
    /// What is asked of one application is done in the order in which it came. Who asked may
    /// be dead by then, and somebody else have asked for something newer.
    turns: std::sync::Mutex<BTreeMap<String, Arc<Mutex<()>>>>,
}

struct Kept {
    record: Record,
    /// None where it could not be loaded.
    code: Option<Code>,
    started: Result<(), String>,
}

impl Kept {
    /// Whether this very thing runs: whoever asked for it first was killed before the
    /// answer came.
    fn is(&self, wanted: &Record) -> bool {
        let version = |record: &Record| annotations(&record.document).remove("version");
        self.started.is_ok() && self.record.component == wanted.component && version(&self.record) == version(wanted)
    }
}

impl Desk {
    pub(super) fn new(host: Host, runtime: Runtime, shelf: Shelf, journal: Journal, stores: Stores) -> Self {
        Self {
            host,
            runtime,
            shelf,
            journal,
            stores,
            kept: Mutex::default(),
            turns: std::sync::Mutex::default(),
        }
    }

    /// Waits until all that was asked of an application before is done.
    async fn turn(&self, name: &str) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            Arc::clone(turns.entry(name.to_owned()).or_default())
        };
        turn.lock_owned().await
    }

    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    /// Starts what is on the disk. Who asks meanwhile waits.
    pub(super) async fn restore(&self) {
        let mut kept = self.kept.lock().await;
        for (name, record) in self.shelf.all(|text| self.journal.say(&text)) {
            let code = match shared(&kept, &record.component) {
                Some(code) => Ok(code),
                None => self.load(&record).await,
            };
            let started = match &code {
                Ok(code) => self.start(&kept, &name, &record, code).await,
                Err(reason) => Err(reason.clone()),
            };
            self.say(&name, &record.document, &started);
            let code = code.ok();
            kept.insert(name, Kept { record, code, started });
        }
    }

    /// Runs an application in the place of the one that has its name. Where it
    /// cannot be started, the old one goes on and is what stays on the disk.
    pub(super) async fn put(&self, document: Value, file: &Path, digest: String) -> Result<Ran, String> {
        let name = name_of(&document)?;
        let _turn = self.turn(&name).await;
        let wasm = tokio::fs::read(file).await;
        let wasm = wasm.map_err(|error| format!("the component cannot be read: {error}"))?;
        if sha256(&wasm) != digest {
            return Err("the component is not what its digest says".to_owned());
        }
        let record = Record {
            document,
            component: digest,
        };
        let known = {
            let kept = self.kept.lock().await;
            shared(&kept, &record.component)
        };
        let code = match known {
            Some(code) => code,
            None => match self.runtime.load(wasm.clone()).await {
                Ok(code) => code,
                Err(error) => return Ok(self.failed(&name, &record, error.to_string())),
            },
        };
        let mut kept = self.kept.lock().await;
        if let Some(had) = kept.get(&name) {
            let (theirs, ours) = (claim(&had.record.document), claim(&record.document));
            if theirs.is_none() || theirs != ours {
                return Err("it is someone else's".to_owned());
            }
            if had.is(&record) {
                return Ok(Ran::from(Ok(())));
            }
        }
        if let Err(reason) = self.start(&kept, &name, &record, &code).await {
            return Ok(self.failed(&name, &record, reason));
        }
        self.say(&name, &record.document, &Ok(()));
        let written = self.shelf.keep(&name, &record, &wasm);
        kept.insert(
            name,
            Kept {
                record,
                code: Some(code),
                started: Ok(()),
            },
        );
        self.tidy(&kept);
        match written {
            Ok(()) => Ok(Ran::from(Ok(()))),
            Err(error) => Err(format!("it runs, but could not be written down: {error}")),
        }
    }

    /// Stops an application and forgets it; whether there was one.
    pub(super) async fn remove(&self, name: &str, ours: &Claim) -> Result<bool, String> {
        let _turn = self.turn(name).await;
        let mut kept = self.kept.lock().await;
        match kept.get(name) {
            None => return Ok(false),
            Some(had) if claim(&had.record.document).as_ref() != Some(ours) => {
                return Err("it is someone else's".to_owned());
            }
            Some(_) => {}
        }
        let forgotten = self.shelf.forget(name);
        forgotten.map_err(|error| format!("it could not be removed from the disk: {error}"))?;
        // It takes nothing new from here on. What it has begun may never end.
        if timeout(DRAIN, self.host.take(name)).await.is_err() {
            self.journal.say(&format!("{name} had not finished in time"));
        }
        kept.remove(name);
        self.tidy(&kept);
        self.journal.say(&format!("{name} was removed"));
        Ok(true)
    }

    pub(super) async fn list(&self) -> Vec<Application> {
        let kept = self.kept.lock().await;
        let all = kept.values().map(|kept| Application {
            document: kept.record.document.clone(),
            ran: Ran::from(kept.started.clone()),
        });
        all.collect()
    }

    /// Tries once more what could not be started: an address may be free by now.
    pub(super) async fn try_again(&self) {
        let mut kept = self.kept.lock().await;
        let failed = kept.iter().filter(|(_, kept)| kept.started.is_err());
        let names: Vec<String> = failed.map(|(name, _)| name.clone()).collect();
        for name in names {
            let Some((record, code)) = kept
                .get(&name)
                .and_then(|kept| Some((kept.record.clone(), kept.code.clone()?)))
            else {
                continue;
            };
            let started = self.start(&kept, &name, &record, &code).await;
            if let Some(kept) = kept.get_mut(&name)
                && kept.started != started
            {
                self.say(&name, &record.document, &started);
                kept.started = started;
            }
        }
    }

    pub(super) async fn is_empty(&self) -> bool {
        self.kept.lock().await.is_empty()
    }

    async fn load(&self, record: &Record) -> Result<Code, String> {
        let wasm = self.shelf.component(&record.component)?;
        self.runtime.load(wasm).await.map_err(|error| error.to_string())
    }

    async fn start(
        &self,
        kept: &BTreeMap<String, Kept>,
        name: &str,
        record: &Record,
        code: &Code,
    ) -> Result<(), String> {
        let specification = Specification::of(&record.document)?;
        // Else each of its messages would fail, one by one.
        if specification.links.contains_key(DATABASE) && self.stores.sql.is_none() {
            return Err(
                "it needs a database, and this host was started without one, whose address is kept on no disk: run any command of pelato with PELATO_SQL_URL (`sql` of the environment in runner.yaml)"
                    .to_owned(),
            );
        }
        if let Some(address) = specification.address {
            free(kept, &record.document, address)?;
        }
        let annotations = annotations(&record.document);
        let task = Task {
            name: name.to_owned(),
            component_name: annotations.get("pelato.component").cloned().unwrap_or(name.to_owned()),
            code: code.clone(),
            config: specification.config,
            subscriptions: specification.subscriptions,
            address: specification.address,
            request_limit: specification.request_limit,
            instances: specification.instances,
            stores: self.stores.linked(&specification.links),
        };
        self.host.put(task).await.map_err(|error| match error {
            HostError::Address { address, reason } if reason.kind() == ErrorKind::AddrInUse => {
                format!("another program listens on {address}: end it, or give the task another `address`")
            }
            error => error.to_string(),
        })
    }

    fn failed(&self, name: &str, record: &Record, reason: String) -> Ran {
        let failed = Err(reason);
        self.say(name, &record.document, &failed);
        Ran::from(failed)
    }

    fn say(&self, name: &str, document: &Value, started: &Result<(), String>) {
        let version = annotations(document).remove("version").unwrap_or_default();
        self.journal.say(&match started {
            Ok(()) => format!("{name} {version} runs"),
            Err(reason) => format!("{name} {version} does not run: {reason}"),
        });
    }

    fn tidy(&self, kept: &BTreeMap<String, Kept>) {
        let used: BTreeSet<&str> = kept.values().map(|kept| kept.record.component.as_str()).collect();
        self.shelf.tidy(&used);
    }
}

/// The same component, if some other application has it loaded: what it compiles to
/// is large.
fn shared(kept: &BTreeMap<String, Kept>, component: &str) -> Option<Code> {
    let mut same = kept.values().filter(|kept| kept.record.component == component);
    same.find_map(|kept| kept.code.clone())
}

/// Tasks of one component may share an address, but not with those of another
/// owner who calls a component the same.
fn free(kept: &BTreeMap<String, Kept>, document: &Value, address: SocketAddr) -> Result<(), String> {
    let ours = claim(document);
    let theirs = kept.values().find(|kept| {
        let at = Specification::of(&kept.record.document)
            .ok()
            .and_then(|read| read.address);
        at == Some(address) && claim(&kept.record.document) != ours
    });
    match theirs.and_then(|kept| claim(&kept.record.document)) {
        Some(owner) => Err(format!(
            "{address} is taken by {owner}: give the task another `address`"
        )),
        None => Ok(()),
    }
}

fn claim(document: &Value) -> Option<Claim> {
    Claim::of(&annotations(document))
}

/// The application's name, which is a file's name too.
fn name_of(document: &Value) -> Result<String, String> {
    let name = document["metadata"]["name"].as_str().unwrap_or_default();
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    match plain && !name.is_empty() {
        true => Ok(name.to_owned()),
        false => Err(format!("`{name}` is no name of an application")),
    }
}
