//! Each thing that is said of `runner.yaml`, word for word.

use super::{GOOD, read};
use crate::config::{Variables, read_environments};
use crate::document::tests;
use std::path::Path;

/// What is said of the right file in which `from` stands as `to`, a line for each finding.
fn rows(edits: &[(&str, &str)]) -> String {
    let rows = edits.iter().map(|(from, to)| {
        assert!(GOOD.contains(from), "{from}");
        let wrong = read(&GOOD.replacen(from, to, 1)).unwrap_err();
        let said: Vec<String> = wrong
            .items
            .iter()
            .map(|item| {
                let help = item.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
                format!("{}: {}, {}{help}", item.rule, item.title, item.label)
            })
            .collect();
        format!("{}\n  {}", to.trim(), said.join("\n  "))
    });
    rows.collect::<Vec<_>>().join("\n")
}

/// The same of one edit, as people see it; one of the findings is of this rule.
fn said(rule: &str, from: &str, to: &str) -> String {
    tests::said(rule, [&read(&GOOD.replacen(from, to, 1)).unwrap_err()])
}

#[test]
fn each_rule_of_this_file() {
    insta::assert_snapshot!(said("not-yet", "    forge: gitea", "    ssh: { key: id }\n    forge: gitea"), @"
    error: `ssh` is not supported yet
     --> runner.yaml:6:10
      |
    6 |     ssh: { key: id }
      |          ^^^^^^^^^^^ a later version will
      |
      = help: remove it: Pelato does not ignore what it cannot do
    ");
    insta::assert_snapshot!(said("secret", "{ env: THERMO_TOKEN }", "s3cr3t"), @"
    error: `token` must say where the secret is, not hold it
      --> runner.yaml:10:12
       |
    10 |     token: s3cr3t
       |            ^^^^^^ secrets do not belong into this file
       |
       = help: write `token: { env: NAME }` or `token: { file: PATH }`
    ");
    insta::assert_snapshot!(said("unknown-environment", "main: production", "main: prodution"), @"
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
fn the_runner_itself() {
    insta::assert_snapshot!(rows(&[
        ("listen: 127.0.0.1:9090", "listen: localhost"),
        ("data: ./state", "builder: podman"),
        ("data: ./state", "drain: soon"),
        ("data: ./state", "limits: { body: 0, queue: many }"),
        ("data: ./state", "limits: none"),
        ("data: ./state", "proxies: 127.0.0.1"),
        ("data: ./state", "public: yes"),
    ]), @"
    listen: localhost
      value: `listen` cannot be this, an address is `ip:port`, `127.0.0.1:8080`
    builder: podman
      value: `builder` cannot be this, it is `docker`, `local` or `auto`
    drain: soon
      value: `drain` cannot be this, a time is a number with s, m, h or d: `30s`
    limits: { body: 0, queue: many }
      value: `body` cannot be this, it is a number above 0, in bytes for `body` (`25MiB`)
      value: `queue` cannot be this, it is a number above 0, in bytes for `body` (`25MiB`)
    limits: none
      type: `limits` must be a map of keys, this is a single value; write `key: value` lines
    proxies: 127.0.0.1
      type: `proxies` must be a list, this is a single value; write `proxies: [192.0.2.0/24]`
    public: yes
      type: `public` is true or false, this is neither; write `public: true` or `public: false`
    ");
    let empty = read("").unwrap_err();
    insta::assert_snapshot!(tests::said("empty", [&empty]), @"
    error: the configuration is empty
     --> runner.yaml:1:1
      |
    1 |  
      | ^ nothing is here
      |
      = help: begin with `repositories:` and `environments:`
    ");
    let repositories = &GOOD[GOOD.find("repositories:").unwrap()..GOOD.find("environments:").unwrap()];
    insta::assert_snapshot!(rows(&[(repositories, "repositories: acme/thermo\n"), (repositories, "")]), @"
    repositories: acme/thermo
      type: `repositories` must be a list, this is a single value; begin each with `- name: owner/name`

      missing-key: `repositories` is missing in the configuration, it belongs to this one; add `repositories:`
    ");
    let environments = &GOOD[GOOD.find("environments:").unwrap()..];
    insta::assert_snapshot!(rows(&[(environments, "environments: [production]\n")]), @"
    environments: [production]
      unknown-environment: no environment is called `production`, nobody declares it; declare it under `environments:`
      type: `environments` must be a map of names, this is a list
    ");
}

#[test]
fn a_repository() {
    const URL: &str = "url: https://git.example.org/acme/thermo.git";
    insta::assert_snapshot!(rows(&[
        ("name: acme/thermo", "name: thermo"),
        ("forge: gitea", "forge: gitlab"),
        ("api: https://git.example.org/api/v1", "api: git.example.org"),
        (URL, "url: /srv/git/thermo.git"),
        (URL, "url: https://user:pass@git.example.org/acme/thermo.git"),
        (URL, "url: http://git.example.org/acme/thermo.git"),
        (URL, "url: ssh://git@git.example.org/acme/thermo.git"),
        (URL, "url: ssh://git.example.org/acme/thermo.git"),
        (URL, "url: ftp://git.example.org/acme/thermo.git"),
        ("branches: { main: production }", "branches: main"),
        ("branches: { main: production }", "branches: { main: [production] }"),
        ("branches: { main: production }", "branches: { main: staging }"),
    ]), @"
    name: thermo
      value: `name` cannot be this, a repository is `owner/name`, as the forge names it
    forge: gitlab
      value: `gitlab` is no forge that is known, it is `github` or `gitea` (Forgejo too)
    api: git.example.org
      missing-key: `api` is missing in a repository, it belongs to this one; add `api:`
      value: `api` cannot be this, it is the address of the forge's API: `https://git.example.org/api/v1`
    url: /srv/git/thermo.git
      value: `url` cannot be this, this is no address; write `https://host/owner/name.git`
    url: https://user:pass@git.example.org/acme/thermo.git
      value: `url` cannot be this, credentials do not belong into an address; use `token: { env: NAME }`
    url: http://git.example.org/acme/thermo.git
      value: `url` cannot be this, http sends the token and the code in the open; use https, or set `allow_http: true`
    url: ssh://git@git.example.org/acme/thermo.git
      value: `url` cannot be this, credentials do not belong into an address; use `token: { env: NAME }`
    url: ssh://git.example.org/acme/thermo.git
      value: `url` cannot be this, cloning over ssh is not supported yet; use https with a `token`
    url: ftp://git.example.org/acme/thermo.git
      value: `url` cannot be this, only https and file:// addresses are cloned
    branches: main
      type: `branches` must be a map of branch to environment, this is a single value; write `branches: { main: production }`
    branches: { main: [production] }
      type: a branch names an environment, this is neither a branch nor a name
    branches: { main: staging }
      unknown-environment: no environment is called `staging`, nobody declares it; declare it under `environments:`; there are: production
    ");
}

#[test]
fn an_environment() {
    const URL: &str = "url: nats://nats.example.org:4222";
    const PROVIDERS: &str = "{ messaging: registry.example.org/messaging-nats:0.27.0 }";
    const TARGETS: &str = "targets:\n      edge: { nats: \"nats://127.0.0.1:4222\" }";
    insta::assert_snapshot!(rows(&[
        ("  production:\n", "  production: {}\n  the last:\n"),
        ("  production:\n", "  production: {}\n  [last]:\n"),
        ("    providers", "    deploy: kubernetes\n    providers"),
        (URL, "url: nats://ada@nats.example.org:4222"),
        (PROVIDERS, "stock"),
        (PROVIDERS, "{ mesaging: a }"),
        (TARGETS, "targets: [edge]"),
        (TARGETS, "targets: { [edge]: {} }"),
        (", password: { env: REGISTRY_PASSWORD }", ""),
    ]), @"
    production: {}
      the last:
      missing-key: `registry` is missing in an environment, it belongs to this one; add `registry:`
      value: an environment cannot be called this, letters, digits, `-` and `_`
    production: {}
      [last]:
      missing-key: `registry` is missing in an environment, it belongs to this one; add `registry:`
      type: an environment's name is a word, this is a list
    deploy: kubernetes
        providers
      value: `deploy` cannot be this, it is `wadm` or `local`
    url: nats://ada@nats.example.org:4222
      value: `url` cannot be this, credentials do not belong into an address, which ends up in manifests; use `user` and `password`, `token` or `creds`
    stock
      value: `providers` cannot be this, it is `external`, `builtin`, or a map of images
    { mesaging: a }
      unknown-key: `mesaging` is not a key of `providers`, unknown key; did you mean `messaging`?
    targets: [edge]
      type: `targets` must be a map of target names, this is a list
    targets: { [edge]: {} }
      type: a target's name is a word, this is a list

      missing-key: `password` is missing in a registry, it belongs to this one; add `password:`
    ");
}

#[test]
fn a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty");
    std::fs::write(&file, "\n").unwrap();
    let empty = format!("{{ file: {} }}", file.display());
    let wrong = read(&GOOD.replace("{ env: THERMO_TOKEN }", &empty)).unwrap_err();
    let shown = tests::said("secret", [&wrong]);
    let marks = "^".repeat(file.display().to_string().len());
    let shown = shown
        .replace(&file.display().to_string(), "[FILE]")
        .replace(&marks, "^^^");
    insta::assert_snapshot!(shown, @"
    error: the file [FILE] is empty
      --> runner.yaml:10:20
       |
    10 |     token: { file: [FILE] }
       |                    ^^^ the secret is expected there
    ");
    insta::assert_snapshot!(rows(&[
        ("{ env: THERMO_TOKEN }", "{ file: /nowhere/token }"),
        ("{ env: THERMO_TOKEN }", "{ env: THERMO_TOKEN, file: token }"),
        ("{ env: THERMO_TOKEN }", "{}"),
        ("{ env: NEW_SECRET }", "{ var: NEW_SECRET }"),
    ]), @"
    { file: /nowhere/token }
      secret: cannot read /nowhere/token: No such file or directory (os error 2), the secret is expected there
    { env: THERMO_TOKEN, file: token }
      secret: `token` must have either `env` or `file`, this secret
    {}
      secret: `token` must have either `env` or `file`, this secret
    { var: NEW_SECRET }
      secret: `webhook_secret` must have either `env` or `file`, this secret
      unknown-key: `var` is not a key of a secret, unknown key; a secret may have: env, file
    ");
}

/// As `pelato promote` reads them: those that it asks for, and nothing else.
#[test]
fn environments_that_are_asked_for() {
    let variables = Variables::given(&[("REGISTRY_PASSWORD", "p")]);
    let asked = |text: &str, name: &str| {
        let wrong = read_environments("runner.yaml", text, Path::new("/etc/pelato"), &variables, &[name]);
        tests::said("unknown-environment", [&wrong.unwrap_err()])
    };
    insta::assert_snapshot!(asked(GOOD, "prodution"), @"
    error: no environment is called `prodution`
      --> runner.yaml:13:3
       |
    13 |   production:
       |   ^ there are: production
       |
       = help: did you mean `production`?
    ");
    insta::assert_snapshot!(asked(GOOD, "staging"), @"
    error: no environment is called `staging`
      --> runner.yaml:13:3
       |
    13 |   production:
       |   ^ there are: production
       |
       = help: declare it here
    ");
    insta::assert_snapshot!(asked("data: ./state\n", "staging"), @"
    error: no environment is called `staging`
     --> runner.yaml:1:1
      |
    1 | data: ./state
      | ^ none is declared
      |
      = help: declare it here
    ");
}
