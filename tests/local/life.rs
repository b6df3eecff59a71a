//! A workflow's life on the local host: from the first brush to `remove`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::Signal;

use crate::command::Project;
use crate::host::{Host, free_address, post};

/// A converter that takes POST requests, and a filter behind it.
struct Chain {
    project: Project,
    host: Host,
    address: String,
}

const CONVERT: &str = "package main\n\nfunc exec_task(arg string) string { return arg + \" K\" }\n";
const FILTER: &str = "package main\n\nimport \"fmt\"\n\nfunc exec_task(arg string) string {\n\tfmt.Println(\"warm:\", arg)\n\treturn arg\n}\n";

impl Chain {
    fn new() -> Self {
        let address = free_address();
        let project = Project::of("acme/thermo");
        let state = project.path().with_file_name("state");
        let project = project
            .with("PELATO_STATE", &state.display().to_string())
            .with("PELATO_DEPLOY", "local")
            .calling(&state.display().to_string(), "[STATE]");
        project.write("tasks/convert.go", CONVERT);
        project.write("tasks/filter.go", FILTER);
        let chain = Self {
            host: Host::below(&state, "default"),
            project,
            address,
        };
        chain.workflow(true);
        chain
    }

    fn workflow(&self, with_filter: bool) {
        let mut text = format!(
            "project_name: Thermo
tasks:
  - name: Convert
    type: http_producer_nats
    code: convert.go
    targets: [edge, cloud]
    source_topic: celsius
    dest_topic: kelvin
    component_name: convert
    version: 1.0.0
    address: {}
",
            self.address
        );
        if with_filter {
            text.push_str(
                "  - name: Filter
    type: processor_nats
    code: filter.go
    targets: [edge]
    source_topic: kelvin
    dest_topic: warm
    component_name: filter
    version: 1.0.0
",
            );
        }
        self.project.write("workflow.yaml", &text);
    }

    async fn brush(&self) -> String {
        let ended = self.project.pelato(&["brush"]).await;
        assert_eq!(ended.code, Some(0), "{}\n{}", ended.said, self.host.log());
        ended.sorted()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_brush_to_remove() {
    let chain = Chain::new();
    insta::assert_snapshot!(chain.brush().await, @"
       build  convert: [SIZE]
       build  filter: [SIZE]
      deploy  convert: edge running at 127.0.0.1:[PORT], cloud running at 127.0.0.1:[PORT]
      deploy  convert: | convert-cloud: 1.0.0-[DIGEST]
      deploy  convert: | convert-edge: 1.0.0-[DIGEST]
      deploy  filter: edge running
      deploy  filter: | filter-edge: 1.0.0-[DIGEST]
    generate  2 tasks
        plan  2 of 2 tasks affected
        plan  convert: new: first deployment in default
        plan  filter: new: first deployment in default
     publish  convert: oci:[STATE]/artifacts:convert:1.0.0@sha256:[DIGEST]
     publish  filter: oci:[STATE]/artifacts:filter:1.0.0@sha256:[DIGEST]
     publish  | no registry is named: artifacts are kept in [STATE]/artifacts
    done: 2 built, 2 published, 2 deployed
    ");
    assert_eq!(post(&chain.address, "5").await.unwrap(), "5 K");
    chain.host.until_said("filter info: warm: 5 K", 1).await;

    // The same again changes nothing.
    let process = chain.host.process();
    insta::assert_snapshot!(chain.brush().await, @"
      deploy  convert: edge running at 127.0.0.1:[PORT], cloud running at 127.0.0.1:[PORT]
      deploy  filter: edge running
    generate  2 tasks
        plan  0 of 2 tasks affected
        plan  convert: unchanged
        plan  filter: unchanged
    done: nothing to do; 2 unchanged
    ");
    assert_eq!(chain.host.process(), process);

    // Other code takes over between two requests.
    let done = Arc::new(AtomicBool::new(false));
    let requests = tokio::spawn({
        let (done, address) = (Arc::clone(&done), chain.address.clone());
        async move {
            let mut answers = Vec::new();
            while !done.load(Ordering::Relaxed) {
                answers.push(post(&address, "6").await.unwrap());
            }
            answers
        }
    });
    chain
        .project
        .write("tasks/convert.go", &CONVERT.replace(" K", " Kelvin"));
    insta::assert_snapshot!(chain.brush().await, @"
       build  convert: [SIZE]
      deploy  convert: edge running at 127.0.0.1:[PORT], cloud running at 127.0.0.1:[PORT]
      deploy  convert: | convert-cloud: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
      deploy  convert: | convert-edge: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
      deploy  filter: edge running
    generate  2 tasks
        plan  1 of 2 tasks affected
        plan  convert: changed: code convert.go changed
        plan  filter: unchanged
     publish  convert: oci:[STATE]/artifacts:convert:1.0.0@sha256:[DIGEST]
     publish  | no registry is named: artifacts are kept in [STATE]/artifacts
    done: 1 built, 1 published, 1 deployed, 1 unchanged
    ");
    assert_eq!(post(&chain.address, "7").await.unwrap(), "7 Kelvin");
    done.store(true, Ordering::Relaxed);
    let answers = requests.await.unwrap();
    assert_eq!(answers.first().unwrap(), "6 K");
    assert!(
        answers.iter().all(|answer| answer == "6 K" || answer == "6 Kelvin"),
        "{answers:?}"
    );

    // A host that was killed is started again, with all that it had.
    chain.host.signal(Signal::KILL);
    chain.host.until_gone().await;
    assert!(post(&chain.address, "8").await.is_err());
    assert!(chain.brush().await.ends_with("done: nothing to do; 2 unchanged"));
    assert_eq!(post(&chain.address, "8").await.unwrap(), "8 Kelvin");
    chain.host.until_said("filter info: warm: 8 Kelvin", 1).await;
    assert_ne!(chain.host.process(), process);

    // One that was told to end, and finds a component damaged: it is deployed anew.
    chain.host.signal(Signal::TERM);
    chain.host.until_gone().await;
    for component in std::fs::read_dir(chain.host.path().join("components")).unwrap() {
        std::fs::write(component.unwrap().path(), "no component").unwrap();
    }
    assert!(chain.brush().await.ends_with("done: 2 deployed, 2 unchanged"));
    assert_eq!(post(&chain.address, "9").await.unwrap(), "9 Kelvin");

    // What the workflow does not name any more is gone.
    chain.workflow(false);
    insta::assert_snapshot!(chain.brush().await, @"
      deploy  convert: edge running at 127.0.0.1:[PORT], cloud running at 127.0.0.1:[PORT]
    generate  1 task
        plan  1 of 2 tasks affected
        plan  convert: unchanged
        plan  filter: removed: no longer in the workflow
      remove  filter: 1 application
      remove  filter: | filter-edge: 1.0.0-[DIGEST] → nothing
    done: 1 removed, 1 unchanged
    ");
    assert_eq!(post(&chain.address, "10").await.unwrap(), "10 Kelvin");
    assert!(!chain.host.log().contains("10 Kelvin"));

    // And in the end everything.
    let ended = chain.project.pelato(&["remove"]).await;
    insta::assert_snapshot!(ended.said, @"
      remove  convert: | convert-edge: 1.0.0-[DIGEST] → nothing
      remove  convert: | convert-cloud: 1.0.0-[DIGEST] → nothing
      remove  convert: 2 applications
    done: 1 removed
    ");
    chain.host.until_gone().await;
    assert!(post(&chain.address, "11").await.is_err());
    for folder in ["applications", "components"] {
        let left = std::fs::read_dir(chain.host.path().join(folder)).unwrap().count();
        assert_eq!(left, 0, "{folder}");
    }
    assert!(chain.project.left_behind().is_empty());
}
