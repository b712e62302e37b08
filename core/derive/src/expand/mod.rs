//! Our tree -> the code that implements `Observe`.
//!
//! Everything is named by whole paths and stands in an anonymous constant, so that nothing of
//! it meets the user's names; only the storage struct, which users name, stands beside the type.
//! Paths into memglass begin with `__memglass`, which [`found_at`] replaces in the end.

mod members;
mod metadata;
mod scalars;
mod structs;
pub(crate) mod stub;
mod unions;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::Path;

use crate::ast::{Body, Input};

/// The code for a checked input.
pub(crate) fn expand(input: &Input) -> TokenStream {
    match &input.body {
        Body::Struct(fields) => structs::expand(input, fields),
        Body::Union(fields) => unions::expand(input, fields),
        Body::Enum(variants) => scalars::expand_enum(input, variants),
        Body::Newtype(ty) => scalars::expand_newtype(input, ty),
        Body::Flags => scalars::expand_flags(input),
    }
}

/// The code with `path` in each place of `__memglass`, or with `::memglass` if there is none.
pub(crate) fn found_at(path: Option<&Path>, code: TokenStream) -> TokenStream {
    let placed = code.into_iter().flat_map(|token| match token {
        TokenTree::Ident(ident) if ident == "__memglass" => path_at(path, ident.span()),
        TokenTree::Group(group) => {
            let mut placed = Group::new(group.delimiter(), found_at(path, group.stream()));
            placed.set_span(group.span());
            TokenStream::from(TokenTree::Group(placed))
        }
        other => TokenStream::from(other),
    });
    placed.collect()
}

/// The path of memglass; errors point at `place`.
fn path_at(path: Option<&Path>, place: Span) -> TokenStream {
    let Some(path) = path else {
        return quote_spanned!(place=> ::memglass);
    };
    let tokens = path.to_token_stream().into_iter().map(|mut token| {
        // What `$crate` means is in its own span.
        token.set_span(place.resolved_at(token.span()));
        token
    });
    tokens.collect()
}

/// Puts implementations where they cannot clash with the user's names or lints.
fn hide(code: &TokenStream) -> TokenStream {
    let allow = allow();
    quote! {
        #allow
        const _: () = { #code };
    }
}

/// Lints of the user that must not apply to generated code.
fn allow() -> TokenStream {
    quote! {
        #[allow(
            deprecated, missing_docs, missing_copy_implementations, missing_debug_implementations, non_snake_case,
            private_interfaces, trivial_numeric_casts, unreachable_pub, unsafe_code, unused_qualifications,
            clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction
        )]
    }
}
