//! Back to what was deployed before, and what runs where.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::command::{ECHO, Project, Task};
use crate::host::{Host, free_address, post};

/// Two tasks that answer with their version.
struct Pair {
    project: Project,
    /// Ends what runs when the test does.
    _host: Host,
    folder: tempfile::TempDir,
    first: String,
    second: String,
}

impl Pair {
    fn new(repository: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (free_address(), free_address());
        let pair = Self {
            project: project(repository, folder.path()),
            _host: Host::below(folder.path(), "default"),
            folder,
            first,
            second,
        };
        pair.project.workflow(&[
            Task::http("first", &["edge", "cloud"], &pair.first),
            Task::http("second", &["edge"], &pair.second),
        ]);
        pair
    }

    /// Both tasks say `text` from now on.
    async fn brush(&self, text: &str) -> String {
        for task in ["first", "second"] {
            self.write(task, text);
        }
        self.pelato(&["brush"]).await
    }

    fn write(&self, task: &str, text: &str) {
        let code = format!("package main\n\nfunc exec_task(arg string) string {{ return arg + \" {text}\" }}\n");
        self.project.write(&format!("tasks/{task}.go"), &code);
    }

    async fn pelato(&self, arguments: &[&str]) -> String {
        let ended = self.project.pelato(arguments).await;
        assert_eq!(ended.code, Some(0), "{}", ended.said);
        ended.sorted()
    }

    async fn json(&self, arguments: &[&str]) -> Value {
        let ended = self.project.pelato(arguments).await;
        assert_eq!(ended.code, Some(0), "{}", ended.said);
        ended.json()
    }

    /// What both answer.
    async fn answers(&self) -> (String, String) {
        let answer = async |address: &str| post(address, "it is").await.unwrap();
        (answer(&self.first).await, answer(&self.second).await)
    }

    async fn assert_answers(&self, first: &str, second: &str) {
        let both = self.answers().await;
        assert_eq!(both, (format!("it is {first}"), format!("it is {second}")));
    }
}

fn project(repository: &str, state: &std::path::Path) -> Project {
    let state = state.display().to_string();
    Project::of(repository)
        .with("PELATO_STATE", &state)
        .with("PELATO_DEPLOY", "local")
        .calling(&state, "[STATE]")
}

/// The runs of a task on its first target, the latest first.
fn runs(list: &Value, task: usize) -> Vec<String> {
    let deployments = &list["tasks"][task]["targets"][0]["deployments"];
    let runs = deployments.as_array().unwrap().iter();
    runs.map(|one| one["run"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deployed_before_is_put_back_and_the_next_push_starts_from_it() {
    let pair = Pair::new("acme/back");
    pair.brush("one").await;

    // Nothing was there before.
    let ended = pair.project.pelato(&["rollback"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.said, @"error: there is nothing to go back to: first, second have no earlier deployment; `pelato rollback --list` shows what is recorded, and an earlier commit can be deployed with `pelato brush`");

    pair.brush("two").await;
    pair.assert_answers("two", "two").await;
    insta::assert_snapshot!(pair.pelato(&["rollback"]).await, @"
      deploy  first: cloud running at 127.0.0.1:[PORT], edge running at 127.0.0.1:[PORT]
      deploy  first: | first-cloud: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
      deploy  first: | first-edge: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
      deploy  second: edge running at 127.0.0.1:[PORT]
      deploy  second: | second-edge: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
        plan  2 of 2 tasks affected
        plan  first: changed: cloud back to 1.0.0-[DIGEST]; edge back to 1.0.0-[DIGEST]
        plan  second: changed: edge back to 1.0.0-[DIGEST]
    done: 2 deployed
    ");
    pair.assert_answers("one", "one").await;

    // The newer code is a change again, and its artifacts are found again.
    insta::assert_snapshot!(pair.pelato(&["brush"]).await, @"
      deploy  first: edge running at 127.0.0.1:[PORT], cloud running at 127.0.0.1:[PORT]
      deploy  first: | first-cloud: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
      deploy  first: | first-edge: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
      deploy  second: edge running at 127.0.0.1:[PORT]
      deploy  second: | second-edge: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
    generate  2 tasks
        plan  2 of 2 tasks affected
        plan  first: changed: code first.go changed
        plan  second: changed: code second.go changed
     publish  | no registry is named: artifacts are kept in [STATE]/artifacts
    done: 2 deployed
    ");
    pair.assert_answers("two", "two").await;

    // One of two, and the same again: back to the newer one.
    insta::assert_snapshot!(pair.pelato(&["rollback", "second"]).await, @"
      deploy  second: edge running at 127.0.0.1:[PORT]
      deploy  second: | second-edge: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
        plan  1 of 1 task affected
        plan  second: changed: edge back to 1.0.0-[DIGEST]
    done: 1 deployed
    ");
    pair.assert_answers("two", "one").await;
    // All of them to before the latest run, which was about one alone.
    insta::assert_snapshot!(pair.pelato(&["rollback"]).await, @"
      deploy  second: edge running at 127.0.0.1:[PORT]
      deploy  second: | second-edge: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
        plan  1 of 2 tasks affected
        plan  first: unchanged: the latest run left it alone
        plan  second: changed: edge back to 1.0.0-[DIGEST]
    done: 1 deployed, 1 unchanged
    ");
    pair.assert_answers("two", "two").await;

    // What a run left, from the list: the first rollback, before which and after which
    // there was more.
    pair.brush("three").await;
    let list = pair.json(&["rollback", "--list", "--json"]).await;
    let known = runs(&list, 0);
    assert_eq!(known.len(), 5);
    insta::assert_snapshot!(pair.pelato(&["rollback", "--to", &known[2]]).await, @"
      deploy  first: cloud running at 127.0.0.1:[PORT], edge running at 127.0.0.1:[PORT]
      deploy  first: | first-cloud: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
      deploy  first: | first-edge: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
      deploy  second: edge running at 127.0.0.1:[PORT]
      deploy  second: | second-edge: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
        plan  2 of 2 tasks affected
        plan  first: changed: cloud back to 1.0.0-[DIGEST]; edge back to 1.0.0-[DIGEST]
        plan  second: changed: edge back to 1.0.0-[DIGEST]
    done: 2 deployed
    ");
    pair.assert_answers("one", "one").await;
    let now = &pair.json(&["rollback", "--list", "--json"]).await["tasks"][0]["targets"][0]["deployments"][0];
    assert_eq!(now["restored"], *known[4], "that was a rollback to the very first");
    let again = pair.pelato(&["rollback", "--to", &known[2]]).await;
    assert!(again.ends_with("done: nothing to do; 2 unchanged"), "{again}");

    // One document, like that of any run.
    let outcome = pair.json(&["rollback", "first", "--json"]).await;
    assert_eq!(outcome["tasks"].as_array().unwrap().len(), 1);
    let task = &outcome["tasks"][0];
    assert_eq!((&task["change"], &task["built"]), (&"changed".into(), &false.into()));
    assert_eq!((&task["state"], &task["deployed"]), (&"success".into(), &true.into()));
    assert_eq!(task["targets"][1]["state"], "running");
    pair.assert_answers("three", "one").await;

    assert_eq!(pair.project.pelato(&["remove"]).await.code, Some(0));
    assert!(pair.project.left_behind().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_the_latest_run_left_alone_stays() {
    let pair = Pair::new("acme/alone");
    pair.brush("one").await;
    pair.write("first", "two");
    pair.pelato(&["brush"]).await;

    // Only `first` is of the latest run, and only it was otherwise before.
    let said = pair.pelato(&["rollback"]).await;
    insta::assert_snapshot!(said, @"
      deploy  first: cloud running at 127.0.0.1:[PORT], edge running at 127.0.0.1:[PORT]
      deploy  first: | first-cloud: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
      deploy  first: | first-edge: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
        plan  1 of 2 tasks affected
        plan  first: changed: cloud back to 1.0.0-[DIGEST]; edge back to 1.0.0-[DIGEST]
        plan  second: unchanged: the latest run left it alone
    done: 1 deployed, 1 unchanged
    ");
    pair.assert_answers("one", "one").await;

    // Another address on one of two targets.
    let other = free_address();
    let both = format!("{{ edge: {}, cloud: {other} }}", pair.first);
    pair.write("first", "one");
    pair.project.workflow(&[
        Task::http("first", &["edge", "cloud"], &both),
        Task::http("second", &["edge"], &pair.second),
    ]);
    pair.pelato(&["brush"]).await;
    assert_eq!(post(&other, "it is").await.unwrap(), "it is one");
    let outcome = pair.json(&["rollback", "first", "--json"]).await;
    let targets = outcome["tasks"][0]["targets"].as_array().unwrap();
    assert_eq!((targets.len(), &targets[0]["name"]), (1, &"cloud".into()));
    assert!(post(&other, "it is").await.is_err());
    pair.assert_answers("one", "one").await;
    assert_eq!(pair.project.pelato(&["remove"]).await.code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_put_back_stops_nothing() {
    let pair = Pair::new("acme/gone");
    pair.brush("one").await;
    let artifacts = pair.folder.path().join("artifacts");
    let before = files(&artifacts);
    pair.brush("two").await;

    let ended = pair.project.pelato(&["rollback", "third"]).await;
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.said, @"error: which task is `third`? what is deployed of this project: first, second");
    let ended = pair.project.pelato(&["rollback", "--to", "cafebabe"]).await;
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.said, @"error: no deployment that is recorded here is called `cafebabe`: name a run, a commit or a version of `pelato rollback --list`");

    // The workflow need not be right for that.
    pair.project.write("workflow.yaml", "tasks: [");
    for blob in before {
        std::fs::remove_file(blob).unwrap();
    }
    let ended = pair.project.pelato(&["rollback", "first", "--json"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.said, @"error: nothing was changed, since what was deployed then is not there any more: oci:[STATE]/artifacts:first:1.0.0@sha256:[DIGEST] of first; deploy that commit again with `pelato brush`, which builds it");
    assert_eq!(ended.json()["success"], false);
    pair.assert_answers("two", "two").await;

    // Somebody else's of the same host is not theirs to put back.
    let theirs = project("umbrella/theirs", pair.folder.path());
    theirs.write("tasks/first.go", ECHO);
    theirs.workflow(&[Task::processor("first", &["edge"])]);
    for command in [&["rollback"] as &[&str], &["rollback", "first"]] {
        assert_ne!(theirs.pelato(command).await.code, Some(0));
    }
    let ended = theirs.pelato(&["status"]).await;
    assert_eq!(
        (ended.code, ended.last()),
        (Some(0), "nothing of this project is deployed here")
    );
    pair.assert_answers("two", "two").await;
}

/// The blobs of a layout folder.
fn files(artifacts: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(artifacts.join("blobs/sha256")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn status_says_what_runs_where() {
    let pair = Pair::new("acme/status");
    insta::assert_snapshot!(pair.pelato(&["status"]).await, @"nothing of this project is deployed here");
    pair.brush("one").await;
    let ended = pair.project.pelato(&["status"]).await;
    let table = regex::Regex::new(r"[0-9a-f]{12}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|127\.0\.0\.1:\d+ *").unwrap();
    insta::assert_snapshot!(table.replace_all(&ended.stdout, "[…]"), @"
    TASK    TARGET  STATE    INSTANCES  HOSTS  VERSION             DIGEST        COMMIT  DEPLOYED             ADDRESS
    first   cloud   running  100/100           1.0.0-[…]  […]          […]  […]
    first   edge    running  100/100           1.0.0-[…]  […]          […]  […]
    second  edge    running  100/100           1.0.0-[…]  […]          […]  […]
    ");
    let status = pair.json(&["status", "--json"]).await;
    let task = &status["tasks"][1];
    assert_eq!(
        (&task["component_name"], &task["name"]),
        (&"second".into(), &"second".into())
    );
    let target = &task["targets"][0];
    assert_eq!(
        (&target["state"], &target["application"]),
        (&"running".into(), &"second-edge".into())
    );
    assert_eq!(target["address"], *pair.second);
    assert!(target["fingerprint"].as_str().unwrap().starts_with("sha256:"));
    assert!(target["reference"].as_str().unwrap().contains("second:1.0.0@sha256:"));
    assert!(target["run"].is_string() && target["deployed_at"].is_string());

    // Again and again, a line each, until somebody has seen enough.
    let mut watching = pair.project.start(&["status", "--watch=1", "--json"]);
    let mut lines = BufReader::new(watching.stdout.take().unwrap()).lines();
    for _ in 0..2 {
        let line = lines.next_line().await.unwrap().unwrap();
        let look: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(look, status);
    }
    let id = Pid::from_raw(i32::try_from(watching.id().unwrap()).unwrap()).unwrap();
    kill_process(id, Signal::INT).unwrap();
    assert_eq!(watching.wait().await.unwrap().code(), Some(130));
    assert_eq!(pair.project.pelato(&["remove"]).await.code, Some(0));
}
