//! `pelato agent`

use tokio::time::{Duration, sleep};

use super::CommandError;
use super::args::Agent;
use super::folder::open_any;
use super::interrupt::interrupted;
use super::printer::Printer;
use crate::config::DeployMode;
use crate::deploy::Word;

/// Before the first connection is tried again.
const PAUSE: Duration = Duration::from_secs(2);

/// Says which hosts may take messages, until it is told to stop.
pub(super) async fn run(command: &Agent, printer: &Printer) -> Result<bool, CommandError> {
    let opened = open_any(&command.folder, &command.place.flags())?;
    printer.hide_those_of(&opened.services);
    let environment = opened.services.environment();
    if environment.deploy == DeployMode::Local {
        let text = "an agent watches a lattice, and a local host needs none: leave --deploy local out";
        return Err(CommandError::Usage(text.to_owned()));
    }
    let stop = interrupted();
    printer.say(&format!(
        "watching the lattice {} at {}",
        environment.lattice, environment.nats.url
    ));
    let mut said = None;
    let destination = loop {
        match opened.services.destination().await {
            Ok(destination) => break destination,
            Err(error) => {
                let text = error.to_string();
                if said.replace(text.clone()) != Some(text) {
                    printer.say(&format!("{error}; trying again"));
                }
            }
        }
        tokio::select! {
            () = sleep(PAUSE) => {}
            () = stop.cancelled() => return Ok(true),
        }
    };
    destination
        .watch_over(&stop, |heard| match heard {
            Ok(word) => printer.strange(&in_words(&word)),
            Err(error) => printer.say(&format!("{error}; trying again")),
        })
        .await;
    printer.say("stopped");
    Ok(true)
}

fn in_words(word: &Word) -> String {
    let Word {
        application,
        host,
        takes,
    } = word;
    match takes {
        true => format!("{application}: the host {host} takes messages"),
        false => format!("{application}: the host {host} takes messages no longer"),
    }
}
