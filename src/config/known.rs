//! Every variable that the program reads, as data: the documentation's table and
//! `.env.template` are held against it, and it against the code.

/// A variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Where it is read.
    pub read: Reading,
    /// What counts where it is not set; none where nothing does.
    pub default: Option<&'static str>,
    /// The key of `runner.yaml` that says the same to the runner.
    pub key: Option<&'static str>,
    /// What it says, in Markdown.
    pub says: &'static str,
}

/// Where a variable is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// By commands, in the real environment and in `.env`.
    Commands,
    /// The same, and by the runner, in the real environment.
    CommandsAndRunner,
    /// In the real environment alone.
    Environment,
}

const fn variable(name: &'static str, read: Reading, says: &'static str) -> Variable {
    Variable {
        name,
        read,
        default: None,
        key: None,
        says,
    }
}

const fn command(name: &'static str, says: &'static str) -> Variable {
    variable(name, Reading::Commands, says)
}

const fn both(name: &'static str, says: &'static str) -> Variable {
    variable(name, Reading::CommandsAndRunner, says)
}

const fn real(name: &'static str, says: &'static str) -> Variable {
    variable(name, Reading::Environment, says)
}

impl Variable {
    const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    const fn key(mut self, key: &'static str) -> Self {
        self.key = Some(key);
        self
    }
}

/// All of them, in the order of the documentation.
pub const VARIABLES: &[Variable] = &[
    command("REGISTRY_URL", "where components are published, `host[:port][/path]`").key("environments.*.registry.url"),
    command(
        "REGISTRY_USER",
        "who we are there; else Docker's credential files say it",
    )
    .key("environments.*.registry.user"),
    command("REGISTRY_PASSWORD", "goes with the user").key("environments.*.registry.password"),
    command(
        "PELATO_REGISTRY_INSECURE",
        "`True` allows plain http elsewhere than on loopback",
    )
    .or("False")
    .key("environments.*.registry.insecure"),
    command("NATS_HOST", "the lattice's NATS server")
        .or("localhost")
        .key("environments.*.nats.url"),
    command("NATS_PORT", "its port")
        .or("4222")
        .key("environments.*.nats.url"),
    command(
        "PELATO_NATS_URL",
        "both as one address, or several with commas between them",
    )
    .key("environments.*.nats.url"),
    command("PELATO_NATS_USER", "who we are there").key("environments.*.nats.user"),
    command("PELATO_NATS_PASSWORD", "goes with the user").key("environments.*.nats.password"),
    command("PELATO_NATS_TOKEN", "a token instead").key("environments.*.nats.token"),
    command("PELATO_NATS_NKEY", "a file with an nkey's seed instead"),
    command("PELATO_NATS_NKEY_SEED", "that seed itself").key("environments.*.nats.nkey"),
    command("PELATO_NATS_CREDS", "a credentials file instead").key("environments.*.nats.creds"),
    command(
        "PELATO_NATS_CA",
        "authorities that the server's certificate may come from, in PEM",
    )
    .key("environments.*.nats.ca"),
    command("PELATO_NATS_CERT", "our certificate, in PEM").key("environments.*.nats.cert"),
    command("PELATO_NATS_KEY", "its key, in PEM").key("environments.*.nats.key"),
    command(
        "PELATO_DEPLOY",
        "where to deploy: `wadm`, a lattice, or `local`, a process on this machine",
    )
    .or("wadm")
    .key("environments.*.deploy"),
    command("PELATO_LATTICE", "the lattice's name")
        .or("default")
        .key("environments.*.lattice"),
    command("PELATO_ENVIRONMENT", "the environment's name")
        .or("default")
        .key("repositories[].branches"),
    command("PELATO_PROVIDERS", "`external`, `builtin`, or images by name")
        .or("external")
        .key("environments.*.providers"),
    command(
        "PELATO_AGENT",
        "`True`: an agent watches the lattice, so that hosts in reserve take no messages",
    )
    .or("False")
    .key("environments.*.agent"),
    command("PELATO_SQL_URL", "the PostgreSQL database that tasks write to").key("environments.*.sql.url"),
    command(
        "PELATO_KEEP_GOING",
        "`True`: deploy what could be built although something else could not",
    )
    .or("False")
    .key("keep_going"),
    command(
        "PELATO_TEMPLATES",
        "a folder of templates, beside those that come with Pelato",
    )
    .key("repositories[].templates"),
    command(
        "PELATO_STATE",
        "where local deployments and their artifacts are kept; else `pelato` in `XDG_STATE_HOME`",
    )
    .key("data"),
    command(
        "PELATO_BUILDER",
        "where tasks are compiled: `docker`, `local` or `auto`",
    )
    .or("auto")
    .key("builder"),
    both(
        "PARALLEL_BUILD",
        "`True`: as many tasks at once as the machine carries; `False`: one; or a number",
    )
    .or("True"),
    both(
        "PELATO_GO_IMAGE",
        "the base of the build image; else the official one, by its digest",
    ),
    both("PELATO_CACHE", "where caches are; else `pelato` in `XDG_CACHE_HOME`"),
    both(
        "DOCKER_HOST",
        "where the Docker engine answers, with `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH` as Docker has them; else its socket",
    ),
    both("GOPROXY", "where Go modules come from; `direct` is left out"),
    both("GONOSUMDB", "modules whose checksums Go's database is not asked for"),
    command("ENABLE_METRICS", "`True`: each run is appended to `metrics.yaml`").or("False"),
    command("PELATO_SERVER", "the runner that `runs`, `logs` and `cancel` ask").or("http://127.0.0.1:8080"),
    command("PELATO_API_TOKEN", "its token").key("api_token"),
    real(
        "RUST_LOG",
        "how much of Pelato's own log is shown, as tracing-subscriber reads it",
    )
    .or("warn,pelato=info"),
    real("NO_COLOR", "anything: no colours"),
    real("CI", "anything: no progress bars"),
    real("TERM", "`dumb`: no progress bars"),
    real("PELATO_ANNOTATIONS", "a file that gets an Action's annotations"),
    real("PELATO_SUMMARY", "a file that gets an Action's summary, in Markdown"),
    real("PELATO_OUTPUT", "a file that gets an Action's outputs"),
    real(
        "DOCKER_CONFIG",
        "the folder of Docker's credential files; else `.docker` in `HOME`",
    ),
    real(
        "XDG_STATE_HOME",
        "where a user's state is; else `.local/state` in `HOME`",
    ),
    real("XDG_CACHE_HOME", "where a user's caches are; else `.cache` in `HOME`"),
    real(
        "XDG_CONFIG_HOME",
        "where Git's configuration may be; else `.config` in `HOME`",
    ),
    real("HOME", "the user's folder"),
    real("PATH", "where `go` is found"),
    real(
        "HTTP_PROXY",
        "the proxy on the way out, for Go's modules too; in small letters as well",
    ),
    real("HTTPS_PROXY", "the same for https"),
    real("NO_PROXY", "what is reached without a proxy"),
    real(
        "SSL_CERT_FILE",
        "the machine's certificate authorities, where they are elsewhere",
    ),
    real("SSL_CERT_DIR", "a folder of them instead"),
];
