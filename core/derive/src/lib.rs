//! `#[derive(Observe)]`: turns a plain Rust type into one that can live in shared memory.
//!
//! There are three steps, one module each: [`ast`] reads the user's item into a tree of our own,
//! [`check`] finds every mistake in it and reports all at once, and [`expand`] writes the code. What
//! only the compiler can judge (whether a field is a number, the value of a constant) is checked by
//! constant assertions in the expansion, which point at their argument.
//!
//! The documentation for users is at `memglass::Observe`.

mod args;
mod ast;
mod check;
mod expand;
mod printf;
mod substitutes;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

/// Derives `memglass::Observe` and its companion traits; see there for the annotations.
#[proc_macro_derive(Observe, attributes(observe))]
pub fn observe(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive(syn::parse_macro_input!(input as DeriveInput)).into()
}

/// The code; or all mistakes, and a stand-in that keeps the compiler from repeating them.
fn derive(item: DeriveInput) -> TokenStream {
    let mut errors = darling::Error::accumulator();
    let (ident, is_generic) = (item.ident.clone(), !item.generics.params.is_empty());
    let Some(input) = ast::Input::read(item, &mut errors) else {
        let stub = (!is_generic).then(|| expand::stub::opaque(&ident));
        let stub = stub.map(|stub| expand::found_at(None, stub));
        let errors = errors.finish().err().map(darling::Error::write_errors);
        return quote!(#errors #stub);
    };
    check::check(&input, &mut errors);
    let code = match errors.finish() {
        Ok(()) => expand::expand(&input),
        Err(errors) => {
            let (errors, stub) = (errors.write_errors(), expand::stub::expand(&input));
            quote!(#errors #stub)
        }
    };
    let path = input.args.path.as_ref().map(|path| &path.0);
    expand::found_at(path, code)
}
