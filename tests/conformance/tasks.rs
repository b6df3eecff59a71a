//! The tasks of the suite: one function, as components of all templates.

use std::net::{SocketAddr, TcpListener};

use pelato::generate::{Manifest, Owner, Placement, Providers, Templates, manifest};
use pelato::workflow::{Address, Task};
use tokio::sync::OnceCell;

use crate::component::component;

/// What is done is said in the message; any other comes back as it is.
const CODE: &str = r#"package main

import (
	"errors"
	"os"
	"strconv"
	"strings"
)

type custom struct{ a, b int }

func exec_task(arg string) (string, error) {
	said, found := strings.CutPrefix(arg, "do:")
	if !found {
		return arg, nil
	}
	what, rest, _ := strings.Cut(said, " ")
	switch what {
	case "size":
		size, _ := strconv.Atoi(rest)
		return strings.Repeat("x", size), nil
	case "nothing":
		return "", nil
	case "return":
		return rest, nil
	case "fail":
		return "kept to itself", errors.New("not today")
	case "panic":
		panic("no good")
	case "panic-error":
		panic(errors.New("an error of mine"))
	case "panic-custom":
		panic(custom{1, 2})
	case "nil-map":
		var empty map[string]int
		empty[rest] = 1
	case "index":
		few := []int{1, 2, 3}
		return strconv.Itoa(few[len(few)+len(rest)]), nil
	case "divide":
		return strconv.Itoa(1 / len(rest)), nil
	case "goroutine":
		go func() { panic("from a goroutine") }()
		select {}
	case "deadlock":
		<-make(chan int)
	case "exit":
		os.Exit(3)
	case "deep":
		depth, _ := strconv.Atoi(rest)
		return strconv.Itoa(deep(depth)), nil
	case "hog":
		var all [][]byte
		for {
			all = append(all, make([]byte, 1<<20))
		}
	case "bomb":
		never := make(chan int)
		for {
			go func() { <-never }()
		}
	case "loop":
		for {
		}
	}
	return "", errors.New("nobody knows how to do " + what)
}

func deep(depth int) int {
	if depth == 0 {
		return 0
	}
	return 1 + deep(depth-1)
}
"#;

/// The same for a template whose function has a key too.
const WITH_KEY: &str = r#"
func exec_task(key, data string) (string, string, error) {
	result, err := do(data)
	if data == "do:nothing" {
		key = ""
	}
	return key, result, err
}
"#;

/// A task of the suite, ready to be deployed.
pub(crate) struct Deployment {
    /// What is deployed.
    pub(crate) manifest: Manifest,
    /// What it is made of.
    pub(crate) wasm: &'static [u8],
    /// The template of it.
    pub(crate) template: &'static str,
}

/// What every place runs: a relay on two targets, one with wildcards, and one that
/// answers POSTs on the address that is given back.
pub(crate) async fn deployments(
    prefix: &'static str,
    providers: &Providers,
    nats: &str,
    image: impl AsyncFn(&str, &'static [u8]) -> String,
) -> (Vec<Deployment>, SocketAddr) {
    let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let relay = task(prefix, "relay", "relay.in", &["edge", "cloud"], None);
    let wild = task(prefix, "wild", "wild.*.part.>", &["edge"], None);
    let post = task(prefix, "post", "post.in", &["edge"], Some(address));
    (
        placed(&[relay, wild, post], prefix, providers, nats, image).await,
        address,
    )
}

/// What every place runs that keeps things: one that writes to the bucket
/// `<prefix>-kept`, and one that writes to the table `<prefix>_rows`.
pub(crate) async fn keepers(
    prefix: &'static str,
    providers: &Providers,
    nats: &str,
    image: impl AsyncFn(&str, &'static [u8]) -> String,
) -> Vec<Deployment> {
    let keeper = |name: &str, template: &str, extra: &[(&str, String)]| Task {
        template: template.to_owned(),
        dest_topic: None,
        extra: extra
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect(),
        ..task(prefix, name, &format!("{name}.in"), &["edge"], None)
    };
    let tasks = [
        keeper("keep", "nats_to_nats_kv", &[("bucket", format!("{prefix}-kept"))]),
        keeper(
            "write",
            "nats_to_sql",
            &[("table", format!("{prefix}_rows")), ("key_column", "name".to_owned())],
        ),
    ];
    placed(&tasks, prefix, providers, nats, image).await
}

/// The table that a place needs for [`keepers`].
pub(crate) fn table(prefix: &str) -> String {
    format!("CREATE TABLE {prefix}_rows (name text PRIMARY KEY, note text, made int NOT NULL DEFAULT 1)")
}

async fn placed(
    tasks: &[Task],
    prefix: &str,
    providers: &Providers,
    nats: &str,
    image: impl AsyncFn(&str, &'static [u8]) -> String,
) -> Vec<Deployment> {
    let owner = Owner {
        repository: format!("acme/{prefix}"),
        project: ".".into(),
        environment: "default".into(),
        commit: None,
    };
    let mut deployments = Vec::new();
    for task in tasks {
        let (template, wasm) = made(task).await;
        let image = image(&task.component_name, wasm).await;
        for target in &task.targets {
            let placement = Placement {
                target,
                image: &image,
                environment: "default",
                providers,
                nats,
                sql: None,
                agent: false,
                owner: &owner,
            };
            let manifest = manifest(task, &placement, "sha256:00", "", &Templates::builtin().unwrap()).unwrap();
            deployments.push(Deployment {
                manifest,
                wasm,
                template,
            });
        }
    }
    deployments
}

fn task(prefix: &str, name: &str, source: &str, targets: &[&str], address: Option<SocketAddr>) -> Task {
    Task {
        name: name.into(),
        component_name: format!("{prefix}_{name}"),
        template: if address.is_some() {
            "http_producer_nats"
        } else {
            "processor_nats"
        }
        .into(),
        code: "convert.go".into(),
        targets: targets.iter().map(|&target| target.to_owned()).collect(),
        source_topic: Some(format!("{prefix}.{source}")),
        dest_topic: Some(format!("{prefix}.{name}.out")),
        version: "1.0.0".into(),
        address: address.map(|address| Address::Everywhere(address.to_string())),
        instances: None,
        placement: Default::default(),
        extra: Default::default(),
    }
}

/// The component of a task's template, built once.
async fn made(task: &Task) -> (&'static str, &'static [u8]) {
    static MADE: [OnceCell<Vec<u8>>; 4] = [const { OnceCell::const_new() }; 4];
    let (index, template) = match &*task.template {
        "processor_nats" => (0, "processor_nats"),
        "http_producer_nats" => (1, "http_producer_nats"),
        "nats_to_nats_kv" => (2, "nats_to_nats_kv"),
        _ => (3, "nats_to_sql"),
    };
    let code = match template {
        "nats_to_nats_kv" => CODE.replace("func exec_task", "func do") + WITH_KEY,
        _ => CODE.to_owned(),
    };
    (
        template,
        MADE[index]
            .get_or_init(|| async { component(template, &code).await })
            .await,
    )
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
