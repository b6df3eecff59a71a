//! Cases in a run: between build and publish.

use crate::command::{ECHO, Project, Task};
use crate::registry::RealRegistry;

/// Whether the registry has anything of a task.
async fn is_published(registry: &RealRegistry, task: &str) -> bool {
    let tags = format!("http://{}/v2/{task}/tags/list", registry.host);
    reqwest::get(tags).await.unwrap().status().is_success()
}

#[tokio::test]
async fn a_task_whose_cases_fail_is_not_published() {
    let registry = RealRegistry::open();
    let project = Project::of("acme/thermo").with("REGISTRY_URL", &registry.host);
    let names = ["cased_good", "cased_bad"];
    project.workflow(&names.map(|name| Task::processor(name, &["edge"])));
    for name in names {
        project.write(&format!("tasks/{name}.go"), ECHO);
    }
    project.write("tasks/cased_good.test.yaml", "- input: a\n  expect: a\n");
    project.write(
        "tasks/cased_bad.test.yaml",
        "- input: a\n  expect: a\n- name: shouts\n  input: a\n  expect: A\n- input: b\n  expect_nothing: true\n",
    );
    let ended = project.pelato(&["build", "--json"]).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.sorted(), @"
       build  cased_bad: [SIZE]
       build  cased_good: [SIZE]
        plan  2 tasks
     publish  cased_good: 127.0.0.1:[PORT]/cased_good:1.0.0@sha256:[DIGEST]
        test  cased_bad: failed: tasks/cased_bad.test.yaml:3: shouts: expected `A`, found `a` (2 of 3 cases failed)
        test  cased_bad: | tasks/cased_bad.test.yaml:3: shouts: expected `A`, found `a`
        test  cased_bad: | tasks/cased_bad.test.yaml:6: case 3: expected nothing, found `b`
        test  cased_good: 1 case
    failed: cased_bad (tasks/cased_bad.test.yaml:3: shouts: expected `A`, found `a` (2 of 3 cases failed)); 1 built, 1 published
    ");
    let json = ended.json();
    insta::assert_snapshot!(json["tasks"][1]["reason"].as_str().unwrap(), @"
    tasks/cased_bad.test.yaml:3: shouts: expected `A`, found `a`

    tasks/cased_bad.test.yaml:6: case 3: expected nothing, found `b`
    ");
    assert_eq!(json["tasks"][1]["state"], "failure");
    assert_eq!(json["tasks"][1]["reference"], serde_json::Value::Null);
    assert!(is_published(&registry, "cased_good").await);
    assert!(!is_published(&registry, "cased_bad").await);

    // The other case is right now. The component is the same, so what is in the
    // registry is found again, and is not tested again.
    project.write("tasks/cased_bad.test.yaml", "- input: a\n  expect: a\n");
    project.write("tasks/cased_good.test.yaml", "- input: a\n  expect: another\n");
    let ended = project.pelato(&["build"]).await;
    assert_eq!(ended.code, Some(0));
    insta::assert_snapshot!(ended.said, @"
        plan  2 tasks
       build  cased_bad: [SIZE]
        test  cased_bad: 1 case
     publish  cased_bad: 127.0.0.1:[PORT]/cased_bad:1.0.0@sha256:[DIGEST]
    done: 1 built, 1 published, 1 unchanged
    ");
    assert!(is_published(&registry, "cased_bad").await);
    assert!(project.left_behind().is_empty());
}
