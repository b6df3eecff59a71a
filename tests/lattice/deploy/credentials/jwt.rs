//! An operator with one account, as `nsc` would make them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use serde_json::{Value, json};

pub(super) struct Operator {
    operator: KeyPair,
    account: KeyPair,
}

impl Operator {
    pub(super) fn new() -> Self {
        Self {
            operator: KeyPair::new_operator(),
            account: KeyPair::new_account(),
        }
    }

    /// The configuration of a server that knows the account.
    pub(super) fn server(&self) -> String {
        let limits = json!({"subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true, "conn": -1, "leaf": -1});
        let operator = signed(
            &self.operator,
            &self.operator,
            None,
            json!({"type": "operator", "version": 2}),
        );
        let account = json!({"type": "account", "version": 2, "limits": limits});
        let account = signed(&self.operator, &self.account, None, account);
        format!(
            "operator: {operator}\nresolver: MEMORY\nresolver_preload: {{ {}: {account} }}\n",
            self.account.public_key()
        )
    }

    /// A `.creds` file of a new user, which expires at that second of 1970.
    pub(super) fn credentials(&self, expires: Option<u64>) -> String {
        let user = KeyPair::new_user();
        let claims = json!({"type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1});
        let jwt = signed(&self.account, &user, expires, claims);
        let seed = user.seed().unwrap();
        format!(
            "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
             -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
        )
    }
}

fn signed(by: &KeyPair, of: &KeyPair, expires: Option<u64>, nats: Value) -> String {
    let mut claims = json!({"iss": by.public_key(), "sub": of.public_key(), "name": "test", "iat": 1, "nats": nats});
    if let Some(expires) = expires {
        claims["exp"] = json!(expires);
    }
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!(
        "{}.{}",
        part(json!({"typ": "JWT", "alg": "ed25519-nkey"})),
        part(claims)
    );
    let signature = URL_SAFE_NO_PAD.encode(by.sign(text.as_bytes()).unwrap());
    format!("{text}.{signature}")
}
