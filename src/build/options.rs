//! What an operator can set about building.

use std::path::PathBuf;
use std::time::Duration;

use super::recipe;

const MIB: u64 = 1 << 20;

/// What an operator can set about building. Read once, at the edge.
#[derive(Clone, Debug)]
pub struct Options {
    /// The base of the build image, `PELATO_GO_IMAGE`, by default the official image of
    /// Go 1.26.8, by its digest. A base that moves under its name is looked at once: name
    /// another one by its digest too.
    pub go_image: String,
    /// Where the Docker engine listens, `DOCKER_HOST` (`unix://…`, `tcp://…`), by
    /// default Docker's own socket. `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH` are
    /// honoured as the Docker command line does.
    pub docker_host: Option<String>,
    /// The `go` that the local builder calls, by default the one on the `PATH`.
    pub go: PathBuf,
    /// Where modules come from: `GOPROXY` without `direct`.
    pub proxy: String,
    /// Modules that no public checksum database knows: `GONOSUMDB`, by default none.
    pub no_sum_db: Option<String>,
    /// Where the local builder keeps Go's caches, `PELATO_CACHE`, by default
    /// `pelato` in the user's cache folder.
    pub cache: PathBuf,
    /// Where the local builder has the folder of a task that is being compiled, by default
    /// the system's temporary folder. Whoever names one can clear away what a killed
    /// process left there: see [`super::clear_away`].
    pub temporary: Option<PathBuf>,
    /// Who starts containers, in their label `pelato.runner`: see
    /// [`super::Docker::remove_all_of`].
    pub owner: Option<String>,
    /// What one step may take.
    pub limits: Limits,
    /// Whether a component is validated before it is given away. It always is, but
    /// where it goes straight to a host, which validates it too: that is some 10 ms
    /// per MB.
    pub validate: bool,
}

/// What one step of one task may take. The local builder knows `time`, `log`,
/// `sources` and `module` only: the machine itself is its sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory, swap and temporary files included. 2 GiB.
    pub memory: u64,
    /// Cores. 2, or what the engine has.
    pub cores: usize,
    /// Processes and threads. 256.
    pub pids: i64,
    /// How long. 5 minutes.
    pub time: Duration,
    /// Bytes of output that are kept and shown. 4 MiB.
    pub log: usize,
    /// Bytes of sources that are taken. 32 MiB.
    pub sources: u64,
    /// Bytes of core module that are taken. 64 MiB.
    pub module: u64,
    /// Bytes that one file may grow to, in Docker. 1 GiB.
    pub file: i64,
    /// Bytes of Go's cache after which a repository's volume starts anew. 8 GiB.
    pub cache: u64,
    /// Bytes by which it may pass `cache` while a step runs, in Docker; past that the
    /// step is ended. It is looked at once a second, after each quarter of this. 1 GiB.
    pub overrun: u64,
    /// Files that may come to it meanwhile. 1,000,000.
    pub files: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 2048 * MIB,
            cores: 2,
            pids: 256,
            time: Duration::from_secs(300),
            log: 4 << 20,
            sources: 32 * MIB,
            module: 64 * MIB,
            file: 1 << 30,
            cache: 8192 * MIB,
            overrun: 1024 * MIB,
            files: 1_000_000,
        }
    }
}

impl Options {
    /// Reads the variables named above through `variable`, which gives none for
    /// one that is not set.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let cache = set("PELATO_CACHE").map(PathBuf::from).unwrap_or_else(|| {
            set("XDG_CACHE_HOME")
                .map(PathBuf::from)
                .or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".cache")))
                .unwrap_or_else(std::env::temp_dir)
                .join("pelato")
        });
        Self {
            go_image: set("PELATO_GO_IMAGE").unwrap_or_else(|| recipe::GO_IMAGE.to_owned()),
            docker_host: set("DOCKER_HOST"),
            go: PathBuf::from("go"),
            proxy: recipe::proxy(set("GOPROXY").as_deref()),
            no_sum_db: set("GONOSUMDB"),
            cache,
            temporary: None,
            owner: None,
            limits: Limits::default(),
            validate: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_set_gives_what_the_documentation_says() {
        let options = Options::from_variables(|name| (name == "HOME").then(|| "/home/ada".to_owned()));
        assert!(options.go_image.starts_with("golang:1.26.8-bookworm@sha256:"));
        assert_eq!(options.cache, PathBuf::from("/home/ada/.cache/pelato"));
        assert_eq!(options.no_sum_db, None);
        assert!(!options.proxy.contains("direct"));
    }

    #[test]
    fn an_operator_names_base_and_cache() {
        let options = Options::from_variables(|name| match name {
            "PELATO_GO_IMAGE" => Some("registry.example.org/go:1.26".to_owned()),
            "PELATO_CACHE" => Some("/srv/cache".to_owned()),
            "XDG_CACHE_HOME" => Some("/elsewhere".to_owned()),
            "GOPROXY" => Some("https://go.example.org,direct".to_owned()),
            _ => None,
        });
        assert_eq!(options.go_image, "registry.example.org/go:1.26");
        assert_eq!(options.cache, PathBuf::from("/srv/cache"));
        assert_eq!(options.proxy, "https://go.example.org");
    }
}
