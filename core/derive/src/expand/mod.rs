//! Our tree -> the code that implements `Observe`.
//!
//! Everything is named by absolute paths and stands in an anonymous constant, so that nothing of
//! it meets the user's names; only the storage struct, which users name, stands beside the type.

mod members;
mod metadata;
mod scalars;
mod structs;
pub(crate) mod stub;
mod unions;

use proc_macro2::TokenStream;
use quote::quote;

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

/// Puts implementations where they meet no names of the user's, nor his lints.
fn hide(code: &TokenStream) -> TokenStream {
    let allow = allow();
    quote! {
        #allow
        const _: () = { #code };
    }
}

/// What lints of the user's should not say about code that he has not written.
fn allow() -> TokenStream {
    quote! {
        #[allow(
            deprecated, missing_docs, missing_copy_implementations, missing_debug_implementations, non_snake_case,
            private_interfaces, trivial_numeric_casts, unreachable_pub, unsafe_code, unused_qualifications,
            clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction
        )]
    }
}
