//! One piece of code as its parts: values that a program makes, or JSON.

use serde::{Deserialize, Serialize};

/// The kinds of code that can be made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Make {
    /// A whole file.
    File,
    /// A comment that belongs to nothing.
    Comment,
    /// `#include`.
    Include,
    /// `#define`.
    Define,
    /// `#pragma`.
    Pragma,
    /// `#if` and its kin.
    Conditional,
    /// Statements in the body of a function.
    Execution,
    /// A namespace.
    Namespace,
    /// `extern "C"`.
    Extern,
    /// `export`.
    Export,
    /// A module declaration or import.
    Module,
    /// `using namespace`.
    UsingNamespace,
    /// An alias, or a name made visible.
    Using,
    /// A typedef.
    Typedef,
    /// A struct.
    Struct,
    /// A class.
    Class,
    /// A union.
    Union,
    /// An access label.
    Access,
    /// An enumeration.
    Enum,
    /// A name of an enumeration.
    Enumerator,
    /// A variable, field or bit-field.
    Variable,
    /// A function.
    Function,
    /// A constructor.
    Constructor,
    /// A destructor.
    Destructor,
    /// An operator.
    Operator,
    /// A conversion to a type.
    OperatorCast,
    /// A friend.
    Friend,
    /// A template of something.
    Template,
    /// Text that is not checked.
    #[default]
    Untyped,
}

/// A part that is text: checked, or taken as it is where that is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// Text that is checked for what it must be.
    Text(String),
    /// Text that only has to have balanced brackets.
    Untyped {
        /// The text.
        untyped: String,
    },
}

impl Part {
    /// The text, checked or not.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Part::Text(text) | Part::Untyped { untyped: text } => text,
        }
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Part {
        Part::Text(text.to_owned())
    }
}

/// What is between braces, or stands for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CodeBody {
    /// Items, of the kind of body that their owner takes.
    Items(Vec<Code>),
    /// Items of a body made for a certain kind of owner.
    Of {
        /// The kind of owner.
        body: String,
        /// The items.
        #[serde(default)]
        items: Vec<Code>,
    },
    /// Statements, or `= default`, `= delete`, `= 0`.
    Text(String),
    /// Text that only has to have balanced brackets.
    Untyped {
        /// The text.
        untyped: String,
    },
}

/// One parameter of a function or template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeParam {
    /// `typename`, `class`, or the type of a value: for parameters of templates.
    pub kind: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The type.
    pub r#type: Option<Part>,
    /// The default.
    pub value: Option<Part>,
    /// Whether it is `...`, or with a type a pack.
    pub variadic: bool,
}

impl CodeParam {
    /// A parameter of a function.
    #[must_use]
    pub fn new(r#type: &str, name: &str) -> CodeParam {
        CodeParam {
            r#type: Some(r#type.into()),
            name: Some(name.to_owned()),
            ..CodeParam::default()
        }
    }

    /// A parameter of a template: `typename T`, `int N`.
    #[must_use]
    pub fn of_template(kind: &str, name: &str) -> CodeParam {
        CodeParam {
            kind: Some(kind.to_owned()),
            name: Some(name.to_owned()),
            ..CodeParam::default()
        }
    }

    /// The same with a default.
    #[must_use]
    pub fn default_value(mut self, value: &str) -> CodeParam {
        self.value = Some(value.into());
        self
    }
}

/// One piece of code as its parts. [`Code::build`] checks it and gives the text.
///
/// It has a field for every part of every kind; a part that the kind does not take is a fault.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Code {
    /// The kind.
    pub make: Make,
    /// The name, with qualifiers and template arguments where those are allowed.
    pub name: Option<Part>,
    /// The type, result type, or target of an alias.
    pub r#type: Option<Part>,
    /// The initialiser, or the value of an enumerator.
    pub value: Option<Part>,
    /// The width of a bit-field.
    pub bits: Option<Part>,
    /// Array sizes, in addition to those of the type.
    pub array: Option<Part>,
    /// The text of a comment, directive or statement.
    pub text: Option<Part>,
    /// Text that is taken as it is: the whole of an untyped item.
    pub untyped: Option<String>,
    /// Whether a comment is `/* … */`.
    pub block: bool,
    /// What is included, with delimiters.
    pub target: Option<Part>,
    /// `C` or `C++`.
    pub language: Option<Part>,
    /// The symbol of an operator.
    pub operator: Option<Part>,
    /// `static`, `virtual` and others.
    pub specifiers: Vec<String>,
    /// What is behind the parameters of a function.
    pub qualifiers: Vec<String>,
    /// Attributes, with their brackets.
    pub attributes: Vec<Part>,
    /// Parameters of a function or template.
    pub params: Option<Vec<CodeParam>>,
    /// The constraint of a template, without `requires`.
    pub requires: Option<Part>,
    /// The initialisers of a constructor, without the colon.
    pub init: Option<Part>,
    /// Bases of a record, with their access.
    pub bases: Vec<Part>,
    /// Whether a record is `final`.
    pub r#final: bool,
    /// Whether a namespace is `inline`.
    pub inline: bool,
    /// Whether an enumeration is scoped.
    pub scoped: bool,
    /// The type of an enumeration.
    pub underlying: Option<Part>,
    /// What a friend, template, linkage or export is of.
    pub item: Option<Box<Code>>,
    /// What is in the braces.
    pub body: Option<CodeBody>,
    /// A comment behind it.
    pub comment: Option<Part>,
}

impl Code {
    fn named(make: Make, name: &str) -> Code {
        Code {
            make,
            name: Some(name.into()),
            ..Code::default()
        }
    }

    fn of_text(make: Make, text: &str) -> Code {
        Code {
            make,
            text: Some(text.into()),
            ..Code::default()
        }
    }

    /// A file of `items`.
    #[must_use]
    pub fn file(items: impl IntoIterator<Item = Code>) -> Code {
        Code {
            make: Make::File,
            ..Code::default()
        }
        .with(items)
    }

    /// A `// …` comment for each line of `text`.
    #[must_use]
    pub fn free_comment(text: &str) -> Code {
        Code::of_text(Make::Comment, text)
    }

    /// `#include target`.
    #[must_use]
    pub fn include(target: &str) -> Code {
        Code {
            make: Make::Include,
            target: Some(target.into()),
            ..Code::default()
        }
    }

    /// `#define name text`.
    #[must_use]
    pub fn define(name: &str, text: &str) -> Code {
        Code {
            text: Some(text.into()),
            ..Code::named(Make::Define, name)
        }
    }

    /// `#pragma text`.
    #[must_use]
    pub fn pragma(text: &str) -> Code {
        Code::of_text(Make::Pragma, text)
    }

    /// `#if X`, `#else`, `#endif` and their kin, without the `#`.
    #[must_use]
    pub fn conditional(text: &str) -> Code {
        Code::of_text(Make::Conditional, text)
    }

    /// Statements in the body of a function.
    #[must_use]
    pub fn execution(text: &str) -> Code {
        Code::of_text(Make::Execution, text)
    }

    /// A namespace of this path; give it items with [`Code::with`].
    #[must_use]
    pub fn namespace(path: &str) -> Code {
        Code::named(Make::Namespace, path).with([])
    }

    /// `extern "language"`; give it items or one item.
    #[must_use]
    pub fn linkage(language: &str) -> Code {
        Code {
            make: Make::Extern,
            language: Some(language.into()),
            ..Code::default()
        }
    }

    /// `export`; give it items or one item.
    #[must_use]
    pub fn export() -> Code {
        Code {
            make: Make::Export,
            ..Code::default()
        }
    }

    /// `text name;` where `text` is `module`, `export module` or `import`.
    #[must_use]
    pub fn module(text: &str, name: &str) -> Code {
        Code {
            text: Some(text.into()),
            ..Code::named(Make::Module, name)
        }
    }

    /// `using namespace path;`.
    #[must_use]
    pub fn using_namespace(path: &str) -> Code {
        Code::named(Make::UsingNamespace, path)
    }

    /// `using name = type;`.
    #[must_use]
    pub fn using(name: &str, r#type: &str) -> Code {
        Code {
            r#type: Some(r#type.into()),
            ..Code::named(Make::Using, name)
        }
    }

    /// `typedef`: the name goes where C++ puts it.
    #[must_use]
    pub fn typedef(name: &str, r#type: &str) -> Code {
        Code {
            r#type: Some(r#type.into()),
            ..Code::named(Make::Typedef, name)
        }
    }

    /// A struct, only declared as long as it has no body.
    #[must_use]
    pub fn structure(name: &str) -> Code {
        Code::named(Make::Struct, name)
    }

    /// A class, only declared as long as it has no body.
    #[must_use]
    pub fn class(name: &str) -> Code {
        Code::named(Make::Class, name)
    }

    /// A union, only declared as long as it has no body.
    #[must_use]
    pub fn union(name: &str) -> Code {
        Code::named(Make::Union, name)
    }

    /// `public`, `protected` or `private`.
    #[must_use]
    pub fn access(name: &str) -> Code {
        Code::named(Make::Access, name)
    }

    /// An enumeration, only declared as long as it has no body.
    #[must_use]
    pub fn enumeration(name: &str) -> Code {
        Code::named(Make::Enum, name)
    }

    /// A name of an enumeration.
    #[must_use]
    pub fn enumerator(name: &str) -> Code {
        Code::named(Make::Enumerator, name)
    }

    /// A variable or field.
    #[must_use]
    pub fn variable(r#type: &str, name: &str) -> Code {
        Code {
            r#type: Some(r#type.into()),
            ..Code::named(Make::Variable, name)
        }
    }

    /// A function without parameters, as long as it is not given any.
    #[must_use]
    pub fn function(r#type: &str, name: &str) -> Code {
        Code {
            r#type: Some(r#type.into()),
            params: Some(Vec::new()),
            ..Code::named(Make::Function, name)
        }
    }

    /// A constructor of record `name`.
    #[must_use]
    pub fn constructor(name: &str) -> Code {
        Code {
            params: Some(Vec::new()),
            ..Code::named(Make::Constructor, name)
        }
    }

    /// A destructor of record `name`.
    #[must_use]
    pub fn destructor(name: &str) -> Code {
        Code::named(Make::Destructor, name)
    }

    /// An operator with its result type.
    #[must_use]
    pub fn operator(r#type: &str, symbol: &str) -> Code {
        Code {
            make: Make::Operator,
            r#type: Some(r#type.into()),
            operator: Some(symbol.into()),
            params: Some(Vec::new()),
            ..Code::default()
        }
    }

    /// A conversion to `type`.
    #[must_use]
    pub fn operator_cast(r#type: &str) -> Code {
        Code {
            make: Make::OperatorCast,
            r#type: Some(r#type.into()),
            ..Code::default()
        }
    }

    /// A friend.
    #[must_use]
    pub fn friend(item: Code) -> Code {
        Code {
            make: Make::Friend,
            ..Code::default()
        }
        .of(item)
    }

    /// A template of `item`.
    #[must_use]
    pub fn template(params: impl IntoIterator<Item = CodeParam>, item: Code) -> Code {
        Code {
            make: Make::Template,
            params: Some(params.into_iter().collect()),
            ..Code::default()
        }
        .of(item)
    }

    /// Text that is taken as it is; only its brackets must be balanced.
    #[must_use]
    pub fn untyped(text: &str) -> Code {
        Code {
            untyped: Some(text.to_owned()),
            ..Code::default()
        }
    }

    /// The same with these items in its braces.
    #[must_use]
    pub fn with(mut self, items: impl IntoIterator<Item = Code>) -> Code {
        self.body = Some(CodeBody::Items(items.into_iter().collect()));
        self
    }

    /// The same with one item instead of braces.
    #[must_use]
    pub fn of(mut self, item: Code) -> Code {
        self.item = Some(Box::new(item));
        self
    }

    /// The same with these statements as its body, or `= default`, `= delete`, `= 0`.
    #[must_use]
    pub fn body(mut self, text: &str) -> Code {
        self.body = Some(CodeBody::Text(text.to_owned()));
        self
    }

    /// The same with this parameter behind the others.
    #[must_use]
    pub fn param(mut self, param: CodeParam) -> Code {
        self.params.get_or_insert_default().push(param);
        self
    }

    /// The same with this specifier.
    #[must_use]
    pub fn specifier(mut self, word: &str) -> Code {
        self.specifiers.push(word.to_owned());
        self
    }

    /// The same with this behind the parameters.
    #[must_use]
    pub fn qualifier(mut self, word: &str) -> Code {
        self.qualifiers.push(word.to_owned());
        self
    }

    /// The same with this attribute.
    #[must_use]
    pub fn attribute(mut self, text: &str) -> Code {
        self.attributes.push(text.into());
        self
    }

    /// The same with this base.
    #[must_use]
    pub fn base(mut self, text: &str) -> Code {
        self.bases.push(text.into());
        self
    }

    /// The same with this initialiser, or value of an enumerator.
    #[must_use]
    pub fn value(mut self, text: &str) -> Code {
        self.value = Some(text.into());
        self
    }

    /// The same as a bit-field of this width.
    #[must_use]
    pub fn bits(mut self, width: &str) -> Code {
        self.bits = Some(width.into());
        self
    }

    /// The same with this comment behind it.
    #[must_use]
    pub fn comment(mut self, text: &str) -> Code {
        self.comment = Some(text.into());
        self
    }

    /// The items of its body.
    pub(super) fn items(&self) -> &[Code] {
        match &self.body {
            Some(CodeBody::Items(items) | CodeBody::Of { items, .. }) => items,
            _ => &[],
        }
    }

    /// Whether untyped text is anywhere in it.
    pub(super) fn has_untyped(&self) -> bool {
        let untyped_body = matches!(self.body, Some(CodeBody::Untyped { .. }));
        let untyped_value = matches!(self.value, Some(Part::Untyped { .. }));
        let inside = self.item.iter().any(|item| item.has_untyped());
        self.make == Make::Untyped
            || untyped_body
            || untyped_value
            || inside
            || self.items().iter().any(Code::has_untyped)
    }
}
