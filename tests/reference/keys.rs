//! The keys of `runner.yaml`, as the documentation has them. `runner.rs` holds each of them
//! against the reader: that it is a key, that its default is one, and what is refused.

use self::Default::{Is, Nothing, Required};

/// What counts where a key is left out.
#[derive(Clone, Copy, Debug)]
pub(super) enum Default {
    /// It has to be there.
    Required,
    /// Nothing.
    Nothing,
    /// The same as where this is written.
    Is(&'static str),
}

/// A key of `runner.yaml`.
pub(super) struct Key {
    /// `repositories[].name`, `environments.*.nats.url`.
    pub(super) path: &'static str,
    /// What it takes, in Markdown.
    pub(super) takes: &'static str,
    pub(super) default: Default,
    pub(super) says: &'static str,
    /// What is refused, as YAML.
    pub(super) wrong: &'static str,
}

const fn key(
    path: &'static str,
    takes: &'static str,
    default: Default,
    says: &'static str,
    wrong: &'static str,
) -> Key {
    Key {
        path,
        takes,
        default,
        says,
        wrong,
    }
}

/// Where a secret is, never the secret itself.
const SECRET: &str = "a secret";
const TRUTH: &str = "`true`, `false`";
const TIME: &str = "a time, `90s`, `5m`, `2h`, `30d`";
const SIZE: &str = "a size, `1024`, `25MiB`, `10GiB`";
const NETWORKS: &str = "a list of networks and addresses";

/// All of them, in the order of the documentation: each map's own keys stand together.
pub(super) const KEYS: &[Key] = &[
    key(
        "listen",
        "`ip:port`",
        Is("127.0.0.1:8080"),
        "where the runner listens",
        "localhost",
    ),
    key(
        "public_url",
        "an address",
        Nothing,
        "how the outside reaches it, for links in statuses",
        "[]",
    ),
    key(
        "data",
        "a folder, relative to this file",
        Is("./var"),
        "database, mirrors, logs",
        "[]",
    ),
    key(
        "builder",
        "`docker`, `local`, `auto`",
        Is("docker"),
        "where tasks are compiled",
        "podman",
    ),
    key(
        "keep_going",
        TRUTH,
        Is("false"),
        "deploy what could be built although something else could not",
        "maybe",
    ),
    key(
        "drain",
        TIME,
        Is("30s"),
        "how long runs may go on once the runner is told to stop",
        "soon",
    ),
    key(
        "reconcile",
        "a time above 0, or `off`",
        Is("5m"),
        "how often branches, and what is deployed, are looked at",
        "often",
    ),
    key(
        "proxies",
        NETWORKS,
        Nothing,
        "the proxies in front: of them alone `X-Forwarded-For` is believed",
        "[]",
    ),
    key(
        "api_token",
        SECRET,
        Nothing,
        "needed to read and to act over HTTP; without it only this machine may",
        "s3cr3t",
    ),
    key("public", TRUTH, Is("false"), "anybody may read", "maybe"),
    key("limits", "a map", Nothing, "bounds of the door and the queue", "none"),
    key("retention", "a map", Nothing, "how much of the history is kept", "none"),
    key("repositories", "a list", Required, "what is served", "{}"),
    key(
        "environments",
        "a map of names",
        Nothing,
        "where to; each one that a branch names has to be here",
        "[]",
    ),
    key(
        "limits.body",
        SIZE,
        Is("25MiB"),
        "the largest delivery; GitHub's own bound",
        "0",
    ),
    key(
        "limits.queue",
        "a number",
        Is("10000"),
        "the most runs that wait",
        "many",
    ),
    key(
        "limits.connections",
        "a number",
        Is("1024"),
        "the most connections at once; more wait outside",
        "0",
    ),
    key("retention.runs", TIME, Is("90d"), "runs that ended longer ago go", "0d"),
    key("retention.logs", TIME, Is("30d"), "their logs do", "ever"),
    key(
        "retention.size",
        SIZE,
        Is("10GiB"),
        "past this the oldest logs go, then the oldest runs",
        "big",
    ),
    key(
        "repositories[].name",
        "`owner/name`",
        Required,
        "as the forge names it",
        "thermo",
    ),
    key(
        "repositories[].forge",
        "`github`, `gitea`",
        Required,
        "whose deliveries; Forgejo is `gitea`",
        "gitlab",
    ),
    key(
        "repositories[].url",
        "`https://…`, `file://…`",
        Required,
        "the only address that is ever cloned",
        "ssh://git.example.org/a/b.git",
    ),
    key(
        "repositories[].allow_http",
        TRUTH,
        Is("false"),
        "`url` may be `http://…`, which sends token and code in the open",
        "maybe",
    ),
    key(
        "repositories[].api",
        "an address",
        Required,
        "the forge's API; for `github` GitHub's own where it is left out",
        "git.example.org",
    ),
    key(
        "repositories[].webhook_secret",
        "a secret, or a list of them while one is rotated",
        Required,
        "what deliveries are signed with",
        "s3cr3t",
    ),
    key(
        "repositories[].insecure_unsigned",
        TRUTH,
        Is("false"),
        "needs no `webhook_secret`, and is for a listener on loopback only",
        "maybe",
    ),
    key(
        "repositories[].token",
        SECRET,
        Nothing,
        "for commit statuses and to clone",
        "t0k3n",
    ),
    key(
        "repositories[].branches",
        "a map, branch to environment",
        Required,
        "which branches are deployed, and where",
        "main",
    ),
    key(
        "repositories[].templates",
        TRUTH,
        Is("false"),
        "templates in the repository's `templates/` are used",
        "ours",
    ),
    key(
        "repositories[].sources",
        NETWORKS,
        Nothing,
        "where its deliveries may come from; anywhere where none is named",
        "example.org",
    ),
    key("repositories[].ssh", "a map", Nothing, "not supported yet", "{}"),
    key(
        "environments.*.registry",
        "a map",
        Required,
        "where components are published; `deploy: local` does without",
        "localhost:5000",
    ),
    key(
        "environments.*.nats",
        "a map",
        Nothing,
        "how the lattice is reached; `nats://localhost:4222` where it is left out",
        "localhost:4222",
    ),
    key(
        "environments.*.sql",
        "a map",
        Nothing,
        "the database that tasks write to",
        "postgres://db",
    ),
    key(
        "environments.*.lattice",
        "a name",
        Is("default"),
        "the lattice's name",
        "[]",
    ),
    key(
        "environments.*.deploy",
        "`wadm`, `local`",
        Is("wadm"),
        "onto a lattice, or in a process on this machine",
        "swarm",
    ),
    key(
        "environments.*.providers",
        "`external`, `builtin`, or a map of images",
        Is("external"),
        "which providers the manifests name",
        "stock",
    ),
    key(
        "environments.*.targets",
        "a map of names",
        Nothing,
        "what differs from one target to the other",
        "[edge]",
    ),
    key(
        "environments.*.heal",
        TRUTH,
        Is("false"),
        "what departs from the head of the branch is deployed anew",
        "maybe",
    ),
    key(
        "environments.*.agent",
        TRUTH,
        Is("false"),
        "an agent watches the lattice, so that hosts in reserve take no messages",
        "maybe",
    ),
    key(
        "environments.*.registry.url",
        "`host[:port][/path]`",
        Required,
        "the registry",
        "[]",
    ),
    key(
        "environments.*.registry.user",
        "a text",
        Nothing,
        "who we are there; else Docker's credential files say it",
        "[]",
    ),
    key(
        "environments.*.registry.password",
        SECRET,
        Required,
        "goes with `user`, and is not there without it",
        "s3cr3t",
    ),
    key(
        "environments.*.registry.insecure",
        TRUTH,
        Is("false"),
        "plain http elsewhere than on loopback",
        "maybe",
    ),
    key(
        "environments.*.nats.url",
        "an address, or several with commas between them",
        Required,
        "`nats://`, `tls://`, `ws://` or `wss://`",
        "nats://ada:pw@localhost",
    ),
    key("environments.*.nats.user", "a text", Nothing, "who we are there", "[]"),
    key(
        "environments.*.nats.password",
        SECRET,
        Nothing,
        "goes with `user`",
        "s3cr3t",
    ),
    key("environments.*.nats.token", SECRET, Nothing, "a token instead", "t0k3n"),
    key(
        "environments.*.nats.nkey",
        SECRET,
        Nothing,
        "the seed of an nkey instead",
        "SUABC",
    ),
    key(
        "environments.*.nats.creds",
        "a file",
        Nothing,
        "a credentials file instead",
        "[]",
    ),
    key(
        "environments.*.nats.ca",
        "a file",
        Nothing,
        "authorities that the server's certificate may come from, in PEM",
        "[]",
    ),
    key(
        "environments.*.nats.cert",
        "a file",
        Nothing,
        "our certificate, in PEM",
        "[]",
    ),
    key("environments.*.nats.key", "a file", Nothing, "its key, in PEM", "[]"),
    key(
        "environments.*.sql.url",
        SECRET,
        Required,
        "`postgres://USER:PASSWORD@HOST/DATABASE`",
        "postgres://db",
    ),
    key(
        "environments.*.providers.messaging",
        "an image",
        Nothing,
        "of NATS messaging; the stock one where it is left out",
        "[]",
    ),
    key(
        "environments.*.providers.http_server",
        "an image",
        Nothing,
        "of the HTTP server",
        "[]",
    ),
    key(
        "environments.*.providers.keyvalue",
        "an image",
        Nothing,
        "of key-value buckets",
        "[]",
    ),
    key(
        "environments.*.providers.sql",
        "an image",
        Nothing,
        "of PostgreSQL",
        "[]",
    ),
    key(
        "environments.*.targets.*.nats",
        "an address",
        Nothing,
        "the NATS that this target's providers use: a leaf at the edge",
        "[]",
    ),
    key(
        "{secret}.env",
        "a variable's name",
        Nothing,
        "the secret is in this variable of the runner's",
        "NOT_SET",
    ),
    key(
        "{secret}.file",
        "a file",
        Nothing,
        "the secret is in this file, relative to this one",
        "not/there",
    ),
];
