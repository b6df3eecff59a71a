//! What has to be so whenever a run is over.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pelato::queue::{Filter, Queue as _};

use crate::host::post;
use crate::process::{Process, left_of};
use crate::tasks::Tasks;
use crate::tiny_task::docker::labelled;
use crate::world::{NAME, World};

/// So long something may take that goes on beside a run.
const SOON: Duration = Duration::from_secs(20);

impl World {
    /// The newest code answers, and what is not wanted any more does not.
    pub(crate) async fn check_answers(&self, tasks: &Tasks) -> Vec<String> {
        let mut faults = Vec::new();
        let there = self.host.applications();
        if there != tasks.applications() {
            faults.push(format!("{there:?} is deployed, not {:?}", tasks.applications()));
        }
        let client = self.host.client(b"");
        for (name, adds) in tasks.all() {
            let asked = client.request(&format!("{name}.in"), b"x", SOON).await;
            let answer = asked.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            if !matches!(&answer, Ok(answer) if *answer == format!("x{adds}")) {
                faults.push(format!("{name} answers {answer:?}, not x{adds}"));
            }
        }
        let answer = post(&self.address, "x").await;
        if answer != Ok(format!("x{}", tasks.ask)) {
            faults.push(format!("ask answers {answer:?} to a POST, not x{}", tasks.ask));
        }
        faults
    }

    /// What runs, and what ran before, the oldest first: each by what its code adds.
    pub(crate) async fn pasts(&mut self, tasks: &Tasks) -> Result<Vec<(String, Vec<String>)>, String> {
        let client = self.host.client(b"");
        let all = client.applications().await.map_err(|error| error.to_string())?;
        let mut pasts = Vec::new();
        for deployed in all {
            let name = deployed.application.clone();
            let now = tasks.all().into_iter().find(|(task, _)| format!("{task}-edge") == name);
            let (_, adds) = now.ok_or_else(|| format!("{name} is deployed"))?;
            let version = (name.clone(), deployed.version.clone());
            let known = self.versions.entry(version).or_insert_with(|| adds.to_owned());
            if known != adds {
                return Err(format!("{name} {} is {known}, and now {adds}", deployed.version));
            }
            let mut past: Vec<String> = vec![adds.to_owned()];
            for earlier in deployed.earlier() {
                let version = (name.clone(), earlier.version().to_owned());
                let adds = self.versions.get(&version).cloned();
                past.push(adds.unwrap_or_else(|| format!("unknown {}", earlier.version())));
            }
            past.reverse();
            pasts.push((name, past));
        }
        Ok(pasts)
    }

    /// How often the host says that this application began to run.
    pub(crate) fn begun(&self, application: &str) -> usize {
        let log = self.host.log();
        let of_it = log.lines().filter(|line| line.ends_with(" runs"));
        of_it.filter(|line| line.contains(&format!(" {application} "))).count()
    }

    /// Nothing on a commit is pending.
    pub(crate) async fn check_statuses(&self, commit: &str) -> Vec<String> {
        let deadline = Instant::now() + SOON;
        loop {
            let latest = self.forge.latest(NAME, commit);
            let pending: Vec<String> = latest
                .iter()
                .filter(|(_, status)| status.state == "pending")
                .map(|(context, _)| format!("{context} of {commit} is pending"))
                .collect();
            let is_told = latest.get("pelato").is_some();
            if is_told && pending.is_empty() {
                return Vec::new();
            }
            if Instant::now() > deadline {
                let all = self.forge.statuses(NAME, commit);
                let all = all
                    .iter()
                    .map(|status| format!("{}: {} {}", status.context, status.state, status.description));
                let all: Vec<String> = all.collect();
                return vec![format!("{pending:?} after {all:#?}")];
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// No process, no temporary file or folder.
    pub(crate) async fn check_leftovers(&self, runners: &[&Process]) -> Vec<String> {
        let numbers: Vec<u32> = runners.iter().map(|runner| runner.number()).collect();
        let deadline = Instant::now() + SOON;
        loop {
            let mut left = left_of(self.path(), &numbers);
            left.extend(
                self.files_left(runners.len())
                    .into_iter()
                    .map(|path| path.display().to_string()),
            );
            if self.builder == "docker" {
                left.extend(self.containers().await);
            }
            if left.is_empty() || Instant::now() > deadline {
                return left.into_iter().map(|left| format!("left: {left}")).collect();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The containers of all runs that were accepted.
    async fn containers(&self) -> Vec<String> {
        let all = labelled("pelato.run").await;
        let ours = all.into_iter().filter(|container| {
            let run = container.labels.as_ref().and_then(|labels| labels.get("pelato.run"));
            run.is_some_and(|run| self.accepted.iter().any(|(accepted, _)| accepted == run))
        });
        ours.map(|container| format!("the container {:?}", container.names))
            .collect()
    }

    fn files_left(&self, runners: usize) -> Vec<PathBuf> {
        let mut left = list(&self.path().join("tmp"));
        let present: Vec<PathBuf> = list(&self.data().join("runners"))
            .into_iter()
            .filter(|path| path.is_dir())
            .collect();
        if present.len() != runners {
            left.extend(present.clone());
        }
        for runner in present {
            left.extend(list(&runner.join("tmp")));
        }
        below(&self.data(), &mut |path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let begins = [".new", ".fetched", ".settled", ".projects", "pelato-packs-", ".tmp"];
            let is_git = path.starts_with(self.data().join("mirrors"));
            if begins.iter().any(|begin| name.starts_with(begin))
                || is_git && (name.ends_with(".lock") || name.contains("_git2_"))
            {
                left.push(path.to_owned());
            }
        });
        left
    }

    /// The store has each accepted delivery once, in a final state, and nothing else.
    pub(crate) async fn check_store(&self) -> Vec<String> {
        let store = self.store().await;
        let mut faults = Vec::new();
        let mut runs = Vec::new();
        let mut filter = Filter {
            limit: Some(200),
            ..Filter::default()
        };
        loop {
            let page = store.runs(&filter).await.unwrap();
            runs.extend(page.runs);
            match page.next {
                None => break,
                after => filter.after = after,
            }
        }
        for run in &runs {
            if !run.state.is_final() {
                faults.push(format!("{} is {}", run.id, run.state));
            }
        }
        let mut stored: Vec<&String> = runs.iter().map(|run| &run.id).collect();
        let mut accepted: Vec<&String> = self.accepted.iter().map(|(run, _)| run).collect();
        stored.sort();
        accepted.sort();
        if stored != accepted {
            faults.push(format!(
                "{} runs are stored, {} were accepted",
                stored.len(),
                accepted.len()
            ));
        }
        faults
    }
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

fn below(folder: &Path, see: &mut dyn FnMut(&Path)) {
    for path in list(folder) {
        see(&path);
        if path.is_dir() && !path.is_symlink() {
            below(&path, see);
        }
    }
}
