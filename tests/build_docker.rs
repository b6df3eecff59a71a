//! Tasks built in containers of a real Docker engine (`scripts/setup-docker.sh`).

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

mod tiny_task;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use bollard::models::{ContainerCreateBody, ContainerSummary};
use bollard::query_parameters::{CreateContainerOptionsBuilder, ListContainersOptionsBuilder};
use pelato::build::{BuildError, Builder, Choice, Component, Options, Parallel};
use pelato::generate::Sources;
use pelato::report::Reporter;
use tiny_task::{DOUBLES, Said, options, run, task};
use tokio_util::sync::CancellationToken;

async fn docker(options: Options) -> Builder {
    Builder::choose(
        Choice::Docker,
        Parallel::Machine,
        options,
        &Reporter::default(),
    )
    .await
    .expect("run scripts/setup-docker.sh first")
}

async fn build_one(
    builder: &Builder,
    run: &str,
    task: Sources,
    reporter: &Reporter,
) -> Result<Component, BuildError> {
    let cancel = CancellationToken::new();
    let mut built = builder
        .build(run, "tests", &[task], reporter, &cancel)
        .await;
    built.pop().unwrap().1
}

async fn containers(run: &str) -> Vec<ContainerSummary> {
    let engine = bollard::Docker::connect_with_defaults()
        .unwrap()
        .negotiate_version()
        .await
        .unwrap();
    let filter = HashMap::from([("label", vec![format!("pelato.run={run}")])]);
    let options = ListContainersOptionsBuilder::default()
        .all(true)
        .filters(&filter)
        .build();
    engine.list_containers(Some(options)).await.unwrap()
}

/// Waits until the run has containers, or has none any more.
async fn until_containers(run: &str, wanted: bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while containers(run).await.is_empty() == wanted {
        assert!(
            Instant::now() < deadline,
            "the containers of {run} are not as they should be"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_task_becomes_a_component_and_leaves_nothing() {
    let (reporter, said) = Said::reporter();
    let run = run("component");
    let builder = docker(options()).await;
    let component = build_one(&builder, &run, task("double", DOUBLES), &reporter)
        .await
        .unwrap();
    assert!(wasmparser::Parser::is_component(&component.wasm));
    wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all())
        .validate_all(&component.wasm)
        .unwrap();
    assert_eq!(said.steps(), ["started double", "finished double"]);
    assert!(containers(&run).await.is_empty());
    assert!(builder.toolchain().await.unwrap().starts_with("go1."));
}

#[tokio::test]
async fn the_image_is_built_once() {
    let builder = docker(options()).await;
    builder.prepare(&Reporter::default()).await.unwrap();
    let (reporter, said) = Said::reporter();
    docker(options()).await.prepare(&reporter).await.unwrap();
    assert_eq!(said.lines(None), Vec::<String>::new());
}

#[tokio::test]
async fn docker_and_the_same_go_on_this_machine_make_the_same_bytes() {
    let cache = tempfile::tempdir().unwrap();
    let here = Options {
        cache: cache.path().to_owned(),
        ..options()
    };
    let Ok(local) = Builder::choose(Choice::Local, Parallel::One, here, &Reporter::default()).await
    else {
        return;
    };
    let docker = docker(options()).await;
    docker.prepare(&Reporter::default()).await.unwrap();
    if local.toolchain().await.unwrap() != docker.toolchain().await.unwrap() {
        return;
    }
    let run = run("same");
    let reporter = Reporter::default();
    let one = build_one(&docker, &run, task("double", DOUBLES), &reporter)
        .await
        .unwrap();
    let other = build_one(&local, &run, task("double", DOUBLES), &reporter)
        .await
        .unwrap();
    assert_eq!(one.digest, other.digest);
}

#[tokio::test]
async fn a_mistake_is_shown_with_the_authors_file_and_line() {
    let (reporter, said) = Said::reporter();
    let run = run("mistake");
    let code = "package main\n\nfunc twice(n uint32) uint32 {\n\treturn foo\n}\n";
    let error = build_one(
        &docker(options()).await,
        &run,
        task("double", code),
        &reporter,
    )
    .await
    .unwrap_err();
    insta::assert_snapshot!(error, @r"
    `double` does not compile:
    tasks/double.go:4:9: undefined: foo
    ");
    assert!(error.is_the_tasks());
    assert_eq!(
        said.lines(Some("double")),
        ["tasks/double.go:4:9: undefined: foo"]
    );
    assert_eq!(said.steps(), ["started double", "failed double"]);
    assert!(containers(&run).await.is_empty());
}

#[tokio::test]
async fn a_task_that_fails_stops_no_other() {
    let run = run("three");
    let broken = "package main\n";
    let tasks = [
        task("first", DOUBLES),
        task("broken", broken),
        task("last", DOUBLES),
    ];
    let builder = docker(options()).await;
    let built = builder
        .build(
            &run,
            "tests",
            &tasks,
            &Reporter::default(),
            &CancellationToken::new(),
        )
        .await;
    let names: Vec<_> = built
        .iter()
        .map(|(name, answer)| (name.as_str(), answer.is_ok()))
        .collect();
    assert_eq!(names, [("first", true), ("broken", false), ("last", true)]);
    assert!(containers(&run).await.is_empty());
}

#[tokio::test]
async fn two_projects_with_equal_names_do_not_collide() {
    let run = run("equal");
    let builder = docker(options()).await;
    let trice = "package main\n\nfunc twice(n uint32) uint32 { return 3 * n }\n";
    let reporter = Reporter::default();
    let (one, other) = tokio::join!(
        build_one(&builder, &run, task("double", DOUBLES), &reporter),
        build_one(&builder, &run, task("double", trice), &reporter),
    );
    assert_ne!(one.unwrap().digest, other.unwrap().digest);
}

#[tokio::test]
async fn a_module_that_nobody_required_is_not_fetched() {
    let code = "package main\n\nimport \"example.org/nowhere\"\n\nfunc twice(n uint32) uint32 { return nowhere.Twice(n) }\n";
    let run = run("nowhere");
    let error = build_one(
        &docker(options()).await,
        &run,
        task("double", code),
        &Reporter::default(),
    )
    .await;
    insta::assert_snapshot!(error.unwrap_err(), @r"
    `double` does not compile:
    tasks/double.go:3:8: no required module provides package example.org/nowhere; to add it:
    	go get example.org/nowhere
    ");
}

#[tokio::test]
async fn a_base_that_cannot_be_pulled_is_named_with_both_ways_out() {
    let base = Options {
        go_image: "pelato-test/there-is-no-such-image:0".to_owned(),
        ..options()
    };
    let (reporter, _) = Said::reporter();
    let run = run("no-base");
    let error = build_one(
        &docker(base).await,
        &run,
        task("double", DOUBLES),
        &reporter,
    )
    .await
    .unwrap_err();
    let text = error.to_string();
    assert!(!error.is_the_tasks());
    assert!(
        text.contains("could not be made of pelato-test/there-is-no-such-image:0"),
        "{text}"
    );
    assert!(
        text.contains("PELATO_GO_IMAGE") && text.contains("--builder local"),
        "{text}"
    );
}

#[tokio::test]
async fn what_a_killed_process_left_is_swept_by_run() {
    let builder = docker(options()).await;
    builder.prepare(&Reporter::default()).await.unwrap();
    let engine = bollard::Docker::connect_with_defaults()
        .unwrap()
        .negotiate_version()
        .await
        .unwrap();
    let (mine, others) = (run("swept"), run("other"));
    for run in [&mine, &others] {
        let body = ContainerCreateBody {
            image: Some(options().go_image),
            cmd: Some(vec!["sleep".to_owned(), "600".to_owned()]),
            labels: Some(HashMap::from([("pelato.run".to_owned(), run.clone())])),
            ..ContainerCreateBody::default()
        };
        let name = CreateContainerOptionsBuilder::default().name(run).build();
        engine.create_container(Some(name), body).await.unwrap();
        engine.start_container(run, None).await.unwrap();
    }
    let docker = builder.docker().unwrap();
    assert_eq!(docker.remove_leftovers(&mine).await.unwrap(), 1);
    assert!(containers(&mine).await.is_empty());
    assert_eq!(
        containers(&others).await.len(),
        1,
        "another run's container stays"
    );
    docker.remove_leftovers(&others).await.unwrap();
}

/// A base whose `go` runs the author's file as a shell script: a hostile program in
/// the step's place, under exactly the options that a task gets.
mod hostile {
    use super::*;
    use futures_util::StreamExt;
    use tiny_task::pairs;
    use tokio::sync::OnceCell;

    const GO: &str = "#!/bin/sh\n\
        case \"$1\" in\n\
        env) echo \"go$GOLANG_VERSION\" ;;\n\
        *) if [ -e /work/task.go ]; then exec sh /work/task.go \"$1\"; fi; touch /tmp/core.wasm ;;\n\
        esac\n";

    async fn builder(change: impl FnOnce(&mut Options)) -> Builder {
        static BASE: OnceCell<String> = OnceCell::const_new();
        let base = BASE.get_or_init(|| async {
            let engine = bollard::Docker::connect_with_defaults()
                .unwrap()
                .negotiate_version()
                .await
                .unwrap();
            let dockerfile = format!(
                "FROM {}\nCOPY go /usr/local/go/bin/go\nRUN chmod 0755 /usr/local/go/bin/go\n",
                options().go_image
            );
            let mut context = tar::Builder::new(Vec::new());
            for (path, text) in [("Dockerfile", dockerfile.as_str()), ("go", GO)] {
                let mut header = tar::Header::new_gnu();
                header.set_size(text.len() as u64);
                header.set_mode(0o755);
                context
                    .append_data(&mut header, path, text.as_bytes())
                    .unwrap();
            }
            let tag = "pelato-test-hostile:1".to_owned();
            let build = bollard::query_parameters::BuildImageOptionsBuilder::default()
                .t(&tag)
                .rm(true)
                .build();
            let body = bollard::body_full(context.into_inner().unwrap().into());
            let answers: Vec<_> = engine.build_image(build, None, Some(body)).collect().await;
            for answer in answers {
                answer.unwrap();
            }
            tag
        });
        let mut options = Options {
            go_image: base.await.clone(),
            ..options()
        };
        change(&mut options);
        docker(options).await
    }

    async fn lines_of(
        story: &str,
        script: &str,
        change: impl FnOnce(&mut Options),
    ) -> (Vec<String>, Result<Component, BuildError>) {
        let (reporter, said) = Said::reporter();
        let run = run(story);
        let answer = build_one(
            &builder(change).await,
            &run,
            task("double", script),
            &reporter,
        )
        .await;
        assert!(containers(&run).await.is_empty());
        (said.lines(Some("double")), answer)
    }

    #[tokio::test]
    async fn finds_no_credential_and_no_way_to_one() {
        // Cargo sets this for every test, as an operator sets REGISTRY_PASSWORD.
        assert!(std::env::var("CARGO_PKG_NAME").is_ok());
        let (lines, _) = lines_of("environment", "env; exit 1\n", |_| {}).await;
        let names: Vec<_> = pairs(&lines).into_keys().collect();
        assert_eq!(
            names,
            [
                "CGO_ENABLED",
                "GOARCH",
                "GOCACHE",
                "GOENV",
                "GOLANG_VERSION",
                "GOMODCACHE",
                "GOOS",
                "GOPATH",
                "GOPROXY",
                "GOSUMDB",
                "GOTMPDIR",
                "GOTOOLCHAIN",
                "GOVCS",
                "GOWORK",
                "HOME",
                "HOSTNAME",
                "OLDPWD",
                "PATH",
                "PWD",
            ]
        );
        let script = "for at in /var/run/docker.sock /run/docker.sock /root/.docker /root/.ssh; do ls $at; done\n\
            grep -v -e overlay -e tmpfs -e proc -e sysfs -e cgroup -e mqueue -e devpts /proc/mounts | cut -d' ' -f2\n\
            echo end\nexit 1\n";
        let (lines, _) = lines_of("mounts", script, |_| {}).await;
        let mounted: Vec<_> = lines
            .iter()
            .filter(|line| line.starts_with('/'))
            .map(String::as_str)
            .collect();
        let harmless = ["/cache", "/etc/resolv.conf", "/etc/hostname", "/etc/hosts"];
        assert!(mounted.contains(&"/cache"), "{lines:?}");
        assert!(
            mounted.iter().all(|mount| harmless.contains(mount)),
            "{lines:?}"
        );
        assert_eq!(
            lines
                .iter()
                .filter(|line| line.contains("cannot access"))
                .count(),
            4,
            "{lines:?}"
        );
    }

    #[tokio::test]
    async fn has_no_network_no_rights_and_nothing_to_write_on() {
        let script = "echo uid=$(id -u)\n\
            grep -e CapEff -e CapBnd -e NoNewPrivs -e Seccomp: /proc/self/status | tr -d '\\t' | tr ':' '='\n\
            echo interfaces=$(ls /sys/class/net | tr '\\n' ' ')\n\
            for at in / /usr/local/bin /etc /dev/shm; do if touch $at/x; then echo \"wrote=$at\"; fi; done\n\
            exit 1\n";
        let (lines, _) = lines_of("rights", script, |_| {}).await;
        let found = pairs(&lines);
        assert_eq!(found["uid"], "65532");
        assert_eq!(found["CapEff"], "0000000000000000");
        assert_eq!(found["CapBnd"], "0000000000000000");
        assert_eq!(found["NoNewPrivs"], "1");
        assert_eq!(found["Seccomp"], "2");
        assert_eq!(found["interfaces"].trim(), "lo");
        assert_eq!(found.get("wrote"), None, "{lines:?}");
    }

    #[tokio::test]
    async fn sees_a_network_only_while_modules_are_fetched() {
        let (reporter, said) = Said::reporter();
        let mut task = task(
            "double",
            "echo $1=$(ls /sys/class/net | tr '\\n' ' ') ; echo $1_proxy=$GOPROXY; [ $1 = mod ]\n",
        );
        task.files.insert(
            "go.mod".to_owned(),
            b"module task\n\ngo 1.26\n\nrequire example.org/m v1.0.0\n".to_vec(),
        );
        let builder = builder(|options| options.proxy = "https://go.example.org".to_owned()).await;
        let answer = build_one(&builder, &run("network"), task, &reporter).await;
        assert!(matches!(answer, Err(BuildError::Compile { .. })));
        let found = pairs(&said.lines(Some("double")));
        assert_eq!(found["mod"].trim(), "eth0 lo");
        assert_eq!(found["mod_proxy"], "https://go.example.org");
        assert_eq!(found["build"].trim(), "lo");
        assert_eq!(found["build_proxy"], "off");
    }

    #[tokio::test]
    async fn cannot_run_for_ever() {
        let change = |options: &mut Options| options.limits.time = Duration::from_secs(2);
        let (_, answer) = lines_of("for-ever", "while :; do :; done\n", change).await;
        insta::assert_snapshot!(
            answer.unwrap_err(),
            @"building `double` took longer than 2 s and was stopped; look for giant constants or generated code in it"
        );
    }

    #[tokio::test]
    async fn cannot_take_all_memory() {
        let change = |options: &mut Options| options.limits.memory = 64 << 20;
        let (_, answer) = lines_of("memory", "tail /dev/zero\n", change).await;
        insta::assert_snapshot!(
            answer.unwrap_err(),
            @"building `double` took more than the 64 MiB of memory that a build may have; look for giant constants, embedded files or generated code in it"
        );
    }

    #[tokio::test]
    async fn cannot_fill_the_disk() {
        let change = |options: &mut Options| options.limits.file = 1 << 20;
        let script = "head -c 8M /dev/zero > /cache/big; echo cache=$?; stat -c size=%s /cache/big; rm /cache/big\n\
            head -c 800K /dev/zero > /work/big; echo work=$?\n\
            exit 1\n";
        let (lines, _) = lines_of("disk", script, change).await;
        let found = pairs(&lines);
        assert_ne!(found["cache"], "0");
        assert_eq!(found["size"], (1 << 20).to_string());
        assert_eq!(found["work"], "0");
    }

    #[tokio::test]
    async fn cannot_fork_without_end() {
        let script = "i=0; while [ $i -lt 1000 ]; do sleep 60 & i=$((i+1)); done; echo all=$i\n";
        let (lines, answer) = lines_of("fork", script, |_| {}).await;
        assert!(answer.is_err());
        assert_eq!(pairs(&lines).get("all"), None, "{lines:?}");
    }

    #[tokio::test]
    async fn cannot_flood_the_log_or_the_result() {
        let change = |options: &mut Options| options.limits.log = 4096;
        let (lines, answer) =
            lines_of("log", "yes 0123456789 | head -c 64M; exit 1\n", change).await;
        assert!(matches!(answer, Err(BuildError::Compile { .. })));
        assert_eq!(
            lines.last().unwrap(),
            "… the rest is left out: the output passed 4 KiB"
        );
        assert!(lines.len() < 400, "{}", lines.len());
        let change = |options: &mut Options| options.limits.module = 1 << 20;
        let (_, answer) =
            lines_of("result", "head -c 2M /dev/zero > /tmp/core.wasm\n", change).await;
        insta::assert_snapshot!(
            answer.unwrap_err(),
            @"the module of `double` is larger than the 1 MiB that are taken; embed less in it"
        );
    }

    #[tokio::test]
    async fn cannot_speak_to_the_terminal() {
        let script = "printf '\\033]0;owned\\007\\033[2Jred\\rblue\\n'; exit 1\n";
        let (lines, _) = lines_of("escape", script, |_| {}).await;
        assert_eq!(lines, ["redblue"]);
    }

    #[tokio::test]
    async fn is_gone_when_the_run_is_cancelled() {
        let run = run("cancelled");
        let (builder, cancel) = (builder(|_| {}).await, CancellationToken::new());
        let tasks = [
            task("double", "while :; do sleep 1; done\n"),
            task("other", "while :; do sleep 1; done\n"),
        ];
        let reporter = Reporter::default();
        let building = builder.build(&run, "tests", &tasks, &reporter, &cancel);
        let cancelling = async {
            until_containers(&run, true).await;
            cancel.cancel();
        };
        let (built, ()) = tokio::join!(building, cancelling);
        assert!(containers(&run).await.is_empty());
        assert!(
            built
                .iter()
                .all(|(_, answer)| matches!(answer, Err(BuildError::Cancelled { .. }))),
            "{built:?}"
        );
    }

    #[tokio::test]
    async fn is_gone_when_nobody_waits_any_more() {
        let run = run("dropped");
        let builder = builder(|_| {}).await;
        let task = task("double", "while :; do sleep 1; done\n");
        let reporter = Reporter::default();
        tokio::select! {
            _ = build_one(&builder, &run, task, &reporter) => panic!("it has no end"),
            () = until_containers(&run, true) => {}
        }
        until_containers(&run, false).await;
    }

    #[tokio::test]
    async fn finds_a_fresh_cache_when_it_filled_the_last_one() {
        let script = "echo before=$(ls /cache | grep -c big); head -c 2M /dev/zero > /cache/big; echo > /tmp/core.wasm\n";
        let (reporter, said) = Said::reporter();
        let builder = builder(|options| options.limits.cache = 1 << 20).await;
        let run = run("grown");
        for _ in 0..2 {
            let tasks = [task("double", script)];
            builder
                .build(&run, &run, &tasks, &reporter, &CancellationToken::new())
                .await;
        }
        assert_eq!(said.lines(Some("double")), ["before=0", "before=0"]);
    }
}
