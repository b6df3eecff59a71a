//! Following a run: its log and its commit statuses, as they come.

use std::time::{Duration, Instant};

use anyhow::bail;
use serde_json::Value;

use crate::forge::FakeForge;
use crate::runner::Runner;
use crate::show::seconds;

/// How often to look. The runner stores its log in steps of 0.2 s; statuses are
/// shown a look later than they came, and so after the lines that they are about.
const LOOK: Duration = Duration::from_millis(250);

/// How long a run may take: the first one may have to build the build image.
const LIMIT: Duration = Duration::from_secs(600);

/// Prints what a run says until it is over. Gives the run as the API shows it
/// then; one that did not end well is an error.
pub(crate) async fn follow(
    runner: &Runner,
    forge: &FakeForge,
    repository: &str,
    commit: &str,
    id: &str,
) -> anyhow::Result<Value> {
    let begun = Instant::now();
    runner.begun(id);
    let (mut lines, mut statuses) = (0, 0);
    loop {
        let over = runner.run(id).await?;
        let arrived = forge.statuses(repository, commit);
        tokio::time::sleep(LOOK).await;
        let log = runner.log(id).await?;
        let now = seconds(begun.elapsed());
        for line in log.lines().skip(lines) {
            println!("  {now}  {line}");
        }
        lines = log.lines().count();
        for status in arrived.iter().skip(statuses) {
            let (context, state, description) = (&status.context, &status.state, &status.description);
            println!("  {now}    status  {context} is {state}: {description}");
        }
        statuses = arrived.len();
        match over["state"].as_str() {
            Some("queued" | "running") if begun.elapsed() < LIMIT => {}
            Some("queued" | "running") => bail!("the run {id} is not over after {} s", LIMIT.as_secs()),
            Some("success") => return Ok(over),
            state => bail!("the run {id} ended as {}", state.unwrap_or("nothing known")),
        }
    }
}
