//! Go as people write it, and what is none.

use super::*;
use crate::golang::{Fit, Parameter};

const FILE: &str = r#"//go:build !linux

// Package main converts.
package main

import "strings"
import (
	"encoding/json"
	. "math"
	_ "embed"
	units "example.org/thermo/lib/units"; `time`
)

//go:embed table.csv
var table string

const a, b = 1, 'x'

var (
	c, d = func() { x := []int{1}; _ = x }, map[string]struct{ y int }{}
	e    interface{ F() }
)

type (
	text  = string
	list[T any] []T
	pair[K comparable, V any] = map[K]V
	array [len("}")]int
)

func exec_task(key, data string) (value string, err error) { return strings.ToUpper(data) + "}`", nil }

func (t *list[T]) method(_ ...T) interface{ F() } { return nil }

func generic[T interface{ ~int | ~string }](xs []T, f func(a, b T) bool) (func(int) string, chan<- []T) {
	return nil, nil
}

func outside(list[int], [3]int, units.Celsius, *text)
"#;

fn shown(parameters: &[Parameter]) -> String {
    let one = |parameter: &Parameter| match &parameter.name {
        Some(name) => format!("{name}: {}", parameter.kind),
        None => parameter.kind.clone(),
    };
    parameters.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn everything_at_the_top_level_is_found() {
    let file = read(FILE);
    assert_eq!(file.broken, None);
    assert_eq!(file.package.as_ref().unwrap().text, "main");
    assert_eq!(file.constraint.as_ref().unwrap().text, "!linux");
    assert_eq!(file.directives[0].text, "embed table.csv");
    let imports: Vec<_> = file.imports.iter().map(|import| (import.name, import.path)).collect();
    assert_eq!(
        imports,
        [
            (None, "strings"),
            (None, "encoding/json"),
            (Some("."), "math"),
            (Some("_"), "embed"),
            (Some("units"), "example.org/thermo/lib/units"),
            (None, "time"),
        ]
    );
    assert_eq!(&FILE[file.imports[0].span.clone()], "\"strings\"");
    let names: Vec<_> = file
        .names
        .iter()
        .map(|name| format!("{:?} {}", name.kind, name.name.text))
        .collect();
    insta::assert_snapshot!(names.join("\n"), @"
    Variable table
    Constant a
    Constant b
    Variable c
    Variable d
    Variable e
    Alias text
    Type list
    Alias pair
    Type array
    ");
    let functions: Vec<_> = file
        .functions
        .iter()
        .map(|function| {
            format!(
                "{:?} {} {:?} ({}) ({})",
                function.receiver,
                function.name.text,
                function.type_parameters,
                shown(&function.signature.parameters),
                shown(&function.signature.results)
            )
        })
        .collect();
    insta::assert_snapshot!(functions.join("\n"), @r#"
    None exec_task None (key: string, data: string) (value: string, err: error)
    Some("t *list[T]") method None (_: ...T) (interface{F()})
    None generic Some("T interface{ ~int | ~string }") (xs: []T, f: func(a,b T)bool) (func(int)string, chan<-[]T)
    None outside None (list[int], [3]int, units.Celsius, *text) ()
    "#);
    assert_eq!(
        &FILE[file.functions[0].span.clone()],
        "func exec_task(key, data string) (value string, err error)"
    );
    assert_eq!(head(FILE).imports, file.imports);
    assert_eq!(head(FILE).functions, []);
}

#[test]
fn a_signature_is_compared_by_its_types() {
    let needed = signature("func exec_task(key, data string) (string, error)").unwrap();
    let fit = |written: &str| {
        let found = signature(written).unwrap();
        found.fits(&needed, |name| name == "Own")
    };
    for same in [
        "func f(a string, b string) (s string, e error)",
        "func f(string, string) (string, error)",
        "func f(\n\ta,\n\tb (string),\n) (_ string, _ error) {\n}",
        "func f(a /* x */, b string) ((string), error)",
    ] {
        assert_eq!(fit(same), Fit::Same, "{same}");
    }
    for different in [
        "func f(a string) (string, error)",
        "func f(a, b string) string",
        "func f(a, b string)",
        "func f(a, b []byte) (string, error)",
        "func f(a string, b ...string) (string, error)",
        "func f(a, b Own) (string, error)",
        "func f(a, b string) (error, string)",
        "func f(a, b any) (string, error)",
        "func f(a, b *string) (string, error)",
    ] {
        assert_eq!(fit(different), Fit::Different, "{different}");
    }
    for unsure in [
        "func f(a, b Text) (string, error)",
        "func f(a, b units.Text) (string, error)",
        "func f(a string, b List[string]) (string, error)",
    ] {
        assert_eq!(fit(unsure), Fit::Unsure, "{unsure}");
    }
}

#[test]
fn what_is_no_go_is_read_as_far_as_it_is() {
    for (text, functions) in [
        ("package main\nfunc f() {}\nfunc g() {\n", 2),
        ("package main\nfunc f() {}\nfunc g( {}\n", 1),
        ("package main\nfunc f() {}\n}\nfunc g() {}\n", 1),
        ("package main\nfunc f() {}\nvar x = `\nfunc g() {}\n", 1),
        ("package main\nimport \"a\" \"b\"\nfunc f() {}\n", 0),
        ("func f() {}\n", 0),
        ("package 1\n", 0),
        ("#!/bin/sh\n", 0),
    ] {
        let file = read(text);
        assert!(file.broken.is_some(), "{text}");
        assert_eq!(file.functions.len(), functions, "{text}");
    }
    let empty = read("// nothing\n");
    assert_eq!((empty.package, empty.broken), (None, None));
}

/// A generator whose numbers are the same each time.
fn random(seed: u64) -> fastrand::Rng {
    fastrand::Rng::with_seed(seed)
}

#[test]
fn no_text_makes_it_panic() {
    const WORDS: [&str; 34] = [
        "func",
        "type",
        "var",
        "import",
        "package",
        "main",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ";",
        "\n",
        "\"",
        "`",
        "'",
        "\\",
        "/*",
        "*/",
        "//go:build ",
        "//go:embed ",
        "\u{feff}",
        "è",
        "0x",
        "1e+",
        ".",
        "...",
        "=",
        " ",
        "\r",
        "\0",
        "struct",
    ];
    let mut random = random(4);
    for _ in 0..20_000 {
        let length = random.usize(..60);
        let text: String = (0..length).map(|_| WORDS[random.usize(..WORDS.len())]).collect();
        let whole = format!("package main\n{text}");
        for text in [&text, &whole] {
            let file = read(text);
            let spans = file.functions.iter().map(|function| function.span.clone());
            for span in spans.chain(file.imports.iter().map(|import| import.span.clone())) {
                assert!(text.get(span).is_some(), "{text:?}");
            }
            let _ = head(text);
            let _ = super::super::read_module(text);
        }
    }
    for _ in 0..5_000 {
        let bytes: Vec<u8> = (0..random.usize(..200)).map(|_| random.u8(..)).collect();
        let _ = read(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn depth_and_length_cost_no_more_than_their_bytes() {
    for word in [
        "(", "[", "{", "func(", "*", "[]", "// a\n", "//go:a\n", "/**/", ",", "a,", "a(", ")", "`",
    ] {
        let text = word.repeat(200_000 / word.len());
        for before in [
            "",
            "package main\n",
            "package main\nfunc f(",
            "package main\ntype t [",
            "package main\nvar x = ",
        ] {
            let _ = read(&format!("{before}{text}"));
        }
    }
}
