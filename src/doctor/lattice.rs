//! Where tasks run: NATS, wadm and hosts, or the local host.

use std::collections::BTreeSet;

use super::{Finding, Part};
use crate::deploy::{Destination, Host, Lattice};
use crate::report::counted;
use crate::services::Services;

pub(super) async fn examine(services: &Services, targets: &BTreeSet<&str>) -> Vec<Finding> {
    let environment = services.environment();
    match services.destination().await {
        Ok(Destination::Lattice(lattice)) => {
            let nats = format!("{} answers", environment.nats.url);
            let (wadm, hosts) = tokio::join!(
                found_wadm(lattice, &environment.lattice),
                found_hosts(lattice, &environment.lattice, targets)
            );
            let mut findings = vec![Finding::ok(Part::Nats, nats), wadm];
            findings.extend(hosts);
            findings
        }
        #[cfg(feature = "local")]
        Ok(Destination::Local(host)) => vec![match host.applications().await {
            Ok(all) => Finding::ok(
                Part::LocalHost,
                format!("{} deployed", counted(all.len(), "application")),
            ),
            Err(error) => Finding::wrong(Part::LocalHost, error),
        }],
        Err(error) => vec![Finding::wrong(Part::Nats, error)],
    }
}

async fn found_wadm(lattice: &Lattice, name: &str) -> Finding {
    match lattice.applications().await {
        Ok(ours) => Finding::ok(
            Part::Wadm,
            format!(
                "it answers for the lattice `{name}`; {} of Pelato's",
                counted(ours.len(), "application")
            ),
        ),
        Err(error) => Finding::wrong(Part::Wadm, error),
    }
}

async fn found_hosts(lattice: &Lattice, name: &str, targets: &BTreeSet<&str>) -> Vec<Finding> {
    let hosts = match lattice.hosts().await {
        Ok(hosts) => hosts,
        Err(error) => return vec![Finding::wrong(Part::Hosts, error)],
    };
    if hosts.is_empty() {
        let text = format!(
            "no host of the lattice `{name}` answers: start one with the label host-type=<target>; what is deployed waits for it"
        );
        return vec![Finding::wrong(Part::Hosts, text)];
    }
    let mut findings = vec![Finding::ok(Part::Hosts, listed(&hosts))];
    for target in targets {
        if !hosts.iter().any(|host| host.target() == Some(target)) {
            findings.push(Finding::note(
                Part::Hosts,
                format!("none has the label host-type={target}: what is deployed there waits until one has"),
            ));
        }
    }
    findings
}

/// `cloud-1 (cloud), edge-1 (edge)`.
fn listed(hosts: &[Host]) -> String {
    let one = |host: &Host| match host.target() {
        Some(target) => format!("{} ({target})", host.name),
        None => format!("{} (no host-type)", host.name),
    };
    hosts.iter().map(one).collect::<Vec<_>>().join(", ")
}
