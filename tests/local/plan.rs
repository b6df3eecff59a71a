//! `plan` against what is deployed here, and what `brush` then does.

use crate::command::{ECHO, Project, Task};
use crate::host::Host;

struct Stage {
    project: Project,
    host: Host,
}

impl Stage {
    fn new() -> Self {
        let project = Project::of("acme/thermo");
        let state = project.path().with_file_name("state");
        let project = project
            .with("PELATO_STATE", &state.display().to_string())
            .with("PELATO_DEPLOY", "local")
            .calling(&state.display().to_string(), "[STATE]");
        project.write("tasks/convert.go", ECHO);
        project.write("tasks/filter.go", &ECHO.replace("return arg", "return arg + arg"));
        Self {
            host: Host::below(&state, "default"),
            project,
        }
    }

    /// What a command says on stdout and, sorted, on stderr.
    async fn says(&self, arguments: &[&str]) -> String {
        let ended = self.project.pelato(arguments).await;
        assert_eq!(ended.code, Some(0), "{}\n{}", ended.said, self.host.log());
        format!("{}{}", ended.stdout, ended.sorted())
    }

    async fn ends(&self, arguments: &[&str]) -> String {
        let said = self.says(arguments).await;
        said.lines().last().unwrap_or_default().to_owned()
    }
}

fn two() -> [Task; 2] {
    [
        Task::processor("convert", &["edge"]),
        Task::processor("filter", &["edge"]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn brush_does_what_plan_says() {
    let stage = Stage::new();
    stage.project.workflow(&two());
    insta::assert_snapshot!(stage.says(&["plan"]).await, @"
    Thermo (.), against what is deployed in default
      new        convert: build, deploy to edge (first deployment in default)
      new        filter: build, deploy to edge (first deployment in default)
    done: 2 of 2 tasks affected, 2 to build
    ");
    assert!(!stage.host.path().exists(), "a plan starts no host");
    assert_eq!(stage.ends(&["brush"]).await, "done: 2 built, 2 published, 2 deployed");
    insta::assert_snapshot!(stage.says(&["plan"]).await, @"
    Thermo (.), against what is deployed in default
      unchanged  convert
      unchanged  filter
    done: nothing to do; 2 tasks
    ");

    // Where it runs, what it listens on, how people call it: configuration.
    let yaml = std::fs::read_to_string(stage.project.path().join("workflow.yaml")).unwrap();
    let yaml = yaml
        .replace("name: convert\n    type", "name: To kelvin\n    type")
        .replacen("targets: [edge]", "targets: [edge, cloud]", 1)
        .replace("source_topic: filter.in", "source_topic: readings");
    stage.project.write("workflow.yaml", &yaml);
    insta::assert_snapshot!(stage.says(&["plan"]).await, @"
    Thermo (.), against what is deployed in default
      changed    convert: deploy to edge, cloud (settings of edge changed; target cloud added)
      changed    filter: deploy to edge (settings of edge changed)
    done: 2 of 2 tasks affected, 0 to build
    ");
    assert_eq!(stage.ends(&["brush"]).await, "done: 2 deployed");

    // Code is built.
    stage.project.write("tasks/filter.go", ECHO);
    insta::assert_snapshot!(stage.says(&["plan"]).await, @"
    Thermo (.), against what is deployed in default
      unchanged  convert
      changed    filter: build, deploy to edge (code filter.go changed)
    done: 1 of 2 tasks affected, 1 to build
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_base_is_the_commit_that_all_is_of() {
    let stage = Stage::new();
    stage.project.workflow(&two());
    let first = stage.project.commit();
    let base = async || stage.project.pelato(&["plan", "--json"]).await.json()["projects"][0].clone();
    assert!(base().await["base"].is_null());
    stage.ends(&["brush"]).await;
    stage.project.write("tasks/filter.go", ECHO);
    let second = stage.project.commit();
    let plan = base().await;
    assert_eq!((&plan["base"], &plan["head"]), (&first.into(), &second.into()));
    // One task is of the second commit now, the other is as it was.
    stage.ends(&["brush"]).await;
    assert!(base().await["base"].is_null());
}

/// The new name is somebody else's: what runs goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_taken_takes_nothing_down() {
    let stage = Stage::new();
    let theirs = Project::of("umbrella/theirs")
        .with(
            "PELATO_STATE",
            &stage.project.path().with_file_name("state").display().to_string(),
        )
        .with("PELATO_DEPLOY", "local");
    theirs.write("tasks/to_kelvin.go", ECHO);
    theirs.workflow(&[Task::processor("to_kelvin", &["edge"])]);
    assert_eq!(theirs.pelato(&["brush"]).await.code, Some(0));
    stage.project.workflow(&two()[..1]);
    stage.ends(&["brush"]).await;
    let renamed = Task {
        code: "convert.go".to_owned(),
        ..Task::processor("to_kelvin", &["edge"])
    };
    stage.project.workflow(&[renamed]);
    let ended = stage.project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    assert!(
        ended
            .last()
            .starts_with("failed: to_kelvin (the application to_kelvin-edge on this host belongs to umbrella/theirs"),
        "{}",
        ended.said
    );
    assert_eq!(stage.host.applications(), ["convert-edge", "to_kelvin-edge"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_task_is_down_before_its_new_name_is_up() {
    let stage = Stage::new();
    stage
        .project
        .workflow(&[Task::processor("convert", &["edge", "cloud"])]);
    assert_eq!(stage.ends(&["brush"]).await, "done: 1 built, 1 published, 1 deployed");
    let renamed = Task {
        code: "convert.go".to_owned(),
        ..Task::processor("to_kelvin", &["edge", "cloud"])
    };
    stage.project.workflow(std::slice::from_ref(&renamed));
    insta::assert_snapshot!(stage.says(&["plan"]).await, @"
    Thermo (.), against what is deployed in default
      renamed    to_kelvin: build, deploy to edge, cloud (was convert)
    done: 1 of 1 task affected, 1 to build
    ");
    let ended = stage.project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let order: Vec<&str> = ended.said.lines().filter(|line| line.contains("| ")).collect();
    insta::assert_snapshot!(order.join("\n"), @"
    publish  | no registry is named: artifacts are kept in [STATE]/artifacts
     remove  convert: | convert-cloud: 1.0.0-[DIGEST] → nothing
     remove  convert: | convert-edge: 1.0.0-[DIGEST] → nothing
     deploy  to_kelvin: | to_kelvin-edge: 1.0.0-[DIGEST]
     deploy  to_kelvin: | to_kelvin-cloud: 1.0.0-[DIGEST]
    ");
    assert_eq!(stage.host.applications(), ["to_kelvin-cloud", "to_kelvin-edge"]);

    // Its old name again: what was built then is found.
    stage
        .project
        .workflow(&[Task::processor("convert", &["edge", "cloud"])]);
    assert_eq!(stage.ends(&["brush"]).await, "done: 1 deployed");
    assert_eq!(stage.host.applications(), ["convert-cloud", "convert-edge"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_pruned_goes_with_the_next_run() {
    let stage = Stage::new();
    stage.project.workflow(&two());
    assert_eq!(stage.ends(&["brush"]).await, "done: 2 built, 2 published, 2 deployed");
    stage.project.workflow(&two()[..1]);
    insta::assert_snapshot!(stage.says(&["plan", "--no-prune"]).await, @"
    Thermo (.), against what is deployed in default
      unchanged  convert
      removed    filter (no longer in the workflow; kept (--no-prune))
    done: nothing to do; 2 tasks
    ");
    insta::assert_snapshot!(stage.says(&["brush", "--no-prune"]).await, @"
      deploy  convert: edge running
    generate  1 task
        plan  0 of 2 tasks affected
        plan  convert: unchanged
        plan  filter: removed: no longer in the workflow; kept (--no-prune)
    done: nothing to do; 1 kept, 1 unchanged
    ");
    assert_eq!(stage.host.applications(), ["convert-edge", "filter-edge"]);
    insta::assert_snapshot!(stage.says(&["plan"]).await, @"
    Thermo (.), against what is deployed in default
      unchanged  convert
      removed    filter: undeploy from edge (no longer in the workflow)
    done: 1 of 2 tasks affected, 0 to build
    ");
    assert_eq!(stage.ends(&["brush"]).await, "done: 1 removed, 1 unchanged");
    assert_eq!(stage.host.applications(), ["convert-edge"]);
}
