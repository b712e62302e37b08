//! Structs: the value, and the storage struct with a cell for each field.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{allow, hide, members, metadata};
use crate::ast::{Input, Member, Protection};

pub(super) fn expand(input: &Input, fields: &[Member]) -> TokenStream {
    let Some(whole) = protected_whole(input) else {
        let storage = storage_ident(input);
        let declaration = declare_storage(input, &storage, fields, members::storage);
        let storing = implement_storage(input, &storage, fields);
        let value = implement_value(input, fields, &quote!(#storage));
        let hidden = hide(&quote!(#value #storing));
        return quote!(#declaration #hidden);
    };
    hide(&implement_value(input, fields, &whole))
}

/// The cells of a struct that is protected as a whole.
pub(super) fn protected_whole(input: &Input) -> Option<TokenStream> {
    match input.protection() {
        Protection::Seqlock => Some(quote!(__memglass::Guarded<Self>)),
        Protection::Locked => Some(quote!(__memglass::Locked<Self>)),
        Protection::Plain | Protection::Atomic => None,
    }
}

pub(super) fn storage_ident(input: &Input) -> Ident {
    use syn::ext::IdentExt;
    format_ident!("{}Storage", input.ident.unraw(), span = input.ident.span())
}

pub(super) fn declare_storage(
    input: &Input,
    storage: &Ident,
    fields: &[Member],
    cells_of: impl Fn(&Member) -> TokenStream,
) -> TokenStream {
    let (vis, allow) = (&input.vis, allow());
    let doc = format!(
        " A [`{}`] in shared memory: each field behind its protection.",
        input.ident
    );
    let fields = fields.iter().map(|member| {
        let (vis, ident, docs, cells) =
            (&member.vis, &member.ident, &member.docs, cells_of(member));
        quote!(#(#docs)* #vis #ident: #cells)
    });
    let aligns = &input.repr.aligns;
    quote! {
        #[doc = #doc]
        #[automatically_derived]
        #allow
        #[repr(C #(, align(#aligns))*)]
        #vis struct #storage { #(#fields,)* }
    }
}

fn implement_value(input: &Input, fields: &[Member], storage: &TokenStream) -> TokenStream {
    let ident = &input.ident;
    let (metadata, described) = match &input.args.layout {
        // The layout says all that is known of the fields.
        Some(_) => (TokenStream::new(), described(input, TokenStream::new())),
        None => {
            let described = described(input, members::value_fields(fields));
            (metadata::items(fields), described)
        }
    };
    let (encode, decode, lossy) = (encode(fields), decode(fields), decode_lossy(fields));
    let padding = padding(fields);
    quote! {
        #metadata
        #[automatically_derived]
        impl __memglass::Observe for #ident {
            type Storage = #storage;
            const SHAPE: __memglass::Shape = __memglass::Shape::Struct;
            // SAFETY: U1: these are all its fields.
            const PADDING: __memglass::derive_support::Padding<Self> = unsafe { #padding };

            fn value_type(
                schema: &mut __memglass::schema::Schema,
            ) -> ::core::result::Result<__memglass::schema::TypeId, __memglass::schema::SchemaError> {
                #described
            }

            #[inline]
            fn encode(&self, bytes: &mut [::core::primitive::u8]) { #encode }

            #[inline]
            fn decode(bytes: &[::core::primitive::u8]) -> ::core::result::Result<Self, __memglass::InvalidValue> { #decode }

            #[inline]
            fn decode_lossy(bytes: &[::core::primitive::u8]) -> Self { #lossy }
        }
    }
}

/// Adds the type: a struct with the `fields` that are bound before, or the packed record that its bytes are.
fn described(input: &Input, fields: TokenStream) -> TokenStream {
    let name = input.name();
    match &input.args.layout {
        Some(layout) => {
            let text = &layout.literal;
            quote!(__memglass::derive_support::add_packed::<Self>(schema, #name, #text))
        }
        None => quote! {
            #fields
            __memglass::derive_support::add_struct::<Self>(schema, #name, fields)
        },
    }
}

fn padding(fields: &[Member]) -> TokenStream {
    let each = fields.iter().map(|member| {
        let ty = &member.ty;
        quote_spanned!(ty.span()=> (::core::mem::size_of::<#ty>(), <#ty as __memglass::Observe>::PADDING.is_possible()))
    });
    quote!(__memglass::derive_support::Padding::of_fields(&[#(#each),*]))
}

// Members are called through their types, with the span of the type: for a member that is not `Observe`
// the compiler then reports the same error for each call, and prints it once.

fn encode(fields: &[Member]) -> TokenStream {
    // One check of the length; the optimiser derives the checks of all fields from it.
    let length = quote!(let bytes = &mut bytes[..::core::mem::size_of::<Self>()];);
    let each = fields.iter().map(|member| {
        let (ident, ty, place) = (&member.ident, &member.ty, place(member));
        quote_spanned!(ty.span()=> <#ty as __memglass::Observe>::encode(&self.#ident, &mut bytes[#place]);)
    });
    quote!(#length #(#each)*)
}

fn decode(fields: &[Member]) -> TokenStream {
    let each = fields.iter().map(|member| {
        let (ident, ty, place) = (&member.ident, &member.ty, place(member));
        quote_spanned!(ty.span()=> #ident: <#ty as __memglass::Observe>::decode(&bytes[#place])?)
    });
    quote! {
        let bytes = &bytes[..::core::mem::size_of::<Self>()];
        ::core::result::Result::Ok(Self { #(#each,)* })
    }
}

fn decode_lossy(fields: &[Member]) -> TokenStream {
    let each = fields.iter().map(|member| {
        let (ident, ty, place) = (&member.ident, &member.ty, place(member));
        quote_spanned!(ty.span()=> #ident: <#ty as __memglass::Observe>::decode_lossy(&bytes[#place]))
    });
    quote! {
        let bytes = &bytes[..::core::mem::size_of::<Self>()];
        Self { #(#each,)* }
    }
}

/// The range of the member's bytes among those of the value.
fn place(Member { ident, ty, .. }: &Member) -> TokenStream {
    quote_spanned! {ty.span()=>
        ::core::mem::offset_of!(Self, #ident)
            ..::core::mem::offset_of!(Self, #ident) + ::core::mem::size_of::<#ty>()
    }
}

fn implement_storage(input: &Input, storage: &Ident, fields: &[Member]) -> TokenStream {
    let ident = &input.ident;
    let described = described(input, members::storage_fields(fields));
    let init = fields.iter().map(|member| {
        let (ident, cells) = (&member.ident, members::storage(member));
        quote_spanned!(member.ty.span()=> <#cells as __memglass::Storage>::init(&self.#ident, &value.#ident);)
    });
    let load = fields.iter().map(|member| {
        let (ident, cells) = (&member.ident, members::storage(member));
        quote_spanned!(member.ty.span()=> #ident: <#cells as __memglass::Storage>::load(&self.#ident)?)
    });
    quote! {
        // With a `Drop` of the user's these two would overlap: its `&mut self` could move the cells.
        // Of pointers, as the compiler would look into the struct itself, and repeat itself.
        trait StorageMustNotImplementDrop {}
        #[allow(drop_bounds)]
        impl<T: ?::core::marker::Sized + ::core::ops::Drop> StorageMustNotImplementDrop for *const T {}
        impl StorageMustNotImplementDrop for *const #storage {}
        // SAFETY: S1: each field is what a `Storage` must be. Said here, the compiler need not look into
        // the fields, and does not repeat itself where one is not `Observe`.
        #[automatically_derived]
        unsafe impl ::core::marker::Send for #storage {}
        // SAFETY: S1, as for `Send`.
        #[automatically_derived]
        unsafe impl ::core::marker::Sync for #storage {}
        // SAFETY: S1: a `repr(C)` struct of storages, described by the compiler's own offsets.
        #[automatically_derived]
        unsafe impl __memglass::Storage for #storage {
            type Value = #ident;

            fn storage_type(
                schema: &mut __memglass::schema::Schema,
            ) -> ::core::result::Result<__memglass::schema::TypeId, __memglass::schema::SchemaError> {
                #described
            }

            #[inline]
            fn init(&self, value: &#ident) {
                #(#init)*
            }

            #[inline]
            fn load(&self) -> ::core::result::Result<#ident, __memglass::Contended> {
                ::core::result::Result::Ok(#ident {
                    #(#load,)*
                })
            }
        }
    }
}
