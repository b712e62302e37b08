//! The tree that the other modules work on: the user's item without syntax that has no meaning here.

use darling::error::Accumulator;
use syn::ext::IdentExt;
use syn::{
    Attribute, Data, DeriveInput, Expr, ExprLit, Fields, Generics, Ident, Lit, LitInt, Meta, Type,
    Visibility,
};

use crate::args::{self, FieldArgs, Text, TypeArgs, VariantArgs};

/// The type that is derived.
pub(crate) struct Input {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) generics: Generics,
    pub(crate) repr: Repr,
    pub(crate) args: TypeArgs,
    pub(crate) body: Body,
}

/// What stands inside `#[repr(...)]`.
#[derive(Default)]
pub(crate) struct Repr {
    pub(crate) words: Vec<Ident>,
    /// The numbers of `align(...)`.
    pub(crate) aligns: Vec<LitInt>,
}

/// What kind of type it is.
pub(crate) enum Body {
    Struct(Vec<Member>),
    Union(Vec<Member>),
    Enum(Vec<Variant>),
    /// A struct with one nameless field.
    Newtype(Box<Type>),
    /// A flag set, as `bitflags!` declares it.
    Flags,
}

/// A field of a struct or union.
pub(crate) struct Member {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) ty: Type,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) args: FieldArgs,
}

/// A variant of an enum.
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) args: VariantArgs,
    pub(crate) has_fields: bool,
    /// It carries `#[default]`.
    pub(crate) is_default: bool,
}

/// The protection of a field or type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protection {
    Plain,
    Atomic,
    Seqlock,
    Locked,
}

impl Input {
    /// Reads the item; reports everything that the tree cannot hold.
    pub(crate) fn read(item: DeriveInput, errors: &mut Accumulator) -> Option<Self> {
        let args = args::read(&item.attrs, args::OF_TYPE, errors);
        let repr = Repr::read(&item.attrs);
        let body = match item.data {
            Data::Struct(data) => read_struct(&item.ident, data.fields, errors)?,
            Data::Union(data) => Body::Union(read_members(data.fields.named, errors)),
            Data::Enum(data) => Body::Enum(
                data.variants
                    .into_iter()
                    .map(|variant| read_variant(variant, errors))
                    .collect(),
            ),
        };
        Some(Input {
            ident: item.ident,
            vis: item.vis,
            generics: item.generics,
            repr,
            args,
            body,
        })
    }

    /// The name under which observers see the type.
    pub(crate) fn name(&self) -> String {
        name_of(&self.args.name, &self.ident)
    }

    /// The protection around the whole.
    pub(crate) fn protection(&self) -> Protection {
        match (
            self.args.seqlock.is_present(),
            self.args.locked.is_present(),
        ) {
            (true, _) => Protection::Seqlock,
            (_, true) => Protection::Locked,
            _ => Protection::Plain,
        }
    }
}

impl Member {
    /// The name under which observers see the field.
    pub(crate) fn name(&self) -> String {
        name_of(&self.args.name, &self.ident)
    }

    pub(crate) fn protection(&self) -> Protection {
        if self.args.atomic.is_present() {
            Protection::Atomic
        } else if self.args.seqlock.is_present() {
            Protection::Seqlock
        } else if self.args.locked.is_present() {
            Protection::Locked
        } else {
            Protection::Plain
        }
    }

    /// The field's description: as annotated, or else the first paragraph of its doc comment.
    pub(crate) fn description(&self) -> Option<String> {
        if let Some(desc) = &self.args.desc {
            return Some(desc.value());
        }
        let lines = self.docs.iter().filter_map(doc_line);
        let paragraph: Vec<String> = lines
            .map(|line| line.trim().to_owned())
            .skip_while(String::is_empty)
            .take_while(|line| !line.is_empty())
            .collect();
        (!paragraph.is_empty()).then(|| paragraph.join(" "))
    }
}

impl Variant {
    /// The name under which observers see the value.
    pub(crate) fn name(&self) -> String {
        name_of(&self.args.name, &self.ident)
    }
}

fn name_of(given: &Option<Text>, ident: &Ident) -> String {
    given
        .as_ref()
        .map_or_else(|| ident.unraw().to_string(), Text::value)
}

fn read_struct(ident: &Ident, fields: Fields, errors: &mut Accumulator) -> Option<Body> {
    let message = match fields {
        Fields::Named(fields) => return Some(Body::Struct(read_members(fields.named, errors))),
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            let field = fields
                .unnamed
                .into_iter()
                .next()
                .expect("one field was counted");
            return Some(if is_bitflags(&field.ty) {
                Body::Flags
            } else {
                Body::Newtype(Box::new(field.ty))
            });
        }
        Fields::Unnamed(_) => {
            "fields without names cannot be shown to an observer: give each a name, `struct Name { first: u32 }`"
        }
        Fields::Unit => "a struct without fields has nothing to observe",
    };
    errors.push(darling::Error::custom(message).with_span(ident));
    None
}

fn read_members(
    fields: impl IntoIterator<Item = syn::Field>,
    errors: &mut Accumulator,
) -> Vec<Member> {
    let mut read = |field: syn::Field| {
        let args = args::read(&field.attrs, args::OF_FIELD, errors);
        let docs = field
            .attrs
            .into_iter()
            .filter(|attr| attr.path().is_ident("doc"))
            .collect();
        let ident = field.ident.expect("members of braces have names");
        Member {
            ident,
            vis: field.vis,
            ty: field.ty,
            docs,
            args,
        }
    };
    fields.into_iter().map(&mut read).collect()
}

fn read_variant(variant: syn::Variant, errors: &mut Accumulator) -> Variant {
    Variant {
        args: args::read(&variant.attrs, args::OF_VARIANT, errors),
        has_fields: !matches!(variant.fields, Fields::Unit),
        is_default: variant
            .attrs
            .iter()
            .any(|attr| attr.path().is_ident("default")),
        ident: variant.ident,
    }
}

/// `bitflags!` declares `struct Name(<Name as bitflags::__private::PublicFlags>::Internal)`.
fn is_bitflags(ty: &Type) -> bool {
    let Type::Path(ty) = ty else { return false };
    ty.qself.is_some()
        && ty
            .path
            .segments
            .iter()
            .any(|segment| segment.ident == "PublicFlags")
}

impl Repr {
    fn read(attrs: &[Attribute]) -> Repr {
        let mut repr = Repr::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("repr")) {
            // A malformed `repr` is reported by the compiler itself.
            let _ = attr.parse_nested_meta(|meta| {
                repr.words.extend(meta.path.get_ident().cloned());
                if meta.input.peek(syn::token::Paren) {
                    let content;
                    syn::parenthesized!(content in meta.input);
                    if meta.path.is_ident("align") {
                        repr.aligns.push(content.parse()?);
                    } else {
                        content.parse::<proc_macro2::TokenStream>()?;
                    }
                }
                Ok(())
            });
        }
        repr
    }
}

fn doc_line(attr: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attr.meta else {
        return None;
    };
    match &pair.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

/// The type inside all brackets of an array, and their lengths from the outside in.
pub(crate) fn split_array(ty: &Type) -> (&Type, Vec<&Expr>) {
    let (mut inner, mut lengths) = (ty, Vec::new());
    loop {
        match inner {
            Type::Array(array) => {
                lengths.push(&array.len);
                inner = &array.elem;
            }
            Type::Paren(paren) => inner = &paren.elem,
            Type::Group(group) => inner = &group.elem,
            _ => return (inner, lengths),
        }
    }
}
