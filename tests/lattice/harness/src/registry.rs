//! The OCI registry: plain http on loopback, without users; deletion is on.

use std::path::Path;

use crate::folder::Folder;
use crate::part::{Part, Recipe};
use crate::wait;

pub(crate) const NAME: &str = "registry";

/// What starts the registry, which listens on `address`.
pub(crate) fn recipe(folder: &Folder, programs: &Path, address: &str) -> anyhow::Result<Recipe> {
    let home = folder.of(NAME)?;
    let settings = format!(
        "version: 0.1\n\
         log: {{level: info, accesslog: {{disabled: true}}}}\n\
         storage:\n  filesystem: {{rootdirectory: {}}}\n  delete: {{enabled: true}}\n\
         http: {{addr: \"{address}\"}}\n",
        home.join("storage").display(),
    );
    std::fs::write(home.join("registry.yml"), settings)?;
    let arguments = ["serve", "registry.yml"].map(str::to_owned);
    Recipe::new(folder, NAME, &programs.join("docker-registry"), arguments)
}

/// Starts the registry; `port` is where one that ran before listened.
/// Answers the part and its address, `127.0.0.1:<port>`.
pub(crate) async fn start(folder: &Folder, programs: &Path, port: Option<u16>) -> anyhow::Result<(Part, String)> {
    let mut part = recipe(folder, programs, &format!("127.0.0.1:{}", port.unwrap_or(0)))?.start()?;
    let address = wait::until("the registry tells its port", async || {
        part.check()?;
        Ok(listening(&part.log()?))
    })
    .await?;
    Ok((part, address))
}

/// The address in the last line of the log that names one.
fn listening(log: &str) -> Option<String> {
    let (_, rest) = log.rsplit_once("listening on ")?;
    let (address, _) = rest.split_once(['"', ' '])?;
    Some(address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::listening;

    #[test]
    fn the_address_is_the_last_one_that_the_log_names() {
        let log = "level=info msg=\"listening on 127.0.0.1:1\" go.version=go1.19\n\
                   level=info msg=\"listening on 127.0.0.1:44955\" go.version=go1.19\n";
        assert_eq!(listening(log).as_deref(), Some("127.0.0.1:44955"));
        assert_eq!(listening("listening on 127.0"), None);
    }
}
