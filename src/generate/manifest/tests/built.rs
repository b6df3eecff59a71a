//! A manifest that gets its image later is the one that is rendered with it.

use super::*;

/// The manifest of a task that is not built, and the same once it is.
fn unbuilt(task: &Task) -> Manifest {
    let owner = owner(Some("c0ffee"));
    let providers = Providers::external();
    let placement = Placement {
        target: "edge",
        image: UNBUILT,
        environment: "default",
        providers: &providers,
        nats: "nats://127.0.0.1:4222",
        sql: None,
        agent: false,
        owner: &owner,
    };
    manifest(task, &placement, "", "", &Templates::builtin().unwrap()).unwrap()
}

const IMAGE: &str = "registry.example.org/acme/celsius_to_kelvin:1.0.0";

#[test]
fn it_is_the_same_for_every_template() {
    for template in ["processor_nats", "http_producer_nats", "nats_to_nats_kv", "nats_to_sql"] {
        let mut task = task(template);
        task.extra.insert("bucket".into(), "rooms".into());
        task.extra.insert("table".into(), "rooms".into());
        let built = unbuilt(&task).built(IMAGE, "sha256:f00d", "code=1 template=2");
        assert_eq!(built.unwrap(), on_edge(&task), "{template}");
    }
}

#[test]
fn one_that_names_its_image_elsewhere_is_rendered_anew() {
    let task = Task {
        dest_topic: Some("unbuilt.houses".into()),
        ..task("processor_nats")
    };
    assert_eq!(unbuilt(&task).built(IMAGE, "sha256:f00d", ""), None);
    let other = unbuilt(&self::task("processor_nats"));
    assert_eq!(other.built("localhost/unbuilt:1.0.0", "sha256:f00d", ""), None);
}
