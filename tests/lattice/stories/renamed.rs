//! A task gets another name while messages come.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;

use super::{lattice, left_of, project_on};
use crate::command::{ECHO, Project, Task};

/// The task under a name; what it listens on and answers on stays.
fn called(project: &Project, name: &str) {
    let task = Task {
        code: "renamed.go".to_owned(),
        ..Task::processor(name, &["edge", "cloud"])
    };
    project.workflow(&[task]);
    let path = project.path().join("workflow.yaml");
    let yaml = std::fs::read_to_string(path).unwrap();
    let yaml = yaml.replace(&format!("{name}.in"), "renamed.in");
    project.write("workflow.yaml", &yaml.replace(&format!("{name}.out"), "renamed.out"));
}

#[tokio::test]
async fn no_message_is_handled_under_both_names() {
    let lattice = lattice().await;
    let project = project_on(lattice, "acme/renamed");
    project.write("tasks/renamed.go", ECHO);
    called(&project, "renamed_old");
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);

    let client = async_nats::connect(lattice.nats()).await.unwrap();
    let mut answers = client.subscribe("renamed.out").await.unwrap();
    client.flush().await.unwrap();
    let mut handled: BTreeMap<String, usize> = BTreeMap::new();
    called(&project, "renamed_new");
    let plan = project.pelato(&["plan", "--json"]).await.json();
    assert_eq!(plan["projects"][0]["tasks"][0]["previous_name"], "renamed_old");

    // Numbers come all the while, and until the new name has answered some.
    let brush = project.pelato(&["brush"]);
    tokio::pin!(brush);
    let mut ended = None;
    let mut sent = 0_usize;
    let mut wanted = usize::MAX;
    let mut pace = tokio::time::interval(Duration::from_millis(20));
    let deadline = Instant::now() + Duration::from_secs(300);
    while handled.len() < wanted {
        assert!(Instant::now() < deadline, "{sent} sent, {} answered", handled.len());
        tokio::select! {
            _ = pace.tick() => {
                client.publish("renamed.in", sent.to_string().into()).await.unwrap();
                sent += 1;
            }
            Some(answer) = answers.next() => {
                *handled.entry(String::from_utf8_lossy(&answer.payload).into_owned()).or_default() += 1;
            }
            done = &mut brush, if ended.is_none() => {
                ended = Some(done);
                wanted = handled.len() + 20;
            }
        }
    }
    let ended = ended.unwrap();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let twice: Vec<&String> = handled
        .iter()
        .filter(|(_, times)| **times > 1)
        .map(|(number, _)| number)
        .collect();
    assert!(twice.is_empty(), "handled twice: {twice:?}\n{}", ended.said);
    assert!(left_of(lattice, "renamed_old").await.is_empty());
    assert_eq!(project.pelato(&["remove"]).await.code, Some(0));
    assert!(left_of(lattice, "renamed").await.is_empty());
}
