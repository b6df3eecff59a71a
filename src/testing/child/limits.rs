//! What the process that runs cases may take.

use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// For compiling: wasmtime takes some hundred bytes for each byte of a component.
const MEMORY: u64 = 4 << 30;
/// A memory's first content is kept in a file without a name.
const FILE: u64 = 256 << 20;
/// Pipes, the event loop, files without a name.
const FILES: u64 = 64;

/// Sets what can be set before anything is known of the work. A limit that is lower
/// already stays: raising it is not ours to do.
pub(super) fn at_the_start() {
    lower(Resource::Core, 0);
    lower(Resource::Nofile, FILES);
    lower(Resource::Fsize, FILE);
}

/// Sets what depends on the work. `instance` is the memory of one case.
pub(super) fn for_work(time: Duration, width: usize, instance: usize) {
    let width = width as u64;
    let seconds = time.as_secs().saturating_mul(width);
    // Past the first the system says why, past the second it kills.
    lower_to(Resource::Cpu, seconds, seconds + 5);
    lower(Resource::Data, MEMORY + width * instance as u64);
}

/// From here on there are no more threads and processes, root's excepted.
pub(super) fn no_more_processes() {
    lower(Resource::Nproc, 0);
}

fn lower(resource: Resource, to: u64) {
    lower_to(resource, to, to);
}

fn lower_to(resource: Resource, current: u64, maximum: u64) {
    let now = getrlimit(resource);
    let least = |limit: Option<u64>, to: u64| Some(limit.map_or(to, |limit| limit.min(to)));
    let limit = Rlimit {
        current: least(now.current, current),
        maximum: least(now.maximum, maximum),
    };
    // Where the system refuses, the parent's own limit on time still holds.
    if let Err(error) = setrlimit(resource, limit) {
        tracing::warn!(%error, ?resource, "a limit could not be set");
    }
}
