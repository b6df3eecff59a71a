//! Where the tasks of a run are compiled in Docker.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Mutex, MutexGuard};
use tokio_util::sync::CancellationToken;

use super::archive;
use super::docker::Docker;
use super::fetching::Fetching;
use super::lanes::Lanes;
use super::line::Author;
use super::log::Log;
use super::recipe::OFFLINE;
use super::step::{Ended, NOT_EMPTY, NOT_UNPACKED, Step};
use super::{BuildError, Limits, Options};
use crate::generate::Sources;
use crate::report::Reporter;

/// The lanes of a run, and what its tasks need to know of each other.
pub(super) struct Yard<'d> {
    docker: &'d Docker,
    cache: String,
    compile: Lanes,
    fetch: Lanes,
    fetching: Fetching,
    first: First,
    width: usize,
    is_grown: AtomicBool,
}

impl<'d> Yard<'d> {
    /// `is_new` says that nothing was compiled into the cache yet; at most `width` tasks
    /// are compiled at a time.
    pub(super) fn new(
        docker: &'d Docker,
        cache: &str,
        (compile, fetch): (Lanes, Lanes),
        fetching: Fetching,
        is_new: bool,
        width: usize,
    ) -> Self {
        Self {
            docker,
            cache: cache.to_owned(),
            compile,
            fetch,
            fetching,
            first: First(Mutex::new(!is_new)),
            width,
            is_grown: AtomicBool::new(false),
        }
    }

    /// Compiles a task: the core module.
    pub(super) async fn compile(
        &self,
        sources: &Sources,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Result<Vec<u8>, BuildError> {
        let wanted = self.fetching.wanted(sources);
        let archive = archive::pack(sources, self.limits().sources).inspect_err(|_| {
            self.compile.skip();
            if wanted.is_some() {
                self.fetch.skip();
            }
        })?;
        let mut log = Log::new(reporter, Author::of(sources, "/sources"), self.limits().log);
        if let Some(fetched) = wanted {
            let fetched = self.fetch(fetched, &archive, &mut log, cancel).await;
            fetched.inspect_err(|_| self.compile.skip())?;
        }
        let component_name = sources.component_name.clone();
        let alone = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(BuildError::Cancelled { component_name }),
            alone = self.first.alone() => alone,
        };
        let step = Step {
            environment: OFFLINE.map(|(name, value)| format!("{name}={value}")).into(),
            stdin: &archive,
        };
        let ended = self.step(&self.compile, &step, &mut log, cancel).await?;
        self.judge(&ended, &mut log, |component_name, output| BuildError::Compile {
            component_name,
            output,
        })?;
        let (core, cache_bytes) = read_module(ended.stdout).ok_or_else(|| {
            BuildError::unexpected(
                format!("hand over the module of `{component_name}`"),
                "it came incomplete",
            )
        })?;
        if let Some(mut is_over) = alone {
            *is_over = true;
        }
        if cache_bytes > self.limits().cache {
            self.is_grown.store(true, Ordering::Relaxed);
        }
        Ok(core)
    }

    /// Comes back when all containers are gone.
    pub(super) async fn close(self) {
        tokio::join!(self.compile.close(), self.fetch.close());
        if self.is_grown.into_inner() {
            self.docker.drop_grown(&self.cache).await;
        }
    }

    /// Sees to it that the modules of a task are there. Tasks that require the same ones
    /// wait for the first of them; when that cannot have them, each asks for itself.
    async fn fetch(
        &self,
        fetched: &Mutex<bool>,
        archive: &[u8],
        log: &mut Log<'_>,
        cancel: &CancellationToken,
    ) -> Result<(), BuildError> {
        let component_name = log.component_name().to_owned();
        let mut fetched = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(BuildError::Cancelled { component_name }),
            fetched = fetched.lock() => fetched,
        };
        if *fetched {
            self.fetch.skip();
            return Ok(());
        }
        let Options { proxy, no_sum_db, .. } = self.docker.options();
        let mut environment = vec![format!("GOPROXY={proxy}")];
        environment.extend(no_sum_db.iter().map(|list| format!("GONOSUMDB={list}")));
        let step = Step {
            environment,
            stdin: archive,
        };
        let ended = self.step(&self.fetch, &step, log, cancel).await?;
        self.judge(&ended, log, |component_name, output| BuildError::Modules {
            component_name,
            output,
        })?;
        *fetched = true;
        Ok(())
    }

    /// Sends a step through a lane, and through another one where something of a task
    /// before it could not be taken away.
    async fn step(
        &self,
        lanes: &Lanes,
        step: &Step<'_>,
        log: &mut Log<'_>,
        cancel: &CancellationToken,
    ) -> Result<Ended, BuildError> {
        // A task leaves no more than one lane like that, and there are `width` of them.
        let mut tries = self.width;
        loop {
            let component_name = log.component_name().to_owned();
            let lane = tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(BuildError::Cancelled { component_name }),
                lane = lanes.take() => lane?,
            };
            let ended = lane.run(step, log, cancel).await;
            let again = tries > 0 && ended.as_ref().is_ok_and(|ended| ended.code == NOT_EMPTY);
            if again {
                tries -= 1;
                lanes.ask_again();
            }
            lanes.put_back(lane, ended.as_ref().is_ok_and(Ended::is_orderly));
            if !again {
                return ended;
            }
        }
    }

    fn judge(
        &self,
        ended: &Ended,
        log: &mut Log<'_>,
        failed: impl FnOnce(String, String) -> BuildError,
    ) -> Result<(), BuildError> {
        let component_name = log.component_name().to_owned();
        let output = log.end_step();
        match ended.code {
            0 => Ok(()),
            _ if ended.out_of_memory => Err(BuildError::OutOfMemory {
                component_name,
                limit: self.limits().memory,
            }),
            NOT_UNPACKED => Err(BuildError::unexpected(
                format!("unpack the sources of `{component_name}`"),
                output,
            )),
            code if output.is_empty() => Err(BuildError::unexpected(
                format!("compile `{component_name}`"),
                format!("the step ended with code {code} and said nothing"),
            )),
            _ => Err(failed(component_name, output)),
        }
    }

    fn limits(&self) -> &Limits {
        &self.docker.options().limits
    }
}

/// Whether the cache is filled. On a new one every task would compile what they have in
/// common, so that one goes first, alone, until one was compiled.
struct First(Mutex<bool>);

impl First {
    async fn alone(&self) -> Option<MutexGuard<'_, bool>> {
        let is_over = self.0.lock().await;
        (!*is_over).then_some(is_over)
    }
}

/// Takes apart what the compile step writes: `core <bytes> <KiB of cache>`, a line
/// end, the module. None where it is not whole.
fn read_module(mut stdout: Vec<u8>) -> Option<(Vec<u8>, u64)> {
    let end = stdout.iter().take(64).position(|byte| *byte == b'\n')?;
    let header = std::str::from_utf8(&stdout[..end]).ok()?;
    let mut words = header.strip_prefix("core ")?.split_whitespace();
    let bytes: usize = words.next()?.parse().ok()?;
    let cache: u64 = words.next()?.parse().ok()?;
    let core = stdout.split_off(end + 1);
    (core.len() == bytes).then_some((core, cache.saturating_mul(1024)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_taken_whole_or_not_at_all() {
        assert_eq!(read_module(b"core 3 2\nabc".to_vec()), Some((b"abc".to_vec(), 2048)));
        for broken in [
            "",
            "core 3 2\nab",
            "core 3 2\nabcd",
            "core x 2\nabc",
            "core 3\nabc",
            "abc\nabc",
            "no line",
        ] {
            assert_eq!(read_module(broken.as_bytes().to_vec()), None, "{broken:?}");
        }
    }
}
