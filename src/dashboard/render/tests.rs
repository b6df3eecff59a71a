//! What people see, and what an attacker would like them to see.

use time::{Duration, OffsetDateTime};

use super::{problem, run, runs};
use crate::queue::{Filter, Page, Run, RunState, TargetRecord, TaskRecord};
use crate::report::{TargetState, TaskState};

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_795_000_000).unwrap()
}

fn example() -> Run {
    Run {
        id: "0193".to_owned(),
        forge: "gitea".to_owned(),
        repository: "acme/thermo".to_owned(),
        branch: "main".to_owned(),
        commit: "ad2bf374f6d070df2825182114d4b69d05ba9c74".to_owned(),
        title: Some("Convert to Kelvin".to_owned()),
        environment: "production".to_owned(),
        state: RunState::Success,
        reason: None,
        tasks: vec![TaskRecord {
            component_name: "celsius_to_kelvin".to_owned(),
            change: "changed".to_owned(),
            reasons: vec!["tasks/convert.go changed".to_owned()],
            state: TaskState::Success,
            reference: Some("registry.example.org/acme/celsius_to_kelvin:1.0.0".to_owned()),
            targets: vec![TargetRecord {
                name: "edge".to_owned(),
                state: TargetState::Running,
                address: Some("0.0.0.0:8000".to_owned()),
            }],
        }],
        attempts: 1,
        postponed: 0,
        postponed_since: None,
        not_before: None,
        cancel_requested: false,
        created_at: now() - Duration::minutes(3),
        started_at: Some(now() - Duration::minutes(3)),
        finished_at: Some(now() - Duration::seconds(170)),
    }
}

#[test]
fn a_run_shows_its_state_its_tasks_and_its_log() {
    let html = run(&example(), "build: ok\n", now()).unwrap();
    for part in [
        "<h1><bdi>Convert to Kelvin</bdi></h1>",
        "class=\"state success\">success<",
        "<dd>production</dd>",
        "3 min ago",
        "<dd>10 s</dd>",
        "<h3>celsius_to_kelvin</h3>",
        "tasks/convert.go changed",
        "<b>edge</b> running <code>0.0.0.0:8000</code>",
        "build: ok",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    assert!(!html.contains("refresh"));
}

#[test]
fn only_what_still_goes_on_is_refreshed() {
    let going = Run {
        state: RunState::Running,
        finished_at: None,
        ..example()
    };
    assert!(run(&going, "", now()).unwrap().contains("http-equiv=\"refresh\""));
    let page = Page {
        runs: vec![example(), going],
        next: None,
    };
    assert!(
        runs(&page, &Filter::default(), now())
            .unwrap()
            .contains("http-equiv=\"refresh\"")
    );
}

#[test]
fn nothing_that_somebody_pushed_is_markup() {
    let attack = "</pre></title><script>alert(1)</script><a href=\"javascript:x\" onclick='x'>";
    let mut bad = Run {
        id: format!("0193{attack}"),
        repository: attack.to_owned(),
        branch: attack.to_owned(),
        commit: attack.to_owned(),
        title: Some(attack.to_owned()),
        environment: attack.to_owned(),
        reason: Some(attack.to_owned()),
        ..example()
    };
    bad.tasks[0].component_name = attack.to_owned();
    bad.tasks[0].change = attack.to_owned();
    bad.tasks[0].reasons = vec![attack.to_owned()];
    bad.tasks[0].reference = Some(attack.to_owned());
    bad.tasks[0].targets[0].name = attack.to_owned();
    bad.tasks[0].targets[0].address = Some(attack.to_owned());
    let filter = Filter {
        repository: Some(attack.to_owned()),
        ..Filter::default()
    };
    let next = Some(attack.to_owned());
    let pages = [
        run(&bad, attack, now()).unwrap(),
        runs(&Page { runs: vec![bad], next }, &filter, now()).unwrap(),
        problem(404, attack).unwrap(),
    ];
    for html in pages {
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("href=\"javascript"), "{html}");
        assert!(!html.contains("onclick='"), "{html}");
    }
}

#[test]
fn an_empty_runner_says_what_to_do() {
    let page = Page {
        runs: Vec::new(),
        next: None,
    };
    let html = runs(&page, &Filter::default(), now()).unwrap();
    assert!(html.contains("A push to a branch that <code>runner.yaml</code> lists appears here."));
}
