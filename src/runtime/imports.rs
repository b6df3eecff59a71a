//! What a component imports besides WASI.

mod config;
mod keyvalue;
mod logging;
mod messaging;
mod postgres;

#[allow(unreachable_pub, reason = "the bindings hand it on as their own")]
pub use keyvalue::Bucket;

#[cfg(test)]
mod tests;
