//! Where a request comes from.

use std::net::IpAddr;

use http::HeaderMap;
use ipnet::IpNet;

/// The other end of a connection. The listener puts it into each request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// Who sent a request: the other end of its connection or, where that is one of
/// `proxies`, whom these name. A header of anybody else's is not even read: everybody
/// can write one.
pub(super) fn sender(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> Option<IpAddr> {
    let is_proxy = |address: &IpAddr| proxies.iter().any(|network| network.contains(address));
    let peer = peer.to_canonical();
    if !is_proxy(&peer) {
        return Some(peer);
    }
    // Each proxy appends whom it heard: the last one that is none of ours is the sender,
    // and what stands before it is the sender's own invention.
    let mut chain = Vec::new();
    for value in headers.get_all("x-forwarded-for") {
        for part in value.to_str().ok()?.split(',') {
            chain.push(part.trim());
        }
    }
    for part in chain.iter().rev() {
        let address = part.parse::<IpAddr>().ok()?.to_canonical();
        if !is_proxy(&address) {
            return Some(address);
        }
    }
    // A proxy that names nobody speaks for itself.
    Some(peer)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use http::{HeaderMap, HeaderValue};

    use super::sender;

    fn from(peer: &str, forwarded: &[&'static str], proxies: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(value));
        }
        let proxies: Vec<_> = proxies.iter().map(|proxy| proxy.parse().unwrap()).collect();
        sender(peer.parse::<IpAddr>().unwrap(), &headers, &proxies).map(|address| address.to_string())
    }

    #[test]
    fn a_header_is_believed_of_a_proxy_alone() {
        let proxies = ["10.0.0.0/8", "::1/128"];
        let known = |peer, forwarded: &[&'static str]| from(peer, forwarded, &proxies).unwrap_or_default();
        assert_eq!(known("192.0.2.7", &["203.0.113.5"]), "192.0.2.7");
        assert_eq!(known("10.0.0.1", &["203.0.113.5"]), "203.0.113.5");
        assert_eq!(known("::ffff:10.0.0.1", &["::ffff:203.0.113.5"]), "203.0.113.5");
        assert_eq!(known("::1", &["203.0.113.5, 10.0.0.2"]), "203.0.113.5");
        // Invented by the sender, before the proxy added whom it heard.
        assert_eq!(known("10.0.0.1", &["192.0.2.1", "203.0.113.5"]), "203.0.113.5");
        assert_eq!(known("10.0.0.1", &["192.0.2.1, 203.0.113.5"]), "203.0.113.5");
        assert_eq!(known("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn nonsense_names_nobody() {
        for nonsense in ["", "unknown", "203.0.113.5:80", "203.0.113.5, ", "203.0.113"] {
            assert_eq!(from("10.0.0.1", &[nonsense], &["10.0.0.0/8"]), None, "{nonsense}");
        }
        assert_eq!(from("10.0.0.1", &["nonsense"], &[]).as_deref(), Some("10.0.0.1"));
    }
}
