//! `#[derive(Observe)]`: turns a plain Rust type into one that can live in shared memory.
//!
//! The work is done in three steps, one module each: [`ast`] reads what the user wrote into a tree
//! of our own, [`check`] finds everything that is wrong with it and reports all of it at once, and
//! [`expand`] writes the code. What only the compiler can judge (whether a field is a number, what
//! a constant evaluates to) is left to constant assertions in the expansion, which point at the
//! argument they are about.
//!
//! The documentation for users is at `memglass::Observe`.

mod args;
mod ast;
mod check;
mod expand;
mod printf;
mod substitutes;

use proc_macro2::TokenStream;
use syn::DeriveInput;

/// Derives `memglass::Observe` and what belongs to it; see there for the annotations.
#[proc_macro_derive(Observe, attributes(observe))]
pub fn observe(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    derive(input)
        .unwrap_or_else(|errors| errors.write_errors())
        .into()
}

fn derive(input: DeriveInput) -> darling::Result<TokenStream> {
    let mut errors = darling::Error::accumulator();
    let input = ast::Input::read(input, &mut errors);
    if let Some(input) = &input {
        check::check(input, &mut errors);
    }
    errors.finish()?;
    Ok(expand::expand(
        &input.expect("an input that cannot be read was reported"),
    ))
}
