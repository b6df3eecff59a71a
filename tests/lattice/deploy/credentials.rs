//! Each kind of credentials, the right ones and wrong ones, on a real NATS server.

mod certificates;
mod jwt;

use nkeys::KeyPair;
use pelato::deploy::{DeployError, NatsConfig};
use secrecy::SecretString;

use super::guarded_nats::GuardedNats;
use super::nats;

use self::certificates::Certificates;
use self::jwt::Operator;

/// What is said of a connection, with `NATS` for the address.
async fn said(config: &NatsConfig) -> String {
    match config.client().await {
        Ok(_) => "connected".to_owned(),
        Err(error) => without_the_places(&error, config),
    }
}

fn without_the_places(error: &DeployError, config: &NatsConfig) -> String {
    let mut text = error.to_string().replace(&config.url, "NATS");
    for path in [&config.creds, &config.cert, &config.nkey_file, &config.ca]
        .into_iter()
        .flatten()
    {
        let folder = path.parent().unwrap().display().to_string();
        text = text.replace(&folder, "FOLDER");
    }
    text
}

fn secret(text: &str) -> Option<SecretString> {
    Some(SecretString::from(text))
}

#[tokio::test]
async fn a_user_and_a_password() {
    let mut server = GuardedNats::start();
    let user = |password: &str| NatsConfig {
        user: Some("ci".to_owned()),
        password: secret(password),
        ..nats(&server.url)
    };
    let (right, wrong) = (user("correct horse"), user("hunter2"));
    assert_eq!(said(&right).await, "connected");
    insta::assert_snapshot!(said(&wrong).await, @"NATS at NATS answers, and refused user `ci`: it has no such user, or another password; check PELATO_NATS_USER and PELATO_NATS_PASSWORD (`nats.user` and `nats.password` of the environment in runner.yaml)");
    insta::assert_snapshot!(said(&nats(&server.url)).await, @"NATS at NATS answers, and refused a connection without credentials: it wants to know who we are; set PELATO_NATS_USER and PELATO_NATS_PASSWORD, PELATO_NATS_TOKEN, PELATO_NATS_NKEY or PELATO_NATS_CREDS (`nats.user` and `nats.password`, `nats.token`, `nats.nkey` or `nats.creds` of the environment in runner.yaml)");
    // Credentials say nothing of a server that is not there.
    server.stop();
    insta::assert_snapshot!(said(&right).await, @"NATS does not answer at NATS: Connection refused (os error 111); check NATS_HOST and NATS_PORT (PELATO_NATS_URL, or `nats.url` of the environment in runner.yaml) and that the server is up and reachable from here");
}

#[tokio::test]
async fn a_token() {
    let mut server = GuardedNats::with("authorization { token: \"s3cret-token\" }");
    let token = |token: &str| NatsConfig {
        token: secret(token),
        ..nats(&server.url)
    };
    let (right, wrong) = (token("s3cret-token"), token("another-token"));
    assert_eq!(said(&right).await, "connected");
    insta::assert_snapshot!(said(&wrong).await, @"NATS at NATS answers, and refused the token: its token is another one; check PELATO_NATS_TOKEN (`nats.token` of the environment in runner.yaml)");
    server.stop();
    assert!(said(&right).await.starts_with("NATS does not answer at NATS: "));
}

#[tokio::test]
async fn an_nkey_of_a_variable_or_a_file() {
    let pair = KeyPair::new_user();
    let users = format!("authorization {{ users: [ {{ nkey: {} }} ] }}", pair.public_key());
    let mut server = GuardedNats::with(&users);
    let seed = pair.seed().unwrap();
    let nkey = |seed: &str| NatsConfig {
        nkey: secret(seed),
        ..nats(&server.url)
    };
    assert_eq!(said(&nkey(&seed)).await, "connected");
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        NatsConfig {
            nkey_file: Some(path),
            ..nats(&server.url)
        }
    };
    let right = file("ci.nk", &format!("# of the runner\n{seed}\n"));
    assert_eq!(said(&right).await, "connected");

    let stranger = KeyPair::new_user();
    let refused = said(&nkey(&stranger.seed().unwrap())).await;
    insta::assert_snapshot!(refused.replace(&stranger.public_key(), "U…"), @"NATS at NATS answers, and refused the nkey U…: it has no user with this public key; add the key to the server's users, or check PELATO_NATS_NKEY (`nats.nkey` of the environment in runner.yaml)");
    insta::assert_snapshot!(said(&nkey("SUNOTHING")).await, @"PELATO_NATS_NKEY_SEED (`nats.nkey`) holds no seed of a user's nkey; it begins with SU and has 58 letters and digits, as `nk -gen user` writes it");
    let account = KeyPair::new_account().seed().unwrap();
    insta::assert_snapshot!(said(&file("account.nk", &account)).await, @"the file FOLDER/account.nk named by PELATO_NATS_NKEY (`nats.nkey`) holds no seed of a user's nkey; it begins with SU and has 58 letters and digits, as `nk -gen user` writes it");
    server.stop();
    assert!(said(&right).await.starts_with("NATS does not answer at NATS: "));
}

#[tokio::test]
async fn a_credentials_file() {
    let operator = Operator::new();
    let mut server = GuardedNats::with(&operator.server());
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        NatsConfig {
            creds: Some(path),
            ..nats(&server.url)
        }
    };
    let right = file("ci.creds", &operator.credentials(None));
    assert_eq!(said(&right).await, "connected");
    insta::assert_snapshot!(said(&file("old.creds", &operator.credentials(Some(1)))).await, @"NATS at NATS answers, and refused the credentials in FOLDER/old.creds: it does not know their account, or the user was revoked or has expired; get a new file (`nsc generate creds`) for PELATO_NATS_CREDS (`nats.creds` of the environment in runner.yaml)");
    let stranger = Operator::new().credentials(None);
    insta::assert_snapshot!(said(&file("theirs.creds", &stranger)).await, @"NATS at NATS answers, and refused the credentials in FOLDER/theirs.creds: it does not know their account, or the user was revoked or has expired; get a new file (`nsc generate creds`) for PELATO_NATS_CREDS (`nats.creds` of the environment in runner.yaml)");
    insta::assert_snapshot!(said(&file("text.creds", "not credentials")).await, @"the file FOLDER/text.creds named by PELATO_NATS_CREDS (`nats.creds`) cannot be used: it holds no JWT with its seed, as `nsc generate creds` writes them");
    server.stop();
    assert!(said(&right).await.starts_with("NATS does not answer at NATS: "));
}

#[tokio::test]
async fn tls_with_a_certificate_of_ours() {
    let all = Certificates::new();
    let mut server = all.server("server", "verify: true");
    let tls = |ca: &str, client: Option<&str>| NatsConfig {
        ca: Some(all.file(&format!("{ca}.pem"))),
        cert: client.map(|name| all.file(&format!("{name}.pem"))),
        key: client.map(|name| all.file(&format!("{name}.key"))),
        ..nats(&server.url)
    };
    let right = tls("ca", Some("client"));
    assert_eq!(said(&right).await, "connected");
    insta::assert_snapshot!(said(&tls("ca", None)).await, @"no trusted TLS connection to NATS at NATS: received fatal alert: CertificateRequired; the server wants a certificate of ours; name it and its key in PELATO_NATS_CERT and PELATO_NATS_KEY (`nats.cert` and `nats.key` of the environment in runner.yaml)");
    insta::assert_snapshot!(said(&tls("ca", Some("stranger"))).await, @"no trusted TLS connection to NATS at NATS: received fatal alert: UnknownCA; no authority that the server trusts has signed our certificate; put one that it trusts into PELATO_NATS_CERT and PELATO_NATS_KEY (`nats.cert` and `nats.key` of the environment in runner.yaml)");
    insta::assert_snapshot!(said(&tls("ca", Some("old-client"))).await, @"no trusted TLS connection to NATS at NATS: received fatal alert: CertificateExpired; our certificate has expired; have it renewed, in PELATO_NATS_CERT and PELATO_NATS_KEY (`nats.cert` and `nats.key` of the environment in runner.yaml)");
    insta::assert_snapshot!(said(&tls("other-ca", Some("client"))).await, @"no trusted TLS connection to NATS at NATS: invalid peer certificate: UnknownIssuer; no authority that is trusted here has signed the server's certificate; name the one that has in PELATO_NATS_CA (`nats.ca` of the environment in runner.yaml)");
    let half = NatsConfig {
        key: None,
        ..right.clone()
    };
    insta::assert_snapshot!(said(&half).await, @"PELATO_NATS_CERT (`nats.cert`) is set, and PELATO_NATS_KEY (`nats.key`) is not; a certificate and its key go together, so set both or neither");
    // Nobody is told to trust anything.
    insta::assert_snapshot!(said(&nats(&server.url)).await, @"no trusted TLS connection to NATS at NATS: invalid peer certificate: UnknownIssuer; no authority that is trusted here has signed the server's certificate; name the one that has in PELATO_NATS_CA (`nats.ca` of the environment in runner.yaml)");
    server.stop();
    assert!(said(&right).await.starts_with("NATS does not answer at NATS: "));
}

#[tokio::test]
async fn a_server_whose_certificate_will_not_do() {
    let all = Certificates::new();
    let at = |server: &GuardedNats| NatsConfig {
        ca: Some(all.file("ca.pem")),
        ..nats(&server.url)
    };
    insta::assert_snapshot!(without_moments(&said(&at(&all.server("old-server", ""))).await), @"no trusted TLS connection to NATS at NATS: invalid peer certificate: certificate expired: verification time MOMENT (UNIX), but certificate is not valid after MOMENT (MOMENT seconds ago); the server's certificate has expired; have it renewed, or set this machine's clock");
    insta::assert_snapshot!(said(&at(&all.server("other-name", ""))).await, @r#"no trusted TLS connection to NATS at NATS: invalid peer certificate: certificate not valid for name "127.0.0.1"; certificate is only valid for DnsName("nats.example.org"); the server's certificate is for another name; use one that it has in the address"#);
    // It speaks no TLS.
    insta::assert_snapshot!(said(&at(&GuardedNats::open())).await, @"no trusted TLS connection to NATS at NATS: received corrupt message of type InvalidContentType; what answers there speaks no TLS; use nats:// (or ws://), and leave PELATO_NATS_CA (`nats.ca` of the environment in runner.yaml) out");
}

#[tokio::test]
async fn over_websockets() {
    let all = Certificates::new();
    let guard = "authorization { token: \"s3cret-token\" }";
    let plain = "websocket { host: 127.0.0.1, port: -1, no_tls: true }";
    let mut server = GuardedNats::with(&format!("{guard}\n{plain}"));
    let token = |url: &str, token: &str| NatsConfig {
        token: secret(token),
        ..nats(url)
    };
    let ws = server.websocket.clone().unwrap();
    assert!(ws.starts_with("ws://"), "{ws}");
    assert_eq!(said(&token(&ws, "s3cret-token")).await, "connected");
    insta::assert_snapshot!(said(&token(&ws, "another-token")).await, @"NATS at NATS answers, and refused the token: its token is another one; check PELATO_NATS_TOKEN (`nats.token` of the environment in runner.yaml)");
    server.stop();
    insta::assert_snapshot!(said(&token(&ws, "s3cret-token")).await, @"NATS does not answer at NATS: Connection refused (os error 111); check NATS_HOST and NATS_PORT (PELATO_NATS_URL, or `nats.url` of the environment in runner.yaml) and that the server is up and reachable from here");

    let server = all.websockets("server", guard);
    let wss = server.websocket.clone().unwrap();
    assert!(wss.starts_with("wss://"), "{wss}");
    let trusting = |ca: &str| NatsConfig {
        ca: Some(all.file(ca)),
        ..token(&wss, "s3cret-token")
    };
    assert_eq!(said(&trusting("ca.pem")).await, "connected");
    insta::assert_snapshot!(said(&trusting("other-ca.pem")).await, @"no trusted TLS connection to NATS at NATS: invalid peer certificate: UnknownIssuer; no authority that is trusted here has signed the server's certificate; name the one that has in PELATO_NATS_CA (`nats.ca` of the environment in runner.yaml)");
    let old = all.websockets("old-server", guard);
    let expired = NatsConfig {
        url: old.websocket.clone().unwrap(),
        ..trusting("ca.pem")
    };
    insta::assert_snapshot!(without_moments(&said(&expired).await), @"no trusted TLS connection to NATS at NATS: invalid peer certificate: certificate expired: verification time MOMENT (UNIX), but certificate is not valid after MOMENT (MOMENT seconds ago); the server's certificate has expired; have it renewed, or set this machine's clock");
}

/// Seconds since 1970 are of the moment.
fn without_moments(text: &str) -> String {
    regex::Regex::new(r"\d{9,}")
        .unwrap()
        .replace_all(text, "MOMENT")
        .into_owned()
}
