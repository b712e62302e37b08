//! C++ code as data: build, parse, print, scan and edit it.
//!
//! - [`File::parse`] reads any text and keeps all of it; [`Style`] prints it in one layout.
//! - [`build::Code`] makes code from parts that are checked; [`Template`] and [`FileBuilder`] make texts and files.
//! - [`Scanner`] finds items, annotations, numbers of enumerations and the layouts of plain structs.
//! - [`Editor`] changes files by request, and no byte more.
//!
//! No compiler is needed, no macro and no include is followed, and nothing ever panics on what it reads. What a part does
//! exactly is in `docs/code.md`.
//!
//! ```
//! use memglass_code::{Editor, Request};
//!
//! let mut editor = Editor::new();
//! editor.add_text("order.hpp", "struct Order { int qty; };\n");
//! let plan = editor.plan(&[Request::annotate("Order::qty", "@min(0)")]);
//! assert_eq!(plan.text("order.hpp"), Some("struct Order { int qty; /* @min(0) */ };\n"));
//! ```
#![forbid(unsafe_code)]

mod annotation;
pub mod build;
mod edit;
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
mod regular_file;
mod replace_file;
mod scan;
mod source;
mod template;
mod words;

pub use annotation::Annotation;
pub use edit::{
    Editor, Operation, Outcome, Plan, Policy, ReadRequestsError, Reason, Receipt, RenameScope,
    Request, Requests, Target, unified_diff,
};
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
pub use regular_file::{NOT_UTF8, read_regular, read_regular_text};
pub use replace_file::replace_file;
pub use scan::{
    EnumValues, FieldLayout, FieldPlace, FieldType, Found, Layout, Query, RecordLayout,
    ScanReceipt, Scanner, Special, Types,
};
pub use source::Source;
pub use template::{Template, TemplateError};
