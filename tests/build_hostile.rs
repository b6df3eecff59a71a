//! A hostile program in the step's place, under exactly the options that a task
//! gets: a base image whose `go` runs the author's file as a shell script, unless it is Go.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

mod tiny_task;

#[path = "build_hostile/caches.rs"]
mod caches;
#[path = "build_hostile/disk.rs"]
mod disk;
#[path = "build_hostile/ends.rs"]
mod ends;
#[path = "build_hostile/lanes.rs"]
mod lanes;
#[path = "build_hostile/limits.rs"]
mod limits;
#[path = "build_hostile/neighbours.rs"]
mod neighbours;
#[path = "build_hostile/network.rs"]
mod network;
#[path = "build_hostile/place.rs"]
mod place;
#[path = "build_hostile/surroundings.rs"]
mod surroundings;
