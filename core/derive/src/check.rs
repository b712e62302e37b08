//! Every mistake in an item that its text alone shows.

use std::collections::HashSet;
use std::error::Error as _;

use darling::Error;
use darling::error::Accumulator;
use memglass_layouts::Layout;
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Ident, Type};

use crate::args::{FieldArgs, Names, Text};
use crate::ast::{Body, Input, Member, Protection, Variant, split_array};
use crate::{printf, substitutes};

/// The integers that a derived enum may be.
const REPRS: &[&str] = &["i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64"];

/// Reports every mistake in `input`.
pub(crate) fn check(input: &Input, errors: &mut Accumulator) {
    if !input.generics.params.is_empty() {
        let message = "a type in shared memory is concrete, this one has parameters: derive Observe for a type without them";
        report(
            errors,
            input
                .generics
                .params
                .first()
                .map_or(input.ident.span(), |first| first.span()),
            message,
        );
    }
    check_type_name(input, errors);
    check_alignment(input, errors);
    check_whole(input, errors);
    check_record(input, errors);
    match &input.body {
        Body::Struct(members) => check_struct(input, members, errors),
        Body::Union(members) => check_union(input, members, errors),
        Body::Enum(variants) => check_enum(input, variants, errors),
        Body::Newtype(ty) => check_newtype(ty, errors),
        Body::Flags => {}
    }
}

fn check_struct(input: &Input, members: &[Member], errors: &mut Accumulator) {
    check_members(input, members, errors);
    let whole = input.protection();
    for member in members
        .iter()
        .filter(|member| member.protection() != Protection::Plain)
    {
        if whole != Protection::Plain {
            let message = "the whole struct is protected already: remove this, or the protection of the struct";
            report(errors, protection_span(&member.args), message);
        }
    }
}

fn check_union(input: &Input, members: &[Member], errors: &mut Accumulator) {
    check_members(input, members, errors);
    for member in members
        .iter()
        .filter(|member| member.protection() != Protection::Plain)
    {
        let message = "members of a union lie over each other, so none can be protected alone: put the protection on the field that holds the union";
        report(errors, protection_span(&member.args), message);
    }
}

fn check_members(input: &Input, members: &[Member], errors: &mut Accumulator) {
    if let Some(packed) = input.repr.words.iter().find(|word| *word == "packed") {
        let message = "fields in shared memory lie at their alignment: remove `packed`; `#[repr(C)]` keeps the order of the fields";
        report(errors, packed.span(), message);
    }
    if members.is_empty() {
        report(
            errors,
            input.ident.span(),
            "a struct without fields has nothing to observe",
        );
    }
    let mut names = HashSet::new();
    for member in members {
        let span = span_of_name(&member.args.name, &member.ident);
        check_name(&member.name(), span, errors);
        if !names.insert(member.name()) {
            report(
                errors,
                span,
                format!("another field is called {:?} already", member.name()),
            );
        }
        errors.extend(substitutes::refusal(&member.ty));
        check_args(&member.args, errors);
    }
}

fn check_newtype(ty: &Type, errors: &mut Accumulator) {
    if let Some(refusal) = substitutes::refusal(ty) {
        errors.push(refusal);
    } else if !may_be_scalar(ty) {
        let message = "a struct with a nameless field can wrap a single number: give the field a name, `struct Name { value: T }`";
        report(errors, ty.span(), message);
    }
}

/// Whether the type may be a scalar: not an array, and without parameters.
fn may_be_scalar(ty: &Type) -> bool {
    let Type::Path(path) = ty else {
        return matches!(ty, Type::Ptr(_));
    };
    path.path
        .segments
        .iter()
        .all(|segment| segment.arguments.is_none())
}

fn check_enum(input: &Input, variants: &[Variant], errors: &mut Accumulator) {
    if input.repr_integer().is_none() {
        let name = &input.ident;
        let message = format!(
            "`{name}` needs a stated width in shared memory: add `#[repr(u8)]`, or another of {}",
            REPRS.join(", ")
        );
        report(errors, name.span(), message);
    }
    if variants.is_empty() {
        report(
            errors,
            input.ident.span(),
            "an enum without variants has no values",
        );
    }
    let mut names = HashSet::new();
    for variant in variants {
        if variant.has_fields {
            let message = "a variant with fields has no layout to rely on: use a fieldless enum, and a struct with the values beside it";
            report(errors, variant.ident.span(), message);
        }
        let span = span_of_name(&variant.args.name, &variant.ident);
        check_name(&variant.name(), span, errors);
        if !names.insert(variant.name()) {
            report(
                errors,
                span,
                format!("another variant is called {:?} already", variant.name()),
            );
        }
    }
}

/// Cells are aligned like the struct that asks for it, up to a page.
fn check_alignment(input: &Input, errors: &mut Accumulator) {
    for align in &input.repr.aligns {
        let is_scalar = matches!(input.body, Body::Enum(_) | Body::Newtype(_) | Body::Flags);
        if is_scalar {
            let message = "a single number lies at its own alignment: put it into a struct with a named field, and align that";
            report(errors, align.span(), message);
        } else if align.base10_parse::<u64>().is_ok_and(|align| align > 4096) {
            let message = "shared memory is aligned to at most 4096 bytes, a page";
            report(errors, align.span(), message);
        }
    }
}

/// Only structs are protected as a whole.
fn check_whole(input: &Input, errors: &mut Accumulator) {
    let (seqlock, locked) = (&input.args.seqlock, &input.args.locked);
    if seqlock.is_present() && locked.is_present() {
        report(
            errors,
            locked.span(),
            "a struct has one protection: choose `seqlock` or `locked`",
        );
    }
    let is_struct = matches!(input.body, Body::Struct(_));
    for flag in [seqlock, locked]
        .into_iter()
        .filter(|flag| flag.is_present() && !is_struct)
    {
        report(
            errors,
            flag.span(),
            "only a struct can be protected as a whole: put this on the fields of this type",
        );
    }
}

/// A struct whose bytes are a packed record: they are those of one write, and the layout says all of them.
fn check_record(input: &Input, errors: &mut Accumulator) {
    let Some(layout) = &input.args.layout else {
        return;
    };
    let Body::Struct(members) = &input.body else {
        let message =
            "`layout` says what the bytes of a struct are: put this on a struct with named fields";
        return report(errors, layout.key, message);
    };
    check_layout_text(layout, errors);
    for span in members.iter().filter_map(|member| member.args.first()) {
        let message = "the layout says all of the struct: remove this, or the layout of the struct";
        report(errors, span, message);
    }
    if input.protection() == Protection::Plain && !members.iter().all(is_bytes) {
        let message = "a struct with a layout is read as one record: add `seqlock` or `locked`, so that it is of one write";
        report(errors, layout.key, message);
    }
    if members.len() > 1 && !input.repr.words.iter().any(|word| word == "C") {
        let message = "a layout says where fields lie, which Rust chooses itself: add `#[repr(C)]`";
        report(errors, layout.key, message);
    }
}

/// Whether it is written as an array of bytes.
fn is_bytes(member: &Member) -> bool {
    let (element, lengths) = split_array(&member.ty);
    let is_byte = matches!(element, Type::Path(path) if path.path.is_ident("u8"));
    is_byte && lengths.len() == 1
}

fn check_args(args: &FieldArgs, errors: &mut Accumulator) {
    let protections = [
        ("atomic", &args.atomic),
        ("seqlock", &args.seqlock),
        ("locked", &args.locked),
    ];
    let present: Vec<_> = protections
        .into_iter()
        .filter(|(_, flag)| flag.is_present())
        .collect();
    for (name, flag) in present.iter().skip(1) {
        report(
            errors,
            flag.span(),
            format!(
                "a field has one protection: choose `{}` or `{name}`",
                present[0].0
            ),
        );
    }
    check_bounds(args, errors);
    check_format(args, errors);
    check_regex(args, errors);
    check_layout(args, errors);
    for names in [&args.names, &args.flags].into_iter().flatten() {
        check_names(names, errors);
    }
    if let (Some(_), Some(flags)) = (&args.names, &args.flags) {
        report(
            errors,
            flags.key,
            "`enum` names whole values and `flags` names bits: choose one",
        );
    }
}

fn check_bounds(args: &FieldArgs, errors: &mut Accumulator) {
    if args.range.is_none() {
        return;
    }
    for bound in [&args.min, &args.max].into_iter().flatten() {
        report(
            errors,
            bound.key,
            "`range` sets both bounds already: remove this one or `range`",
        );
    }
}

fn check_format(args: &FieldArgs, errors: &mut Accumulator) {
    if let Some(format) = &args.format
        && let Err(reason) = printf::conversion(&format.value())
    {
        report(errors, format.literal.span(), reason);
    }
}

fn check_regex(args: &FieldArgs, errors: &mut Accumulator) {
    let Some(regex) = &args.regex else { return };
    if let Err(error) = regex_syntax::Parser::new().parse(&regex.value()) {
        report(
            errors,
            regex.literal.span(),
            format!("not a regular expression: {}", summary(&error)),
        );
    }
}

fn check_layout(args: &FieldArgs, errors: &mut Accumulator) {
    let Some(layout) = &args.layout else { return };
    if args.text.is_present() {
        let message =
            "`text` shows all bytes as text and `layout` says what is in them: choose one";
        report(errors, layout.key, message);
    }
    check_layout_text(layout, errors);
}

fn check_layout_text(layout: &Text, errors: &mut Accumulator) {
    if let Err(reason) = first_struct(&layout.value()) {
        let reason = format!("not a layout: {reason}");
        report(errors, layout.literal.span(), reason);
    }
}

/// That the first struct of a layout can be read as a record.
fn first_struct(text: &str) -> Result<(), String> {
    let layout = Layout::parse(text).map_err(|mistake| mistake.to_string())?;
    let first = layout.structs().next().ok_or("it defines no struct")?;
    let root = layout.root(first);
    root.map(drop).map_err(|error| match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    })
}

/// The last line of the crate's report, which names the mistake. The compiler shows the pattern anyway.
fn summary(error: &regex_syntax::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

fn check_names(names: &Names, errors: &mut Accumulator) {
    let mut seen = HashSet::new();
    for entry in &names.entries {
        check_name(&entry.name, entry.span, errors);
        if !seen.insert(&entry.name) {
            report(
                errors,
                entry.span,
                format!("`{}` is named twice", entry.name),
            );
        }
    }
}

fn check_type_name(input: &Input, errors: &mut Accumulator) {
    let name = input.name();
    if name.is_empty() || name.len() > 1024 {
        report(
            errors,
            span_of_name(&input.args.name, &input.ident),
            "a name has 1 to 1024 bytes",
        );
    }
}

/// Names are used in paths and scripts, so they must be words there.
fn check_name(name: &str, span: Span, errors: &mut Accumulator) {
    let is_word = syn::parse_str::<Ident>(name).is_ok()
        || syn::parse_str::<Ident>(&format!("r#{name}")).is_ok();
    if !is_word || name.len() > 1024 {
        report(
            errors,
            span,
            format!(
                "{name:?} cannot be written in a path: use letters, digits and `_`, not beginning with a digit"
            ),
        );
    }
}

fn span_of_name(given: &Option<Text>, ident: &Ident) -> Span {
    given
        .as_ref()
        .map_or_else(|| ident.span(), |name| name.literal.span())
}

fn protection_span(args: &FieldArgs) -> Span {
    let flags = [&args.atomic, &args.seqlock, &args.locked];
    let present = flags.into_iter().find(|flag| flag.is_present());
    present.expect("the field has a protection").span()
}

fn report(errors: &mut Accumulator, span: Span, message: impl std::fmt::Display) {
    errors.push(Error::custom(message).with_span(&span));
}

impl Input {
    /// The integer that an enum is declared to be.
    pub(crate) fn repr_integer(&self) -> Option<&Ident> {
        self.repr
            .words
            .iter()
            .find(|word| REPRS.contains(&word.to_string().as_str()))
    }
}
