//! Fields of structs and unions: their types in both forms, and their descriptions.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::metadata;
use crate::ast::{Member, Protection, split_array};

/// The cells that hold the field.
pub(super) fn storage(member: &Member) -> TokenStream {
    let ty = &member.ty;
    let span = ty.span();
    match member.protection() {
        Protection::Plain => quote_spanned!(span=> <#ty as __memglass::Observe>::Storage),
        Protection::Atomic => atomic(ty),
        Protection::Seqlock => quote_spanned!(span=> __memglass::Guarded<#ty>),
        Protection::Locked => quote_spanned!(span=> __memglass::Locked<#ty>),
    }
}

/// Atomic scalars; in an array, each element by itself.
fn atomic(ty: &Type) -> TokenStream {
    let (scalar, lengths) = split_array(ty);
    let cell =
        quote_spanned!(scalar.span()=> <#scalar as __memglass::derive_support::AtomicField>::Cells);
    lengths
        .iter()
        .rev()
        .fold(cell, |cell, length| quote!([#cell; #length]))
}

/// Statements that bind `fields`, the members as they lie in the bare value.
pub(super) fn value_fields(members: &[Member]) -> TokenStream {
    fields(members, value_type, &quote!(Self))
}

/// Statements that bind `fields`, the members as they lie in the storage struct.
pub(super) fn storage_fields(members: &[Member]) -> TokenStream {
    fields(members, storage_type, &quote!(Self))
}

fn fields(
    members: &[Member],
    type_of: fn(&Member) -> TokenStream,
    owner: &TokenStream,
) -> TokenStream {
    let described = members.iter().enumerate().map(|(index, member)| {
        let (ident, name, type_id) = (&member.ident, member.name(), type_of(member));
        let metadata = metadata::function(index);
        quote_spanned! {member.ty.span()=> {
            let type_id = #type_id?;
            let offset = ::core::mem::offset_of!(#owner, #ident);
            __memglass::derive_support::field(#name, type_id, offset, #metadata())
        }}
    });
    quote!(let fields = ::std::vec![#(#described),*];)
}

fn value_type(member: &Member) -> TokenStream {
    let ty = &member.ty;
    if let Some(described) = described_type(member, Protection::Plain) {
        return described;
    }
    quote_spanned!(ty.span()=> <#ty as __memglass::Observe>::value_type(schema))
}

fn storage_type(member: &Member) -> TokenStream {
    if let Some(described) = described_type(member, member.protection()) {
        return described;
    }
    let storage = storage(member);
    quote_spanned!(member.ty.span()=> <#storage as __memglass::Storage>::storage_type(schema))
}

/// The type of an array of bytes that is shown as text or holds a record; its own type would describe numbers.
fn described_type(member: &Member, protection: Protection) -> Option<TokenStream> {
    let (function, text) = match (&member.args.layout, member.args.text.is_present()) {
        (Some(layout), _) => (quote!(add_layout), Some(&layout.literal)),
        (None, true) => (quote!(add_text), None),
        (None, false) => return None,
    };
    let text = text.into_iter();
    let protection = match protection {
        Protection::Plain => quote!(Plain),
        Protection::Atomic => quote!(Atomic),
        Protection::Seqlock => quote!(Seqlock),
        Protection::Locked => quote!(Locked),
    };
    let ty = &member.ty;
    Some(quote_spanned! {ty.span()=>
        __memglass::derive_support::#function::<#ty>(schema, __memglass::schema::Protection::#protection #(, #text)*)
    })
}

/// The shape of the field for checks of its annotations.
pub(super) fn shape(member: &Member) -> TokenStream {
    let ty = &member.ty;
    if member.args.text.is_present() {
        return quote!(__memglass::Shape::Text);
    }
    if member.args.layout.is_some() {
        return quote!(__memglass::Shape::Struct);
    }
    quote_spanned!(ty.span()=> <#ty as __memglass::Observe>::SHAPE)
}

/// The type of the scalars in the field; for an array, that of its elements.
pub(super) fn scalar(member: &Member) -> &Type {
    split_array(&member.ty).0
}

/// The least and greatest value of the field's integer, if the type's name shows that it is one.
pub(super) fn limits(member: &Member) -> TokenStream {
    const INTEGERS: &[&str] = &["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];
    if let Type::Path(path) = scalar(member)
        && let Some(ident) = path.path.get_ident()
        && INTEGERS.contains(&ident.to_string().as_str())
    {
        return quote!(::core::option::Option::Some((#ident::MIN as ::core::primitive::i128, #ident::MAX as ::core::primitive::i128)));
    }
    quote!(::core::option::Option::None)
}

/// A constant of its own for one check, so that its failure is an error at `span`.
pub(super) fn check(span: Span, function: &str, arguments: &[&dyn ToTokens]) -> TokenStream {
    let function = syn::Ident::new(function, span);
    quote_spanned! {span=>
        const _: () = __memglass::derive_support::checks::#function(#(#arguments),*);
    }
}
