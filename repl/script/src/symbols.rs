//! Enum values in scripts: text that knows its number.
//!
//! A named enum value reads as its name, an ordinary string: it prints, switches, sorts and keys maps as
//! such. The string is the one kept here, so that by its address it is known to be a value of its enum,
//! with a number and with siblings: `p.status == 1`, `p.status.value` and a complaint about
//! `p.status == "OPNE"` come from that. A string that was computed is text and nothing more.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use memglass::schema::Variant;
use memglass_value::names::EnumNames;
use rhai::ImmutableString;

/// An enum of the session, or an integer field whose values have names.
pub(crate) struct Enumeration {
    names: Arc<EnumNames>,
    /// The strings of its names, in their order.
    texts: Vec<ImmutableString>,
    /// Numbers without a name that were read.
    unnamed: RefCell<BTreeSet<i128>>,
}

/// Numbers without a name that are kept of one enum.
const MOST_UNNAMED: usize = 256;

/// A string that is a value of an enum.
#[derive(Clone)]
pub(crate) struct Symbol {
    /// Which enum.
    pub(crate) of: Arc<EnumNames>,
    /// Its number.
    pub(crate) number: i128,
}

/// All enums that were met, by the hash of their type.
#[derive(Default)]
pub(crate) struct Symbols {
    enumerations: RefCell<HashMap<u128, Rc<Enumeration>>>,
    by_address: RefCell<HashMap<usize, Symbol>>,
}

impl Symbols {
    /// The enum with this structural hash; made of `variants` when met first.
    pub(crate) fn enumeration(
        &self,
        hash: u128,
        name: &str,
        variants: &[Variant],
    ) -> Rc<Enumeration> {
        if let Some(found) = self.enumerations.borrow().get(&hash) {
            return found.clone();
        }
        let texts = variants.iter().map(|variant| (&*variant.name).into());
        let made = Rc::new(Enumeration {
            texts: texts.collect(),
            names: Arc::new(EnumNames {
                name: name.to_owned(),
                variants: variants.to_vec(),
            }),
            unnamed: RefCell::default(),
        });
        self.enumerations.borrow_mut().insert(hash, made.clone());
        let mut by_address = self.by_address.borrow_mut();
        for (variant, text) in variants.iter().zip(&made.texts) {
            let symbol = Symbol {
                of: made.names.clone(),
                number: variant.value,
            };
            by_address.insert(address(text), symbol);
        }
        made
    }

    /// What the string is, if it is a value of an enum.
    pub(crate) fn of(&self, text: &ImmutableString) -> Option<Symbol> {
        self.by_address.borrow().get(&address(text)).cloned()
    }

    /// The enum that has this name and of which this number, which has no name, was read.
    pub(crate) fn beside_unnamed(&self, number: i128, name: &str) -> Option<Arc<EnumNames>> {
        let enumerations = self.enumerations.borrow();
        let mut met = enumerations
            .values()
            .filter(|known| known.unnamed.borrow().contains(&number));
        met.find(|known| known.names.find(name).is_some())
            .map(|known| known.names.clone())
    }
}

impl Enumeration {
    /// Notes that a number without a name was read.
    pub(crate) fn note_unnamed(&self, number: i128) {
        let mut unnamed = self.unnamed.borrow_mut();
        if unnamed.len() >= MOST_UNNAMED {
            unnamed.clear();
        }
        unnamed.insert(number);
    }

    /// The string of a number that has a name.
    pub(crate) fn text(&self, number: i128) -> Option<&ImmutableString> {
        let mut variants = self.names.variants.iter();
        let index = variants.position(|variant| variant.value == number)?;
        Some(&self.texts[index])
    }
}

/// Where its characters are: the same for clones, different for any other living string.
///
/// The strings of all enums live as long as [`Symbols`], so no address is ever used again.
fn address(text: &ImmutableString) -> usize {
    text.as_str().as_ptr() as usize
}
