//! `pelato dev`

mod keys;
mod lines;

use std::time::Instant;

use tokio_util::sync::CancellationToken;

use self::keys::{Key, Keys};
use super::CommandError;
use super::args::Dev;
use super::folder::{Opened, open};
use super::interrupt::interrupted;
use super::printer::Printer;
use crate::config::Flags;
use crate::dev::{Applied, DevError, Session, Watch, stores, wanted};
use crate::pipeline::{self, RunError};
use crate::report::Reporter;
use crate::runtime::Message;

/// Runs the workflow until it is told to stop.
pub(super) async fn run(command: &Dev, printer: &Printer) -> Result<bool, CommandError> {
    let cancel = interrupted();
    let mut opened = open(&command.folder, &flags(command))?;
    let reporter = printer.reporter(&opened.services);
    let (observer, lines) = lines::lines();
    // Beside everything else: what moves is shown while something is compiled.
    let shown = printer.clone();
    let printing = tokio::spawn(async move { lines.print(&shown).await });
    let stores = stores(command.keyvalue.as_deref(), opened.settings.environment.sql.as_ref())?;
    let build = opened.services.building().clone();
    // Without the flag the tasks talk within this process, whatever the variables name.
    let nats = command.nats.as_ref().map(|_| opened.services.nats());
    let mut session = Session::start(build, nats, stores, observer, &reporter).await?;
    let mut watch = Watch::new(opened.folders(), opened.settings.templates.as_deref()).map_err(DevError::from)?;
    let mut keys = Keys::read();

    look(&mut session, &opened, &reporter, printer, &cancel).await;
    show_tasks(&session, printer);
    printer.say(keys::HELP);
    loop {
        tokio::select! {
            biased;
            () = cancel.cancelled() => break,
            () = watch.changed() => match opened.read_again() {
                Ok(()) => look(&mut session, &opened, &reporter, printer, &cancel).await,
                Err(error) => printer.error(&error),
            },
            key = keys.next() => match key {
                Key::Send { subject, text } => send(&session, subject, text, printer).await,
                Key::Tasks => show_tasks(&session, printer),
                Key::Help => printer.say(keys::HELP),
                Key::Quit => break,
            },
        }
    }
    session.end().await;
    // The last who sends lines is gone: those that are left are printed.
    let _ = printing.await;
    match cancel.is_cancelled() {
        true => Err(RunError::Cancelled.into()),
        false => Ok(true),
    }
}

fn flags(command: &Dev) -> Flags {
    Flags {
        builder: command.builder.clone(),
        nats: command.nats.clone(),
        sql: command.sql.clone(),
        ..Flags::default()
    }
}

/// Makes the session run what the files say, and says what came of it.
async fn look(
    session: &mut Session,
    opened: &Opened,
    reporter: &Reporter,
    printer: &Printer,
    cancel: &CancellationToken,
) {
    let begun = Instant::now();
    let request = opened.request();
    let wanted = pipeline::check(&request, &opened.services, reporter).and_then(|prepared| {
        prepared.check_names()?;
        Ok(wanted(&prepared, &opened.services)?)
    });
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(error) => {
            printer.error(&error.into());
            printer.say("nothing is changed until this is mended");
            return;
        }
    };
    let applied = session.apply(&wanted, &request, reporter, cancel).await;
    if !cancel.is_cancelled() {
        said(&applied, printer, begun);
    }
}

fn said(applied: &Applied, printer: &Printer, begun: Instant) {
    for (what, tasks) in [
        ("started", &applied.started),
        ("reloaded", &applied.reloaded),
        ("stopped", &applied.stopped),
    ] {
        if !tasks.is_empty() {
            let names: Vec<&str> = tasks.iter().map(String::as_str).collect();
            let seconds = begun.elapsed().as_secs_f64();
            printer.say(&format!("{what} {} ({seconds:.2} s)", names.join(", ")));
        }
    }
    for failure in &applied.failed {
        let older = if failure.older_runs {
            "; the version before goes on"
        } else {
            ""
        };
        printer.say(&format!(
            "{} cannot run: {}{older}",
            failure.component_name, failure.reason
        ));
    }
}

fn show_tasks(session: &Session, printer: &Printer) {
    for task in session.tasks() {
        let mut from: Vec<String> = task.subjects;
        from.extend(task.address.map(|address| {
            let host = if address.ip().is_unspecified() {
                "localhost".into()
            } else {
                address.ip().to_string()
            };
            format!("POST http://{host}:{}/", address.port())
        }));
        let to = task.to.unwrap_or_default();
        printer.say(&format!(
            "  {} ({}): {} → {to}",
            task.component_name,
            task.name,
            from.join(", ")
        ));
    }
}

async fn send(session: &Session, subject: String, text: String, printer: &Printer) {
    if let Err(error) = session.bus().publish(Message::new(subject, text)).await {
        printer.say(&format!("not sent: {error}"));
    }
}
