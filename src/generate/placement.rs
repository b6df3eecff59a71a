//! Where a component goes: what the workflow does not know.

/// One target of one environment.
#[derive(Clone, Copy, Debug)]
pub struct Placement<'a> {
    /// The `host-type` label of the hosts.
    pub target: &'a str,
    /// The component's image reference.
    pub image: &'a str,
    /// The environment, `default` where none is named.
    pub environment: &'a str,
    /// Which providers stand beside the component.
    pub providers: &'a Providers,
    /// The NATS url that the providers of this target connect to.
    pub nats: &'a str,
    /// What tells the environment's database from any other, in the name of the
    /// configuration that the way to it is in. None where that is not known.
    pub sql: Option<&'a str>,
    /// Whether an agent watches the lattice, and says which hosts may take messages.
    pub agent: bool,
    /// Whose it is.
    pub owner: &'a Owner,
}

/// Image references of the providers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Providers {
    /// `wasmcloud:messaging` over NATS.
    pub messaging: String,
    /// `wasi:http/incoming-handler`.
    pub http_server: String,
    /// `wasi:keyvalue` over NATS.
    pub keyvalue: String,
    /// SQL on PostgreSQL.
    pub sql: String,
}

impl Providers {
    /// What stock hosts run: images of the wasmCloud project.
    pub fn external() -> Self {
        let image = |name: &str| format!("ghcr.io/wasmcloud/{name}");
        Self {
            messaging: image("messaging-nats:0.27.0"),
            http_server: image("http-server:0.27.0"),
            keyvalue: image("keyvalue-nats:0.3.1"),
            sql: image("sqldb-postgres:0.10.0"),
        }
    }

    /// Those built into the host, where it has them. There is none for key-value
    /// buckets and SQL: these stay external.
    pub fn builtin() -> Self {
        let builtin = |name: &str| format!("wasmcloud+builtin://{name}");
        Self {
            messaging: builtin("messaging-nats"),
            http_server: builtin("http-server"),
            ..Self::external()
        }
    }
}

/// Whose an application is, as its annotations say on the lattice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The repository, `acme/thermo`.
    pub repository: String,
    /// The project's folder in it, `.` for the top.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// The commit, where there is one.
    pub commit: Option<String>,
}
