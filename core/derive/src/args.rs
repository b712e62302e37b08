//! The arguments of `#[observe(...)]` and their syntax.

use darling::ast::NestedMeta;
use darling::error::Accumulator;
use darling::{FromAttributes, FromMeta};
use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, Path, Token, parse_quote};

/// Arguments of a struct, union, enum or flag set.
#[derive(Default, FromAttributes)]
#[darling(attributes(observe), default, allow_unknown_fields)]
pub(crate) struct TypeArgs {
    pub(crate) name: Option<Text>,
    #[darling(rename = "crate")]
    pub(crate) path: Option<CratePath>,
    pub(crate) seqlock: Mark,
    pub(crate) locked: Mark,
    pub(crate) layout: Option<Text>,
}

/// Arguments of an enum's variant.
#[derive(Default, FromAttributes)]
#[darling(attributes(observe), default, allow_unknown_fields)]
pub(crate) struct VariantArgs {
    pub(crate) name: Option<Text>,
}

/// Arguments of a field.
#[derive(Default, FromAttributes)]
#[darling(attributes(observe), default, allow_unknown_fields)]
pub(crate) struct FieldArgs {
    pub(crate) name: Option<Text>,
    pub(crate) atomic: Mark,
    pub(crate) seqlock: Mark,
    pub(crate) locked: Mark,
    pub(crate) text: Mark,
    pub(crate) layout: Option<Text>,
    pub(crate) readonly: Mark,
    pub(crate) range: Option<Range>,
    pub(crate) min: Option<Bound>,
    pub(crate) max: Option<Bound>,
    pub(crate) step: Option<Bound>,
    pub(crate) regex: Option<Text>,
    #[darling(rename = "enum")]
    pub(crate) names: Option<Names>,
    pub(crate) flags: Option<Names>,
    pub(crate) format: Option<Text>,
    pub(crate) unit: Option<Text>,
    pub(crate) desc: Option<Text>,
    pub(crate) was: Option<Text>,
}

impl FieldArgs {
    /// Where the first argument is that says more than a name.
    pub(crate) fn first(&self) -> Option<Span> {
        let marks = [
            self.atomic,
            self.seqlock,
            self.locked,
            self.text,
            self.readonly,
        ];
        let marks = marks.into_iter().filter(|mark| mark.is_present());
        let texts = [
            &self.layout,
            &self.regex,
            &self.format,
            &self.unit,
            &self.desc,
            &self.was,
        ];
        let texts = texts.into_iter().flatten().map(|text| text.key);
        let bounds = [&self.min, &self.max, &self.step];
        let bounds = bounds.into_iter().flatten().map(|bound| bound.key);
        let names = [&self.names, &self.flags];
        let names = names.into_iter().flatten().map(|names| names.key);
        let range = self.range.iter().map(|range| range.key);
        let mut all = marks
            .map(Mark::span)
            .chain(texts)
            .chain(bounds)
            .chain(names)
            .chain(range);
        all.next()
    }
}

/// Reads the arguments in `attrs`; `keys` are all that `what` can have.
///
/// Keys are compared here, because the error for an unknown key should name the nearest known one, or
/// list all. An argument with a mistake is reported, and the others are still used.
pub(crate) fn read<A: FromAttributes + Default>(
    attrs: &[Attribute],
    (what, keys): (&str, &[&str]),
    errors: &mut Accumulator,
) -> A {
    let mut good = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("observe")) {
        let Ok(list) = attr.meta.require_list() else {
            good.push(attr.clone());
            continue;
        };
        let arguments = errors
            .handle(NestedMeta::parse_meta_list(list.tokens.clone()).map_err(darling::Error::from));
        for argument in arguments.into_iter().flatten() {
            let alone: Attribute = parse_quote!(#[observe(#argument)]);
            let read = match &argument {
                NestedMeta::Meta(meta) if !keys.contains(&key_of(meta).as_str()) => {
                    Err(unknown(meta, what, keys))
                }
                _ => A::from_attributes(std::slice::from_ref(&alone)).map(drop),
            };
            if errors.handle(read).is_some() {
                good.push(alone);
            }
        }
    }
    errors.handle(A::from_attributes(&good)).unwrap_or_default()
}

fn unknown(argument: &Meta, what: &str, keys: &[&str]) -> darling::Error {
    let key = key_of(argument);
    let message = match closest(&key, keys) {
        Some(meant) => format!("`{key}` says nothing about {what}; did you mean `{meant}`?"),
        None => {
            let keys = keys.join(", ");
            format!("`{key}` says nothing about {what}; use one of: {keys}")
        }
    };
    misuse(argument, message)
}

/// The key that a misspelt key, or a word of another system, stands for.
fn closest<'k>(typed: &str, keys: &[&'k str]) -> Option<&'k str> {
    const ELSEWHERE: &[(&str, &str)] = &[
        ("read_only", "readonly"),
        ("ro", "readonly"),
        ("const", "readonly"),
        ("description", "desc"),
        ("doc", "desc"),
        ("help", "desc"),
        ("rename", "name"),
        ("label", "name"),
        ("alias", "was"),
        ("renamed", "was"),
        ("formerly", "was"),
        ("pattern", "regex"),
        ("units", "unit"),
        ("fmt", "format"),
        ("printf", "format"),
        ("bounds", "range"),
        ("between", "range"),
        ("minimum", "min"),
        ("maximum", "max"),
        ("names", "enum"),
        ("values", "enum"),
        ("bits", "flags"),
        ("seq_lock", "seqlock"),
        ("guarded", "seqlock"),
        ("lock", "locked"),
        ("mutex", "locked"),
    ];
    let elsewhere = ELSEWHERE.iter().find(|(word, _)| *word == typed);
    if let Some((_, key)) = elsewhere {
        return keys.iter().copied().find(|known| known == key);
    }
    let scored = keys
        .iter()
        .map(|key| (strsim::damerau_levenshtein(typed, key), *key));
    let (distance, key) = scored.min_by_key(|(distance, _)| *distance)?;
    (distance <= typed.len() / 3).then_some(key)
}

/// The keys that each item may have.
pub(crate) const OF_TYPE: (&str, &[&str]) =
    ("a type", &["name", "seqlock", "locked", "layout", "crate"]);
pub(crate) const OF_VARIANT: (&str, &[&str]) = ("a variant", &["name"]);
pub(crate) const OF_FIELD: (&str, &[&str]) = (
    "a field",
    &[
        "readonly", "range", "min", "max", "step", "regex", "enum", "flags", "format", "unit",
        "desc", "was", "text", "layout", "atomic", "seqlock", "locked", "name",
    ],
);

/// `key` alone.
#[derive(Clone, Copy, Default)]
pub(crate) struct Mark(Option<Span>);

impl Mark {
    pub(crate) fn is_present(self) -> bool {
        self.0.is_some()
    }

    /// Its position; that of the derive if it is absent.
    pub(crate) fn span(self) -> Span {
        self.0.unwrap_or_else(Span::call_site)
    }
}

impl FromMeta for Mark {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        match meta {
            Meta::Path(path) => Ok(Mark(Some(path.span()))),
            _ => Err(misuse(
                meta,
                format!(
                    "`{key}` takes no value: write `{key}` alone",
                    key = key_of(meta)
                ),
            )),
        }
    }
}

/// `key = "text"`.
#[derive(Clone)]
pub(crate) struct Text {
    pub(crate) key: Span,
    pub(crate) literal: LitStr,
}

impl Text {
    pub(crate) fn value(&self) -> String {
        self.literal.value()
    }
}

impl FromMeta for Text {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        if let Meta::NameValue(pair) = meta
            && let Expr::Lit(ExprLit {
                lit: Lit::Str(literal),
                ..
            }) = &pair.value
        {
            return Ok(Text {
                key: meta.path().span(),
                literal: literal.clone(),
            });
        }
        let key = key_of(meta);
        Err(misuse(
            meta,
            format!("`{key}` is a text in quotes: write `{key} = \"...\"`"),
        ))
    }
}

/// `crate = PATH`, where the code finds memglass.
pub(crate) struct CratePath(pub(crate) Path);

impl FromMeta for CratePath {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        if let Meta::NameValue(pair) = meta
            && let Expr::Path(path) = &pair.value
        {
            return Ok(CratePath(path.path.clone()));
        }
        let usage = "`crate` is where memglass is found: write `crate = some_crate::memglass`";
        Err(misuse(meta, usage.into()))
    }
}

/// `key = NUMBER`, where the number may be a constant expression.
#[derive(Clone)]
pub(crate) struct Bound {
    pub(crate) key: Span,
    pub(crate) value: Expr,
}

impl FromMeta for Bound {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        let key = key_of(meta);
        match meta {
            Meta::NameValue(pair) if is_number(&pair.value) => Ok(Bound {
                key: meta.path().span(),
                value: pair.value.clone(),
            }),
            _ => Err(misuse(
                meta,
                format!("`{key}` is a number: write `{key} = 10`"),
            )),
        }
    }
}

/// `range(MIN, MAX)`, both included.
pub(crate) struct Range {
    pub(crate) key: Span,
    pub(crate) min: Bound,
    pub(crate) max: Bound,
}

impl FromMeta for Range {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        let usage = || {
            misuse(
                meta,
                "`range` has two numbers, both included: write `range(0, 100)`".into(),
            )
        };
        let Meta::List(list) = meta else {
            return Err(usage());
        };
        let bounds = list.parse_args_with(Punctuated::<Expr, Token![,]>::parse_terminated)?;
        match Vec::from_iter(bounds).as_slice() {
            [min, max] if is_number(min) && is_number(max) => Ok(Range {
                key: meta.path().span(),
                min: Bound {
                    key: min.span(),
                    value: min.clone(),
                },
                max: Bound {
                    key: max.span(),
                    value: max.clone(),
                },
            }),
            _ => Err(usage()),
        }
    }
}

/// `enum(NAME = 1, OTHER = 2)` or `flags(NAME = 1, OTHER = 2)`.
pub(crate) struct Names {
    pub(crate) key: Span,
    pub(crate) entries: Vec<Named>,
}

/// `NAME = value`.
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) value: Expr,
}

impl Parse for Named {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let span = input.span();
        let name = if input.peek(LitStr) {
            input.parse::<LitStr>()?.value()
        } else {
            use syn::ext::IdentExt;
            input.call(Ident::parse_any)?.unraw().to_string()
        };
        input.parse::<Token![=]>()?;
        Ok(Named {
            name,
            span,
            value: input.parse()?,
        })
    }
}

impl FromMeta for Names {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        let key = key_of(meta);
        let usage = || {
            misuse(
                meta,
                format!("`{key}` names numbers: write `{key}(FIRST = 1, SECOND = 2)`"),
            )
        };
        let Meta::List(list) = meta else {
            return Err(usage());
        };
        let entries = list
            .parse_args_with(Punctuated::<Named, Token![,]>::parse_terminated)
            .map_err(|error| darling::Error::from(syn::Error::new(error.span(), usage())))?;
        if entries.is_empty() {
            return Err(usage());
        }
        Ok(Names {
            key: meta.path().span(),
            entries: Vec::from_iter(entries),
        })
    }
}

/// Whether this can be a number: any expression but a literal of another kind, or a Rust range.
fn is_number(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(ExprLit { lit, .. }) => matches!(lit, Lit::Int(_) | Lit::Float(_)),
        Expr::Range(_) => false,
        _ => true,
    }
}

fn key_of(meta: &Meta) -> String {
    meta.path()
        .get_ident()
        .map(Ident::to_string)
        .unwrap_or_default()
}

fn misuse(meta: &Meta, message: String) -> darling::Error {
    darling::Error::custom(message).with_span(meta)
}
