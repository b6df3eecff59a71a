//! What a Go file declares.

use std::ops::Range;

use super::Signature;

/// What stands at the top level of a Go file. Bodies and values are not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoFile<'t> {
    /// The name in the package clause.
    pub package: Option<Name<'t>>,
    /// In their order.
    pub imports: Vec<Import<'t>>,
    /// Functions and methods.
    pub functions: Vec<Function<'t>>,
    /// Constants, variables and types.
    pub names: Vec<Declared<'t>>,
    /// The `//go:build` line's expression, where it stands before the package clause.
    pub constraint: Option<Name<'t>>,
    /// Every other `//go:` comment: `embed table.csv`.
    pub directives: Vec<Name<'t>>,
    /// Where the text stopped to be Go, if it did. What comes after was not read.
    pub broken: Option<usize>,
}

/// Text and where it stands, in bytes of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name<'t> {
    /// As it is written.
    pub text: &'t str,
    /// Where.
    pub span: Range<usize>,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import<'t> {
    /// The name that it is given: `_`, `.` or a word.
    pub name: Option<&'t str>,
    /// What is imported, without quotes.
    pub path: &'t str,
    /// Where the path stands, quotes included.
    pub span: Range<usize>,
}

/// A function or method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function<'t> {
    /// Its name.
    pub name: Name<'t>,
    /// `t *T` of a method.
    pub receiver: Option<&'t str>,
    /// `T any` of a generic one.
    pub type_parameters: Option<&'t str>,
    /// What it takes and gives.
    pub signature: Signature,
    /// From `func` to the end of the results.
    pub span: Range<usize>,
}

/// What else has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared<'t> {
    /// The name.
    pub name: Name<'t>,
    /// What it is.
    pub kind: DeclaredKind,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclaredKind {
    /// `const`
    Constant,
    /// `var`
    Variable,
    /// `type T …`
    Type,
    /// `type T = …`
    Alias,
}
