//! A registry that is not there, not trusted, or not willing.

use axum::http::StatusCode;

use crate::door::{Door, Rule};
use crate::registry::RealRegistry;
use crate::{component, connect, fingerprint};

/// What a person reads, with `host` in place of its port.
async fn message(url: &str, host: &str) -> String {
    let error = connect(url)
        .publish("filter", "1.0.0", &fingerprint('a'), component(b"a"))
        .await
        .unwrap_err();
    error.to_string().replace(host, "HOST")
}

async fn refused(status: StatusCode, body: &'static str) -> String {
    let real = RealRegistry::open();
    let door = Door::before(&real.host, Rule::Writes(status, body)).await;
    message(&door.host, &door.host).await
}

#[tokio::test]
async fn no_registry() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    drop(listener);
    insta::assert_snapshot!(
        message(&host, &host).await,
        @"the registry HOST does not answer: Connection refused (os error 111); check REGISTRY_URL (`registry.url` of the environment in runner.yaml) and that the registry is up and reachable from here"
    );
}

#[tokio::test]
async fn https_does_not_fall_back_to_http() {
    let real = RealRegistry::open();
    let door = Door::before(&real.host, Rule::Pass).await;
    insta::assert_snapshot!(
        message(&format!("https://{}", door.host), &door.host).await,
        @"no trusted https connection to the registry HOST: received corrupt message of type InvalidContentType; give it a certificate that this machine trusts (a private authority: SSL_CERT_FILE), or, if it speaks plain http, set `insecure: true` for it in runner.yaml (PELATO_REGISTRY_INSECURE=true)"
    );
    assert_eq!(door.asked(), [""; 0]);
}

#[tokio::test]
async fn a_registry_that_refuses_says_why() {
    insta::assert_snapshot!(
        refused(StatusCode::FORBIDDEN, r#"{"errors": [{"code": "DENIED", "message": "requested access to the resource is denied"}]}"#).await,
        @"the registry HOST does not let no credentials (REGISTRY_USER is not set; /nonexistent/config.json: not there) write to filter, it says: requested access to the resource is denied; grant it the right to push there, or choose another path in REGISTRY_URL (`registry.url` of the environment in runner.yaml)"
    );
    insta::assert_snapshot!(
        refused(StatusCode::NOT_FOUND, r#"{"errors": [{"code": "NAME_UNKNOWN", "message": "project filter not found"}]}"#).await,
        @"the registry HOST has no place filter, it says: project filter not found; check the path in REGISTRY_URL (`registry.url` of the environment in runner.yaml), and create the project there if this registry wants that first"
    );
    insta::assert_snapshot!(
        refused(StatusCode::FORBIDDEN, r#"{"errors": [{"code": "DENIED", "message": "will exceed the configured upper limit of the storage quota"}]}"#).await,
        @"the registry HOST takes no more for filter, it says: will exceed the configured upper limit of the storage quota; free space there or raise the quota, then run again"
    );
    insta::assert_snapshot!(
        refused(StatusCode::TOO_MANY_REQUESTS, "slow down").await,
        @"the registry HOST limits how often it may be asked, it says: slow down; run again later, or with credentials that may more (tried no credentials (REGISTRY_USER is not set; /nonexistent/config.json: not there))"
    );
    insta::assert_snapshot!(
        refused(StatusCode::BAD_GATEWAY, "<html>\n<body>502</body>").await,
        @"the registry HOST failed at filter: HTTP 502; see the registry's log, then run again"
    );
}

#[tokio::test]
async fn names_that_no_registry_takes() {
    let registry = connect("127.0.0.1:1");
    let said = async |name: &str, version: &str, fingerprint: &str| {
        registry.find(name, version, fingerprint).await.unwrap_err().to_string()
    };
    insta::assert_snapshot!(
        said("a+b", "1.0.0", &fingerprint('a')).await,
        @"`component_name: a+b` cannot name a repository of an OCI registry: `+` is not allowed; take letters, digits and single `.`, `_` or `-` between them"
    );
    insta::assert_snapshot!(
        said("filter", "1.0.0+x", &fingerprint('a')).await,
        @"`version: 1.0.0+x` of filter cannot be a tag in an OCI registry; take letters, digits, `.`, `_` and `-`, 128 characters at most"
    );
    assert!(said("filter", "1.0.0", "abc").await.contains("is no SHA-256 in hex"));
}
