//! Tokens → what a file declares.

use std::ops::Range;

use super::scan::{Kind, Scanner, Token};
use super::signature as types;
use super::{Declared, DeclaredKind, Function, GoFile, Import, Name, Signature};

/// Reads the top level of a Go file. Takes any text, and time in proportion to its
/// length. A text that is no Go is read as far as it is, and said to be broken: what
/// is wrong there the compiler says better.
pub fn read(text: &str) -> GoFile<'_> {
    let mut reader = Reader::new(text);
    reader.head();
    while reader.file.broken.is_none() && reader.token.kind != Kind::End {
        if reader.declaration().is_none() {
            reader.file.broken = Some(reader.token.start);
        }
    }
    reader.finish()
}

/// Reads a file's package clause, imports and directives before them: all that it
/// takes to find what it is made with.
pub fn head(text: &str) -> GoFile<'_> {
    let mut reader = Reader::new(text);
    reader.head();
    reader.finish()
}

/// The signature of a function's first line: `func exec_task(arg string) string`.
pub fn signature(function: &str) -> Option<Signature> {
    let mut reader = Reader::new(function);
    reader.declaration()?;
    Some(reader.file.functions.pop()?.signature)
}

struct Reader<'t> {
    text: &'t str,
    scanner: Scanner<'t>,
    /// The token that comes next.
    token: Token,
    file: GoFile<'t>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let mut scanner = Scanner::new(text);
        let token = scanner.next();
        Self {
            text,
            scanner,
            token,
            file: GoFile::default(),
        }
    }

    fn finish(mut self) -> GoFile<'t> {
        for span in std::mem::take(&mut self.scanner.directives) {
            let line = self.text[span.clone()].trim_end();
            let words = line.strip_prefix("//go:").unwrap_or(line);
            let name = Name {
                text: words,
                span: span.start..span.start + line.len(),
            };
            let before = self
                .file
                .package
                .as_ref()
                .is_none_or(|package| span.end <= package.span.start);
            match words.strip_prefix("build ") {
                Some(expression) if before => {
                    self.file.constraint.get_or_insert(Name {
                        text: expression.trim(),
                        ..name
                    });
                }
                _ => self.file.directives.push(name),
            }
        }
        self.file
    }

    fn head(&mut self) {
        if self.token.kind == Kind::End {
            return;
        }
        if self.clause().is_none() {
            self.file.broken = Some(self.token.start);
        }
    }

    fn clause(&mut self) -> Option<()> {
        self.keyword("package")?;
        let name = self.take(Kind::Name)?;
        self.file.package = Some(self.name(name));
        self.semicolon()?;
        while self.is_keyword("import") {
            self.imports()?;
        }
        Some(())
    }

    fn imports(&mut self) -> Option<()> {
        self.keyword("import")?;
        self.specs(|reader| {
            let name = match reader.token.kind {
                Kind::Name | Kind::Sign(b'.') => {
                    let token = reader.advance();
                    Some(reader.written(token))
                }
                _ => None,
            };
            let token = reader.take(Kind::Text)?;
            let path = reader.written(token).trim_matches(['"', '`']);
            reader.file.imports.push(Import {
                name,
                path,
                span: token.start..token.end,
            });
            Some(())
        })
    }

    /// One specification, or several in brackets.
    fn specs(&mut self, one: impl Fn(&mut Self) -> Option<()>) -> Option<()> {
        if self.token.kind != Kind::Sign(b'(') {
            one(self)?;
            return self.semicolon();
        }
        self.advance();
        while self.token.kind != Kind::Sign(b')') {
            one(self)?;
            if self.token.kind != Kind::Sign(b')') {
                self.semicolon()?;
            }
        }
        self.advance();
        self.semicolon()
    }

    fn declaration(&mut self) -> Option<()> {
        match self.written(self.token) {
            "func" => self.function(),
            "import" => self.imports(),
            "var" => self.values(DeclaredKind::Variable),
            "const" => self.values(DeclaredKind::Constant),
            "type" => self.types(),
            _ if self.token.kind == Kind::Semicolon => {
                self.advance();
                Some(())
            }
            _ => None,
        }
    }

    fn function(&mut self) -> Option<()> {
        let start = self.token.start;
        self.keyword("func")?;
        let receiver = match self.token.kind {
            Kind::Sign(b'(') => Some(self.group()?.1),
            _ => None,
        };
        let name = self.take(Kind::Name)?;
        let name = self.name(name);
        let type_parameters = match self.token.kind {
            Kind::Sign(b'[') => Some(self.group()?.1),
            _ => None,
        };
        if self.token.kind != Kind::Sign(b'(') {
            return None;
        }
        let (parameters, span) = self.group()?;
        let mut end = span.end + 1;
        let parameters = types::list(self.text, &parameters);
        let mut results = Vec::new();
        if self.token.kind == Kind::Sign(b'(') {
            let (tokens, span) = self.group()?;
            end = span.end + 1;
            results = types::list(self.text, &tokens);
        } else if !matches!(self.token.kind, Kind::Sign(b'{') | Kind::Semicolon | Kind::End) {
            let tokens = self.result()?;
            end = tokens.last()?.end;
            results.push(super::Parameter {
                name: None,
                kind: types::kind(self.text, &tokens),
            });
        }
        self.file.functions.push(Function {
            name,
            receiver: receiver.map(|span| self.text[span].trim()),
            type_parameters: type_parameters.map(|span| self.text[span].trim()),
            signature: Signature { parameters, results },
            span: start..end,
        });
        if self.token.kind == Kind::Sign(b'{') {
            self.skip_group()?;
        }
        self.semicolon()
    }

    /// A single result's type, up to the body.
    fn result(&mut self) -> Option<Vec<Token>> {
        let mut tokens: Vec<Token> = Vec::new();
        loop {
            match self.token.kind {
                Kind::Semicolon | Kind::End => return Some(tokens),
                Kind::Sign(b'{') => {
                    let before = tokens.last().map(|token| self.written(*token));
                    if !matches!(before, Some("interface" | "struct")) {
                        return Some(tokens);
                    }
                    self.collect_group(&mut tokens)?;
                }
                Kind::Sign(b'(' | b'[') => self.collect_group(&mut tokens)?,
                Kind::Wrong => return None,
                _ => tokens.push(self.advance()),
            }
        }
    }

    fn values(&mut self, kind: DeclaredKind) -> Option<()> {
        self.advance();
        self.specs(|reader| {
            loop {
                let name = reader.take(Kind::Name)?;
                let name = reader.name(name);
                reader.file.names.push(Declared { name, kind });
                if reader.token.kind != Kind::Sign(b',') {
                    break;
                }
                reader.advance();
            }
            reader.rest()
        })
    }

    fn types(&mut self) -> Option<()> {
        self.keyword("type")?;
        self.specs(|reader| {
            let name = reader.take(Kind::Name)?;
            let name = reader.name(name);
            // Type parameters or an array's length: an alias has a `=` behind them.
            if reader.token.kind == Kind::Sign(b'[') {
                reader.skip_group()?;
            }
            let kind = match reader.token.kind {
                Kind::Sign(b'=') => DeclaredKind::Alias,
                _ => DeclaredKind::Type,
            };
            reader.file.names.push(Declared { name, kind });
            reader.rest()
        })
    }

    /// What is left of a specification.
    fn rest(&mut self) -> Option<()> {
        loop {
            match self.token.kind {
                Kind::Semicolon | Kind::End | Kind::Sign(b')') => return Some(()),
                Kind::Sign(b'(' | b'[' | b'{') => self.skip_group()?,
                Kind::Sign(b']' | b'}') | Kind::Wrong => return None,
                _ => drop(self.advance()),
            }
        }
    }

    /// What stands between two brackets, and where.
    fn group(&mut self) -> Option<(Vec<Token>, Range<usize>)> {
        let mut tokens = Vec::new();
        self.collect_group(&mut tokens)?;
        let span = tokens.first()?.end..tokens.last()?.start;
        tokens.pop();
        tokens.remove(0);
        Some((tokens, span))
    }

    /// Two brackets and what stands between them.
    fn collect_group(&mut self, tokens: &mut Vec<Token>) -> Option<()> {
        self.until_closed(|token| tokens.push(token))
    }

    fn skip_group(&mut self) -> Option<()> {
        self.until_closed(|_| {})
    }

    fn until_closed(&mut self, mut see: impl FnMut(Token)) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.token.kind {
                Kind::Sign(b'(' | b'[' | b'{') => depth += 1,
                Kind::Sign(b')' | b']' | b'}') => depth -= 1,
                Kind::End | Kind::Wrong => return None,
                _ => {}
            }
            see(self.advance());
            if depth == 0 {
                return Some(());
            }
        }
    }

    fn semicolon(&mut self) -> Option<()> {
        match self.token.kind {
            Kind::Semicolon => drop(self.advance()),
            Kind::End => {}
            _ => return None,
        }
        Some(())
    }

    fn is_keyword(&self, word: &str) -> bool {
        self.token.kind == Kind::Keyword && self.written(self.token) == word
    }

    fn keyword(&mut self, word: &str) -> Option<Token> {
        self.is_keyword(word).then(|| self.advance())
    }

    fn take(&mut self, kind: Kind) -> Option<Token> {
        (self.token.kind == kind).then(|| self.advance())
    }

    fn advance(&mut self) -> Token {
        let next = self.scanner.next();
        std::mem::replace(&mut self.token, next)
    }

    fn written(&self, token: Token) -> &'t str {
        &self.text[token.start..token.end]
    }

    fn name(&self, token: Token) -> Name<'t> {
        Name {
            text: self.written(token),
            span: token.start..token.end,
        }
    }
}

#[cfg(test)]
mod tests;
