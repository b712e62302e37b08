//! Annotations: the checks that need the compiler, and the record that goes into the schema.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, ExprUnary, Ident, Lit, LitFloat, LitInt, UnOp};

use super::members::{check, limits, scalar, shape};
use crate::args::{Bound, Names, Text};
use crate::ast::{Member, Protection, split_array};
use crate::printf;

/// The name of the function that makes the annotations of the field with this index.
pub(super) fn function(index: usize) -> Ident {
    format_ident!("metadata_of_{index}")
}

/// For each member its checks, and a function that makes its annotations.
pub(super) fn items(members: &[Member]) -> TokenStream {
    members
        .iter()
        .enumerate()
        .map(|(index, member)| item(index, member))
        .collect()
}

fn item(index: usize, member: &Member) -> TokenStream {
    let mut record = Record {
        index,
        member,
        items: TokenStream::new(),
        settings: TokenStream::new(),
    };
    record.check_lengths();
    record.check_protection();
    record.bounds();
    record.texts();
    record.names();
    if member.args.readonly.is_present() {
        record.set("readonly", &quote!());
    }
    let (function, items, settings) = (function(index), record.items, record.settings);
    quote! {
        #items
        fn #function() -> __memglass::schema::Metadata {
            __memglass::schema::Metadata::new() #settings
        }
    }
}

/// The code that is generated for one field.
struct Record<'m> {
    index: usize,
    member: &'m Member,
    /// Constants beside the function.
    items: TokenStream,
    /// Calls that set fields of the `Metadata`.
    settings: TokenStream,
}

impl Record<'_> {
    fn set(&mut self, key: &str, value: &TokenStream) {
        let key = Ident::new(key, Span::call_site());
        self.settings.extend(quote!(.#key(#value)));
    }

    fn check(&mut self, span: Span, function: &str, arguments: &[&dyn ToTokens]) {
        self.items.extend(check(span, function, arguments));
    }

    fn check_lengths(&mut self) {
        let (_, lengths) = split_array(&self.member.ty);
        for length in lengths {
            let name = self.member.name();
            self.check(length.span(), "array_length", &[&length, &name]);
        }
    }

    fn check_protection(&mut self) {
        if self.member.protection() == Protection::Atomic {
            let (shape, scalar, name) =
                (shape(self.member), scalar(self.member), self.member.name());
            let size = quote!(::core::mem::size_of::<#scalar>());
            self.check(
                self.member.args.atomic.span(),
                "atomic",
                &[&shape, &size, &name],
            );
        }
    }

    fn bounds(&mut self) {
        let args = &self.member.args;
        let range = args.range.as_ref();
        let min = args.min.as_ref().or(range.map(|range| &range.min));
        let max = args.max.as_ref().or(range.map(|range| &range.max));
        let name = self.member.name();
        self.check_number("range", range.map(|range| range.key));
        for (key, bound) in [("min", &args.min), ("max", &args.max), ("step", &args.step)] {
            self.check_number(key, bound.as_ref().map(|bound| bound.key));
        }
        let min_number = min.map(|min| self.bound("min", min));
        let max_number = max.map(|max| self.bound("max", max));
        if let (Some(min_number), Some(max_number), Some(max)) = (min_number, max_number, max) {
            self.check(max.key, "ordered", &[&min_number, &max_number, &name]);
        }
        if let Some(step) = &args.step {
            let number = self.bound("step", step);
            self.check(step.key, "step", &[&number, &name]);
        }
    }

    fn check_number(&mut self, key: &str, span: Option<Span>) {
        if let Some(span) = span {
            let (shape, name) = (shape(self.member), self.member.name());
            self.check(span, "number", &[&shape, &key, &name]);
        }
    }

    /// A constant with the checked number of `bound`; its name.
    fn bound(&mut self, key: &str, bound: &Bound) -> Ident {
        let constant = format_ident!("{}_OF_{}", key.to_uppercase(), self.index);
        let (shape, limits, field) = (shape(self.member), limits(self.member), self.member.name());
        // A step is a distance and need not be a value of the type.
        let limits = if key == "step" {
            quote!(::core::option::Option::None)
        } else {
            limits
        };
        let (int, float) = both_numbers(&bound.value);
        self.items.extend(quote_spanned! {bound.key=>
            const #constant: __memglass::schema::Number =
                __memglass::derive_support::checks::bound(#shape, #limits, #int, #float, #key, #field);
        });
        self.set(key, &quote!(#constant));
        constant
    }

    fn texts(&mut self) {
        let args = &self.member.args;
        let (shape, name) = (shape(self.member), self.member.name());
        if let Some(regex) = &args.regex {
            self.check(regex.key, "regex", &[&shape, &name]);
            self.set_text("regex", &regex.value());
        }
        if let Some(format) = &args.format {
            let conversion = printf::conversion(&format.value()).expect("checked before");
            let conversion = Ident::new(conversion.name(), Span::call_site());
            let conversion = quote!(__memglass::derive_support::checks::Conversion::#conversion);
            self.check(
                format.literal.span(),
                "format",
                &[&shape, &conversion, &name],
            );
            self.set_text("format", &format.value());
        }
        if let Some(unit) = args.unit.as_ref().map(Text::value) {
            self.set_text("unit", &unit);
        }
        if let Some(was) = args.was.as_ref().map(Text::value) {
            self.set_text("was", &was);
        }
        if let Some(desc) = self.member.description() {
            self.set_text("desc", &desc);
        }
    }

    fn set_text(&mut self, key: &str, text: &str) {
        self.set(key, &quote!(#text));
    }

    fn names(&mut self) {
        let args = &self.member.args;
        for (key, setting, names) in [
            ("enum", "names", &args.names),
            ("flags", "flags", &args.flags),
        ] {
            if let Some(names) = names {
                self.named(key, setting, names);
            }
        }
    }

    fn named(&mut self, key: &str, setting: &str, names: &Names) {
        let (shape, scalar, field) = (shape(self.member), scalar(self.member), self.member.name());
        let size = quote!(::core::mem::size_of::<#scalar>());
        self.check(names.key, "names", &[&shape, &size, &key, &field]);
        let limits = limits(self.member);
        let mut entries = TokenStream::new();
        for (index, entry) in names.entries.iter().enumerate() {
            let constant =
                format_ident!("NAMED_{}_{}_OF_{}", key.to_uppercase(), index, self.index);
            let (name, (value, _)) = (&entry.name, both_numbers(&entry.value));
            self.items.extend(quote_spanned! {entry.value.span()=>
                const #constant: ::core::primitive::i128 = __memglass::derive_support::checks::value(#limits, #value, #name, #field);
            });
            entries.extend(quote!((#name, #constant),));
        }
        self.set(
            setting,
            &quote!(__memglass::derive_support::named(&[#entries])),
        );
    }
}

/// The expression as an `i128` and as an `f64`.
///
/// A literal gets its type here: the compiler would take one without for an `i32`.
fn both_numbers(value: &Expr) -> (TokenStream, TokenStream) {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Int(literal),
            ..
        }) if literal.suffix().is_empty() => {
            let wide = LitInt::new(&format!("{}_i128", literal.base10_digits()), literal.span());
            (quote!(#wide), quote!(#wide as ::core::primitive::f64))
        }
        Expr::Lit(ExprLit {
            lit: Lit::Float(literal),
            ..
        }) if literal.suffix().is_empty() => {
            let wide = LitFloat::new(&format!("{}_f64", literal.base10_digits()), literal.span());
            (quote!(#wide as ::core::primitive::i128), quote!(#wide))
        }
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr,
            ..
        }) if matches!(**expr, Expr::Lit(_)) => {
            let (int, float) = both_numbers(expr);
            (quote!(-(#int)), quote!(-(#float)))
        }
        Expr::Group(group) => both_numbers(&group.expr),
        other => (
            quote!((#other) as ::core::primitive::i128),
            quote!((#other) as ::core::primitive::f64),
        ),
    }
}
