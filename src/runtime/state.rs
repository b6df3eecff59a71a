//! What one instance owns.

use std::sync::Arc;

use http::{Request, Response};
use wasmtime::component::{HasData, ResourceTable};
use wasmtime::{Store, StoreLimits, StoreLimitsBuilder};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView};

use super::event::Level;
use super::log::Log;
use super::output::Output;
use super::{Runtime, Surroundings};

/// Streams, headers, buckets and other things of the host's that an instance may hold at
/// once. Each may have up to 128 KiB; a task has a dozen.
const HANDLES: usize = 1_000;

/// The data of a store: one instance, for one message.
pub(super) struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: NoWayOut,
    pub(super) table: ResourceTable,
    limits: StoreLimits,
    pub(super) surroundings: Arc<Surroundings>,
    pub(super) log: Log,
}

impl State {
    /// A store for one instance. Nothing of this machine is in it: no environment,
    /// no folder, no network.
    pub(super) fn store(runtime: &Runtime, surroundings: &Arc<Surroundings>) -> Store<Self> {
        let log = Log::new(Arc::clone(surroundings));
        let output = |level: Level| Output::new(log.clone(), level);
        let wasi = WasiCtx::builder()
            .stdout(output(Level::Info))
            .stderr(output(Level::Error))
            .allow_tcp(false)
            .allow_udp(false)
            .build();
        let limits = StoreLimitsBuilder::new()
            .memory_size(runtime.limits().memory)
            .table_elements(runtime.limits().table_elements)
            .build();
        let mut table = ResourceTable::new();
        table.set_max_capacity(HANDLES);
        let state = Self {
            wasi,
            http: WasiHttpCtx::new(),
            hooks: NoWayOut,
            table,
            limits,
            surroundings: Arc::clone(surroundings),
            log,
        };
        let mut store = Store::new(runtime.engine(), state);
        store.limiter(|state| &mut state.limits);
        store.epoch_deadline_async_yield_and_update(1);
        store
    }
}

impl HasData for State {
    type Data<'a> = &'a mut Self;
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.hooks,
        }
    }
}

/// Tasks answer requests; they send none.
struct NoWayOut;

/// What sending a request comes to, as `wasi:http` has it.
type Sending = Box<dyn Future<Output = Result<(Response<WasiBody>, Sent), wasmtime_wasi_http::Error>> + Send>;
type Sent = Box<dyn Future<Output = Result<(), wasmtime_wasi_http::Error>> + Send>;

impl WasiHttpHooks for NoWayOut {
    fn send_request(&mut self, _request: Request<WasiBody>, _options: Option<RequestOptions>, _sent: Sent) -> Sending {
        Box::new(async { Err(wasmtime_wasi_http::Error::HttpRequestDenied) })
    }
}
