//! Where the tasks of a run are compiled in Docker.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Mutex, MutexGuard, RwLock};
use tokio_util::sync::CancellationToken;

use super::archive;
use super::docker::Docker;
use super::fetching::Fetching;
use super::lanes::Lanes;
use super::line::Author;
use super::log::Log;
use super::recipe::OFFLINE;
use super::step::{Ended, Excess, NOT_EMPTY, NOT_UNPACKED, Step};
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
    /// Who builds, many beside each other or one alone.
    room: RwLock<()>,
    /// Whether the cache passed what it may have while somebody was built.
    is_overfull: AtomicBool,
    /// Whether the cache goes when the run is over.
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
            room: RwLock::new(()),
            is_overfull: AtomicBool::new(false),
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
        let job = Job {
            archive: &archive,
            wanted,
            cancel,
        };
        let first = self.attempt(&job, false, &mut log).await;
        if !matches!(first, Err(BuildError::CacheTooLarge { .. })) {
            return first;
        }
        // Whoever was built meanwhile shares the cache: this one may have done nothing.
        self.compile.ask_again();
        if wanted.is_some() {
            self.fetch.ask_again();
        }
        self.attempt(&job, true, &mut log).await
    }

    /// Fetches and compiles, `alone` or beside other tasks of the run. Alone too, and on
    /// an empty cache, while it is larger than it may be.
    async fn attempt(&self, job: &Job<'_>, alone: bool, log: &mut Log<'_>) -> Result<Vec<u8>, BuildError> {
        let entered = async {
            if !alone {
                let beside = self.room.read().await;
                if !self.is_overfull() {
                    return (Some(beside), None);
                }
            }
            (None, Some(self.room.write().await))
        };
        let entered = unless(job.cancel, log, entered).await?;
        let mut is_empty = true;
        if entered.1.is_some() && self.is_overfull() {
            self.fetching.forget().await;
            is_empty = false;
        }
        let core = self.carry_out(job, &mut is_empty, log).await;
        if is_empty && !matches!(core, Err(BuildError::CacheTooLarge { .. })) && entered.1.is_some() {
            self.is_overfull.store(false, Ordering::Relaxed);
        }
        drop(entered);
        core
    }

    /// Fetches and compiles. The first step empties the cache where it is not `is_empty`.
    async fn carry_out(&self, job: &Job<'_>, is_empty: &mut bool, log: &mut Log<'_>) -> Result<Vec<u8>, BuildError> {
        if let Some(fetched) = job.wanted {
            let fetched = self.fetch(fetched, job, is_empty, log).await;
            fetched.inspect_err(|_| self.compile.skip())?;
        }
        let alone = unless(job.cancel, log, self.first.alone()).await?;
        let step = Step {
            environment: environment(OFFLINE.map(|(name, value)| format!("{name}={value}")), is_empty),
            stdin: job.archive,
        };
        let ended = self.step(&self.compile, &step, log, job.cancel).await?;
        let core = self.judge(ended, log, |component_name, output| BuildError::Compile {
            component_name,
            output,
        })?;
        if let Some(mut is_over) = alone {
            *is_over = true;
        }
        core.ok_or_else(|| {
            let component_name = log.component_name();
            BuildError::unexpected(
                format!("hand over the module of `{component_name}`"),
                "it came incomplete",
            )
        })
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
        job: &Job<'_>,
        is_empty: &mut bool,
        log: &mut Log<'_>,
    ) -> Result<(), BuildError> {
        let mut fetched = unless(job.cancel, log, fetched.lock()).await?;
        if *fetched {
            self.fetch.skip();
            return Ok(());
        }
        let Options { proxy, no_sum_db, .. } = self.docker.options();
        let variables =
            std::iter::once(format!("GOPROXY={proxy}")).chain(no_sum_db.iter().map(|list| format!("GONOSUMDB={list}")));
        let step = Step {
            environment: environment(variables, is_empty),
            stdin: job.archive,
        };
        let ended = self.step(&self.fetch, &step, log, job.cancel).await?;
        self.judge(ended, log, |component_name, output| BuildError::Modules {
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
            let lane = unless(cancel, log, lanes.take()).await??;
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

    /// What a step made, none where that did not come whole; or why it failed.
    fn judge(
        &self,
        ended: Ended,
        log: &mut Log<'_>,
        failed: impl FnOnce(String, String) -> BuildError,
    ) -> Result<Option<Vec<u8>>, BuildError> {
        let component_name = log.component_name().to_owned();
        let output = log.end_step();
        let limits = self.limits();
        let made = Made::of(ended.stdout);
        if made.as_ref().is_some_and(|made| made.cache > limits.cache) {
            self.is_grown.store(true, Ordering::Relaxed);
        }
        match (ended.code, ended.excess) {
            (0, _) => Ok(made.and_then(|made| made.core)),
            (_, Some(Excess::Memory)) => Err(BuildError::OutOfMemory {
                component_name,
                limit: limits.memory,
            }),
            (_, Some(Excess::Processes)) => Err(BuildError::TooManyProcesses {
                component_name,
                limit: limits.pids,
            }),
            (_, Some(Excess::Room)) => {
                self.is_grown.store(true, Ordering::Relaxed);
                self.is_overfull.store(true, Ordering::Relaxed);
                Err(BuildError::CacheTooLarge {
                    component_name,
                    limit: limits.cache.saturating_add(limits.overrun),
                })
            }
            (NOT_UNPACKED, None) => Err(BuildError::unexpected(
                format!("unpack the sources of `{component_name}`"),
                output,
            )),
            (code, None) if output.is_empty() => Err(BuildError::unexpected(
                format!("compile `{component_name}`"),
                format!("the step ended with code {code} and said nothing"),
            )),
            _ => Err(failed(component_name, output)),
        }
    }

    fn is_overfull(&self) -> bool {
        self.is_overfull.load(Ordering::Relaxed)
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

/// What a task is built from.
struct Job<'j> {
    archive: &'j [u8],
    /// Whether its modules are there, where it requires any.
    wanted: Option<&'j Mutex<bool>>,
    cancel: &'j CancellationToken,
}

/// What comes of `waiting`, unless the run is cancelled before.
async fn unless<T>(
    cancel: &CancellationToken,
    log: &Log<'_>,
    waiting: impl Future<Output = T>,
) -> Result<T, BuildError> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(BuildError::Cancelled { component_name: log.component_name().to_owned() }),
        done = waiting => Ok(done),
    }
}

/// The variables of a step, which empties the cache where that is still to be done.
fn environment(variables: impl IntoIterator<Item = String>, is_empty: &mut bool) -> Vec<String> {
    let emptying = (!std::mem::replace(is_empty, true)).then(|| "PELATO_EMPTY=1".to_owned());
    variables.into_iter().chain(emptying).collect()
}

/// What a step writes.
#[derive(Debug, PartialEq, Eq)]
struct Made {
    /// Bytes of the cache after it.
    cache: u64,
    /// The module, where there is one and it came whole.
    core: Option<Vec<u8>>,
}

impl Made {
    /// Takes apart `core <bytes> <KiB of cache>` or `cache <KiB>`, a line end, the module.
    /// None where it begins otherwise.
    fn of(mut stdout: Vec<u8>) -> Option<Self> {
        let end = stdout.iter().take(64).position(|byte| *byte == b'\n')?;
        let header = std::str::from_utf8(&stdout[..end]).ok()?;
        let words: Vec<&str> = header.split_whitespace().collect();
        let (bytes, kib) = match words[..] {
            ["core", bytes, kib] => (Some(bytes.parse::<usize>().ok()?), kib),
            ["cache", kib] => (None, kib),
            _ => return None,
        };
        let cache = kib.parse::<u64>().ok()?.saturating_mul(1024);
        let core = bytes.and_then(|bytes| Some(stdout.split_off(end + 1)).filter(|core| core.len() == bytes));
        Some(Self { cache, core })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_taken_whole_or_not_at_all() {
        let made = |text: &str| Made::of(text.as_bytes().to_vec());
        let core = |core: &str| Some(core.as_bytes().to_vec());
        assert_eq!(
            made("core 3 2\nabc"),
            Some(Made {
                cache: 2048,
                core: core("abc")
            })
        );
        for incomplete in ["core 3 2\nab", "core 3 2\nabcd", "cache 2\n", "cache 2\nabc"] {
            assert_eq!(
                made(incomplete),
                Some(Made {
                    cache: 2048,
                    core: None
                }),
                "{incomplete:?}"
            );
        }
        for broken in [
            "",
            "core x 2\nabc",
            "core 3\nabc",
            "core 3 2 1\nabc",
            "abc\nabc",
            "no line",
        ] {
            assert_eq!(made(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn a_cache_is_emptied_by_the_first_step_alone() {
        let mut is_empty = false;
        let set = |is_empty: &mut bool| environment(["GOPROXY=off".to_owned()], is_empty);
        assert_eq!(set(&mut is_empty), ["GOPROXY=off", "PELATO_EMPTY=1"]);
        assert_eq!(set(&mut is_empty), ["GOPROXY=off"]);
    }
}
