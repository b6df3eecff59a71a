//! `docker/compose.yaml` and the files beside it, read by what reads them.

mod gitea;
mod line;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lattice_harness::programs;
use pelato::config::{Variables, read_runner};
use regex::Regex;
use serde_json::Value;

const TOP: &str = env!("CARGO_MANIFEST_DIR");

/// What `docker/.env` says: what a reader fills in.
const SET: [(&str, &str); 6] = [
    ("DOCKER_GID", "999"),
    ("PELATO_API_TOKEN", "a-token-for-the-api"),
    ("WEBHOOK_SECRET", "a-secret-of-the-hook"),
    ("GITEA_PASSWORD", "a1b2c3d4e5f6"),
    ("FORGE_TOKEN", "a-token-of-the-forge"),
    ("REGISTRY_PASSWORD", "a-password-of-the-registry"),
];

/// `docker compose --profile … config` with these variables and no others.
fn config(profile: &str, variables: &[(&str, &str)]) -> Output {
    let script = Path::new(TOP).join("scripts/setup-compose.sh");
    let program = Command::new(script).arg("--print").output().unwrap();
    assert!(program.status.success(), "{}", String::from_utf8_lossy(&program.stderr));
    Command::new(String::from_utf8(program.stdout).unwrap().trim())
        .arg(profile)
        .arg("compose.yaml")
        .current_dir(Path::new(TOP).join("docker"))
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

/// The services of a profile, as Compose would start them.
pub(crate) fn services(profile: &str) -> serde_json::Map<String, Value> {
    let ran = config(profile, &SET);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let project: Value = serde_json::from_slice(&ran.stdout).unwrap();
    project["services"].as_object().unwrap().clone()
}

fn list<'a>(service: &'a Value, key: &str) -> &'a [Value] {
    service[key].as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn compose_reads_both_profiles() {
    let shown = |profile| {
        let services = services(profile);
        let lines: Vec<String> = services
            .iter()
            .map(|(name, service)| {
                let ports = list(service, "ports").iter();
                let ports: Vec<&str> = ports.map(|port| port["published"].as_str().unwrap()).collect();
                let looks = if service["healthcheck"].is_null() {
                    ""
                } else {
                    ", health"
                };
                format!("{name}: {}{looks}", ports.join(" ")).trim_end().to_owned()
            })
            .collect();
        lines.join("\n")
    };
    insta::assert_snapshot!(shown("runner"), @"runner: 8080");
    // The runner's image has a check of its own. Those of wadm and wasmCloud are not known
    // to have anything to ask with.
    insta::assert_snapshot!(shown("platform"), @"
    cloud-host: 8001
    edge-host: 8000
    gitea: 3000, health
    gitea-setup:
    nats-hub: 4222, health
    nats-leaf: 4223, health
    platform-runner: 8080
    registry: 5000, health
    wadm:
    ");
}

#[test]
fn compose_exposes_little_and_pins_what_it_starts() {
    let tag = Regex::new(r"^[a-z0-9./-]+:v?\d+\.\d+\.\d+[a-z0-9-]*(@sha256:[0-9a-f]{64})?$").unwrap();
    let pelato = concat!("ghcr.io/pelato-project/pelato:", env!("CARGO_PKG_VERSION"));
    for profile in ["runner", "platform"] {
        for (name, service) in services(profile) {
            let image = service["image"].as_str().unwrap();
            assert!(tag.is_match(image), "{name}: {image}");
            assert!(!image.contains("pelato-project") || image == pelato, "{name}: {image}");
            for port in list(&service, "ports") {
                assert_eq!(port["host_ip"], "127.0.0.1", "{name}");
            }
            assert_eq!(list(&service, "security_opt"), ["no-new-privileges:true"], "{name}");
            assert!(service["privileged"].is_null(), "{name}");
            for volume in list(&service, "volumes")
                .iter()
                .filter(|volume| volume["type"] == "bind")
            {
                let file = Path::new(volume["source"].as_str().unwrap());
                let socket = file == Path::new("/var/run/docker.sock");
                assert!(!socket || name.ends_with("runner"), "{name} has the engine's socket");
                assert!(
                    socket || (file.is_file() && volume["read_only"] == true),
                    "{name}: {volume}"
                );
            }
        }
    }
}

/// A task's targets are labels of hosts, and each host knows one NATS.
#[test]
fn each_host_has_its_label_and_its_nats() {
    let services = services("platform");
    let of = |host: &str| {
        let variables = services[host]["environment"].as_object().unwrap();
        let lines = variables
            .iter()
            .map(|(name, value)| format!("{name}={}", value.as_str().unwrap()));
        lines.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(of("edge-host"), @"
    WASMCLOUD_HEARTBEAT_INTERVAL=1
    WASMCLOUD_JS_DOMAIN=hub
    WASMCLOUD_LABEL_host-type=edge
    WASMCLOUD_MAX_EXECUTION_TIME_MS=10000
    WASMCLOUD_NATS_HOST=nats-leaf
    WASMCLOUD_OCI_ALLOWED_INSECURE=registry:5000
    ");
    insta::assert_snapshot!(of("cloud-host"), @"
    WASMCLOUD_HEARTBEAT_INTERVAL=1
    WASMCLOUD_LABEL_host-type=cloud
    WASMCLOUD_MAX_EXECUTION_TIME_MS=10000
    WASMCLOUD_NATS_HOST=nats-hub
    WASMCLOUD_OCI_ALLOWED_INSECURE=registry:5000
    ");
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    for (missing, _) in &SET[..3] {
        let rest: Vec<_> = SET.into_iter().filter(|(name, _)| name != missing).collect();
        let ran = config("platform", &rest);
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(!ran.status.success() && said.contains(missing), "{missing}: {said}");
    }
    // The example has all of them, and no others.
    let example = std::fs::read_to_string(Path::new(TOP).join("docker/compose/env.example")).unwrap();
    let lines = example.lines().filter_map(|line| line.split_once('='));
    let named: BTreeSet<&str> = lines
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with('#'))
        .collect();
    assert_eq!(named, SET.map(|(name, _)| name).into());
}

#[test]
fn nats_takes_hub_and_leaf() {
    let nats = programs().unwrap().join("nats-server");
    for file in ["hub.conf", "leaf.conf"] {
        let path = Path::new(TOP).join("examples/continuum/nats").join(file);
        let ran = Command::new(&nats)
            .args(["-t", "-c"])
            .arg(path)
            .env("NATS_STORE", "/data")
            .env("NATS_HUB", "nats-leaf://nats-hub:7422")
            .output()
            .unwrap();
        assert!(ran.status.success(), "{file}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}

#[test]
fn pelato_takes_every_runner_yaml_that_comes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "a-secret-in-a-file\n").unwrap();
    // Where the secrets are is not on this machine.
    let places = Regex::new(r"file: /run/[a-z./-]+").unwrap();
    for path in [
        "docker/compose/runner.yaml",
        "docker/compose/platform.yaml",
        "examples/continuum/runner.yaml",
        "packaging/runner.yaml",
    ] {
        let text = std::fs::read_to_string(Path::new(TOP).join(path)).unwrap();
        let text = places.replace_all(&text, format!("file: {}", secret.display()));
        let config =
            read_runner(path, &text, folder.path(), &Variables::given(&SET)).unwrap_or_else(|wrong| panic!("{wrong}"));
        assert_eq!(
            config.data,
            PathBuf::from("/var/lib/pelato"),
            "{path}: what the volume and the unit have"
        );
        assert_eq!(config.repositories.len(), 1, "{path}");
        // Off loopback nothing is shown without a token.
        assert!(config.listen.ip().is_loopback() || config.api_token.is_some(), "{path}");
    }
}

/// The names that `platform.yaml` and the variables have are those of services.
#[test]
fn who_is_named_is_there() {
    let services = services("platform");
    let host =
        Regex::new(r"(?:http://|nats://|nats-leaf://|\W)((?:gitea|registry|nats|platform)[a-z-]*):\d{4}").unwrap();
    let mut named = BTreeSet::new();
    for file in ["platform.yaml", "../compose.yaml"] {
        let text = std::fs::read_to_string(Path::new(TOP).join("docker/compose").join(file)).unwrap();
        named.extend(host.captures_iter(&text).map(|found| found[1].to_owned()));
    }
    let there: BTreeSet<String> = services.keys().cloned().collect();
    assert!(named.is_subset(&there), "{named:?}");
    insta::assert_debug_snapshot!(named, @r#"
    {
        "gitea",
        "nats-hub",
        "nats-leaf",
        "platform-runner",
        "registry",
    }
    "#);
}
