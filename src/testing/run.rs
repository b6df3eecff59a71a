//! Cases against a component, side by side.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::compare::failure;
use super::{Case, CaseResult, Cases, call};
use crate::runtime::{Code, Sql};

/// Bytes of a case's log that are kept.
const LOG: usize = 8 << 10;

/// Runs cases of the task `component_name`, with the configuration `config`. Each
/// takes one of `room` while it runs: one semaphore may bound the cases of several
/// tasks. The results come in the cases' order. Dropped, it stops them.
pub async fn run(
    code: &Code,
    component_name: &str,
    config: &BTreeMap<String, String>,
    cases: &Cases,
    room: &Arc<Semaphore>,
) -> Vec<CaseResult> {
    let mut running = JoinSet::new();
    let limit = cases.time_limit;
    for (index, case) in cases.cases.iter().cloned().enumerate() {
        let (code, config) = (code.clone(), config.clone());
        let (room, name) = (Arc::clone(room), component_name.to_owned());
        running.spawn(async move {
            // The semaphore is never closed.
            let _place = room.acquire().await;
            let input = case.input.clone().into();
            let called = call(&code, &name, &config, &Sql::rehearsed(), input, limit, LOG).await;
            (index, result(&case, called))
        });
    }
    let mut results = Vec::with_capacity(cases.cases.len());
    while let Some(ended) = running.join_next().await {
        match ended {
            Ok(ended) => results.push(ended),
            // Ours, and no case can be said to have passed.
            Err(error) => tracing::error!(%error, "a case broke off"),
        }
    }
    let of = |index: usize| results.iter().position(|(found, _)| *found == index);
    let broken: Vec<_> = (0..cases.cases.len()).filter(|index| of(*index).is_none()).collect();
    results.extend(broken.into_iter().map(|index| (index, broke_off(&cases.cases[index]))));
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

fn result(case: &Case, called: super::Called) -> CaseResult {
    let came = match &called.result {
        Ok(output) => Ok(output.as_deref()),
        Err(error) => Err(error.as_str()),
    };
    let failure = failure(&case.expect, came);
    CaseResult {
        name: case.name.clone(),
        line: case.line,
        took: called.took,
        log: if failure.is_some() { called.log } else { Vec::new() },
        failure,
    }
}

fn broke_off(case: &Case) -> CaseResult {
    CaseResult {
        name: case.name.clone(),
        line: case.line,
        took: std::time::Duration::ZERO,
        failure: Some("the embedded host broke off; this is a mistake in pelato".to_owned()),
        log: Vec::new(),
    }
}
