//! What is kept of deployments, and what of that is put back.

use serde_json::json;

use super::super::link::ways;
use super::*;

fn manifest(version: &str, code: &str) -> Value {
    json!({
        "metadata": {
            "name": "filter-edge",
            "annotations": {
                "version": version,
                "pelato.repository": "acme/thermo",
                "pelato.project": ".",
                "pelato.environment": "default",
                "pelato.component": "filter",
                "pelato.target": "edge",
                "pelato.fingerprint": code,
                "pelato.run": format!("run-{code}"),
            },
        },
        "spec": { "components": [{
            "name": "task",
            "type": "component",
            "properties": { "image": format!("localhost:5000/filter:1.0.0@sha256:{code}") },
        }] },
    })
}

fn deployed(document: Value) -> Deployed {
    let annotations = annotations(&document);
    Deployed {
        application: "filter-edge".into(),
        version: annotations.get("version").cloned().unwrap_or_default(),
        deployed: true,
        annotations,
        document,
    }
}

/// Deploys one after the other; what is there then.
fn after(documents: impl IntoIterator<Item = Value>) -> Deployed {
    let mut had = None;
    for document in documents {
        had = Some(deployed(recorded(&document, had.as_ref(), OffsetDateTime::UNIX_EPOCH)));
    }
    had.unwrap()
}

fn versions(deployed: &Deployed) -> String {
    let all = std::iter::once(deployed.now()).chain(deployed.earlier());
    let all: Vec<String> = all.map(|one| one.version().to_owned()).collect();
    all.join(" ")
}

#[test]
fn each_deployment_is_found_the_latest_first() {
    let numbers = ["1", "2", "3", "2", "2"];
    let had = after(numbers.map(|code| manifest(&format!("1.0.0-{code}"), code)));
    assert_eq!(versions(&had), "1.0.0-2 1.0.0-3 1.0.0-2 1.0.0-1");
    let oldest = had.earlier().pop().unwrap();
    assert_eq!(oldest.image(), "localhost:5000/filter:1.0.0@sha256:1");
    assert_eq!(oldest.fingerprint().as_deref(), Some("1"));
    assert_eq!(oldest.at().as_deref(), Some("1970-01-01T00:00:00.000Z"));
    assert!(!oldest.into_document().to_string().contains(HISTORY));
}

#[test]
fn what_is_put_back_is_what_was_there() {
    let had = after([manifest("1.0.0-1", "1"), manifest("1.0.0-2", "2")]);
    let back = had.earlier()[0].manifest("run-3", None);
    assert_eq!((&*back.version, &*back.target), ("1.0.0-1", "edge"));
    assert_eq!(back.component_id, "filter_edge-task");
    let mut document = back.document;
    assert_eq!(document["metadata"]["annotations"][RUN], "run-3");
    assert_eq!(document["metadata"]["annotations"][RESTORED], "run-1");
    note(&mut document, RUN, "run-1");
    forget(&mut document, RESTORED);
    forget(&mut document, DEPLOYED);
    assert_eq!(document, manifest("1.0.0-1", "1"));
}

#[test]
fn a_way_to_a_database_has_today_s_name_and_the_manifest_another_version() {
    let mut old = manifest("1.0.0-1", "1");
    let link = json!({ "type": "link", "properties": { "target": { "name": "sql", "config": [{ "name": "pelato-sql-filter-edge-old" }] } } });
    old["spec"]["components"][0]["traits"] = json!([link]);
    let had = after([old, manifest("1.0.0-2", "2")]);
    let earlier = &had.earlier()[0];
    assert!(earlier.needs_database() && !had.now().needs_database());
    assert_eq!(earlier.manifest("r", Some("old")).version, "1.0.0-1");
    let back = earlier.manifest("r", Some("new"));
    assert!(ways(&back.document).contains("pelato-sql-filter-edge-new"));
    assert_eq!(annotations(&back.document)["version"], back.version);
    assert!(back.version.starts_with("1.0.0-") && back.version != "1.0.0-1");
}

#[test]
fn twenty_are_kept_in_little_room() {
    let had = after((0..30).map(|code| manifest(&format!("1.0.0-{code}"), &code.to_string())));
    assert_eq!(had.earlier().len(), KEPT);
    assert!(
        had.annotations[HISTORY].len() < 4_000,
        "{}",
        had.annotations[HISTORY].len()
    );
}

#[test]
fn what_was_written_by_others_is_left_out() {
    let mut had = after([manifest("1.0.0-1", "1"), manifest("1.0.0-2", "2")]);
    let mut strange = manifest("1.0.0-3", "3");
    strange["metadata"]["name"] = json!("somebody-elses");
    had.annotations.insert(HISTORY.into(), pack(&[strange]).unwrap());
    assert!(had.earlier().is_empty());
    for nonsense in ["", "§", "AAAA"] {
        had.annotations.insert(HISTORY.into(), nonsense.into());
        assert!(had.earlier().is_empty(), "{nonsense}");
    }
    // Far more than any history of ours.
    let bomb = BASE64_STANDARD.encode(compress_to_vec_zlib(&vec![b' '; LARGEST + 1], LEVEL));
    had.annotations.insert(HISTORY.into(), bomb);
    assert!(had.earlier().is_empty());
}
