//! Where HTTP tasks listen.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use serde::Serialize;

/// Where an HTTP task listens, `ip:port`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Address {
    /// The same on every target.
    Everywhere(String),
    /// Target to address.
    PerTarget(BTreeMap<String, String>),
}

impl Address {
    /// The address on one target.
    pub fn on(&self, target: &str) -> Option<&str> {
        match self {
            Self::Everywhere(address) => Some(address),
            Self::PerTarget(map) => map.get(target).map(String::as_str),
        }
    }
}

/// Whether who listens on the one has the other too: `0.0.0.0` is every address of
/// version 4, and Linux takes `::` for all there are.
pub fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let all = |ip: IpAddr, of: IpAddr| ip.is_unspecified() && (ip.is_ipv6() || of.is_ipv4());
    let (here, there) = (one.ip().to_canonical(), other.ip().to_canonical());
    one.port() == other.port() && (here == there || all(here, there) || all(there, here))
}
