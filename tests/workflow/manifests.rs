//! What comes of workflows that pass: manifests that wadm takes.

use pelato::generate::{Owner, Placement, Providers, Templates, manifest, render};
use pelato::workflow::{self, Workflow};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{TEMPLATES, project};

/// Every spelling of every template.
pub(super) const TYPES: [&str; 7] = [
    "processor_nats",
    "http_producer_nats",
    "producer_nats",
    "nats_to_nats_kv",
    "nats_to_nats-kv",
    "nats_to_sql",
    "dbsync_nats",
];

/// Whether its function takes a key and gives one.
pub(super) fn is_of_keys(template: &str) -> bool {
    template.starts_with("nats_to_nats")
}

/// A task of any of these templates, `a.go` or `kv.go` its code.
pub(super) fn task(number: usize, templates: &[&'static str]) -> impl Strategy<Value = Value> + use<> {
    let token = "[a-zA-Z0-9_/è#-]{1,9}";
    let subject = proptest::collection::vec(token, 1..5).prop_map(|tokens| tokens.join("."));
    let listens = proptest::collection::vec(prop_oneof![3 => token.boxed(), 1 => Just("*".to_owned()).boxed()], 1..4)
        .prop_flat_map(|tokens| {
            let subject = tokens.join(".");
            prop_oneof![Just(subject.clone()), Just(format!("{subject}.>"))]
        });
    let sql = "[a-zA-Z_è0-9]{1,20}";
    (
        select(templates.to_vec()),
        "[^\\p{C}]{1,30}",
        "[a-z0-9]{1,5}(([_-]|__|--)[A-Z0-9]{1,5}){0,3}",
        proptest::collection::btree_set("[a-z]{1,6}(-[a-z0-9]{1,6})?", 1..4),
        (listens, subject),
        (0u32..1000, 0u32..1000, 0u32..1000),
        (sql, "[a-zA-Z0-9]([a-zA-Z0-9_-]{0,10}[a-zA-Z0-9])?", any::<bool>()),
        proptest::option::of(1u32..=1000),
    )
        .prop_map(
            move |(
                template,
                name,
                component,
                targets,
                (listens, publishes),
                (major, minor, patch),
                (sql, bucket, more),
                instances,
            )| {
                let mut task = json!({
                    "name": name,
                    "type": template,
                    "code": if is_of_keys(template) { "kv.go" } else { "a.go" },
                    "targets": targets,
                    "component_name": format!("{component}-{number}"),
                    "version": format!("{major}.{minor}.{patch}"),
                });
                if let Some(instances) = instances {
                    task["instances"] = json!(instances);
                }
                if !template.contains("producer") || more {
                    task["source_topic"] = json!(listens);
                }
                match template {
                    "nats_to_nats_kv" | "nats_to_nats-kv" => task["bucket"] = json!(bucket),
                    "nats_to_sql" | "dbsync_nats" => {
                        task["table"] = json!(if more { format!("{sql}.{sql}") } else { sql.clone() });
                        if more {
                            task["key_column"] = json!(sql);
                        }
                    }
                    _ => task["dest_topic"] = json!(publishes),
                }
                if template.contains("producer") {
                    let port = 8000 + number;
                    task["address"] = match more {
                        true => json!(format!("0.0.0.0:{port}")),
                        false => targets
                            .iter()
                            .map(|target| (target.clone(), json!(format!("[::1]:{port}"))))
                            .collect::<serde_json::Map<_, _>>()
                            .into(),
                    };
                }
                task
            },
        )
}

fn a_workflow() -> impl Strategy<Value = Value> {
    let tasks = (1usize..5).prop_flat_map(|count| (0..count).map(|number| task(number, &TYPES)).collect::<Vec<_>>());
    ("[^\\p{C}]{1,40}", tasks).prop_map(|(name, tasks)| json!({ "project_name": name, "tasks": tasks }))
}

/// Every manifest of a workflow, as wadm's own rules see it.
pub(super) fn hold(workflow: &Workflow, templates: &Templates) -> Result<(), TestCaseError> {
    let owner = Owner {
        repository: "acme/thermo".into(),
        project: ".".into(),
        environment: "default".into(),
        commit: None,
    };
    let providers = Providers::external();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for task in &workflow.tasks {
        for target in &task.targets {
            let placement = Placement {
                target,
                image: "registry.example.org/acme/task:1.0.0",
                environment: "default",
                providers: &providers,
                nats: "nats://127.0.0.1:4222",
                sql: Some("0123456789ab"),
                agent: false,
                owner: &owner,
            };
            let made = manifest(task, &placement, "sha256:f00d", "code=1", templates);
            let made = made.map_err(|error| TestCaseError::fail(error.to_string()))?;
            let parsed: wadm_types::Manifest = serde_json::from_value(made.document.clone()).unwrap();
            let again: wadm_types::Manifest = serde_yaml::from_str(&made.to_yaml()).unwrap();
            prop_assert_eq!(&parsed, &again);
            let findings = runtime
                .block_on(wadm_types::validation::validate_manifest(&parsed))
                .unwrap();
            // wadm's list of interfaces is older than this one.
            let known = |finding: &String| !finding.contains("unrecognized interface [wasmcloud:postgres/query]");
            let findings: Vec<String> = findings.iter().map(ToString::to_string).filter(known).collect();
            prop_assert!(findings.is_empty(), "{findings:?}\n{}", made.to_yaml());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_passes_makes_manifests_that_wadm_takes(document in a_workflow()) {
        let text = serde_yaml::to_string(&document).unwrap();
        let project = project(text.as_bytes());
        let read = match workflow::read("workflow.yaml", &project, &TEMPLATES.specs()) {
            Ok(read) => read,
            Err(wrong) => {
                // Few are wrong: ports and names that meet, a name of spaces.
                prop_assume!(false, "{}", wrong[0].render(false));
                unreachable!()
            }
        };
        hold(&read.workflow, &TEMPLATES)?;
        for task in &read.workflow.tasks {
            render(task, &project, &TEMPLATES).map_err(|error| TestCaseError::fail(error.to_string()))?;
        }
    }
}
