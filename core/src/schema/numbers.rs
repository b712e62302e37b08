//! From a number to its name and back, without looking at every name there is.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Kind, Type, Variant};

/// Where a list lies, and how many names it has.
type ListAddress = (usize, usize);

/// Lists of up to this many names are searched linearly, which is as fast as any index.
const SHORT: usize = 32;

/// The long lists of names in a schema's types, in the order of their numbers.
///
/// A list is identified by its address, which works for enums and annotated integers alike. An added
/// type is neither moved nor dropped before the schema, so no other list ever gets that address.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    by_address: HashMap<ListAddress, Orders>,
}

/// A list in two orders; of equal ones the first comes first.
#[derive(Clone, Debug)]
struct Orders {
    by_number: Arc<[u32]>,
    by_name: Arc<[u32]>,
}

impl Numbers {
    /// Sorts the long lists of a type that stays where it is.
    pub(super) fn enter(&mut self, ty: &Type) {
        if let Kind::Enum { variants, .. } | Kind::Flags { flags: variants } = &ty.kind {
            self.enter_list(variants);
        }
        for member in ty.members().unwrap_or_default() {
            self.enter_list(&member.metadata.names);
            self.enter_list(&member.metadata.flags);
        }
    }

    fn enter_list(&mut self, variants: &[Variant]) {
        let Ok(count) = u32::try_from(variants.len()) else {
            return;
        };
        if variants.len() > SHORT {
            let variant = |index: u32| &variants[index as usize];
            let mut by_number: Vec<u32> = (0..count).collect();
            let mut by_name = by_number.clone();
            by_number.sort_by_key(|&index| variant(index).value);
            by_name.sort_by(|&one, &other| variant(one).name.cmp(&variant(other).name));
            let orders = Orders {
                by_number: by_number.into(),
                by_name: by_name.into(),
            };
            self.by_address.insert(address_of(variants), orders);
        }
    }

    /// The first of `variants` that has this number.
    pub(super) fn find<'v>(&self, variants: &'v [Variant], number: i128) -> Option<&'v Variant> {
        let Some(Orders {
            by_number: order, ..
        }) = self.orders(variants)
        else {
            return variants.iter().find(|variant| variant.value == number);
        };
        let value = |index: u32| variants[index as usize].value;
        let first = order.partition_point(|&index| value(index) < number);
        let found = &variants[*order.get(first)? as usize];
        (found.value == number).then_some(found)
    }

    /// The first of `variants` that has this name, or else the only one that differs from it in case alone.
    pub(super) fn find_name<'v>(&self, variants: &'v [Variant], name: &str) -> Option<&'v Variant> {
        let exact = self.find_exact(variants, name);
        exact.or_else(|| only_but_for_case(name, variants, |variant| &variant.name))
    }

    fn find_exact<'v>(&self, variants: &'v [Variant], name: &str) -> Option<&'v Variant> {
        let Some(Orders { by_name: order, .. }) = self.orders(variants) else {
            return variants.iter().find(|variant| &*variant.name == name);
        };
        let variant = |index: u32| &variants[index as usize];
        let first = order.partition_point(|&index| &*variant(index).name < name);
        let found = variant(*order.get(first)?);
        (&*found.name == name).then_some(found)
    }

    /// The orders of a long list.
    fn orders(&self, variants: &[Variant]) -> Option<&Orders> {
        match variants.len() > SHORT {
            true => self.by_address.get(&address_of(variants)),
            false => None,
        }
    }
}

/// The item whose name is `wanted`, or else the only one whose name differs from it in case alone.
///
/// So names of enums and flags are read wherever people write them. Two names that differ in case alone are told
/// apart only by the exact one.
pub fn named<'i, T>(wanted: &str, items: &'i [T], name: impl Fn(&T) -> &str) -> Option<&'i T> {
    let exact = items.iter().find(|item| name(item) == wanted);
    exact.or_else(|| only_but_for_case(wanted, items, name))
}

fn only_but_for_case<'i, T>(
    wanted: &str,
    items: &'i [T],
    name: impl Fn(&T) -> &str,
) -> Option<&'i T> {
    let mut same = items
        .iter()
        .filter(|item| is_same_but_for_case(wanted, name(item)));
    let found = same.next()?;
    same.next().is_none().then_some(found)
}

fn is_same_but_for_case(one: &str, other: &str) -> bool {
    match one.is_ascii() || other.is_ascii() {
        true => one.eq_ignore_ascii_case(other),
        false => one.to_lowercase() == other.to_lowercase(),
    }
}

fn address_of(variants: &[Variant]) -> ListAddress {
    (variants.as_ptr().addr(), variants.len())
}

#[cfg(test)]
mod tests {
    use super::super::{Field, Metadata, Schema};
    use super::*;

    fn variants(numbers: impl Iterator<Item = i128>) -> Vec<Variant> {
        let named = numbers.enumerate().map(|(index, value)| Variant {
            name: format!("n{index}").into(),
            value,
        });
        named.collect()
    }

    /// An enum with these numbers, and a struct with a member that has them as annotations.
    fn schema(variants: Vec<Variant>) -> Schema {
        let mut schema = Schema::new();
        let ty = |name: &str, size, kind| Type {
            elsewhere: None,
            name: name.into(),
            size,
            align: 2,
            kind,
        };
        let number = ty("i16", 2, Kind::Int { signed: true });
        let type_id = schema.add(number).unwrap();
        let (signed, names) = (true, variants.clone());
        schema
            .add(ty("E", 2, Kind::Enum { signed, variants }))
            .unwrap();
        let member = Field {
            name: "member".into(),
            type_id,
            offset: 0,
            bits: None,
            metadata: Metadata {
                names,
                ..Metadata::default()
            },
        };
        let fields = vec![member];
        schema.add(ty("S", 2, Kind::Struct { fields })).unwrap();
        schema
    }

    fn lists(schema: &Schema) -> Vec<&[Variant]> {
        let list = |ty: &'_ Arc<Type>| match &schema[schema.find(&ty.name).unwrap()].kind {
            Kind::Enum { variants, .. } => Some(&variants[..]),
            Kind::Struct { fields } => Some(&fields[0].metadata.names[..]),
            _ => None,
        };
        schema.iter().filter_map(|(_, ty)| list(ty)).collect()
    }

    #[test]
    fn long_lists_and_short_ones_find_the_same() {
        for count in [0, 1, 31, 32, 33, 1000] {
            // Not in order, negative ones too, and each number twice.
            let numbers = (0..count).map(|index| (index * 7919) % (count / 2 + 1) - 10);
            let schema = schema(variants(numbers));
            for list in lists(&schema) {
                for number in -20..count + 20 {
                    let first = list.iter().find(|variant| variant.value == number);
                    assert_eq!(schema.variant(list, number), first, "{number} of {count}");
                    let name = format!("n{number}");
                    let first = list.iter().find(|variant| *variant.name == *name);
                    assert_eq!(
                        schema.variant_named(list, &name),
                        first,
                        "{name} of {count}"
                    );
                }
            }
        }
    }

    #[test]
    fn case_does_not_matter_where_one_name_is_left() {
        let names = ["OPEN", "Open", "FILLED", "GEÖFFNET"];
        let found = |wanted| named(wanted, &names, |name| name).copied();
        assert_eq!(found("filled"), Some("FILLED"));
        assert_eq!(found("geöffnet"), Some("GEÖFFNET"));
        assert_eq!(found("Open"), Some("Open"));
        assert_eq!(found("OPEN"), Some("OPEN"));
        assert_eq!(found("open"), None);
        let many = schema(variants(0..100));
        for list in lists(&many) {
            assert_eq!(many.variant_named(list, "N71"), Some(&list[71]));
        }
    }

    #[test]
    fn a_part_of_a_list_is_another_list() {
        let schema = schema(variants(0..100));
        for list in lists(&schema) {
            assert_eq!(schema.variant(&list[..40], 99), None);
            assert_eq!(schema.variant(&list[..40], 39), Some(&list[39]));
        }
    }

    #[test]
    fn a_copy_of_a_schema_finds_what_the_first_one_does_and_its_own() {
        let first = schema(variants(0..100));
        let mut second = first.clone();
        let more = variants((0..100).map(|number| number * 2));
        let ty = Type {
            elsewhere: None,
            name: "F".into(),
            size: 2,
            align: 2,
            kind: Kind::Enum {
                signed: true,
                variants: more,
            },
        };
        second.add(ty).unwrap();
        drop(first);
        for list in lists(&second) {
            let last = list.last().unwrap();
            assert_eq!(second.variant(list, last.value), Some(last));
            assert_eq!(second.variant(list, 199), None);
        }
    }
}
