//! Starting a host, and ending one that is of another program.

use std::fs::{self, File};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use super::call::exchange;
use super::client::LocalHost;
use super::folder::Folder;
use super::handover::{environment, identity, will_do};
use super::protocol::Ask;
use crate::deploy::DeployError;

/// From the start of the process to its first answer.
const START_LIMIT: Duration = Duration::from_secs(30);

/// What a host is given to finish what has begun; then it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

impl LocalHost {
    /// A host of this program answers afterwards.
    pub(super) async fn ensure(&self) -> Result<Folder, DeployError> {
        let folder = Folder::open(&self.folder)?;
        let wanted = identity(&self.program, self.nats.as_ref(), self.sql.as_ref());
        if self.ping(&folder).await.is_some_and(|is| will_do(&is, &wanted)) {
            return Ok(folder);
        }
        let _starting = self.starting(&folder).await?;
        // Whoever was first may have started it meanwhile.
        if self.ping(&folder).await.is_some_and(|is| will_do(&is, &wanted)) {
            return Ok(folder);
        }
        self.end(&folder).await?;
        self.start(&folder, &wanted).await?;
        Ok(folder)
    }

    /// The right to start or end the host, which one process has at a time.
    pub(super) async fn starting(&self, folder: &Folder) -> Result<File, DeployError> {
        let begun = Instant::now();
        loop {
            if let Some(lock) = folder.start_lock()? {
                return Ok(lock);
            }
            if begun.elapsed() > START_LIMIT + STOP_LIMIT * 2 {
                return Err(self.dead("another process has been starting it for too long".to_owned()));
            }
            sleep(PAUSE).await;
        }
    }

    /// Ends the host that lives, if one does: it is told to, and if it does not
    /// listen, killed.
    pub(super) async fn end(&self, folder: &Folder) -> Result<(), DeployError> {
        if folder.host_lock()?.is_some() {
            return Ok(());
        }
        // One that does not answer shows that it is still there by its lock.
        let _ = exchange(folder, &Ask::Stop, STOP_LIMIT).await;
        let begun = Instant::now();
        let mut killed = false;
        while folder.host_lock()?.is_none() {
            if begun.elapsed() > STOP_LIMIT && !killed {
                killed = true;
                // It wrote its number into the file that it still has locked.
                if let Some(process) = folder.host_process().and_then(Pid::from_raw) {
                    let _ = kill_process(process, Signal::KILL);
                }
            }
            if begun.elapsed() > STOP_LIMIT * 2 {
                return Err(self.dead("the one before does not end".to_owned()));
            }
            sleep(PAUSE).await;
        }
        Ok(())
    }

    async fn start(&self, folder: &Folder, wanted: &str) -> Result<(), DeployError> {
        let mut child = self.spawn(folder).map_err(|error| self.dead(error.to_string()))?;
        let begun = Instant::now();
        loop {
            if let Ok(Some(status)) = child.try_wait() {
                return Err(self.dead(last_line(folder).unwrap_or_else(|| status.to_string())));
            }
            if self.ping(folder).await.as_deref() == Some(wanted) {
                // Whoever outlives it has to wait for it.
                tokio::spawn(async move { child.wait().await });
                return Ok(());
            }
            if begun.elapsed() > START_LIMIT {
                return Err(self.dead(format!("it does not answer within {} s", START_LIMIT.as_secs())));
            }
            sleep(PAUSE).await;
        }
    }

    /// Starts the process: in a group of its own, with nothing of our environment.
    fn spawn(&self, folder: &Folder) -> std::io::Result<Child> {
        let log = File::options().create(true).append(true).open(folder.log())?;
        Command::new(&self.program)
            .args(["local-host", "--state"])
            .arg(folder.path())
            .current_dir(folder.path())
            .env_clear()
            .envs(environment(&self.program, self.nats.as_ref(), self.sql.as_ref()))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .spawn()
    }

    fn dead(&self, reason: String) -> DeployError {
        DeployError::LocalStart {
            reason,
            log: self.log(),
        }
    }
}

/// What the host said last.
fn last_line(folder: &Folder) -> Option<String> {
    let text = fs::read(folder.log()).ok()?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let line = text.trim_end().lines().last()?;
    Some(line.strip_prefix("error: ").unwrap_or(line).to_owned())
}
