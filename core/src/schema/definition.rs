//! Layouts of packed records as types of a schema.

use std::sync::Arc;

use memglass_layouts::{DecodeError, Layout};

use super::{Kind, Type};

/// A compiled layout, as it travels in a type description. Cloning it is cheap.
///
/// Two are equal if their bytes are.
#[derive(Clone, Debug)]
pub struct Definition {
    layout: Arc<Layout>,
    bytes: Arc<[u8]>,
}

impl Definition {
    /// The definition that a layout makes.
    pub fn new(layout: Layout) -> Definition {
        Definition {
            bytes: layout.encode().into(),
            layout: Arc::new(layout),
        }
    }

    /// Reads a definition from bytes, which may come from anywhere: all that they refer to is checked.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] says what is wrong with them.
    pub fn decode(bytes: &[u8]) -> Result<Definition, DecodeError> {
        Layout::decode(bytes).map(Definition::new)
    }

    /// The layout.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The layout, shared.
    pub(crate) fn shared(&self) -> Arc<Layout> {
        Arc::clone(&self.layout)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl From<Definition> for Type {
    /// The type that a definition is in a schema, named by its first struct.
    fn from(definition: Definition) -> Type {
        let first = definition.layout().structs().next();
        let name = first.unwrap_or_default().to_owned();
        Type::new(name, 1, 1, Kind::Layout { definition })
    }
}

impl PartialEq for Definition {
    fn eq(&self, other: &Definition) -> bool {
        self.bytes == other.bytes
    }
}
