//! C++ code as data: build, parse, print, scan and edit it.
#![forbid(unsafe_code)]

mod annotation;
pub mod build;
mod entity;
mod file;
mod file_builder;
mod lex;
mod lookup;
mod model;
mod outline;
mod pairs;
mod parse;
mod print;
mod replace_file;
mod scan;
mod source;
mod template;
mod words;

pub use annotation::Annotation;
pub use file::File;
pub use file_builder::{FileBuilder, WriteFileError, Written};
pub use lex::{LONGEST_TEXT, Token, TokenKind, lex};
pub use model::{
    Base, Body, Declaration, Declarator, Enum, Enumerator, Function, FunctionBody, Item, Key, Kind,
    Param, Raw, Record, Scope, Shape, Tokens,
};
pub use outline::Entry;
pub use parse::{Diagnostic, ParseOptions};
pub use print::Style;
pub use scan::{
    EnumValues, FieldLayout, FieldPlace, Found, Layout, Query, RecordLayout, ScanReceipt, Scanner,
};
pub use source::Source;
pub use template::{Template, TemplateError};
