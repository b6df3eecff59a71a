//! Wasmtime, set up as a wasmCloud host has it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use wasmtime::component::Linker;
use wasmtime::{
    Cache, CacheConfig, Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
    RegallocAlgorithm, Strategy,
};

use super::bindings::Task;
use super::code::Code;
use super::state::State;
use super::{Limits, RuntimeError};

/// How often a computing instance gives way to others.
const TICK: Duration = Duration::from_millis(10);

/// Address space for each memory. Where it is all that 32 bits can name, no access has
/// to be checked against the memory's end: code is smaller and quicker.
const RESERVED: u64 = 4 << 30;

/// What stays of an instance's memory for the next one, in bytes; the content does
/// not. It is what Go's runtime has touched before a task begins. Taking it back to
/// the system and getting it again costs more than half of a short message.
const KEPT: usize = 2 << 20;

/// The same of a table.
const KEPT_TABLE: usize = 128 << 10;

/// Core instances of one component: Go's module, WASI's adapter, and what
/// connects the two.
const PARTS: u32 = 8;

/// Which machine code is made of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compiler {
    /// In a quarter of the time, and slower to run: for what is saved and tried.
    Quick,
    /// For what goes on running, and for code of strangers.
    Thorough,
}

/// How the embedded host works.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which machine code is made.
    pub compiler: Compiler,
    /// What an instance may take.
    pub limits: Limits,
    /// Where compiled code is kept for the next time; nowhere if none.
    pub cache: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            compiler: Compiler::Thorough,
            limits: Limits::default(),
            cache: None,
        }
    }
}

/// Compiles components and gives them what they import. Cheap to clone.
#[derive(Clone)]
pub struct Runtime(Arc<Inner>);

struct Inner {
    engine: Engine,
    linker: Linker<State>,
    limits: Limits,
    room: Arc<Semaphore>,
}

impl Runtime {
    /// A runtime with `options`.
    pub fn new(options: &Options) -> Result<Self, RuntimeError> {
        // Where address space is scarce (`ulimit -v`), as much as a memory may have.
        let engine = engine(options, RESERVED)
            .or_else(|_| engine(options, options.limits.memory as u64))
            .map_err(RuntimeError::engine)?;
        let linker = linker(&engine).map_err(RuntimeError::engine)?;
        keep_time(&engine)?;
        Ok(Self(Arc::new(Inner {
            engine,
            linker,
            limits: options.limits,
            room: Arc::new(Semaphore::new(options.limits.instances as usize)),
        })))
    }

    /// Compiles a component, or takes it from the cache. It takes some 100 ms of
    /// every core, so it is done beside the async work.
    pub async fn load(&self, wasm: Vec<u8>) -> Result<Code, RuntimeError> {
        let runtime = self.clone();
        let loaded = tokio::task::spawn_blocking(move || Code::new(runtime, &wasm)).await;
        loaded.unwrap_or_else(|panic| Err(RuntimeError::component(panic)))
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub(super) fn linker(&self) -> &Linker<State> {
        &self.0.linker
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(super) fn room(&self) -> &Semaphore {
        &self.0.room
    }
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime")
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

fn engine(options: &Options, reserved: u64) -> wasmtime::Result<Engine> {
    let limits = &options.limits;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(limits.instances)
        .total_core_instances(limits.instances * PARTS)
        .max_core_instances_per_component(PARTS)
        .total_memories(limits.instances)
        .max_memories_per_component(1)
        .max_memory_size(limits.memory)
        .total_tables(limits.instances * PARTS)
        .max_tables_per_component(PARTS)
        .max_tables_per_module(4)
        .table_elements(limits.table_elements)
        .total_stacks(limits.instances)
        .linear_memory_keep_resident(KEPT)
        .table_keep_resident(KEPT_TABLE)
        // Only pages that were touched are wiped; Linux 6.7 tells which.
        .pagemap_scan(Enabled::Auto);
    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .memory_reservation(reserved)
        .epoch_interruption(true)
        .strategy(match options.compiler {
            Compiler::Quick => Strategy::Winch,
            Compiler::Thorough => Strategy::Cranelift,
        });
    if options.compiler == Compiler::Quick {
        // A function that a table holds, and Go's table holds all of them, can be
        // called from outside. The few instructions for that come from Cranelift with
        // Winch too. Without these two lines they take as long as all the rest.
        config
            .cranelift_opt_level(OptLevel::None)
            .cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
    }
    if let Some(folder) = &options.cache {
        let mut cache = CacheConfig::new();
        cache.with_directory(folder);
        config.cache(Some(Cache::new(cache)?));
    }
    Engine::new(&config)
}

fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    Task::add_to_linker::<_, State>(&mut linker, |state| state)?;
    Ok(linker)
}

/// Counts epochs for as long as the engine lives.
fn keep_time(engine: &Engine) -> Result<(), RuntimeError> {
    let weak = engine.weak();
    let ticker = std::thread::Builder::new().name("epochs".into()).spawn(move || {
        while let Some(engine) = weak.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    });
    ticker.map(drop).map_err(RuntimeError::engine)
}
