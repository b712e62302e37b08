//! A stand-in for a type whose derive reports mistakes: the compiler then reports those, and does not
//! repeat at each use of the type that it is not `Observe`.
//!
//! It never runs, because the mistakes are compile errors.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Type;

use super::{hide, structs};
use crate::ast::{Body, Input, Member, split_array};
use crate::substitutes;

/// The types of `input`, as far as they can be guessed.
pub(crate) fn expand(input: &Input) -> TokenStream {
    // An implementation for a type with parameters would have mistakes of its own.
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    match &input.body {
        // A type that owns memory is not `Copy`, and the compiler would report that for the whole struct.
        Body::Struct(members) if members.iter().any(owns_memory) => TokenStream::new(),
        Body::Struct(members) => of_struct(input, members),
        Body::Union(_) => opaque(&input.ident),
        Body::Enum(_) | Body::Newtype(_) | Body::Flags => scalar(&input.ident),
    }
}

/// A type of which only the name is known.
pub(crate) fn opaque(ident: &Ident) -> TokenStream {
    hide(&observe(ident, &quote!(__memglass::Guarded<Self>)))
}

fn owns_memory(member: &Member) -> bool {
    const NUMBERS: &[&str] = &["char", "usize", "isize"];
    let is_number = |path: &syn::TypePath| NUMBERS.iter().any(|name| path.path.is_ident(name));
    match split_array(&member.ty).0 {
        Type::Path(path) => substitutes::refusal(&member.ty).is_some() && !is_number(path),
        _ => false,
    }
}

fn of_struct(input: &Input, members: &[Member]) -> TokenStream {
    let ident = &input.ident;
    if let Some(whole) = structs::protected_whole(input) {
        return hide(&observe(ident, &whole));
    }
    let storage = structs::storage_ident(input);
    let declaration =
        structs::declare_storage(
            input,
            &storage,
            members,
            |member| match substitutes::refusal(&member.ty) {
                Some(_) => quote!(__memglass::Plain<::core::primitive::u8>),
                None => super::members::storage(member),
            },
        );
    let observe = observe(ident, &quote!(#storage));
    let hidden = hide(&quote! {
        #observe
        // SAFETY: S1 does not matter: this never compiles to the end.
        unsafe impl ::core::marker::Send for #storage {}
        // SAFETY: S1, as for `Send`.
        unsafe impl ::core::marker::Sync for #storage {}
        // SAFETY: S1, as for `Send`.
        unsafe impl __memglass::Storage for #storage {
            type Value = #ident;

            fn storage_type(
                _: &mut __memglass::schema::Schema,
            ) -> ::core::result::Result<__memglass::schema::TypeId, __memglass::schema::SchemaError> {
                ::core::unreachable!()
            }

            fn init(&self, _: &#ident) {}

            fn load(&self) -> ::core::result::Result<#ident, __memglass::Contended> {
                ::core::unreachable!()
            }
        }
    });
    quote!(#declaration #hidden)
}

fn scalar(ident: &Ident) -> TokenStream {
    let observe = observe(ident, &quote!(__memglass::Plain<Self>));
    hide(&quote! {
        #observe
        impl __memglass::Scalar for #ident {
            type Bits = ::core::primitive::u8;

            fn into_bits(self) -> Self::Bits {
                ::core::unreachable!()
            }

            fn from_bits(_: Self::Bits) -> ::core::result::Result<Self, __memglass::InvalidValue> {
                ::core::unreachable!()
            }

            fn from_bits_lossy(_: Self::Bits) -> Self {
                ::core::unreachable!()
            }
        }
    })
}

fn observe(ident: &Ident, storage: &TokenStream) -> TokenStream {
    quote! {
        impl __memglass::Observe for #ident {
            type Storage = #storage;
            const SHAPE: __memglass::Shape = __memglass::Shape::Struct;

            fn value_type(
                _: &mut __memglass::schema::Schema,
            ) -> ::core::result::Result<__memglass::schema::TypeId, __memglass::schema::SchemaError> {
                ::core::unreachable!()
            }

            fn encode(&self, _: &mut [::core::primitive::u8]) {}

            fn decode(_: &[::core::primitive::u8]) -> ::core::result::Result<Self, __memglass::InvalidValue> {
                ::core::unreachable!()
            }

            fn decode_lossy(_: &[::core::primitive::u8]) -> Self {
                ::core::unreachable!()
            }
        }
    }
}
