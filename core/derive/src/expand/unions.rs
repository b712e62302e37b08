//! Unions: whole words; each member is a view of them.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::members::{self, check};
use super::{hide, metadata};
use crate::ast::{Input, Member};

pub(super) fn expand(input: &Input, members: &[Member]) -> TokenStream {
    let (ident, name) = (&input.ident, input.name());
    let size = quote!(::core::mem::size_of::<#ident>());
    let layout = check(
        ident.span(),
        "union_layout",
        &[&size, &quote!(::core::mem::align_of::<#ident>()), &name],
    );
    let checks = members.iter().map(|member| check_member(member, &size));
    let metadata = metadata::items(members);
    let described = members::value_fields(members);
    hide(&quote! {
        #layout
        #(#checks)*
        #metadata
        #[automatically_derived]
        impl __memglass::Observe for #ident {
            type Storage = __memglass::PlainUnion<Self, { #size / 8 }>;
            const SHAPE: __memglass::Shape = __memglass::Shape::Union;
            // SAFETY: U1, by the checks above: each member has the size of the union and no padding.
            const PADDING: __memglass::derive_support::Padding<Self> =
                unsafe { __memglass::derive_support::Padding::none() };

            fn value_type(
                schema: &mut __memglass::schema::Schema,
            ) -> ::core::result::Result<__memglass::schema::TypeId, __memglass::schema::SchemaError> {
                #described
                __memglass::derive_support::add_union::<Self>(schema, #name, fields)
            }

            #[inline]
            fn encode(&self, bytes: &mut [::core::primitive::u8]) {
                // SAFETY: U1, by the checks above.
                unsafe { __memglass::derive_support::encode_union(self, bytes) }
            }

            #[inline]
            fn decode(bytes: &[::core::primitive::u8]) -> ::core::result::Result<Self, __memglass::InvalidValue> {
                ::core::result::Result::Ok(Self::decode_lossy(bytes))
            }

            #[inline]
            fn decode_lossy(bytes: &[::core::primitive::u8]) -> Self {
                // SAFETY: L1: this is a union, for which any bytes are valid.
                unsafe { __memglass::derive_support::decode_union(bytes) }
            }
        }
    })
}

fn check_member(member: &Member, union_size: &TokenStream) -> TokenStream {
    let (ty, name) = (&member.ty, member.name());
    let padding = quote_spanned!(ty.span()=> <#ty as __memglass::Observe>::PADDING);
    check(
        member.ident.span(),
        "union_member",
        &[&padding, union_size, &name],
    )
}
