//! `pelato invoke`

use std::io::{IsTerminal as _, Read as _, stdin};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use super::CommandError;
use super::args::Invoke;
use super::folder::open;
use super::interrupt::interrupted;
use super::printer::Printer;
use crate::config::Flags;
use crate::pipeline::{self, Callable, RunError};
use crate::report::counted;
use crate::runtime::Sql;

/// The most input that is read: the memory of an instance, which it has to fit in.
const MOST: u64 = 256 << 20;

/// What came of the calls.
#[derive(Default, Serialize)]
struct Invoked {
    component_name: String,
    output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_base64: Option<String>,
    error: Option<String>,
    log: Vec<String>,
    build_seconds: Option<f64>,
    load_seconds: Option<f64>,
    calls: usize,
    seconds: Option<Seconds>,
}

/// How long the calls took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Seconds {
    first: f64,
    min: f64,
    median: f64,
    p99: f64,
    max: f64,
}

/// Calls one task.
pub(super) async fn run(command: &Invoke, printer: &Printer) -> Result<bool, CommandError> {
    let flags = Flags {
        builder: command.builder.clone(),
        ..Flags::default()
    };
    let opened = open(&command.folder, &flags)?;
    let reporter = printer.reporter(&opened.services);
    let request = opened.request();
    let prepared = pipeline::check(&request, &opened.services, &reporter)?;
    let sql = database(command, opened.settings.environment.sql.as_ref())?;
    let task = prepared.task(&command.task)?;
    // Before Ctrl-C is ours: while it is typed, it ends the program as usual.
    let input = input(command, printer)?;
    let cancel = interrupted();
    let built = pipeline::callable(&request, task, command.repeat, &opened.services, &reporter, &cancel);
    let mut invoked = Invoked {
        component_name: command.task.clone(),
        ..Invoked::default()
    };
    let mut output = None;
    match built.await? {
        Err(cause) => invoked.error = Some(cause.reason),
        Ok(task) => {
            let task = match sql {
                Some(sql) => task.with_database(sql),
                None => task,
            };
            output = tokio::select! {
                output = calls(&task, &input, command.repeat, &mut invoked) => output,
                () = cancel.cancelled() => return Err(RunError::Cancelled.into()),
            };
        }
    }
    conclude(&invoked, output.as_deref(), command, printer)
}

/// The database that rows are written to: only where that is asked for, since what is
/// called is tried out.
fn database(command: &Invoke, named: Option<&SecretString>) -> Result<Option<Sql>, CommandError> {
    let url = match command.sql.as_deref() {
        None => return Ok(None),
        Some("") => named.map(|url| url.expose_secret().to_owned()).ok_or_else(|| {
            CommandError::Usage("--sql without an URL takes that of PELATO_SQL_URL, which is not set".to_owned())
        })?,
        Some(url) => url.to_owned(),
    };
    let sql = Sql::named(&url).map_err(|error| CommandError::Usage(error.to_string()))?;
    Ok(Some(sql))
}

fn input(command: &Invoke, printer: &Printer) -> Result<Bytes, CommandError> {
    if let Some(data) = &command.data {
        return Ok(Bytes::from(data.clone()));
    }
    if stdin().is_terminal() {
        printer.say("reading the input from the terminal: end it with Ctrl-D, or give it with --data");
    }
    let mut input = Vec::new();
    let read = stdin().lock().take(MOST + 1).read_to_end(&mut input);
    read.map_err(|error| CommandError::Usage(format!("cannot read the input from stdin: {error}")))?;
    match input.len() as u64 > MOST {
        true => Err(CommandError::Usage(format!(
            "the input has more than {} MiB, the memory of a task",
            MOST >> 20
        ))),
        false => Ok(input.into()),
    }
}

/// Calls the task until that is often enough, or until a call fails.
async fn calls(task: &Callable, input: &Bytes, times: usize, invoked: &mut Invoked) -> Option<Bytes> {
    invoked.build_seconds = Some(task.build.as_secs_f64());
    invoked.load_seconds = Some(task.load.as_secs_f64());
    let mut output = None;
    let mut took = Vec::with_capacity(times.min(1 << 20));
    for call in 0..times.max(1) {
        let called = task.call(input.clone()).await;
        took.push(called.took);
        match called.result {
            Err(error) => {
                invoked.log = called.log;
                invoked.error = Some(error);
                break;
            }
            Ok(result) if call == 0 => {
                invoked.log = called.log;
                output = result;
            }
            Ok(_) => {}
        }
    }
    invoked.calls = took.len();
    invoked.seconds = seconds(&took);
    if invoked.error.is_some() {
        return None;
    }
    let bytes = output.clone().unwrap_or_default();
    match String::from_utf8(bytes.to_vec()) {
        Ok(text) => invoked.output = Some(text),
        Err(_) => invoked.output_base64 = Some(STANDARD.encode(&bytes)),
    }
    output
}

fn seconds(took: &[Duration]) -> Option<Seconds> {
    let mut sorted: Vec<f64> = took.iter().map(Duration::as_secs_f64).collect();
    let first = *sorted.first()?;
    sorted.sort_by(f64::total_cmp);
    // The smallest that so many of a hundred do not exceed.
    let rank = |percent: usize| sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1];
    Some(Seconds {
        first,
        min: rank(0),
        median: rank(50),
        p99: rank(99),
        max: rank(100),
    })
}

fn conclude(
    invoked: &Invoked,
    output: Option<&[u8]>,
    command: &Invoke,
    printer: &Printer,
) -> Result<bool, CommandError> {
    for line in &invoked.log {
        printer.strange(line);
    }
    // Why it could not be built was said as it happened.
    if let (Some(error), 1..) = (&invoked.error, invoked.calls) {
        printer.strange(error);
    }
    if let (Some(seconds), 2..) = (&invoked.seconds, command.repeat) {
        let ms = |seconds: f64| format!("{:.2} ms", seconds * 1e3);
        printer.say(&format!(
            "{}: min {}, median {}, p99 {}, max {}",
            counted(invoked.calls, "call"),
            ms(seconds.min),
            ms(seconds.median),
            ms(seconds.p99),
            ms(seconds.max)
        ));
    }
    if command.json {
        printer.json(invoked);
    } else if let Some(output) = output {
        printer.bytes(output).map_err(CommandError::Output)?;
    }
    Ok(invoked.error.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_one_call_all_figures_are_the_same() {
        let one = seconds(&[Duration::from_secs(2)]).unwrap();
        assert_eq!(
            (one.first, one.min, one.median, one.p99, one.max),
            (2.0, 2.0, 2.0, 2.0, 2.0)
        );
        let hundred: Vec<Duration> = (1..=200).rev().map(Duration::from_secs).collect();
        let all = seconds(&hundred).unwrap();
        assert_eq!(
            (all.first, all.min, all.median, all.p99, all.max),
            (200.0, 1.0, 100.0, 198.0, 200.0)
        );
        assert_eq!(seconds(&[]), None);
    }
}
