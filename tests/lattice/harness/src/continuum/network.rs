//! A network of three namespaces: the cloud, the edge, and the wide area between them.
//!
//! ```text
//! cloud 198.18.N.1 ── wan ── 198.18.N.2 edge
//!          └───── this machine ─────┘
//! ```
//!
//! This machine reaches both, and takes nothing from one to the other. `wan` is a router;
//! a cut link is a router that drops what it gets without a word, as a dead line does:
//! connections stay open at both ends.

use std::fs::File;
use std::io::{Error, ErrorKind};
use std::process::Command;

use anyhow::{Context as _, bail};

/// Where the lock of each number lies.
const LOCKS: &str = "/run";

/// The sides that programs run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Cloud,
    Edge,
}

impl Side {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cloud => "cloud",
            Self::Edge => "edge",
        }
    }
}

/// A network that is there until its folder's reaper takes it down.
///
/// Its addresses are of a block that is kept for tests of networks (RFC 2544).
pub(crate) struct Network {
    number: u8,
    lock: File,
}

impl Network {
    /// Whether this process may try to make one; if not, why, and what to do. As root all
    /// else is a failure: a story that is skipped there tells nothing, and nobody hears.
    pub(crate) fn is_possible() -> Result<(), String> {
        if !rustix::process::geteuid().is_root() {
            return Err("network namespaces need root: call this as root (sudo -E env PATH=$PATH …)".to_owned());
        }
        Ok(())
    }

    /// Takes a number that no living network has, and lays the network. What a killed run
    /// has left under that number is taken away first.
    pub(crate) fn lay() -> anyhow::Result<Self> {
        if let Err(reason) = Self::is_possible() {
            bail!(reason);
        }
        for number in 0..=u8::MAX {
            let path = format!("{LOCKS}/pelato-continuum-{number}.lock");
            let lock = File::create(&path).with_context(|| format!("cannot make {path}"))?;
            if lock.try_lock().is_err() {
                continue;
            }
            let network = Self { number, lock };
            network.sweep();
            if let Err(error) = network.build() {
                network.sweep();
                return Err(error.context("cannot make network namespaces; in a container it takes --privileged"));
            }
            return Ok(network);
        }
        bail!("all 256 networks for tests are in use on this machine")
    }

    /// The address of a side, without a port.
    pub(crate) fn address(&self, side: Side) -> String {
        let last = match side {
            Side::Cloud => 1,
            Side::Edge => 2,
        };
        format!("198.18.{}.{last}", self.number)
    }

    /// The command that starts its arguments on a side.
    pub(crate) fn on(&self, side: Side) -> [String; 2] {
        self.enter(side.name())
    }

    /// Whether what goes from one side to the other arrives.
    pub(crate) fn set_link(&self, up: bool) -> anyhow::Result<()> {
        let write = format!("echo {} > /proc/sys/net/ipv4/ip_forward", u8::from(up));
        let [nsenter, wan] = self.enter("wan");
        run(&nsenter, &[&wan, "sh", "-c", &write])
    }

    /// Its number, which the names of all that it has are made of.
    pub(crate) fn number(&self) -> String {
        self.number.to_string()
    }

    /// The names of its namespaces.
    pub(crate) fn namespaces(&self) -> [String; 3] {
        ["cloud", "edge", "wan"].map(|name| self.named(name))
    }

    /// The network's number is taken for as long as someone has this open.
    pub(crate) fn lock(&self) -> std::io::Result<File> {
        self.lock.try_clone()
    }

    fn build(&self) -> anyhow::Result<()> {
        let at = |last: u8| format!("198.18.{}.{last}", self.number);
        for namespace in self.namespaces() {
            run("ip", &["netns", "add", &namespace])?;
            run("ip", &["-n", &namespace, "link", "set", "lo", "up"])?;
        }
        for (side, own, first) in [("cloud", 1, 16), ("edge", 2, 24)] {
            let (namespace, wan) = (self.named(side), self.named("wan"));
            // From this machine, then from the router: a network of four addresses each.
            let outer = self.link(side);
            let ways = [
                (None, outer.as_str(), "machine", first),
                (Some(wan.as_str()), side, "wan", first + 4),
            ];
            run(
                "ip",
                &[
                    "-n",
                    &namespace,
                    "address",
                    "add",
                    &format!("{}/32", at(own)),
                    "dev",
                    "lo",
                ],
            )?;
            for (peer, outer, inner, first) in ways {
                let mut add = vec!["link", "add", outer];
                add.extend(peer.iter().flat_map(|peer| ["netns", peer]));
                add.extend(["type", "veth", "peer", "name", inner, "netns", &namespace]);
                run("ip", &add)?;
                let (near, far) = (at(first + 1), at(first + 2));
                let within = peer.map_or_else(Vec::new, |peer| vec!["-n", peer]);
                let outside = |arguments: &[&str]| run("ip", &[&within, arguments].concat());
                outside(&["address", "add", &format!("{near}/30"), "dev", outer])?;
                outside(&["link", "set", outer, "up"])?;
                run(
                    "ip",
                    &["-n", &namespace, "address", "add", &format!("{far}/30"), "dev", inner],
                )?;
                run("ip", &["-n", &namespace, "link", "set", inner, "up"])?;
                outside(&["route", "add", &at(own), "via", &far])?;
            }
            // Everything of this network that is not next door is behind the router.
            let all = format!("{}/24", at(0));
            run("ip", &["-n", &namespace, "route", "add", &all, "via", &at(first + 5)])?;
        }
        self.set_link(true)
    }

    /// Takes away what a run that was killed together with its reaper has left.
    fn sweep(&self) {
        for namespace in self.namespaces() {
            let Ok(inside) = Command::new("ip")
                .args(["netns", "pids", &namespace])
                .env("PATH", path())
                .output()
            else {
                continue;
            };
            for id in String::from_utf8_lossy(&inside.stdout).split_whitespace() {
                let _ = run("kill", &["-KILL", id]);
            }
            let _ = run("ip", &["netns", "del", &namespace]);
        }
        // They outlive a namespace that an undelivered connection still holds.
        for side in ["cloud", "edge"] {
            let _ = run("ip", &["link", "del", &self.link(side)]);
        }
    }

    /// The name of this machine's end of the link to a side.
    fn link(&self, side: &str) -> String {
        format!("plt{}{}", self.number, &side[..1])
    }

    fn named(&self, name: &str) -> String {
        format!("pelato-{}-{name}", self.number)
    }

    fn enter(&self, name: &str) -> [String; 2] {
        ["nsenter".to_owned(), format!("--net=/run/netns/{}", self.named(name))]
    }
}

/// Where administration's programs are, which not everybody's PATH has.
fn path() -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{path}:/usr/sbin:/sbin")
}

fn run(program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let called = || format!("{program} {}", arguments.join(" "));
    let ran = Command::new(program).args(arguments).env("PATH", path()).output();
    let ran = ran.map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::other(format!("{program} is missing: install iproute2 and util-linux")),
        _ => error,
    });
    let ran = ran.with_context(called)?;
    if !ran.status.success() {
        bail!("{}: {}", called(), String::from_utf8_lossy(&ran.stderr).trim());
    }
    Ok(())
}
