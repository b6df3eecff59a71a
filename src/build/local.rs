//! The builder that compiles with this machine's Go.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::{Mutex, MutexGuard};
use tokio_util::sync::CancellationToken;

use super::archive;
use super::line::Author;
use super::log::Log;
use super::parallel::Machine;
use super::process::{self, Program};
use super::recipe::{self, ENVIRONMENT, Modules, OFFLINE, OLDEST_GO};
use super::{BuildError, Limits, Options};
use crate::generate::Sources;
use crate::report::Reporter;

/// How long Go may take to say its version.
const ANSWER: Duration = Duration::from_secs(20);
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
    go: PathBuf,
    version: String,
    options: Options,
    warming: Mutex<()>,
}

impl Local {
    /// Finds `go` on the `PATH`.
    ///
    /// # Errors
    /// [`BuildError::Go`] where there is none or an old one.
    pub async fn find(options: Options) -> Result<Self, BuildError> {
        let asking = Command::new("go")
            .args(["env", "GOVERSION", "GOROOT"])
            .env("GOTOOLCHAIN", "local")
            .env_remove("GOFLAGS")
            .current_dir(env::temp_dir())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let answer = match tokio::time::timeout(ANSWER, asking).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(unusable("there is no `go` on the PATH"));
            }
            Ok(Err(error)) => return Err(unusable(format!("`go` does not run: {error}"))),
            Err(_) => return Err(unusable("`go env` does not come to an end")),
        };
        let text = String::from_utf8_lossy(&answer.stdout);
        let mut lines = text.lines().map(str::trim);
        let (Some(version), Some(root)) = (lines.next(), lines.next()) else {
            let said = String::from_utf8_lossy(&answer.stderr);
            return Err(unusable(format!("`go env` fails: {}", said.trim())));
        };
        if number(version).is_some_and(|found| found < OLDEST_GO) {
            return Err(unusable(format!("the Go on the PATH is {version}")));
        }
        Ok(Self {
            // Past any wrapper, which might want an environment that a build has not.
            go: Path::new(root)
                .join("bin")
                .join(format!("go{}", env::consts::EXE_SUFFIX)),
            version: version
                .split_whitespace()
                .next()
                .unwrap_or(version)
                .to_owned(),
            options,
            warming: Mutex::new(()),
        })
    }

    /// The version of Go, `go1.26.8`.
    pub(super) fn toolchain(&self) -> &str {
        &self.version
    }

    /// What this machine has.
    pub(super) fn machine(&self) -> Machine {
        Machine {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory: memory(),
        }
    }

    /// What a step may take.
    pub(super) fn limits(&self) -> Limits {
        self.options.limits
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
        let folder = tempfile::Builder::new()
            .prefix("pelato-build-")
            .tempdir()
            .map_err(|error| BuildError::machine("make a temporary folder", error))?;
        // As Go will print it.
        let root = tokio::fs::canonicalize(folder.path()).await;
        let root = root.map_err(|error| BuildError::machine("find the temporary folder", error))?;
        let work = root.join("work");
        unpack(sources, &work).await?;
        let author = Author {
            component_name: component_name.clone(),
            file: sources.author_file.clone(),
            folder: work.to_string_lossy().into_owned(),
        };
        let mut log = Log::new(reporter, author, self.options.limits.log);
        let modules = Modules::of(&sources.files);
        if modules != Modules::None {
            let program = self.program(&root, ["mod", "download"].map(str::to_owned).into(), true);
            let fetched = process::run(program, &mut log, cancel).await?;
            let output = log.end_step();
            if !fetched {
                return Err(BuildError::Modules {
                    component_name,
                    output,
                });
            }
        }
        let core = root.join("core.wasm");
        let program = self.program(
            &root,
            recipe::arguments(modules, &core.to_string_lossy()),
            false,
        );
        let compiled = process::run(program, &mut log, cancel).await?;
        let output = log.end_step();
        if !compiled {
            return Err(BuildError::Compile {
                component_name,
                output,
            });
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
        let mut environment: Vec<(String, OsString)> = ENVIRONMENT
            .map(|(name, value)| (name.to_owned(), value.into()))
            .into();
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
            path: &self.go,
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
            .join(format!("pelato-warm-{}", self.version))
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

fn unusable(found: impl Into<String>) -> BuildError {
    BuildError::Go {
        found: found.into(),
        oldest: oldest(),
    }
}

/// The oldest Go that will do, as people write it.
pub(super) fn oldest() -> String {
    format!("{}.{}", OLDEST_GO.0, OLDEST_GO.1)
}

/// `go1.26.8`, `go1.27rc1` as numbers; none for one that was built by hand.
fn number(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix("go")?.split('.');
    let digits = |part: &str| {
        part.split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse()
            .ok()
    };
    Some((digits(parts.next()?)?, digits(parts.next()?)?))
}

/// Bytes of memory that can be had at once, or 0 where the system does not say.
fn memory() -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib: Option<u64> =
        line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok());
    kib.unwrap_or(0).saturating_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_go_prints_them() {
        assert_eq!(number("go1.26.8"), Some((1, 26)));
        assert_eq!(number("go1.27rc1"), Some((1, 27)));
        assert_eq!(number("go1.9"), Some((1, 9)));
        assert_eq!(number("devel go1.27-0123456"), None);
    }

    #[test]
    fn an_unusable_go_says_both_ways_out() {
        insta::assert_snapshot!(
            unusable("the Go on the PATH is go1.19.8"),
            @"the Go on the PATH is go1.19.8; install Go 1.26 or later (https://go.dev/dl), or build in Docker: `--builder docker`"
        );
    }
}
