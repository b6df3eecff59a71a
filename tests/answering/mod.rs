//! The smallest component that answers: each message is answered with the same words.
//! A host compiles it in a millisecond, so that what is measured or told is the lattice.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, ImportSection, MemorySection, MemoryType, Module, TypeSection, ValType,
};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

const WIT: &str = "\
package wasmcloud:messaging@0.2.0;
interface types { record broker-message { subject: string, body: list<u8>, reply-to: option<string> } }
interface handler { use types.{broker-message}; handle-message: func(msg: broker-message) -> result<_, string>; }
interface consumer { use types.{broker-message}; publish: func(msg: broker-message) -> result<_, string>; }
world answering { import consumer; export handler; }
";
/// Where the words are in memory, what `publish` returns, and what the host passes in.
const WORDS: u32 = 1 << 10;
const RETURNED: i32 = 16;
const PASSED: i32 = 1 << 14;

/// A component that answers `words`, of a few hundred bytes.
pub(crate) fn answering(words: &str) -> Vec<u8> {
    let mut module = module(words);
    let mut resolve = Resolve::default();
    let package = resolve.push_str("messaging.wit", WIT).unwrap();
    let world = resolve.select_world(&[package], Some("answering")).unwrap();
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let mut encoder = ComponentEncoder::default().validate(true).module(&module).unwrap();
    encoder.encode().unwrap()
}

fn module(words: &str) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32; 8], []); // publish
    types.ty().function([ValType::I32; 7], [ValType::I32]); // handle-message
    types.ty().function([ValType::I32; 4], [ValType::I32]); // cabi_realloc
    let mut imports = ImportSection::new();
    imports.import("wasmcloud:messaging/consumer@0.2.0", "publish", EntityType::Function(0));
    let mut functions = FunctionSection::new();
    functions.function(1).function(2);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 2,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut globals = GlobalSection::new();
    let free = GlobalType {
        val_type: ValType::I32,
        mutable: true,
        shared: false,
    };
    globals.global(free, &ConstExpr::i32_const(PASSED));
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("wasmcloud:messaging/handler@0.2.0#handle-message", ExportKind::Func, 1);
    exports.export("cabi_realloc", ExportKind::Func, 2);

    // Of a message: subject (0, 1), body (2, 3), whether there is a reply-to, and that (4, 5, 6).
    let mut handle = Function::new([]);
    let length = i32::try_from(words.len()).unwrap();
    let mut code = handle.instructions();
    code.local_get(4).if_(wasm_encoder::BlockType::Empty);
    code.local_get(5)
        .local_get(6)
        .i32_const(WORDS.cast_signed())
        .i32_const(length);
    code.i32_const(0).i32_const(0).i32_const(0).i32_const(RETURNED).call(0);
    code.end().i32_const(RETURNED).end();
    let mut realloc = Function::new([]);
    let mut code = realloc.instructions();
    code.global_get(0);
    code.global_get(0)
        .local_get(3)
        .i32_add()
        .i32_const(7)
        .i32_add()
        .i32_const(-8)
        .i32_and()
        .global_set(0);
    code.end();
    let mut bodies = CodeSection::new();
    bodies.function(&handle).function(&realloc);
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(WORDS.cast_signed()), words.bytes());

    let mut module = Module::new();
    module
        .section(&types)
        .section(&imports)
        .section(&functions)
        .section(&memories);
    module
        .section(&globals)
        .section(&exports)
        .section(&bodies)
        .section(&data);
    module.finish()
}
