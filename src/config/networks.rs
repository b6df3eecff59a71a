//! Lists of networks: `sources` of a repository, `proxies` of the runner.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::document::{Findings, Node, Value};

/// Reads `[192.0.2.0/24, "2001:db8::/32", 198.51.100.7]`: networks, or single addresses.
pub(super) fn networks(key: &'static str, node: &Node, findings: &mut Findings) -> Vec<IpNet> {
    let Value::Sequence(items) = &node.value else {
        findings.error(
            "type",
            &node.span,
            format!("`{key}` must be a list"),
            format!("this is {}", node.kind()),
            format!("write `{key}: [192.0.2.0/24]`"),
        );
        return Vec::new();
    };
    if items.is_empty() {
        findings.error(
            "value",
            &node.span,
            format!("`{key}` is empty"),
            "no address is in it",
            "name a network, or leave the key out",
        );
    }
    let mut all = Vec::new();
    for item in items {
        match item.text().and_then(network) {
            Some(network) => all.push(network),
            None => findings.error(
                "value",
                &item.span,
                format!("`{key}` cannot hold this"),
                "a network is `192.0.2.0/24` or `2001:db8::/32`, an address `192.0.2.7`",
                "",
            ),
        }
    }
    all
}

/// What has bits behind its prefix was meant otherwise: `10.1.2.3/8` is refused.
fn network(text: &str) -> Option<IpNet> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(IpNet::from(address));
    }
    let network: IpNet = text.parse().ok()?;
    (network.addr() == network.network()).then_some(network)
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn networks_and_addresses() {
        for good in ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1", "0.0.0.0/0"] {
            assert!(network(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "10.0.0.0/33",
            "10.1.2.3/8",
            "10.0.0",
            "example.org",
            "2001:db8::1/32",
            " 10.0.0.0/8",
        ] {
            assert!(network(bad).is_none(), "{bad}");
        }
    }
}
