//! The builder that compiles in containers.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::archive;
use super::container::Container;
use super::engine;
use super::image::Image;
use super::line::Author;
use super::log::Log;
use super::parallel::Machine;
use super::recipe::{Modules, OFFLINE};
use super::step::{Ended, Step};
use super::sweep;
use super::volume::Volumes;
use super::{BuildError, Limits, Options};
use crate::generate::Sources;
use crate::report::{Reporter, Stage};

/// The exit code of a step whose sources could not be unpacked.
const NOT_UNPACKED: i64 = 70;

/// An image is built once, whoever asks for it at the same time.
static BUILDING: Mutex<()> = Mutex::const_new(());

/// The builder that compiles in containers of a Docker engine, on this machine or
/// another: it mounts no folder of either.
pub struct Docker {
    engine: bollard::Docker,
    image: Image,
    options: Options,
    machine: Machine,
    volumes: Volumes,
}

impl Docker {
    /// Finds the engine at `options.docker_host`, or where Docker listens by default.
    ///
    /// # Errors
    /// [`BuildError::DockerUnreachable`] where none answers within 10 seconds.
    pub async fn connect(mut options: Options) -> Result<Self, BuildError> {
        let (engine, machine) = engine::connect(options.docker_host.as_deref()).await?;
        // An engine refuses more cores than it has.
        options.limits.cores = options.limits.cores.clamp(1, machine.cores);
        Ok(Self {
            engine,
            image: Image::embedded(&options),
            options,
            machine,
            volumes: Volumes::default(),
        })
    }

    /// What the engine's machine has.
    pub(super) fn machine(&self) -> Machine {
        self.machine
    }

    /// What a step may take.
    pub(super) fn limits(&self) -> Limits {
        self.options.limits
    }

    /// The version of Go in the build image, `go1.26.8`, or none where the image is
    /// not made yet.
    pub async fn image(&self) -> Result<Option<String>, BuildError> {
        self.image.toolchain(&self.engine).await
    }

    /// The version of Go in the image, which is built where it is missing.
    pub(super) async fn toolchain(&self) -> Result<String, BuildError> {
        if let Some(version) = self.image.toolchain(&self.engine).await? {
            return Ok(version);
        }
        self.prepare(&Reporter::default()).await?;
        let version = self.image.toolchain(&self.engine).await?;
        version.ok_or_else(|| BuildError::unexpected(format!("keep the image {}", self.image.tag), "it is gone again"))
    }

    /// Builds the image where it is missing; how long that took.
    pub(super) async fn prepare(&self, reporter: &Reporter) -> Result<Duration, BuildError> {
        let _one_at_a_time = BUILDING.lock().await;
        let begun = Instant::now();
        sweep::of_the_killed(&self.engine).await;
        if self.image.toolchain(&self.engine).await?.is_none() {
            reporter.line(
                None,
                Stage::Build,
                format!(
                    "building the image {} of {}, once",
                    self.image.tag, self.options.go_image
                ),
            );
            self.image.build(&self.engine, reporter).await?;
        }
        Ok(begun.elapsed())
    }

    /// Compiles a task: the core module.
    pub(super) async fn compile(
        &self,
        run: &str,
        cache: &str,
        sources: &Sources,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Result<Vec<u8>, BuildError> {
        let archive = archive::pack(sources, self.options.limits.sources)?;
        let author = Author::of(sources, "/sources");
        let mut log = Log::new(reporter, author, self.options.limits.log);
        let step = |name, environment| Task {
            run,
            cache,
            name,
            environment,
            archive: &archive,
        };
        if Modules::of(&sources.files) != Modules::None {
            let mut environment = vec![format!("GOPROXY={}", self.options.proxy)];
            environment.extend(self.options.no_sum_db.iter().map(|list| format!("GONOSUMDB={list}")));
            let ended = self.step(step("fetch", environment), &mut log, cancel).await?;
            self.judge(&ended, &mut log, |component_name, output| BuildError::Modules {
                component_name,
                output,
            })?;
        }
        let environment = OFFLINE.map(|(name, value)| format!("{name}={value}")).into();
        let ended = self.step(step("compile", environment), &mut log, cancel).await?;
        self.judge(&ended, &mut log, |component_name, output| BuildError::Compile {
            component_name,
            output,
        })?;
        let (core, cache_bytes) = read_module(ended.stdout).ok_or_else(|| {
            BuildError::unexpected(
                format!("hand over the module of `{}`", sources.component_name),
                "it came incomplete",
            )
        })?;
        if cache_bytes > self.options.limits.cache {
            self.volumes.drop_grown(&self.engine, cache, &self.image.tag).await;
        }
        Ok(core)
    }

    async fn step(&self, task: Task<'_>, log: &mut Log<'_>, cancel: &CancellationToken) -> Result<Ended, BuildError> {
        let volume = self.volumes.ready(&self.engine, task.cache, &self.image.tag).await?;
        let limits = self.options.limits;
        // The step has a clock of its own as well, for the case that this process
        // is killed.
        let seconds = limits.time.as_secs() + 30;
        let step = Step {
            run: task.run,
            name: task.name,
            image: &self.image.tag,
            command: ["timeout", "-k", "5", &seconds.to_string(), "pelato-step", task.name]
                .map(str::to_owned)
                .into(),
            environment: task.environment,
            volume: &volume,
            network: task.name == "fetch",
            limits,
            stdin: task.archive,
        };
        let container = Container::create(&self.engine, &step, log.component_name()).await?;
        container.run(&step, log, cancel).await
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
                limit: self.options.limits.memory,
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

    /// Removes what a killed process may have left of a run: its containers.
    /// How many there were.
    ///
    /// # Errors
    /// [`BuildError::Engine`] where the engine cannot list them.
    pub async fn remove_leftovers(&self, run: &str) -> Result<usize, BuildError> {
        sweep::of_run(&self.engine, run).await
    }
}

struct Task<'a> {
    run: &'a str,
    cache: &'a str,
    name: &'a str,
    environment: Vec<String>,
    archive: &'a [u8],
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
