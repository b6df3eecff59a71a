//! `metrics.yaml`, as the original PELATO wrote it.

use crate::command::{ECHO, Project, Task};
use crate::registry::RealRegistry;

#[tokio::test]
async fn each_run_is_appended_where_it_is_asked_for() {
    let registry = RealRegistry::open();
    let project = Project::of("acme/metered").with("REGISTRY_URL", &registry.host);
    project.workflow(&[Task::processor("metered", &["edge"])]);
    project.write("tasks/metered.go", ECHO);
    let file = project.path().join("metrics.yaml");

    assert_eq!(project.pelato(&["build"]).await.code, Some(0));
    assert!(!file.exists(), "nobody asked for it");

    let project = project.with("ENABLE_METRICS", "True");
    for runs in 1..=2 {
        assert_eq!(project.pelato(&["build"]).await.code, Some(0));
        let text = std::fs::read_to_string(&file).unwrap();
        let metrics: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        let all = metrics["runs"].as_sequence().unwrap();
        assert_eq!(all.len(), runs);
        let run = &all[runs - 1];
        assert_eq!(run["n_task"].as_u64(), Some(1));
        for (part, time) in [
            ("code_gen", "gen_time"),
            ("build", "image_build_time"),
            ("build", "components_build_time"),
            ("deploy", "image_build_time"),
            ("deploy", "components_deploy_time"),
        ] {
            assert!(
                run[part][time].as_f64().is_some(),
                "{part}.{time} is no number:\n{text}"
            );
        }
        assert!(run["time_total"].as_f64().is_some(), "{text}");
    }
}
