//! Who is refused, and who is only in the way.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;

fn document(address: &str) -> serde_json::Value {
    json!({"spec": {"components": [
        {"name": "task", "type": "component", "properties": {"image": "localhost:5000/a@sha256:1"}},
        {"name": "http", "type": "capability", "properties": {"image": "h"}, "traits": [
            {"type": "link", "properties": {"target": {"name": "task"}, "namespace": "wasi", "package": "http",
             "interfaces": ["incoming-handler"],
             "source": {"config": [{"name": "c", "properties": {"address": address}}]}}}]},
    ]}})
}

fn deployed(application: &str, target: &str, address: &str) -> Deployed {
    let annotations = [
        ("pelato.repository", "acme/other"),
        ("pelato.project", "."),
        ("pelato.environment", "default"),
        ("pelato.target", target),
    ];
    Deployed {
        application: application.to_owned(),
        version: "1.0.0-abc".to_owned(),
        deployed: true,
        annotations: annotations
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        document: document(address),
    }
}

/// A task that listens on one address of each target.
fn job(component_name: &str, addresses: &[(&str, &str)]) -> Job {
    let manifest = |(target, address): &(&str, &str)| Manifest {
        application: format!("{component_name}-{target}"),
        target: (*target).to_owned(),
        version: "1.0.0-def".to_owned(),
        component_id: String::new(),
        provider_ids: Vec::new(),
        document: document(address),
        address: Some((*address).to_owned()),
    };
    Job {
        component_name: component_name.to_owned(),
        first: Vec::new(),
        manifests: addresses.iter().map(manifest).collect(),
        refused: None,
    }
}

fn reasons(jobs: &[Job]) -> BTreeMap<&str, String> {
    let refused = |job: &'_ Job| job.refused.as_ref().map(ToString::to_string);
    jobs.iter()
        .filter_map(|job| Some((job.component_name.as_str(), refused(job)?)))
        .collect()
}

#[test]
fn what_somebody_else_listens_on_is_refused_and_the_rest_is_not() {
    let there = [
        deployed("weather-edge", "edge", "0.0.0.0:8000"),
        deployed("weather-cloud", "cloud", "127.0.0.1:8001"),
    ];
    let mut jobs = [
        job("first", &[("edge", "127.0.0.1:8000")]),
        job("second", &[("edge", "0.0.0.0:8001"), ("cloud", "0.0.0.0:8002")]),
        job("third", &[("edge", "0.0.0.0:8003"), ("cloud", "0.0.0.0:8001")]),
        job("fourth", &[("cloud", "127.0.0.2:8001")]),
    ];
    settle(jobs.iter_mut(), &there, &[]);
    insta::assert_snapshot!(reasons(&jobs).into_values().collect::<Vec<_>>().join("\n"), @"
    127.0.0.1:8000 on edge is taken by weather-edge of acme/other (environment default): give the task another `address`
    0.0.0.0:8001 on cloud is taken by weather-cloud of acme/other (environment default): give the task another `address`
    ");
}

#[test]
fn two_projects_of_one_run_are_told_apart_and_the_first_has_it() {
    let mut jobs = [
        job("first", &[("edge", "0.0.0.0:8000")]),
        job("second", &[("edge", "0.0.0.0:8000")]),
    ];
    settle(jobs.iter_mut(), &[], &[]);
    insta::assert_snapshot!(reasons(&jobs).into_values().collect::<Vec<_>>().join("\n"), @"0.0.0.0:8000 on edge is taken by first-edge of this run: give the task another `address`");
}

#[test]
fn who_has_an_address_keeps_it_whoever_comes_first_in_the_run() {
    let there = [
        deployed("second-edge", "edge", "0.0.0.0:8000"),
        deployed("third-edge", "edge", "0.0.0.0:8001"),
        // One that was there before anybody looked.
        deployed("fourth-edge", "edge", "0.0.0.0:8001"),
    ];
    let mut jobs = [
        job("first", &[("edge", "0.0.0.0:8000")]),
        job("second", &[("edge", "0.0.0.0:8000")]),
        job("third", &[("edge", "0.0.0.0:8001")]),
    ];
    settle(jobs.iter_mut(), &there, &[]);
    assert_eq!(reasons(&jobs).into_keys().collect::<Vec<_>>(), ["first"]);
}

#[test]
fn who_moves_away_in_the_same_run_is_in_nobodys_way_nor_is_what_is_not_deployed() {
    let idle = Deployed {
        deployed: false,
        ..deployed("idle-edge", "edge", "0.0.0.0:8001")
    };
    let there = [deployed("first-edge", "edge", "0.0.0.0:8000"), idle];
    let mut jobs = [
        job("first", &[("edge", "0.0.0.0:8001")]),
        job("second", &[("edge", "0.0.0.0:8000")]),
    ];
    settle(jobs.iter_mut(), &there, &[]);
    assert_eq!(reasons(&jobs), BTreeMap::new());
    assert!(jobs.iter().all(|job| job.first.is_empty()));
}

#[test]
fn what_goes_anyway_goes_before_the_one_that_takes_its_address() {
    let owner = Owner {
        repository: "acme/other".to_owned(),
        project: ".".to_owned(),
        environment: "default".to_owned(),
        commit: None,
    };
    let there = [
        deployed("old-edge", "edge", "0.0.0.0:8000"),
        deployed("other-edge", "edge", "0.0.0.0:8001"),
    ];
    let going = [(owner, "old-edge".to_owned())];
    let mut jobs = [
        job("new", &[("edge", "0.0.0.0:8000")]),
        job("refused", &[("edge", "0.0.0.0:8001")]),
    ];
    settle(jobs.iter_mut(), &there, &going);
    assert_eq!(jobs[0].first, going);
    assert_eq!(reasons(&jobs).len(), 1);
    assert!(jobs[1].first.is_empty());
}
