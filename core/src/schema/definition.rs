//! Layouts of packed records as types of a schema.

use std::sync::Arc;

use memglass_layouts::{DecodeError, Layout};

use super::{Kind, Room, Schema, SchemaError, Type, TypeId};

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

impl Schema {
    /// Adds an array of `size` bytes that holds a packed record: the first struct of a layout's text. Its name is that of the
    /// struct if `name` is empty.
    ///
    /// # Errors
    ///
    /// [`SchemaError::Layout`] says where the text is wrong; others as [`Schema::add`].
    ///
    /// # Examples
    ///
    /// ```
    /// # let mut schema = memglass::schema::Schema::new();
    /// let id = schema.add_packed("", "struct ack { u8 len; char text[len]; };", 32, 1)?;
    /// assert_eq!((&*schema[id].name, schema[id].size), ("ack", 32));
    /// # Ok::<(), memglass::schema::SchemaError>(())
    /// ```
    pub fn add_packed(
        &mut self,
        name: &str,
        text: &str,
        size: u64,
        align: u64,
    ) -> Result<TypeId, SchemaError> {
        let refuse = |reason: String| SchemaError::Layout { reason };
        let layout = Layout::parse(text).map_err(|mistake| refuse(mistake.to_string()))?;
        let root = layout.structs().next();
        let root: Arc<str> = root
            .ok_or_else(|| refuse("it defines no struct".into()))?
            .into();
        let name = match name {
            "" => Arc::clone(&root),
            name => name.into(),
        };
        let layout = self.add(Definition::new(layout).into())?;
        let byte = self.add(Type::new("u8", 1, 1, Kind::Int { signed: false }))?;
        let room = Room::Bytes(byte);
        self.add(Type::new(
            name,
            size,
            align,
            Kind::Record { layout, root, room },
        ))
    }
}

impl PartialEq for Definition {
    fn eq(&self, other: &Definition) -> bool {
        self.bytes == other.bytes
    }
}
