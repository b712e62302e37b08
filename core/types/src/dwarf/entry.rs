//! The attributes of one entry that matter for types.

// The constants of gimli have the names of the standard.
#![allow(non_upper_case_globals)]

use gimli::constants::{self, DwAte, DwTag};
use gimli::{Abbreviation, Attribute, AttributeValue, EntriesRaw, Expression, Operation};

use super::Slice;
use super::units::Context;

/// An entry by the place where it is, unique in a file.
pub(super) type Key = u64;

/// What an entry says.
#[derive(Default)]
pub(super) struct Entry<'d> {
    pub(super) name: Option<Slice<'d>>,
    pub(super) ty: Option<Key>,
    pub(super) byte_size: Option<u64>,
    pub(super) bit_size: Option<u64>,
    /// From the most significant bit, as DWARF 2 counts.
    pub(super) bit_offset: Option<u64>,
    pub(super) data_bit_offset: Option<u64>,
    /// Bytes from the start of the record.
    pub(super) location: Option<u64>,
    pub(super) upper_bound: Bound,
    pub(super) lower_bound: i128,
    pub(super) count: Bound,
    pub(super) encoding: Option<DwAte>,
    pub(super) value: Option<i128>,
    pub(super) value_text: Option<Slice<'d>>,
    pub(super) discriminant_value: Option<i128>,
    pub(super) containing: Option<Key>,
    /// The declaration that this defines, or the function of which it is a copy.
    pub(super) origin: Option<Key>,
    pub(super) signature: Option<Key>,
    pub(super) address: Option<u64>,
    pub(super) alignment: Option<u64>,
    pub(super) file: Option<u64>,
    pub(super) line: u32,
    pub(super) language: Option<gimli::DwLang>,
    pub(super) producer: Option<Slice<'d>>,
    pub(super) is_declaration: bool,
    pub(super) is_external: bool,
    pub(super) is_vector: bool,
    pub(super) is_inline: bool,
    pub(super) is_virtual: bool,
    pub(super) is_artificial: bool,
    pub(super) is_noreturn: bool,
}

/// The number of elements of an array.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Bound {
    #[default]
    Unsaid,
    Known(i128),
    /// The program works it out.
    Variable,
}

/// Whether entries of this kind are looked at.
pub(super) fn matters(tag: DwTag) -> bool {
    use constants::*;
    !matches!(
        tag,
        DW_TAG_inlined_subroutine
            | DW_TAG_lexical_block
            | DW_TAG_call_site
            | DW_TAG_GNU_call_site
            | DW_TAG_call_site_parameter
            | DW_TAG_GNU_call_site_parameter
            | DW_TAG_label
            | DW_TAG_template_type_parameter
            | DW_TAG_template_value_parameter
            | DW_TAG_GNU_template_parameter_pack
            | DW_TAG_GNU_formal_parameter_pack
            | DW_TAG_imported_declaration
            | DW_TAG_imported_module
    )
}

impl<'d> Entry<'d> {
    pub(super) fn read(
        context: &Context<'_, 'd>,
        entries: &mut EntriesRaw<'_, Slice<'d>>,
        abbreviation: &Abbreviation,
    ) -> gimli::Result<Self> {
        let mut entry = Entry::default();
        for &spec in abbreviation.attributes() {
            entry.take(context, &entries.read_attribute(spec)?)?;
        }
        Ok(entry)
    }

    fn take(
        &mut self,
        context: &Context<'_, 'd>,
        attribute: &Attribute<Slice<'d>>,
    ) -> gimli::Result<()> {
        let value = || attribute.value();
        match attribute.name() {
            constants::DW_AT_name => self.name = Some(context.text(value())?),
            constants::DW_AT_producer => self.producer = Some(context.text(value())?),
            constants::DW_AT_type => self.ty = context.key(value()),
            constants::DW_AT_containing_type => self.containing = context.key(value()),
            constants::DW_AT_specification | constants::DW_AT_abstract_origin => {
                self.origin = context.key(value());
            }
            constants::DW_AT_signature => self.signature = context.key(value()),
            constants::DW_AT_byte_size => self.byte_size = value().udata_value(),
            constants::DW_AT_bit_size => self.bit_size = value().udata_value(),
            constants::DW_AT_bit_offset => self.bit_offset = value().udata_value(),
            constants::DW_AT_data_bit_offset => self.data_bit_offset = value().udata_value(),
            constants::DW_AT_data_member_location => self.location = offset(context, value()),
            constants::DW_AT_upper_bound => self.upper_bound = bound(value()),
            constants::DW_AT_lower_bound => self.lower_bound = integer(&value()).unwrap_or(0),
            constants::DW_AT_count => self.count = bound(value()),
            constants::DW_AT_alignment => self.alignment = value().udata_value(),
            constants::DW_AT_discr_value => self.discriminant_value = integer(&value()),
            constants::DW_AT_const_value => {
                self.value = integer(&value());
                self.value_text = match value() {
                    AttributeValue::Block(_) => None,
                    other => context.text(other).ok(),
                };
            }
            constants::DW_AT_low_pc => self.address = context.address(value()),
            constants::DW_AT_location => self.address = static_place(context, value()),
            constants::DW_AT_decl_file => self.file = file_index(value()),
            constants::DW_AT_decl_line => {
                self.line = value()
                    .udata_value()
                    .and_then(|line| line.try_into().ok())
                    .unwrap_or(0);
            }
            constants::DW_AT_encoding => {
                if let AttributeValue::Encoding(encoding) = value() {
                    self.encoding = Some(encoding);
                }
            }
            constants::DW_AT_language => {
                if let AttributeValue::Language(language) = value() {
                    self.language = Some(language);
                }
            }
            constants::DW_AT_virtuality => {
                self.is_virtual =
                    value() == AttributeValue::Virtuality(constants::DW_VIRTUALITY_virtual);
            }
            constants::DW_AT_inline => {
                self.is_inline = matches!(
                    value(),
                    AttributeValue::Inline(
                        constants::DW_INL_declared_not_inlined | constants::DW_INL_declared_inlined
                    )
                );
            }
            name => self.take_flag(name, value()),
        }
        Ok(())
    }

    fn take_flag(&mut self, name: gimli::DwAt, value: AttributeValue<Slice<'d>>) {
        let flag = match name {
            constants::DW_AT_declaration => &mut self.is_declaration,
            constants::DW_AT_external => &mut self.is_external,
            constants::DW_AT_GNU_vector => &mut self.is_vector,
            constants::DW_AT_artificial => &mut self.is_artificial,
            constants::DW_AT_noreturn => &mut self.is_noreturn,
            _ => return,
        };
        *flag = value == AttributeValue::Flag(true);
    }

    /// Bits from the start of the record to a member.
    pub(super) fn offset_bits(&self, storage_bytes: Option<u64>) -> u64 {
        let start = self.location.unwrap_or(0).saturating_mul(8);
        if let Some(bits) = self.data_bit_offset {
            return start.saturating_add(bits);
        }
        let (Some(from_top), Some(width), Some(bytes)) =
            (self.bit_offset, self.bit_size, storage_bytes)
        else {
            return start;
        };
        // Clang counts below zero for a packed member that ends behind its storage.
        let storage = i128::from(bytes) * 8;
        let above = storage - i128::from(from_top.cast_signed()) - i128::from(width);
        start.saturating_add(u64::try_from(above.max(0)).unwrap_or(u64::MAX))
    }
}

fn offset(context: &Context<'_, '_>, value: AttributeValue<Slice<'_>>) -> Option<u64> {
    match value {
        AttributeValue::Exprloc(expression) => match first(context, expression)? {
            Operation::PlusConstant { value } => Some(value),
            Operation::UnsignedConstant { value } => Some(value),
            _ => None,
        },
        other => other.udata_value(),
    }
}

/// The address of a variable that has one.
fn static_place(context: &Context<'_, '_>, value: AttributeValue<Slice<'_>>) -> Option<u64> {
    let AttributeValue::Exprloc(expression) = value else {
        return None;
    };
    match first(context, expression)? {
        Operation::Address { address } => Some(address),
        Operation::AddressIndex { index } => context.address(AttributeValue::DebugAddrIndex(index)),
        _ => None,
    }
}

fn first<'d>(
    context: &Context<'_, '_>,
    expression: Expression<Slice<'d>>,
) -> Option<Operation<Slice<'d>>> {
    expression
        .operations(context.unit.encoding())
        .next()
        .ok()
        .flatten()
}

fn file_index(value: AttributeValue<Slice<'_>>) -> Option<u64> {
    match value {
        AttributeValue::FileIndex(index) => Some(index),
        other => other.udata_value(),
    }
}

fn bound(value: AttributeValue<Slice<'_>>) -> Bound {
    match integer(&value) {
        Some(number) => Bound::Known(number),
        None => Bound::Variable,
    }
}

/// Compilers write negative numbers only in the signed forms.
fn integer(value: &AttributeValue<Slice<'_>>) -> Option<i128> {
    match *value {
        AttributeValue::Data1(number) => Some(number.into()),
        AttributeValue::Data2(number) => Some(number.into()),
        AttributeValue::Data4(number) => Some(number.into()),
        AttributeValue::Data8(number) | AttributeValue::Udata(number) => Some(number.into()),
        AttributeValue::Data16(number) => Some(number as i128),
        AttributeValue::Sdata(number) => Some(number.into()),
        AttributeValue::Block(bytes) => wide(bytes.slice()),
        _ => None,
    }
}

/// The discriminants of wide Rust enums are blocks, in the order of the bytes of x86 and ARM.
fn wide(bytes: &[u8]) -> Option<i128> {
    let mut number = [0; size_of::<i128>()];
    number.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i128::from_le_bytes(number))
}
