//! `runner.yaml` as people write it, right and wrong.

mod words;

use super::*;
#[cfg(feature = "local")]
use crate::config::DeployMode;

const GOOD: &str = "\
listen: 127.0.0.1:9090
public_url: https://ci.example.org/
data: ./state
repositories:
  - name: acme/thermo
    forge: gitea
    url: https://git.example.org/acme/thermo.git
    api: https://git.example.org/api/v1
    webhook_secret: [ { env: NEW_SECRET }, { env: OLD_SECRET } ]
    token: { env: THERMO_TOKEN }
    branches: { main: production }
environments:
  production:
    registry: { url: registry.example.org/acme, user: ci, password: { env: REGISTRY_PASSWORD } }
    nats: { url: nats://nats.example.org:4222, creds: runner.creds }
    providers: { messaging: registry.example.org/messaging-nats:0.27.0 }
    targets:
      edge: { nats: \"nats://127.0.0.1:4222\" }
";

fn read(text: &str) -> Result<RunnerConfig, Diagnostics> {
    let variables = Variables::given(&[
        ("NEW_SECRET", "new"),
        ("OLD_SECRET", "old"),
        ("THERMO_TOKEN", "t"),
        ("REGISTRY_PASSWORD", "p"),
        ("SQL_URL", "postgres://ada:s3cret@db/home"),
    ]);
    read_runner("runner.yaml", text, Path::new("/etc/pelato"), &variables)
}

fn refused(text: &str) -> String {
    read(text).unwrap_err().render(false)
}

#[test]
fn the_design_s_file_is_read() {
    let config = read(GOOD).unwrap();
    assert_eq!(config.listen.port(), 9090);
    assert_eq!(config.public_url.as_deref(), Some("https://ci.example.org"));
    assert_eq!(config.data, Path::new("/etc/pelato/./state"));
    assert_eq!(config.builder, "docker");
    assert_eq!(config.repositories[0].webhook_secrets.len(), 2);
    let production = &config.environments["production"];
    assert_eq!(production.nats_of("edge"), "nats://127.0.0.1:4222");
    assert_eq!(production.nats_of("cloud"), "nats://nats.example.org:4222");
    assert_eq!(
        production.nats.creds.as_deref(),
        Some(Path::new("/etc/pelato/runner.creds"))
    );
}

#[test]
fn unknown_keys_missing_secrets_and_undeclared_environments_stop_the_start() {
    let text = GOOD
        .replace("public_url", "public_ulr")
        .replace("THERMO_TOKEN", "NOT_SET")
        .replace("main: production", "main: prodution");
    insta::assert_snapshot!(refused(&text), @"
    error: `public_ulr` is not a key of the configuration
     --> runner.yaml:2:1
      |
    2 | public_ulr: https://ci.example.org/
      | ^^^^^^^^^^ unknown key
      |
      = help: did you mean `public_url`?

    error: the variable NOT_SET is not set, or empty
      --> runner.yaml:10:19
       |
    10 |     token: { env: NOT_SET }
       |                   ^^^^^^^ the secret is expected there

    error: no environment is called `prodution`
      --> runner.yaml:11:23
       |
    11 |     branches: { main: prodution }
       |                       ^^^^^^^^^ nobody declares it
       |
       = help: did you mean `production`?
    ");
}

#[test]
fn a_secret_is_never_written_into_the_file_and_never_left_out() {
    let inline = refused(&GOOD.replace("[ { env: NEW_SECRET }, { env: OLD_SECRET } ]", "s3cr3t"));
    assert!(inline.contains("must say where the secret is"), "{inline}");
    let absent = refused(&GOOD.replace("    webhook_secret: [ { env: NEW_SECRET }, { env: OLD_SECRET } ]\n", ""));
    assert!(absent.contains("`webhook_secret` is missing"), "{absent}");
}

#[test]
fn credentials_do_not_stand_in_the_address_of_nats() {
    let error = refused(&GOOD.replace("nats://nats.example.org", "nats://ada:s3cr3t@nats.example.org"));
    assert!(error.contains("credentials do not belong into an address"), "{error}");
}

#[test]
#[cfg(feature = "local")]
fn local_deployments_need_no_registry_and_a_lattice_does() {
    let registry = "    registry: { url: registry.example.org/acme, user: ci, password: { env: REGISTRY_PASSWORD } }\n";
    let nats = "    nats: { url: nats://nats.example.org:4222, creds: runner.creds }\n";
    let local = "    deploy: local\n";
    let config = read(&GOOD.replace(registry, local).replace(nats, "")).unwrap();
    let production = &config.environments["production"];
    assert_eq!(production.deploy, DeployMode::Local);
    assert!(production.registry.is_none() && !production.nats_is_named);
    assert_eq!(production.state.as_deref(), Some(Path::new("/etc/pelato/./state")));
    let config = read(&GOOD.replace(registry, &format!("{registry}{local}"))).unwrap();
    let production = &config.environments["production"];
    assert!(production.registry.is_some() && production.nats_is_named);
    insta::assert_snapshot!(refused(&GOOD.replace(registry, "")), @"
    error: `registry` is missing in an environment
      --> runner.yaml:14:5
       |
    14 |     nats: { url: nats://nats.example.org:4222, creds: runner.creds }
       |     ^^^^ it belongs to this one
       |
       = help: add `registry:`
    ");
}

#[test]
fn templates_of_a_repository_count_where_the_operator_says_so() {
    assert!(!read(GOOD).unwrap().repositories[0].templates);
    let allowed = GOOD.replace("    forge: gitea", "    templates: true\n    forge: gitea");
    assert!(read(&allowed).unwrap().repositories[0].templates);
    let error = refused(&GOOD.replace("    forge: gitea", "    templates: ours\n    forge: gitea"));
    assert!(error.contains("`templates` is true or false"), "{error}");
}

#[test]
fn only_addresses_that_the_operator_may_mean_are_cloned() {
    for bad in [
        "/srv/git/thermo.git",
        "../thermo.git",
        "ext::sh -c evil",
        "fd::3",
        "ssh://-oProxyCommand=evil/x",
        "http://git.example.org/acme/thermo.git",
        "https://user:pass@git.example.org/acme/thermo.git",
    ] {
        let error = refused(&GOOD.replace("https://git.example.org/acme/thermo.git", bad));
        assert!(error.contains("`url` cannot be this"), "{bad}: {error}");
    }
    read(&GOOD.replace("https://git.example.org/acme/thermo.git", "file:///srv/git/thermo.git")).unwrap();
}

#[test]
fn a_database_is_a_secret() {
    let with = |sql: &str| GOOD.replace("    providers:", &format!("    sql: {sql}\n    providers:"));
    let config = read(&with("{ url: { env: SQL_URL } }")).unwrap();
    let sql = config.environments["production"].sql.as_ref().unwrap();
    assert_eq!(
        secrecy::ExposeSecret::expose_secret(sql),
        "postgres://ada:s3cret@db/home"
    );
    assert!(!format!("{config:?}").contains("s3cret"));
    assert!(read(GOOD).unwrap().environments["production"].sql.is_none());
    let wrong = [
        "postgres://db/home",
        "{ url: postgres://ada:s3cret@db/home }",
        "{ url: { env: NOT_SET } }",
        "{ uri: { env: SQL_URL } }",
    ];
    let said: Vec<String> = wrong.iter().map(|sql| refused(&with(sql))).collect();
    insta::assert_snapshot!(said.join("\n\n"), @"
    error: `sql` must be a map of keys
      --> runner.yaml:16:10
       |
    16 |     sql: postgres://db/home
       |          ^^^^^^^^^^^^^^^^^^ this is a single value
       |
       = help: write `key: value` lines

    error: `url` must say where the secret is, not hold it
      --> runner.yaml:16:17
       |
    16 |     sql: { url: postgres://ada:s3cret@db/home }
       |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secrets do not belong into this file
       |
       = help: write `url: { env: NAME }` or `url: { file: PATH }`

    error: the variable NOT_SET is not set, or empty
      --> runner.yaml:16:24
       |
    16 |     sql: { url: { env: NOT_SET } }
       |                        ^^^^^^^ the secret is expected there

    error: `url` is missing in `sql`
      --> runner.yaml:16:12
       |
    16 |     sql: { uri: { env: SQL_URL } }
       |            ^^^ it belongs to this one
       |
       = help: add `url:`

    error: `uri` is not a key of `sql`
      --> runner.yaml:16:12
       |
    16 |     sql: { uri: { env: SQL_URL } }
       |            ^^^ unknown key
       |
       = help: did you mean `url`?
    ");
}

#[test]
fn what_is_kept_has_bounds() {
    let kept = read(GOOD).unwrap().retention;
    assert_eq!((kept.runs.as_secs(), kept.logs.as_secs()), (90 * 86_400, 30 * 86_400));
    assert_eq!(kept.size, 10 << 30);
    let with = |retention: &str| GOOD.replace("data: ./state", &format!("retention: {retention}"));
    let kept = read(&with("{ logs: 7d, size: 500MiB }")).unwrap().retention;
    assert_eq!((kept.runs.as_secs(), kept.logs.as_secs()), (90 * 86_400, 7 * 86_400));
    assert_eq!(kept.size, 500 << 20);
    insta::assert_snapshot!(refused(&with("{ logs: 0d, size: big, run: 3d }")), @"
    error: `logs` cannot be this
     --> runner.yaml:3:20
      |
    3 | retention: { logs: 0d, size: big, run: 3d }
      |                    ^^ a time is a number above 0 with s, m, h or d: `30d`

    error: `size` cannot be this
     --> runner.yaml:3:30
      |
    3 | retention: { logs: 0d, size: big, run: 3d }
      |                              ^^^ it is a number of bytes above 0: `10GiB`

    error: `run` is not a key of `retention`
     --> runner.yaml:3:35
      |
    3 | retention: { logs: 0d, size: big, run: 3d }
      |                                   ^^^ unknown key
      |
      = help: did you mean `runs`?
    ");
}

#[test]
fn senders_and_proxies_are_networks() {
    let config = read(GOOD).unwrap();
    assert!(config.proxies.is_empty() && config.repositories[0].sources.is_empty());
    let text = GOOD
        .replace("data: ./state", "proxies: [127.0.0.1, \"fd00::/8\"]")
        .replace("    forge: gitea", "    sources: [192.0.2.0/24]\n    forge: gitea");
    let config = read(&text).unwrap();
    assert_eq!(config.proxies.len(), 2);
    assert_eq!(config.repositories[0].sources[0].to_string(), "192.0.2.0/24");
    let text = text
        .replace("192.0.2.0/24", "192.0.2.7/24, example.org")
        .replace("[127.0.0.1, \"fd00::/8\"]", "[]");
    insta::assert_snapshot!(refused(&text), @"
    error: `proxies` is empty
     --> runner.yaml:3:10
      |
    3 | proxies: []
      |          ^^ no address is in it
      |
      = help: name a network, or leave the key out

    error: `sources` cannot hold this
     --> runner.yaml:6:15
      |
    6 |     sources: [192.0.2.7/24, example.org]
      |               ^^^^^^^^^^^^ a network is `192.0.2.0/24` or `2001:db8::/32`, an address `192.0.2.7`

    error: `sources` cannot hold this
     --> runner.yaml:6:29
      |
    6 |     sources: [192.0.2.7/24, example.org]
      |                             ^^^^^^^^^^^ a network is `192.0.2.0/24` or `2001:db8::/32`, an address `192.0.2.7`
    ");
}

#[test]
fn what_is_looked_at_and_what_is_healed() {
    let config = read(GOOD).unwrap();
    assert_eq!(config.reconcile, Some(Duration::from_secs(300)));
    assert!(!config.environments["production"].heal);
    let with = |reconcile: &str| GOOD.replace("data: ./state", &format!("reconcile: {reconcile}"));
    assert_eq!(read(&with("30s")).unwrap().reconcile, Some(Duration::from_secs(30)));
    assert_eq!(read(&with("off")).unwrap().reconcile, None);
    let heals = |text: &str| text.replace("    providers: {", "    heal: true\n    providers: {");
    assert!(read(&heals(GOOD)).unwrap().environments["production"].heal);
    let wrong = [with("0s"), with("often"), heals(&with("off"))];
    let said: Vec<String> = wrong.iter().map(|text| refused(text)).collect();
    insta::assert_snapshot!(said.join("\n\n"), @"
    error: `reconcile` cannot be this
     --> runner.yaml:3:12
      |
    3 | reconcile: 0s
      |            ^^ it is a number above 0 with s, m, h or d: `5m`; or `off`

    error: `reconcile` cannot be this
     --> runner.yaml:3:12
      |
    3 | reconcile: often
      |            ^^^^^ it is a number above 0 with s, m, h or d: `5m`; or `off`

    error: `heal` of the environment `production` needs `reconcile`
     --> runner.yaml:3:12
      |
    3 | reconcile: off
      |            ^^^ nobody looks at what is deployed then
      |
      = help: name a time here, or take `heal` away
    ");
}
