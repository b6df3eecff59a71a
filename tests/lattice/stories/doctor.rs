//! `pelato doctor` on a lattice that has nearly all.

use super::{lattice, project_on};
use crate::command::{ECHO, Task};

#[tokio::test]
async fn a_lattice_is_found_well_and_a_target_without_a_host_is_named() {
    let lattice = lattice().await;
    let project = project_on(lattice, "acme/examined");
    project.workflow(&[Task::processor("examined", &["edge", "moon"])]);
    project.write("tasks/examined.go", ECHO);

    let ended = project.pelato(&["doctor", "--json"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let document = ended.json();
    assert_eq!(document["healthy"], true);
    let found: Vec<String> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["part"] != "docker")
        .map(|finding| format!("{} {}", finding["part"], finding["health"]))
        .collect();
    assert_eq!(
        found,
        [
            r#""workflow" "ok""#,
            r#""go" "ok""#,
            r#""registry" "ok""#,
            r#""nats" "ok""#,
            r#""wadm" "ok""#,
            r#""hosts" "ok""#,
            r#""hosts" "note""#,
        ]
    );
    let last = document["findings"].as_array().unwrap().last().unwrap();
    assert_eq!(
        last["text"],
        "none has the label host-type=moon: what is deployed there waits until one has"
    );
    assert!(
        ended.said.contains("cloud") && ended.said.contains("edge"),
        "{}",
        ended.said
    );
}
