//! What a component imports besides WASI.

mod config;
mod logging;
mod messaging;
