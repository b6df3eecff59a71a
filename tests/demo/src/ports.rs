//! The ports that the example's components listen on.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::Context as _;

/// How the example writes an address; the port follows.
const ADDRESS: &str = "0.0.0.0:";

/// The workflow with another port for each that is taken on this machine, and
/// what was changed: (taken, instead).
pub(crate) fn freed(workflow: &str) -> anyhow::Result<(String, Vec<(u16, u16)>)> {
    let mut parts = workflow.split(ADDRESS);
    let mut text = parts.next().unwrap_or_default().to_owned();
    let (mut used, mut changed) = (Vec::new(), Vec::new());
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (port, rest) = part.split_at(digits);
        let wanted: u16 = port
            .parse()
            .with_context(|| format!("the workflow has a port {port}"))?;
        let port = (wanted..u16::MAX)
            .find(|port| !used.contains(port) && is_free(*port))
            .with_context(|| format!("no port from {wanted} on is free on this machine"))?;
        used.push(port);
        if port != wanted {
            changed.push((wanted, port));
        }
        text.push_str(&format!("{ADDRESS}{port}{rest}"));
    }
    Ok((text, changed))
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_replaced_and_no_port_is_given_twice() {
        let taken = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let (text, changed) = freed(&format!("edge: 0.0.0.0:{port}, cloud: 0.0.0.0:{port} }}")).unwrap();
        let [(first, edge), (second, cloud)] = changed[..] else {
            panic!("{changed:?}")
        };
        assert_eq!((first, second), (port, port));
        assert!(edge != port && cloud != port && edge != cloud);
        assert_eq!(text, format!("edge: 0.0.0.0:{edge}, cloud: 0.0.0.0:{cloud} }}"));
    }
}
