//! The builder that compiles in containers.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::engine;
use super::fetching::Fetching;
use super::image::Image;
use super::lanes::Lanes;
use super::parallel::Machine;
use super::sandbox::{Kind, Sandbox, label};
use super::sweep;
use super::volume::Volumes;
use super::yard::Yard;
use super::{BuildError, Options};
use crate::generate::Sources;
use crate::report::{Reporter, Stage};

/// How long an image that was seen counts as there: a run asks more than once.
const FRESH: Duration = Duration::from_secs(30);

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
    /// When the image was last seen.
    looked: Mutex<Option<Instant>>,
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
            looked: Mutex::default(),
        })
    }

    /// What the engine's machine has.
    pub(super) fn machine(&self) -> Machine {
        self.machine
    }

    /// What the operator said.
    pub(super) fn options(&self) -> &Options {
        &self.options
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
        let mut looked = self.looked.lock().await;
        if looked.is_some_and(|looked| looked.elapsed() < FRESH) {
            return Ok(begun.elapsed());
        }
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
        *looked = Some(Instant::now());
        Ok(begun.elapsed())
    }

    /// Opens what the tasks of a run are compiled in, `width` at once, and does not wait
    /// for its containers. `cache` names whose Go cache it is.
    pub(super) async fn open(
        &self,
        run: &str,
        cache: &str,
        tasks: &[&Sources],
        width: usize,
        cancel: &CancellationToken,
    ) -> Result<Yard<'_>, BuildError> {
        let volume = self.volumes.ready(&self.engine, cache, &self.image.tag).await?;
        let sandbox = |kind| Sandbox {
            run: run.to_owned(),
            owner: self.options.owner.clone(),
            tasks: label(tasks.iter().map(|task| task.component_name.as_str())),
            kind,
            image: self.image.tag.clone(),
            volume: volume.name.clone(),
            limits: self.options.limits,
        };
        let fetching = Fetching::of(tasks);
        let open = |kind, tasks, first| Lanes::open(&self.engine, sandbox(kind), tasks, first, cancel);
        let compile = open(Kind::Compile, tasks.len(), tasks.len().min(width));
        let fetch = open(Kind::Fetch, fetching.tasks(), fetching.distinct().min(width));
        let lanes = (compile, fetch);
        Ok(Yard::new(self, cache, lanes, fetching, volume.is_new, width))
    }

    /// Removes the Go cache of a repository, which grew too large.
    pub(super) async fn drop_grown(&self, cache: &str) {
        self.volumes.drop_grown(&self.engine, cache, &self.image.tag).await;
    }

    /// Removes what a killed process may have left of a run: its containers.
    /// How many there were.
    ///
    /// # Errors
    /// [`BuildError::Engine`] where the engine cannot list them.
    pub async fn remove_leftovers(&self, run: &str) -> Result<usize, BuildError> {
        sweep::of_run(&self.engine, run).await
    }

    /// Removes all containers of `owner`, who is known to be dead ([`Options::owner`]).
    /// How many there were.
    ///
    /// # Errors
    /// [`BuildError::Engine`] where the engine cannot list them.
    pub async fn remove_all_of(&self, owner: &str) -> Result<usize, BuildError> {
        sweep::of_owner(&self.engine, owner).await
    }
}
