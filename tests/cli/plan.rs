//! `pelato plan` without a lattice: against a revision of the repository.

use serde_json::Value;

use crate::command::{ECHO, Project, Task};
use crate::registry::RealRegistry;

/// A project whose second task imports a package that the first does not.
fn project() -> Project {
    let project = Project::of("acme/thermo");
    project.write("tasks/go.mod", "module example.org/thermo\n\ngo 1.26\n");
    project.write("tasks/lib/units/units.go", "package units\n\nconst Zero = \"273\"\n");
    project.write("tasks/lib/other/other.go", "package other\n");
    project.write("tasks/convert.go", ECHO);
    project.write(
        "tasks/filter.go",
        "package main\n\nimport \"example.org/thermo/lib/units\"\n\nfunc exec_task(arg string) string { return arg + units.Zero }\n",
    );
    project.workflow(&two());
    project
}

fn two() -> [Task; 2] {
    [
        Task::processor("convert", &["edge"]),
        Task::processor("filter", &["edge", "cloud"]),
    ]
}

async fn shown(project: &Project, arguments: &[&str]) -> String {
    let ended = project.pelato(arguments).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert!(project.generated().is_none(), "a plan writes nothing");
    let commits = regex::Regex::new("commit [0-9a-f]{12}").unwrap();
    commits
        .replace_all(&format!("{}{}", ended.stdout, ended.said), "commit [COMMIT]")
        .into_owned()
}

#[tokio::test]
async fn shared_code_counts_and_what_nobody_imports_does_not() {
    let project = project();
    project.commit();
    project.write("README.md", "nothing that is built\n");
    project.write("tasks/lib/other/other.go", "package other\n\nconst New = 1\n");
    insta::assert_snapshot!(shown(&project, &["plan", "--since", "HEAD"]).await, @"
    Thermo (.), against HEAD (commit [COMMIT])
      unchanged  convert
      unchanged  filter
    done: nothing to do; 2 tasks
    ");
    project.write("tasks/lib/units/units.go", "package units\n\nconst Zero = \"274\"\n");
    insta::assert_snapshot!(shown(&project, &["plan", "--since", "HEAD"]).await, @"
    Thermo (.), against HEAD (commit [COMMIT])
      unchanged  convert
      changed    filter: build, deploy to edge, cloud (code filter.go changed)
    done: 1 of 2 tasks affected, 1 to build
    ");
}

#[tokio::test]
async fn the_document() {
    let project = project();
    let base = project.commit();
    let mut tasks = two().to_vec();
    tasks[0].component_name = "to_kelvin".to_owned();
    tasks[1].targets = vec!["edge"];
    tasks.push(Task::processor("more", &["edge"]));
    project.write("tasks/more.go", &ECHO.replace("arg }", "arg + arg }"));
    project.workflow(&tasks);
    let head = project.commit();
    let mut document = project.pelato(&["plan", "--since", "HEAD~1", "--json"]).await.json();
    for task in document["projects"][0]["tasks"].as_array_mut().unwrap() {
        let fingerprint = task["fingerprint"].as_str().unwrap();
        assert!(
            fingerprint.starts_with("sha256:") && fingerprint.len() == 71,
            "{fingerprint}"
        );
        task["fingerprint"] = Value::from("sha256:…");
    }
    let text = serde_json::to_string_pretty(&document).unwrap();
    insta::assert_snapshot!(text.replace(&base, "[BASE]").replace(&head, "[HEAD]"), @r#"
    {
      "projects": [
        {
          "base": "[BASE]",
          "head": "[HEAD]",
          "path": ".",
          "project": "Thermo",
          "tasks": [
            {
              "build": true,
              "change": "renamed",
              "component_name": "to_kelvin",
              "deploy": true,
              "fingerprint": "sha256:…",
              "previous_name": "convert",
              "reasons": [
                "was convert"
              ],
              "targets": [
                "edge"
              ]
            },
            {
              "build": false,
              "change": "changed",
              "component_name": "filter",
              "deploy": true,
              "fingerprint": "sha256:…",
              "previous_name": null,
              "reasons": [
                "target cloud removed"
              ],
              "targets": [
                "edge"
              ]
            },
            {
              "build": true,
              "change": "new",
              "component_name": "more",
              "deploy": true,
              "fingerprint": "sha256:…",
              "previous_name": null,
              "reasons": [
                "not in HEAD~1"
              ],
              "targets": [
                "edge"
              ]
            }
          ]
        }
      ]
    }
    "#);
    let kept = shown(&project, &["plan", "--since", &base, "--no-prune"]).await;
    insta::assert_snapshot!(kept.replace(&base, "[BASE]"), @"
    Thermo (.), against [BASE] (commit [COMMIT])
      new        to_kelvin: build, deploy to edge (not in [BASE])
      unchanged  filter
      new        more: build, deploy to edge (not in [BASE])
      removed    convert (no longer in the workflow; kept (--no-prune))
    done: 2 of 4 tasks affected, 2 to build
    ");
}

#[tokio::test]
async fn projects_come_and_go() {
    let project = project();
    project.write("attic/workflow.yaml", "project_name: Attic\ntasks: [");
    project.write("cellar/tasks/echo.go", ECHO);
    let cellar = "project_name: Cellar\ntasks:\n  - name: Echo\n    type: processor_nats\n    code: echo.go\n    target: edge\n    source_topic: a\n    dest_topic: b\n    component_name: echo\n    version: 1.0.0\n";
    project.write("cellar/workflow.yaml", cellar);
    std::fs::remove_file(project.path().join("workflow.yaml")).unwrap();
    project.commit();
    project.write(
        "attic/workflow.yaml",
        &cellar.replace("Cellar", "Attic").replace("echo", "light"),
    );
    project.write("attic/tasks/light.go", ECHO);
    std::fs::remove_dir_all(project.path().join("cellar")).unwrap();
    insta::assert_snapshot!(shown(&project, &["plan", "--since", "HEAD"]).await, @"
    Attic (attic), against HEAD (commit [COMMIT])
      new        light: build, deploy to edge (not in HEAD)
    Cellar (cellar), against HEAD (commit [COMMIT])
      removed    echo: undeploy from edge (the project cellar is no longer in the repository)
    generate  | note: `target` is an older name
                --> attic/workflow.yaml:6:5
                 |
               6 |     target: edge
                 |     ^^^^^^ read as `targets: [edge]`
                 |
                 = help: write `targets: [edge]`
        plan  | the project attic of HEAD is not right: all of it counts as new
    done: 2 of 2 tasks affected, 1 to build
    ");
}

#[tokio::test]
async fn without_a_base_it_says_what_to_do() {
    let project = project();
    project.commit();
    let ended = project.pelato(&["plan", "--since", "nowhere"]).await;
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.said, @"error: there is no revision `nowhere` here: revspec 'nowhere' not found; name a commit, branch or tag that this clone has (a shallow clone lacks older ones: `git fetch --unshallow`, or `fetch-depth: 0` in an Action)");
    let ended = project
        .pelato(&["plan", "--nats", "nats://127.0.0.1:1", "--json"])
        .await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.json()["error"].as_str().unwrap(), @"cannot tell what is deployed: NATS does not answer at nats://127.0.0.1:1: Connection refused (os error 111); check NATS_HOST and NATS_PORT (PELATO_NATS_URL, or `nats.url` of the environment in runner.yaml) and that the server is up and reachable from here; without the lattice, compare with a revision of the repository: `pelato plan --since REV`");
}

/// Another machine has no cache of ours, and the registry has everything.
#[tokio::test]
async fn a_fresh_machine_builds_nothing_that_the_registry_has() {
    let registry = RealRegistry::open();
    for last in ["done: 1 built, 1 published", "done: nothing to do; 1 unchanged"] {
        let cache = tempfile::tempdir().unwrap();
        let project = Project::of("acme/thermo")
            .with("REGISTRY_URL", &registry.host)
            .with("PELATO_CACHE", &cache.path().display().to_string());
        project.write("tasks/convert.go", &ECHO.replace("return arg", "return \"fresh\""));
        project.workflow(&[Task::processor("convert", &["edge"])]);
        let ended = project.pelato(&["build"]).await;
        assert_eq!(ended.code, Some(0), "{}", ended.said);
        assert_eq!(ended.last(), last);
        assert_eq!(
            ended.said.contains("build  convert"),
            last.contains("built,"),
            "{}",
            ended.said
        );
    }
}
