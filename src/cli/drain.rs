//! `pelato drain`

use super::CommandError;
use super::args::{Drain, Folder};
use super::folder::open_any;
use super::printer::Printer;
use crate::config::DeployMode;
use crate::deploy::Drained;
use crate::pipeline::RunError;

/// Lets hosts take no more messages.
pub(super) async fn run(command: &Drain, printer: &Printer) -> Result<bool, CommandError> {
    let opened = open_any(&Folder::of(&command.project), &command.place.flags())?;
    printer.hide_those_of(&opened.services);
    if opened.services.environment().deploy == DeployMode::Local {
        let text = "a local host is no host of a lattice, and loses nothing when it ends: leave --deploy local out";
        return Err(CommandError::Usage(text.to_owned()));
    }
    let destination = opened.services.destination().await?;
    let mut all: Vec<Drained> = Vec::new();
    for named in &command.hosts {
        let drained = destination.drain(named).await.map_err(RunError::from)?;
        for one in drained {
            printer.say(&in_words(&one));
            all.push(one);
        }
    }
    if command.json {
        printer.json(&serde_json::json!({ "hosts": all }));
    }
    Ok(true)
}

fn in_words(drained: &Drained) -> String {
    let Drained { host, stopped, .. } = drained;
    let ended = match stopped.len() {
        0 => "no provider ran".to_owned(),
        1 => "1 provider stopped".to_owned(),
        many => format!("{many} providers stopped"),
    };
    format!("{host} takes no more messages ({ended}); it may be stopped, and takes part again once it is started")
}
