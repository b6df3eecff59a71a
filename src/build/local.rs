//! The builder that compiles with this machine's Go.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};
use tokio_util::sync::CancellationToken;

use super::archive;
use super::go::Go;
use super::line::Author;
use super::log::Log;
use super::parallel::Machine;
use super::process::{self, Program};
use super::recipe::{self, ENVIRONMENT, Modules, OFFLINE};
use super::{BuildError, Options};
use crate::generate::Sources;
use crate::report::Reporter;

/// Go throws away what no build used for five days.
const WARM: Duration = Duration::from_secs(4 * 24 * 60 * 60);
/// What a download may need of the machine's environment: whom to trust and which
/// way leads out. The compiler sees none of it.
const NETWORK: [&str; 8] = [
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// The builder that compiles with this machine's Go, in a temporary folder and an
/// environment of its own. It bounds time and output, but it is no sandbox: that is
/// what [`super::Docker`] is for.
pub struct Local {
    go: Go,
    options: Options,
    warming: Mutex<()>,
}

impl Local {
    /// Asks the `go` of `options` for its version.
    ///
    /// # Errors
    /// [`BuildError::Go`] where there is none or an old one.
    pub async fn find(options: Options) -> Result<Self, BuildError> {
        Ok(Self {
            go: Go::find(&options.go).await?,
            options,
            warming: Mutex::new(()),
        })
    }

    /// The version of Go, `go1.26.8`.
    pub fn toolchain(&self) -> &str {
        &self.go.version
    }

    /// What this machine has.
    pub(super) fn machine(&self) -> Machine {
        Machine {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory: memory(),
        }
    }

    /// What the operator said.
    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// Compiles a task: the core module.
    pub(super) async fn compile(
        &self,
        sources: &Sources,
        reporter: &Reporter,
        cancel: &CancellationToken,
    ) -> Result<Vec<u8>, BuildError> {
        archive::check(sources, self.options.limits.sources)?;
        // On a cold cache every task would compile the standard library: one goes
        // first, alone.
        let component_name = sources.component_name.clone();
        let alone = tokio::select! {
            () = cancel.cancelled() => return Err(BuildError::Cancelled { component_name }),
            alone = self.alone_while_cold() => alone,
        };
        let place = self.options.temporary.clone().unwrap_or_else(env::temp_dir);
        let folder = tempfile::Builder::new()
            .prefix("pelato-build-")
            .tempdir_in(place)
            .map_err(|error| BuildError::machine("make a temporary folder", error))?;
        // As Go will print it.
        let root = tokio::fs::canonicalize(folder.path()).await;
        let root = root.map_err(|error| BuildError::machine("find the temporary folder", error))?;
        let work = root.join("work");
        unpack(sources, &work).await?;
        let author = Author::of(sources, &work.to_string_lossy());
        let mut log = Log::new(reporter, author, self.options.limits.log);
        let modules = Modules::of(&sources.files);
        if modules != Modules::None {
            let program = self.program(&root, ["mod", "download"].map(str::to_owned).into(), true);
            let fetched = process::run(program, &mut log, cancel).await?;
            let output = log.end_step();
            if !fetched {
                return Err(BuildError::Modules { component_name, output });
            }
        }
        let core = root.join("core.wasm");
        let program = self.program(&root, recipe::arguments(modules, &core.to_string_lossy()), false);
        let compiled = process::run(program, &mut log, cancel).await?;
        let output = log.end_step();
        if !compiled {
            return Err(BuildError::Compile { component_name, output });
        }
        let unreadable = |error| BuildError::machine("read what Go compiled", error);
        let size = tokio::fs::metadata(&core).await.map_err(unreadable)?.len();
        if size > self.options.limits.module {
            return Err(BuildError::ModuleTooLarge {
                component_name,
                limit: self.options.limits.module,
            });
        }
        let module = tokio::fs::read(&core).await.map_err(unreadable)?;
        // Without the mark the next task goes alone as well: slower, and nothing else.
        let _ = tokio::fs::write(self.mark(), b"").await;
        drop(alone);
        Ok(module)
    }

    /// Go, called with a cleaned environment.
    fn program(&self, root: &Path, arguments: Vec<String>, network: bool) -> Program<'_> {
        let cache = |name: &str| self.options.cache.join(name).into_os_string();
        let mut environment: Vec<(String, OsString)> =
            ENVIRONMENT.map(|(name, value)| (name.to_owned(), value.into())).into();
        environment.extend([
            ("PATH".to_owned(), env::var_os("PATH").unwrap_or_default()),
            ("TMPDIR".to_owned(), root.into()),
            ("GOCACHE".to_owned(), cache("go-build")),
            ("GOMODCACHE".to_owned(), cache("go-mod")),
            ("GOPATH".to_owned(), cache("go-path")),
        ]);
        if network {
            environment.push(("GOPROXY".to_owned(), self.options.proxy.as_str().into()));
            environment.extend(
                self.options
                    .no_sum_db
                    .iter()
                    .map(|list| ("GONOSUMDB".to_owned(), list.into())),
            );
            // Else the cache cannot be deleted by hand.
            environment.push(("GOFLAGS".to_owned(), "-modcacherw".into()));
            let kept = NETWORK
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), env::var_os(name)?)));
            environment.extend(kept);
        } else {
            environment.extend(OFFLINE.map(|(name, value)| (name.to_owned(), value.into())));
        }
        Program {
            path: &self.go.path,
            arguments,
            folder: root.join("work"),
            environment,
            time: self.options.limits.time,
        }
    }

    /// The file that says when this Go last compiled something into the cache.
    fn mark(&self) -> PathBuf {
        self.options
            .cache
            .join("go-build")
            .join(format!("pelato-warm-{}", self.go.version))
    }

    fn is_warm(&self) -> bool {
        let touched = self.mark().metadata().and_then(|mark| mark.modified());
        touched.is_ok_and(|time| time.elapsed().is_ok_and(|age| age < WARM))
    }

    async fn alone_while_cold(&self) -> Option<MutexGuard<'_, ()>> {
        if self.is_warm() {
            return None;
        }
        let alone = self.warming.lock().await;
        // Another one warmed it in the meantime.
        (!self.is_warm()).then_some(alone)
    }
}

async fn unpack(sources: &Sources, folder: &Path) -> Result<(), BuildError> {
    let failed = |error| BuildError::machine("write the sources out", error);
    for (path, content) in &sources.files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            tokio::fs::create_dir_all(parent).await.map_err(failed)?;
        }
        tokio::fs::write(&path, content).await.map_err(failed)?;
    }
    Ok(())
}

/// Bytes of memory that can be had at once, or 0 where the system does not say.
fn memory() -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib: Option<u64> = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok());
    kib.unwrap_or(0).saturating_mul(1024)
}
