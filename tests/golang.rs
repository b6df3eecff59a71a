//! Go as authors write it: what is read of it, what is built from it, and what is
//! said of it, with Go itself beside.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

mod command;
mod tiny_task;

#[path = "build_modules/proxy.rs"]
mod proxy;

#[path = "golang/build.rs"]
mod build;
#[path = "golang/modules.rs"]
mod modules;
#[path = "golang/standard_library.rs"]
mod standard_library;
