//! The interfaces of `wit/worlds.wit`, as wasmtime's macro makes them.

#![allow(missing_docs, unreachable_pub, reason = "the macro writes this")]

wasmtime::component::bindgen!({
    path: "src/runtime/wit",
    world: "pelato:runtime/task",
    imports: { default: async | trappable },
    exports: { default: async },
    require_store_data_send: true,
    with: { "wasi:keyvalue/store.bucket": crate::runtime::imports::Bucket },
});
