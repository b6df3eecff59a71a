//! Any bytes as a `runner.yaml`: it is read or refused, and what is refused can be shown.

#![no_main]
#![allow(dead_code, unused_imports, reason = "the rooms have more than is used here")]

#[path = "../../src/config/mod.rs"]
pub mod config;
#[path = "../../src/document/mod.rs"]
pub mod document;
pub mod forge;

use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

use self::config::Variables;

static VARIABLES: LazyLock<Variables> = LazyLock::new(|| Variables::given(&[("A", "hunter22"), ("B", "nats://b:4222")]));

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    // Secrets in files: none is there.
    let base = Path::new("/nonexistent/of/pelato");
    match config::read_runner("runner.yaml", text, base, &VARIABLES) {
        Ok(config) => {
            for repository in &config.repositories {
                let branches = repository.branches.values();
                assert!(branches.into_iter().all(|environment| config.environments.contains_key(environment)));
                assert!(repository.insecure_unsigned || !repository.webhook_secrets.is_empty());
            }
            config.secrets();
        }
        Err(wrong) => {
            assert!(wrong.has_errors());
            let shown = wrong.render(true);
            assert!(!shown.contains("hunter22") || text.contains("hunter22"), "{shown}");
        }
    }
});
