//! Which declarations are read: those of the headers, and whatever they refer to.

use std::path::{Path, PathBuf};

use clang_sys::*;
use memglass_types::{Linkage, Symbol, SymbolKind};

use super::reading::Reading;
use crate::clang::{Cursor, INPUT};
use crate::compiler::Language;

/// What of a unit is wanted.
pub(super) struct Scope<'h> {
    pub(super) headers: &'h [PathBuf],
    /// Whether declarations of the system's headers are wanted.
    pub(super) with_system: bool,
    pub(super) language: Language,
}

/// Reads everything that is in scope.
pub(super) fn read(reading: &mut Reading<'_>, scope: &Scope<'_>) {
    reading.scopes_types = scope.language == Language::Cpp;
    for cursor in reading.unit.root().children() {
        if scope.has(cursor) {
            reading.declaration(cursor);
        }
    }
    reading.work();
}

impl Scope<'_> {
    fn has(&self, cursor: Cursor<'_>) -> bool {
        let (file, _) = cursor.line();
        let is_builtin = file.as_os_str().is_empty() || file == Path::new(INPUT);
        let is_given = || self.headers.contains(&file);
        !is_builtin && (self.with_system || !cursor.is_in_system_header() || is_given())
    }
}

impl<'u> Reading<'u> {
    /// Reads what a declaration declares, in it too.
    fn declaration(&mut self, cursor: Cursor<'u>) {
        match cursor.kind() {
            CXCursor_Namespace | CXCursor_LinkageSpec | CXCursor_UnexposedDecl => {
                let children = cursor.children().into_iter();
                children.for_each(|child| self.declaration(child));
            }
            CXCursor_StructDecl | CXCursor_ClassDecl | CXCursor_UnionDecl => self.record(cursor),
            CXCursor_EnumDecl | CXCursor_TypedefDecl | CXCursor_TypeAliasDecl => {
                self.declared(cursor);
            }
            CXCursor_FunctionDecl => self.symbol(cursor, SymbolKind::Function),
            CXCursor_VarDecl => self.symbol(cursor, SymbolKind::Variable),
            _ => {}
        }
    }

    fn record(&mut self, cursor: Cursor<'u>) {
        // Nothing but its own declarator refers to a record without a name, and reads it then.
        if !self.is_nameless(cursor) {
            self.declared(cursor);
        }
        let inside = cursor.children().into_iter();
        let inside = inside
            .filter(|child| !matches!(child.kind(), CXCursor_VarDecl | CXCursor_FunctionDecl));
        inside.for_each(|child| self.declaration(child));
    }

    fn symbol(&mut self, cursor: Cursor<'u>, what: SymbolKind) {
        if !self.is_first(cursor) {
            return;
        }
        let name = self.qualified_name(cursor);
        let parameters = cursor.parameters();
        let symbol = Symbol {
            name: self.name(&name),
            ty: self.ty(cursor.ty()),
            what,
            linkage: match cursor.is_internal() {
                true => Linkage::Static,
                false => Linkage::External,
            },
            inline: cursor.is_inline(),
            address: None,
            parameters: parameters
                .into_iter()
                .map(|parameter| self.name(&parameter.name()))
                .collect(),
            place: self.place(cursor),
            attributes: self.texts.attributes(cursor),
        };
        self.builder.add_symbol(symbol);
    }
}
