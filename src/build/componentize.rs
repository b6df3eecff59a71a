//! A core module becomes a WASI Preview 2 component, in this process.

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wasmparser::{Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::BuildError;

/// What a wasmCloud 1.x host gives one instance.
const TABLE_ELEMENTS: u64 = 15_000;
const MEMORY: u64 = 256 << 20;

/// Turns the core module that Go made into a component of `world`, a world of the
/// WIT text `wit`, and validates it where `validate` says so. Takes 50–200 ms of a
/// core: call it where that does not hold others up.
///
/// The adapter is version 24, since its imports (wasi 0.2.0) are served by every
/// wasmCloud host.
///
/// # Errors
/// [`BuildError::TableTooLarge`] and [`BuildError::MemoryTooLarge`] for a module
/// that no host would start, [`BuildError::Componentize`] where module and world
/// do not fit.
pub fn componentize(core: &[u8], wit: &str, world: &str, validate: bool) -> Result<Vec<u8>, BuildError> {
    let failed = |error: anyhow::Error| BuildError::Componentize {
        world: world.to_owned(),
        reason: format!("{error:#}"),
    };
    check_limits(core).map_err(|error| match error {
        Unfit::Limit(error) => error,
        Unfit::Unreadable(error) => failed(error),
    })?;
    encode(core, wit, world, validate).map_err(failed)
}

fn encode(core: &[u8], wit: &str, world: &str, validate: bool) -> anyhow::Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let package = resolve.push_source("world.wit", wit)?;
    let world = resolve.select_world(&[package], Some(world))?;
    let mut module = core.to_vec();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    ComponentEncoder::default()
        .validate(validate)
        .module(&module)?
        .adapter(
            WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
        )?
        .encode()
}

enum Unfit {
    Limit(BuildError),
    Unreadable(anyhow::Error),
}

/// A host refuses such a module only when it is to start, hours later perhaps.
fn check_limits(core: &[u8]) -> Result<(), Unfit> {
    for payload in Parser::new(0).parse_all(core) {
        match payload.map_err(|error| Unfit::Unreadable(error.into()))? {
            Payload::TableSection(tables) => {
                for table in tables {
                    let elements = table.map_err(|error| Unfit::Unreadable(error.into()))?.ty.initial;
                    if elements > TABLE_ELEMENTS {
                        return Err(Unfit::Limit(BuildError::TableTooLarge {
                            elements,
                            limit: TABLE_ELEMENTS,
                        }));
                    }
                }
            }
            Payload::MemorySection(memories) => {
                for memory in memories {
                    let memory = memory.map_err(|error| Unfit::Unreadable(error.into()))?;
                    let bytes = memory
                        .initial
                        .saturating_mul(memory.page_size_log2.map_or(64 << 10, |log| 1 << log));
                    if bytes > MEMORY {
                        return Err(Unfit::Limit(BuildError::MemoryTooLarge { bytes, limit: MEMORY }));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIT: &str = "package pelato:task;\nworld empty {\n  export run: func();\n}\n";

    /// A module with one section of the given kind and content.
    fn module(sections: &[(u8, &[u8])]) -> Vec<u8> {
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        for (kind, content) in sections {
            bytes.push(*kind);
            bytes.push(u8::try_from(content.len()).unwrap());
            bytes.extend_from_slice(content);
        }
        bytes
    }

    /// `(module (func (export "run")))`
    fn run() -> Vec<u8> {
        module(&[
            (1, &[1, 0x60, 0, 0]),
            (3, &[1, 0]),
            (7, &[1, 3, b'r', b'u', b'n', 0, 0]),
            (10, &[1, 2, 0, 0x0b]),
        ])
    }

    #[test]
    fn a_module_that_fits_becomes_a_component() {
        let component = componentize(&run(), WIT, "empty", true).unwrap();
        assert!(Parser::is_component(&component));
    }

    #[test]
    fn a_module_that_lacks_an_export_names_it() {
        let error = componentize(&module(&[]), WIT, "empty", true).unwrap_err();
        insta::assert_snapshot!(
            error,
            @"the module does not become a component of the world `empty`: failed to decode world from module: module was not valid: failed to find export of function `run`; this is a fault of the template"
        );
    }

    #[test]
    fn a_table_that_no_host_gives_is_refused_here() {
        // One table of 15,001 functions, in LEB128.
        let error = componentize(&module(&[(4, &[1, 0x70, 0, 0x99, 0x75])]), WIT, "empty", true).unwrap_err();
        insta::assert_snapshot!(
            error,
            @"the module needs 15001 table elements, but a wasmCloud host gives it 15000; import fewer packages (net/http is the usual reason)"
        );
    }

    #[test]
    fn a_memory_that_no_host_gives_is_refused_here() {
        // 4,097 pages of 64 KiB.
        let error = componentize(&module(&[(5, &[1, 0, 0x81, 0x20])]), WIT, "empty", true).unwrap_err();
        insta::assert_snapshot!(
            error,
            @"the module starts with 257 MiB of memory, but a wasmCloud host gives it 256 MiB; make its global variables smaller"
        );
    }

    #[test]
    fn bytes_that_are_no_module_are_said_to_be_none() {
        assert!(matches!(
            componentize(b"ELF", WIT, "empty", true),
            Err(BuildError::Componentize { .. })
        ));
        assert!(matches!(
            componentize(&run(), "no wit", "empty", true),
            Err(BuildError::Componentize { .. })
        ));
        assert!(matches!(
            componentize(&run(), WIT, "other", true),
            Err(BuildError::Componentize { .. })
        ));
    }
}
