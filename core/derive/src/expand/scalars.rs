//! Types that are one number each: enums, flag sets, and structs that wrap a number.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::hide;
use crate::ast::{Input, Variant};

pub(super) fn expand_enum(input: &Input, variants: &[Variant]) -> TokenStream {
    let repr = input.repr_integer().expect("checked before");
    let (ident, name) = (&input.ident, input.name());
    let signed = repr.to_string().starts_with('i');
    let cases: Vec<_> = variants.iter().map(|variant| &variant.ident).collect();
    let names = variants.iter().map(Variant::name);
    let fallback = variants
        .iter()
        .find(|variant| variant.is_default)
        .or(variants.first());
    let fallback = &fallback.expect("checked before").ident;
    let value_type = quote! {
        let variants = [#((#names, Self::#cases as ::core::primitive::#repr as ::core::primitive::i128)),*];
        ::memglass::derive_support::add_enum::<Self>(schema, #name, #signed, &variants)
    };
    let observe = observe(input, &quote!(::memglass::Shape::Enum), &value_type);
    hide(&quote! {
        #observe
        #[automatically_derived]
        impl ::memglass::Scalar for #ident {
            type Bits = <::core::primitive::#repr as ::memglass::Scalar>::Bits;

            #[inline]
            fn into_bits(self) -> Self::Bits {
                self as ::core::primitive::#repr as Self::Bits
            }

            #[inline]
            fn from_bits(bits: Self::Bits) -> ::core::result::Result<Self, ::memglass::InvalidValue> {
                let number = bits as ::core::primitive::#repr;
                #(if number == Self::#cases as ::core::primitive::#repr {
                    return ::core::result::Result::Ok(Self::#cases);
                })*
                let number = ::core::primitive::i128::from(number);
                ::core::result::Result::Err(::memglass::InvalidValue { type_name: #name, number })
            }

            #[inline]
            fn from_bits_lossy(bits: Self::Bits) -> Self {
                <Self as ::memglass::Scalar>::from_bits(bits).unwrap_or(Self::#fallback)
            }
        }
    })
}

pub(super) fn expand_flags(input: &Input) -> TokenStream {
    let (ident, name) = (&input.ident, input.name());
    let value_type = quote!(::memglass::derive_support::add_flags::<Self>(schema, #name));
    let observe = observe(input, &quote!(::memglass::Shape::Flags), &value_type);
    let flags = quote!(<Self as ::memglass::bitflags::Flags>);
    let bits = quote!(<#ident as ::memglass::bitflags::Flags>::Bits);
    let conversions = total_conversions(
        &quote!(#bits),
        &quote!(#flags::bits(&self)),
        &quote!(#flags::from_bits_retain(inner)),
    );
    hide(&quote! {
        #observe
        #[automatically_derived]
        impl ::memglass::Scalar for #ident { #conversions }
        #[automatically_derived]
        impl ::memglass::Bitwise for #ident {}
    })
}

pub(super) fn expand_newtype(input: &Input, inner: &Type) -> TokenStream {
    let (ident, name) = (&input.ident, input.name());
    let span = inner.span();
    let shape = quote_spanned!(span=> <#inner as ::memglass::Observe>::SHAPE);
    let value_type =
        quote_spanned!(span=> ::memglass::derive_support::add_alias::<#inner>(schema, #name));
    let observe = observe(input, &shape, &value_type);
    let wrappable = quote_spanned! {span=>
        const _: fn() = || {
            fn is_wrappable<T: ::memglass::derive_support::Wrappable>() {}
            is_wrappable::<#inner>();
        };
    };
    let bits = quote_spanned!(span=> <#inner as ::memglass::Scalar>::Bits);
    hide(&quote! {
        #wrappable
        #observe
        #[automatically_derived]
        impl ::memglass::Scalar for #ident {
            type Bits = #bits;

            #[inline]
            fn into_bits(self) -> Self::Bits {
                ::memglass::Scalar::into_bits(self.0)
            }

            #[inline]
            fn from_bits(bits: Self::Bits) -> ::core::result::Result<Self, ::memglass::InvalidValue> {
                ::memglass::Scalar::from_bits(bits).map(Self)
            }

            #[inline]
            fn from_bits_lossy(bits: Self::Bits) -> Self {
                Self(::memglass::Scalar::from_bits_lossy(bits))
            }
        }
    })
}

/// `Observe`, for which a scalar has its bits.
fn observe(input: &Input, shape: &TokenStream, value_type: &TokenStream) -> TokenStream {
    let ident = &input.ident;
    quote! {
        #[automatically_derived]
        impl ::memglass::Observe for #ident {
            type Storage = ::memglass::Plain<Self>;
            const SHAPE: ::memglass::Shape = #shape;
            // SAFETY: U1: its only field is a number, which has no padding itself.
            const PADDING: ::memglass::derive_support::Padding = unsafe {
                ::memglass::derive_support::Padding::of_struct(
                    ::core::mem::size_of::<Self>(),
                    &[(
                        ::core::mem::size_of::<<Self as ::memglass::Scalar>::Bits>(),
                        ::memglass::derive_support::Padding::none(),
                    )],
                )
            };

            fn value_type(
                schema: &mut ::memglass::schema::Schema,
            ) -> ::core::result::Result<::memglass::schema::TypeId, ::memglass::schema::SchemaError> {
                #value_type
            }

            #[inline]
            fn encode(&self, bytes: &mut [::core::primitive::u8]) {
                ::memglass::derive_support::encode_scalar(*self, bytes);
            }

            #[inline]
            fn decode(bytes: &[::core::primitive::u8]) -> ::core::result::Result<Self, ::memglass::InvalidValue> {
                ::memglass::derive_support::decode_scalar(bytes)
            }

            #[inline]
            fn decode_lossy(bytes: &[::core::primitive::u8]) -> Self {
                ::memglass::derive_support::decode_scalar_lossy(bytes)
            }
        }
    }
}

/// `Scalar` of a type of which every bit pattern is a value, through the number inside.
fn total_conversions(inner: &TokenStream, into: &TokenStream, from: &TokenStream) -> TokenStream {
    quote! {
        type Bits = <#inner as ::memglass::Scalar>::Bits;

        #[inline]
        fn into_bits(self) -> Self::Bits {
            ::memglass::Scalar::into_bits(#into)
        }

        #[inline]
        fn from_bits(bits: Self::Bits) -> ::core::result::Result<Self, ::memglass::InvalidValue> {
            ::core::result::Result::Ok(<Self as ::memglass::Scalar>::from_bits_lossy(bits))
        }

        #[inline]
        fn from_bits_lossy(bits: Self::Bits) -> Self {
            let inner: #inner = ::memglass::Scalar::from_bits_lossy(bits);
            #from
        }
    }
}
