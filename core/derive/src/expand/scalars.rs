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
        __memglass::derive_support::add_enum::<Self>(schema, #name, #signed, &variants)
    };
    let padding = quote! {
        // SAFETY: U1: an enum without fields is its integer, and padding only if it is larger.
        unsafe {
            __memglass::derive_support::Padding::of_fields(&[(::core::mem::size_of::<::core::primitive::#repr>(), false)])
        }
    };
    let observe = observe(
        input,
        &quote!(__memglass::Shape::Enum),
        &padding,
        &value_type,
    );
    hide(&quote! {
        #observe
        #[automatically_derived]
        impl __memglass::Scalar for #ident {
            type Bits = <::core::primitive::#repr as __memglass::Scalar>::Bits;

            #[inline]
            fn into_bits(self) -> Self::Bits {
                self as ::core::primitive::#repr as Self::Bits
            }

            #[inline]
            fn from_bits(bits: Self::Bits) -> ::core::result::Result<Self, __memglass::InvalidValue> {
                let number = bits as ::core::primitive::#repr;
                #(if number == Self::#cases as ::core::primitive::#repr {
                    return ::core::result::Result::Ok(Self::#cases);
                })*
                let number = ::core::primitive::i128::from(number);
                ::core::result::Result::Err(__memglass::InvalidValue { type_name: #name, number })
            }

            #[inline]
            fn from_bits_lossy(bits: Self::Bits) -> Self {
                <Self as __memglass::Scalar>::from_bits(bits).unwrap_or(Self::#fallback)
            }
        }
    })
}

pub(super) fn expand_flags(input: &Input) -> TokenStream {
    let (ident, name) = (&input.ident, input.name());
    let value_type = quote!(__memglass::derive_support::add_flags::<Self>(schema, #name));
    // What is inside is known by the name that `bitflags!` gives it, and names prove nothing.
    let padding = quote!(__memglass::derive_support::Padding::possible());
    let observe = observe(
        input,
        &quote!(__memglass::Shape::Flags),
        &padding,
        &value_type,
    );
    let flags = quote!(<Self as __memglass::bitflags::Flags>);
    let bits = quote!(<#ident as __memglass::bitflags::Flags>::Bits);
    let conversions = total_conversions(
        &quote!(#bits),
        &quote!(#flags::bits(&self)),
        &quote!(#flags::from_bits_retain(inner)),
    );
    hide(&quote! {
        #observe
        #[automatically_derived]
        impl __memglass::Scalar for #ident { #conversions }
        #[automatically_derived]
        impl __memglass::Bitwise for #ident {}
    })
}

pub(super) fn expand_newtype(input: &Input, inner: &Type) -> TokenStream {
    let (ident, name) = (&input.ident, input.name());
    let span = inner.span();
    let shape = quote_spanned!(span=> <#inner as __memglass::Observe>::SHAPE);
    let value_type =
        quote_spanned!(span=> __memglass::derive_support::add_alias::<#inner>(schema, #name));
    let padding = quote_spanned! {span=>
        // SAFETY: U1: this is its only field.
        unsafe {
            __memglass::derive_support::Padding::of_fields(&[(
                ::core::mem::size_of::<#inner>(),
                <#inner as __memglass::Observe>::PADDING.is_possible(),
            )])
        }
    };
    let observe = observe(input, &shape, &padding, &value_type);
    let wrappable = quote_spanned! {span=>
        const _: fn() = || {
            fn is_wrappable<T: __memglass::derive_support::Wrappable>() {}
            is_wrappable::<#inner>();
        };
    };
    let bits = quote_spanned!(span=> <#inner as __memglass::Scalar>::Bits);
    hide(&quote! {
        #wrappable
        #observe
        #[automatically_derived]
        impl __memglass::Scalar for #ident {
            type Bits = #bits;

            #[inline]
            fn into_bits(self) -> Self::Bits {
                __memglass::Scalar::into_bits(self.0)
            }

            #[inline]
            fn from_bits(bits: Self::Bits) -> ::core::result::Result<Self, __memglass::InvalidValue> {
                __memglass::Scalar::from_bits(bits).map(Self)
            }

            #[inline]
            fn from_bits_lossy(bits: Self::Bits) -> Self {
                Self(__memglass::Scalar::from_bits_lossy(bits))
            }
        }
    })
}

/// `Observe` for a scalar, through its bits.
fn observe(
    input: &Input,
    shape: &TokenStream,
    padding: &TokenStream,
    value_type: &TokenStream,
) -> TokenStream {
    let ident = &input.ident;
    quote! {
        #[automatically_derived]
        impl __memglass::Observe for #ident {
            type Storage = __memglass::Plain<Self>;
            const SHAPE: __memglass::Shape = #shape;
            const PADDING: __memglass::derive_support::Padding<Self> = #padding;

            fn value_type(
                schema: &mut __memglass::schema::Schema,
            ) -> ::core::result::Result<__memglass::schema::TypeId, __memglass::schema::SchemaError> {
                #value_type
            }

            #[inline]
            fn encode(&self, bytes: &mut [::core::primitive::u8]) {
                __memglass::derive_support::encode_scalar(*self, bytes);
            }

            #[inline]
            fn decode(bytes: &[::core::primitive::u8]) -> ::core::result::Result<Self, __memglass::InvalidValue> {
                __memglass::derive_support::decode_scalar(bytes)
            }

            #[inline]
            fn decode_lossy(bytes: &[::core::primitive::u8]) -> Self {
                __memglass::derive_support::decode_scalar_lossy(bytes)
            }
        }
    }
}

/// `Scalar` for a type for which every bit pattern is a value, through the number inside.
fn total_conversions(inner: &TokenStream, into: &TokenStream, from: &TokenStream) -> TokenStream {
    quote! {
        type Bits = <#inner as __memglass::Scalar>::Bits;

        #[inline]
        fn into_bits(self) -> Self::Bits {
            __memglass::Scalar::into_bits(#into)
        }

        #[inline]
        fn from_bits(bits: Self::Bits) -> ::core::result::Result<Self, __memglass::InvalidValue> {
            ::core::result::Result::Ok(<Self as __memglass::Scalar>::from_bits_lossy(bits))
        }

        #[inline]
        fn from_bits_lossy(bits: Self::Bits) -> Self {
            let inner: #inner = __memglass::Scalar::from_bits_lossy(bits);
            #from
        }
    }
}
