//! Logs, tasks and lists.

use super::{Stand, end, id, lease, limits, push};
use crate::queue::{Filter, RunState, TaskRecord};
use crate::report::TaskState;

pub(in crate::queue) async fn a_log_is_bounded_and_says_so<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let run = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    assert_eq!(queue.log(&run, None).await.unwrap().as_deref(), Some(""));
    assert_eq!(queue.log("nothing", None).await.unwrap(), None);
    queue.append_log(&run, "first line\nsecond lìne\n").await.unwrap();
    queue.append_log(&run, "third line\n").await.unwrap();
    let tail = queue.log(&run, Some(20)).await.unwrap();
    assert_eq!(tail.as_deref(), Some("third line\n"));
    queue.append_log(&run, &"è".repeat(100)).await.unwrap();
    queue.append_log(&run, "lost").await.unwrap();
    let log = queue.log(&run, None).await.unwrap().unwrap();
    let expected = format!(
        "first line\nsecond lìne\nthird line\n{}\n[the log is cut here: it reached its bound]\n",
        "è".repeat(32)
    );
    assert_eq!(log, expected);
}

pub(in crate::queue) async fn tasks_that_were_recorded_outlive_an_end_that_names_none<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let run = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    let job = lease(&queue).await;
    let task = TaskRecord {
        component_name: "filter".to_owned(),
        change: "changed".to_owned(),
        reasons: vec!["tasks/filter.go changed".to_owned()],
        state: TaskState::Pending,
        reference: None,
        targets: Vec::new(),
    };
    assert!(queue.record(&job.lease, std::slice::from_ref(&task)).await.unwrap());
    queue.finish(&job.lease, &end(RunState::Error)).await.unwrap();
    assert_eq!(queue.run(&run).await.unwrap().unwrap().tasks, [task]);
}

pub(in crate::queue) async fn runs_are_listed_newest_first_page_by_page<S: Stand>() {
    let store = S::new(limits());
    let queue = store.open().await;
    let mut ids = Vec::new();
    for branch in ["a", "b", "c", "d", "e"] {
        ids.push(id(queue.accept(push(branch, branch, 'a')).await.unwrap()));
    }
    ids.reverse();
    let mut seen = Vec::new();
    let mut filter = Filter {
        limit: Some(2),
        ..Filter::default()
    };
    loop {
        let page = queue.runs(&filter).await.unwrap();
        assert!(page.runs.len() <= 2);
        seen.extend(page.runs.into_iter().map(|run| run.id));
        filter.after = page.next;
        if filter.after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ids);
    let queued = Filter {
        state: Some(RunState::Success),
        ..Filter::default()
    };
    assert!(queue.runs(&queued).await.unwrap().runs.is_empty());
    let other = Filter {
        repository: Some("acme/other".to_owned()),
        ..Filter::default()
    };
    assert!(queue.runs(&other).await.unwrap().runs.is_empty());
}
