//! `pelato dev`: the whole workflow on this machine, as its author sees it.

#![cfg(feature = "local")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

mod command;
mod database;

#[path = "dev/examples.rs"]
mod examples;
#[path = "lattice/deploy/guarded_nats.rs"]
mod guarded_nats;
#[path = "dev/nats.rs"]
mod nats;

use std::process::Stdio;
use std::time::Duration;

use command::{ECHO, Project};
use database::{Database, PASSWORD};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin};
use tokio::sync::mpsc;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(120);

/// A `pelato dev` that runs.
struct Dev {
    child: Child,
    stdin: ChildStdin,
    lines: mpsc::UnboundedReceiver<String>,
    said: Vec<String>,
}

impl Dev {
    fn start(project: &Project) -> Self {
        Self::with(project, &[], &[])
    }

    fn with(project: &Project, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = project.command(&[&["dev"], arguments].concat());
        command.envs(variables.iter().copied());
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = mpsc::unbounded_channel();
        follow(child.stdout.take().unwrap(), sender.clone());
        follow(child.stderr.take().unwrap(), sender);
        Self {
            stdin: child.stdin.take().unwrap(),
            child,
            lines,
            said: Vec::new(),
        }
    }

    /// Reads on until a line has `text` in it.
    async fn says(&mut self, text: &str) -> String {
        loop {
            let line = timeout(PATIENCE, self.lines.recv()).await;
            let line = line.unwrap_or_else(|_| panic!("no `{text}` in {:#?}", self.said));
            let line = line.unwrap_or_else(|| panic!("it ended without `{text}`: {:#?}", self.said));
            println!("{line}");
            self.said.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }

    async fn types(&mut self, text: &str) {
        self.stdin.write_all(format!("{text}\n").as_bytes()).await.unwrap();
    }

    /// Its last words, where it does not begin at all.
    async fn refused(mut self) -> (Option<i32>, String) {
        while let Ok(Some(line)) = timeout(PATIENCE, self.lines.recv()).await {
            self.said.push(line);
        }
        let said = self.said.pop().unwrap();
        (self.ends().await, said)
    }

    /// Waits for its end: the exit code.
    async fn ends(mut self) -> Option<i32> {
        timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap().code()
    }
}

fn follow(stream: impl AsyncRead + Unpin + Send + 'static, lines: mpsc::UnboundedSender<String>) {
    tokio::spawn(async move {
        let mut stream = BufReader::new(stream).lines();
        while let Ok(Some(line)) = stream.next_line().await {
            if lines.send(line).is_err() {
                break;
            }
        }
    });
}

/// A port that nobody has at the moment.
fn port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// What is posted to `first` goes through `second`.
fn workflow(port: u16, second: &str) -> String {
    format!(
        "project_name: Thermo\ntasks:\n  - name: First\n    type: http_producer_nats\n    code: first.go\n    \
         targets: [edge, cloud]\n    dest_topic: between\n    component_name: first\n    version: 1.0.0\n    \
         address: 127.0.0.1:{port}\n{second}"
    )
}

const SECOND: &str = "  - name: Second\n    type: processor_nats\n    code: second.go\n    targets: [edge]\n    \
    source_topic: between\n    dest_topic: after\n    component_name: second\n    version: 1.0.0\n";

fn project(port: u16) -> Project {
    let project = Project::of("acme/dev");
    project.write("workflow.yaml", &workflow(port, SECOND));
    project.write("tasks/first.go", ECHO);
    project.write("tasks/second.go", ECHO);
    project
}

async fn post(port: u16, body: &str) -> String {
    let client = reqwest::Client::new();
    let answer = client.post(format!("http://127.0.0.1:{port}/")).body(body.to_owned());
    answer
        .send()
        .await
        .unwrap()
        .error_for_status()
        .unwrap()
        .text()
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_saved_answers_and_nothing_is_lost_meanwhile() {
    let port = port();
    let project = project(port);
    let mut dev = Dev::start(&project);
    dev.says("started first, second").await;
    dev.says("q  to quit").await;
    assert_eq!(post(port, "one").await, "one");
    assert_eq!(dev.says("from first").await, "between  3 B  from first");
    assert_eq!(dev.says("from second").await, "after  3 B  from second");

    // Someone posts all the time while the code changes under it.
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let posting = tokio::spawn(async move {
        let mut answers = Vec::new();
        while stopped.try_recv().is_err() {
            answers.push(post(port, "all").await);
        }
        answers
    });
    dev.says("from second").await;
    project.write("tasks/first.go", &ECHO.replace("return arg", "return arg + \"!\""));
    let reloaded = dev.says("reloaded").await;
    assert!(reloaded.starts_with("reloaded first ("), "{reloaded}");
    let built = |task: &str| {
        dev.said
            .iter()
            .filter(|line| line.contains(&format!("build  {task}: ")))
            .count()
    };
    assert_eq!((built("first"), built("second")), (2, 1));
    dev.says("between  4 B  from first").await;
    stop.send(()).unwrap();
    let answers = posting.await.unwrap();
    let old = answers.iter().filter(|answer| *answer == "all").count();
    assert!(
        answers[..old].iter().all(|answer| answer == "all"),
        "the old code came back"
    );
    assert!(old < answers.len() && answers[old..].iter().all(|answer| answer == "all!"));

    dev.types("q").await;
    let mut through = 0;
    while let Ok(Some(line)) = timeout(PATIENCE, dev.lines.recv()).await {
        dev.said.push(line);
    }
    for line in &dev.said {
        through += usize::from(line.starts_with("after ") && line.ends_with(" from second"));
    }
    // One more was posted at the beginning.
    assert_eq!(through, answers.len() + 1);
    assert_eq!(dev.ends().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_is_shown_and_what_ran_goes_on() {
    let port = port();
    let project = project(port);
    let mut dev = Dev::start(&project);
    dev.says("q  to quit").await;

    project.write(
        "tasks/first.go",
        "package main\n\nfunc exec_task(arg string) string { return arg2 }\n",
    );
    dev.says("first cannot run: `first` does not compile:").await;
    let line = dev.says("the version before goes on").await;
    assert!(line.starts_with("tasks/first.go:3:44: undefined: arg2"), "{line}");
    assert_eq!(post(port, "one").await, "one");

    project.write(
        "workflow.yaml",
        &workflow(port, SECOND).replace("type: processor_nats", "type: processor"),
    );
    dev.says("nothing is changed until this is mended").await;
    assert_eq!(post(port, "two").await, "two");

    project.write("tasks/first.go", &ECHO.replace("return arg", "return arg + \"!\""));
    project.write("workflow.yaml", &workflow(port, ""));
    dev.says("stopped second").await;
    while post(port, "three").await != "three!" {}
    project.write("workflow.yaml", &workflow(port, SECOND));
    let line = dev.says("started").await;
    assert!(line.starts_with("started second ("), "{line}");

    // A message by hand, and the list.
    dev.types("s between {\"by\": \"hand\"}").await;
    assert_eq!(dev.says("from second").await, "after  14 B  from second");
    dev.types("s no..subject x").await;
    dev.says("not sent: `no..subject` is no subject").await;
    dev.types("t").await;
    assert_eq!(dev.says("second (Second)").await, "  second (Second): between → after");
    // SIGINT, as Ctrl-C sends it.
    let id = rustix::process::Pid::from_raw(dev.child.id().unwrap().cast_signed()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    assert_eq!(dev.ends().await, Some(130));
    assert!(project.left_behind().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_beginning_can_be_mended() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let project = project(port);
    project.write("workflow.yaml", "project_name: Thermo\ntasks: []\n");
    let mut dev = Dev::start(&project);
    dev.says("nothing is changed until this is mended").await;

    project.write("workflow.yaml", &workflow(port, SECOND));
    dev.says("started second").await;
    let line = dev.says("first cannot run").await;
    assert!(
        line.contains(&format!("cannot listen on 127.0.0.1:{port}: Address already in use")),
        "{line}"
    );
    drop(taken);
    // Saved once more, without a change.
    project.write("workflow.yaml", &workflow(port, SECOND));
    dev.says("started first").await;
    assert_eq!(post(port, "one").await, "one");
    dev.types("q").await;
    assert_eq!(dev.ends().await, Some(0));
}

const STORES: &str = "project_name: Rooms\ntasks:\n  - name: Keep\n    type: nats_to_nats_kv\n    code: keep.go\n    \
    targets: [edge]\n    source_topic: in\n    bucket: rooms\n    component_name: keep\n    version: 1.0.0\n  \
    - name: Insert\n    type: dbsync_nats\n    code: insert.go\n    targets: [edge]\n    source_topic: in\n    \
    table: rooms\n    key_column: key\n    component_name: insert\n    version: 1.0.0\n";

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_keep_things_have_a_folder_and_a_database() {
    let database = Database::start().await;
    let client = database.client().await;
    client
        .batch_execute("CREATE TABLE rooms (key text PRIMARY KEY, data int)")
        .await
        .unwrap();
    let project = Project::of("acme/rooms");
    project.write("workflow.yaml", STORES);
    let keep = "package main\n\nfunc exec_task(key, data string) (string, string) { return key, data }\n";
    project.write("tasks/keep.go", keep);
    project.write("tasks/insert.go", ECHO);
    let folder = tempfile::tempdir().unwrap();
    let named = folder.path().join("kept");
    let url = database.url();
    let mut dev = Dev::with(
        &project,
        &["--keyvalue", named.to_str().unwrap()],
        &[("PELATO_SQL_URL", &url)],
    );
    dev.says("q  to quit").await;
    assert!(
        dev.said.contains(&"  keep (Keep): in → bucket rooms".to_owned()),
        "{:?}",
        dev.said
    );
    assert!(dev.said.contains(&"  insert (Insert): in → table rooms".to_owned()));
    dev.types(r#"s in {"key":"attic","data":5}"#).await;
    let mut handled = Vec::new();
    while handled.len() < 2 {
        let line = dev.says("in  ").await;
        handled.push(line.split("  ").nth(2).unwrap().to_owned());
        assert!(!line.contains("failed"), "{line}");
    }
    handled.sort();
    assert_eq!(handled, ["insert", "keep"]);
    assert!(
        dev.said.contains(&"rooms/attic  1 B  from keep".to_owned()),
        "{:?}",
        dev.said
    );
    assert_eq!(std::fs::read_to_string(named.join("rooms/attic")).unwrap(), "5");
    let row = client
        .query_one("SELECT data FROM rooms WHERE key = 'attic'", &[])
        .await
        .unwrap();
    assert_eq!(row.get::<_, i32>(0), 5);
    dev.types("q").await;
    let said = dev.said.join("\n");
    assert_eq!(dev.ends().await, Some(0));
    assert!(!said.contains(PASSWORD));

    // What cannot be a database is said without being shown.
    let dev = Dev::with(&project, &["--sql", "mysql://me:secret@host/db"], &[]);
    let (code, said) = dev.refused().await;
    assert_eq!(code, Some(2));
    insta::assert_snapshot!(said, @"error: the database's address cannot be read: write postgres://USER:PASSWORD@HOST:PORT/DATABASE");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_projects_cannot_have_tasks_of_one_name() {
    let project = Project::of("acme/dev");
    for folder in ["a", "b"] {
        let workflow = format!("project_name: Thermo\ntasks:\n{SECOND}");
        project.write(&format!("{folder}/workflow.yaml"), &workflow);
        project.write(&format!("{folder}/tasks/second.go"), ECHO);
    }
    let mut dev = Dev::start(&project);
    let line = dev.says("both have a task `second`").await;
    assert!(line.starts_with("error: the projects a and b"), "{line}");
    dev.says("nothing is changed until this is mended").await;

    let renamed = SECOND.replace("component_name: second", "component_name: other");
    project.write("b/workflow.yaml", &format!("project_name: Thermo\ntasks:\n{renamed}"));
    dev.says("started other, second").await;
    dev.types("q").await;
    assert_eq!(dev.ends().await, Some(0));
}
