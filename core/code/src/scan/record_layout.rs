//! One record by the rules of the Itanium ABI.

use crate::file::File;
use crate::lookup::{attribute_list, matches_virtual};
use crate::model::{Declaration, Declarator, Item, Key, Kind, Raw, Record, Scope, Shape, Tokens};
use crate::outline::{UNNAMED, join};

use super::doubt::is_harmless;
use super::layout::{FieldLayout, FieldPlace, FieldType, Known, Layouts, Size, Special};
use super::names::Named;
use super::type_size::{Unsized, type_name};

/// Macros that stand for other macros beyond this depth are not followed.
const DEEPEST: usize = 8;

/// Records that are defined behind those that contain them beyond this depth are not followed. No compiler takes them.
const DEEPEST_RECORDS: usize = 64;

/// The largest alignment that compilers take.
const LARGEST_ALIGNMENT: u64 = 1 << 28;

/// A record whose fields are placed one after the other.
struct Placing<'r> {
    file: &'r File,
    scope: String,
    is_union: bool,
    is_packed: bool,
    align: u64,
    /// The next free bit.
    bit: u64,
    /// The bytes of the largest member of a union.
    largest: u64,
    fields: Vec<FieldLayout>,
    special: Vec<Special>,
    is_plain: bool,
    has_fields: bool,
    is_hidden: bool,
}

impl Placing<'_> {
    /// Notes what makes the record more than its public fields.
    fn note(&mut self, what: &'static str, tokens: &Tokens) {
        let span = self.file.source().bytes(tokens);
        self.special.push(Special { what, span });
    }

    /// The byte at which something of this alignment goes.
    fn place(&mut self, size: u64, align: u64) -> Option<u64> {
        self.align = self.align.max(align);
        if self.is_union {
            self.largest = self.largest.max(size);
            return Some(0);
        }
        let offset = self
            .bit
            .div_ceil(8)
            .checked_next_multiple_of(align.max(1))?;
        self.bit = offset.checked_add(size)?.checked_mul(8)?;
        Some(offset)
    }

    /// The bit at which a bit-field of this width goes, in units of a type.
    fn place_bits(&mut self, width: u64, unit: &Size) -> u64 {
        let bits = unit.size * 8;
        let start = if self.is_union { 0 } else { self.bit };
        let crosses = start % bits + width > bits;
        let start = if crosses {
            start.next_multiple_of(unit.align * 8)
        } else {
            start
        };
        if self.is_union {
            self.largest = self.largest.max(width.div_ceil(8));
        } else {
            self.bit = start + width;
        }
        start
    }
}

impl<'f> Layouts<'_, 'f> {
    /// The layout of the record that `named` is.
    pub(super) fn record(&mut self, named: &Named<'_>) -> Result<Known, String> {
        self.record_of(named, named.entity.inner)
    }

    /// The layout of `item`, the record that `named` defines.
    pub(super) fn record_of(&mut self, named: &Named<'_>, item: &Item) -> Result<Known, String> {
        let key = std::ptr::from_ref(item);
        match self.known.get(&key) {
            Some(Some(known)) => return known.clone(),
            Some(None) => return Err(format!("field of its own type: {}", named.entity.path)),
            None => {}
        }
        if self.depth == DEEPEST_RECORDS {
            return Err(format!("more than {DEEPEST_RECORDS} records in each other"));
        }
        self.known.insert(key, None);
        self.depth += 1;
        let known = self.work_out(named, item);
        self.depth -= 1;
        self.known.insert(key, Some(known.clone()));
        known
    }

    /// The size of what a typedef of a record or enumeration in place declares.
    pub(super) fn defined(
        &mut self,
        named: &Named<'_>,
        definition: &Item,
        declarator: &Declarator,
        depth: usize,
    ) -> Result<Size, Unsized> {
        if declarator.is_pointer {
            return Ok(Size::pointer());
        }
        let mut size = match &definition.kind {
            Kind::Enum(item) => self.enumeration(named, item, depth)?,
            _ => {
                self.record_of(named, definition)
                    .map_err(|_| Unsized::Record)?
                    .size
            }
        };
        for dimension in &declarator.sizes {
            let count = self.constant(named.file, dimension, &named.entity.scope, depth + 1);
            let count = count
                .and_then(|count| u64::try_from(count).ok())
                .ok_or(Unsized::ArraySize)?;
            size = size.times(count).ok_or(Unsized::ArraySize)?;
        }
        Ok(size)
    }

    fn work_out(&mut self, named: &Named<'_>, item: &Item) -> Result<Known, String> {
        let Kind::Record(record) = &item.kind else {
            return Err("no record".to_owned());
        };
        if named.entity.in_template {
            return Err("template".to_owned());
        }
        if self.names.is_in_nameless_member(&named.entity)
            && !matches!(named.entity.inner.kind, Kind::Variables(_))
        {
            return Err("type in a member without a name".to_owned());
        }
        if self.names.is_packed_by_pragma(item) {
            return Err("#pragma pack".to_owned());
        }
        let whole = named.entity.item;
        if let Some(doubt) = self.names.definition_doubt(named.file, whole, item) {
            return Err(doubt);
        }
        for other in self.names.declared(&named.entity.path) {
            let Kind::Record(declared) = &other.entity.inner.kind else {
                continue;
            };
            let is_plain = || {
                declared.attributes.is_empty()
                    && self
                        .names
                        .definition_doubt(other.file, other.entity.item, other.entity.inner)
                        .is_none()
            };
            if declared.body.is_none() && !is_plain() {
                return Err("attributes of another declaration".to_owned());
            }
        }
        if self.names.is_in_raw(&named.file.text(&record.name)) {
            return Err("another declaration of it is not understood".to_owned());
        }
        let path = named.entity.type_path(named.file);
        let scope = path.clone().unwrap_or_else(|| named.entity.path.clone());
        let mut known = self.place_record(named.file, record, scope)?;
        known.size.ty = path.map_or(FieldType::Other, FieldType::Record);
        Ok(known)
    }

    fn place_record(
        &mut self,
        file: &File,
        record: &Record,
        scope: String,
    ) -> Result<Known, String> {
        let mut placing = Placing {
            file,
            scope,
            is_union: record.key == Key::Union,
            is_packed: false,
            align: 1,
            bit: 0,
            largest: 0,
            fields: Vec::new(),
            special: Vec::new(),
            is_plain: record.bases.is_empty(),
            has_fields: false,
            is_hidden: record.key == Key::Class,
        };
        let aligned = self.alignment_of(&mut placing, &record.attributes)?;
        let empty_bases = self.bases(&mut placing, record)?;
        for item in record.body.iter().flat_map(|body| &body.items) {
            self.member(&mut placing, item)?;
        }
        self.check_empty_bases(&placing, record, &empty_bases)?;
        placing.align = placing.align.max(aligned);
        finish(
            placing,
            !record.bases.is_empty() && empty_bases.len() < record.bases.len(),
        )
    }

    /// Reads attributes: sets `packed` and returns the alignment that they ask for.
    fn attributes(
        &mut self,
        placing: &mut Placing<'_>,
        attributes: &[Tokens],
    ) -> Result<u64, String> {
        let mut align = 1;
        for attribute in attributes {
            for text in attribute_list(placing.file, attribute) {
                align = align.max(self.attribute(placing, &text, 0)?);
            }
        }
        Ok(align)
    }

    /// The same for a record, which compilers align by the last of several alignments or by the largest: they must be one.
    fn alignment_of(
        &mut self,
        placing: &mut Placing<'_>,
        attributes: &[Tokens],
    ) -> Result<u64, String> {
        let (mut last, mut largest) = (1, 1);
        for attribute in attributes {
            let align = self.attributes(placing, std::slice::from_ref(attribute))?;
            if align > 1 {
                (last, largest) = (align, largest.max(align));
            }
        }
        match last == largest {
            true => Ok(last),
            false => Err("several alignments".to_owned()),
        }
    }

    fn attribute(
        &mut self,
        placing: &mut Placing<'_>,
        text: &str,
        depth: usize,
    ) -> Result<u64, String> {
        let name = text.split('(').next().unwrap_or_default();
        match name {
            "packed" | "__packed__" | "gnu::packed" => placing.is_packed = true,
            "alignas" | "_Alignas" => {
                let inside = text
                    .split_once('(')
                    .and_then(|(_, rest)| rest.strip_suffix(')'))
                    .unwrap_or_default();
                return self
                    .alignment(inside, &placing.scope.clone())
                    .ok_or_else(|| format!("alignment {inside}"));
            }
            _ if is_harmless(name) => {}
            _ => match self.names.macro_text(name).filter(|_| depth < DEEPEST) {
                Some(text) => return self.written_attributes(placing, text, depth + 1),
                None => return Err(format!("attribute {name}")),
            },
        }
        Ok(1)
    }

    /// The attributes that a macro stands for, which are its whole text.
    fn written_attributes(
        &mut self,
        placing: &mut Placing<'_>,
        text: &str,
        depth: usize,
    ) -> Result<u64, String> {
        let file = File::parse(&format!("struct {text} x_ {{}};"));
        let [item] = file.items() else {
            return Err(format!("attribute {text}"));
        };
        let Kind::Record(record) = &item.kind else {
            return Err(format!("attribute {text}"));
        };
        let mut align = 1;
        for attribute in &record.attributes {
            for one in attribute_list(&file, attribute) {
                align = align.max(self.attribute(placing, &one, depth)?);
            }
        }
        Ok(align)
    }

    /// What `alignas(…)` asks for: a number or a type.
    fn alignment(&mut self, text: &str, scope: &str) -> Option<u64> {
        let file = File::parse(&format!("int x = {text};"));
        let number = match file.items().first().map(|item| &item.kind) {
            Some(Kind::Variables(declaration)) => {
                let value = declaration
                    .declarators
                    .first()
                    .map(|declarator| declarator.value.clone())?;
                self.constant(&file, &value, scope, 0)
            }
            _ => None,
        };
        let align = match number {
            Some(number) => u64::try_from(number).ok()?,
            None => self.type_text(text, scope, 0)?.align,
        };
        (align == 0 || align.is_power_of_two() && align <= LARGEST_ALIGNMENT)
            .then_some(align.max(1))
    }

    /// Places the bases that take room; returns the names of those that do not.
    fn bases(&mut self, placing: &mut Placing<'_>, record: &Record) -> Result<Vec<String>, String> {
        let mut empty = Vec::new();
        let outer = placing.scope.clone();
        for base in &record.bases {
            placing.note("a base", &base.tokens);
            if base.is_virtual {
                return Err("virtual base".to_owned());
            }
            let name = placing.file.text(&base.name);
            let size = self
                .type_name(&name, &outer, 0)
                .map_err(|_| format!("base {name}"))?;
            if size.is_empty {
                placing.align = placing.align.max(size.align);
                empty.push(name);
                continue;
            }
            if !size.is_plain && size.used != size.size {
                return Err(format!("base {name}"));
            }
            if placing.is_packed {
                return Err(format!("base {name}"));
            }
            placing.place(size.size, size.align).ok_or("too large")?;
            placing.has_fields = true;
        }
        Ok(empty)
    }

    /// An empty base moves if something of its type is at the same place: then the layout is not known here.
    fn check_empty_bases(
        &mut self,
        placing: &Placing<'_>,
        record: &Record,
        empty: &[String],
    ) -> Result<(), String> {
        let Some(base) = empty.first() else {
            return Ok(());
        };
        if record.bases.len() > 1
            && (empty.len() > 1 || placing.has_fields)
            && empty.len() != record.bases.len()
        {
            return Err(format!("base {base}"));
        }
        // The first member lies where the base does. If it is a number or pointer, the base cannot be in it.
        let first = first_declaration(record);
        let is_scalar = first.is_none_or(|declaration| {
            let declared = &declaration.declarators;
            let is_pointer = declared
                .first()
                .is_some_and(|declarator| declarator.is_pointer);
            let name = type_name(placing.file, &declaration.words);
            let of_type = |size: &Size| {
                matches!(
                    size.ty,
                    FieldType::Int { .. }
                        | FieldType::Float(_)
                        | FieldType::Bool
                        | FieldType::Char
                        | FieldType::Enum(_)
                        | FieldType::Pointer
                )
            };
            is_pointer
                || declaration.definition.is_none()
                    && self
                        .type_name(&name, &placing.scope, 0)
                        .is_ok_and(|size| of_type(&size))
        });
        let begins_anonymous = record.body.iter().flat_map(|body| &body.items).any(|item| {
            matches!(&item.kind, Kind::Record(inner) if inner.body.is_some() && inner.name.is_empty())
        });
        match is_scalar && !begins_anonymous {
            true => Ok(()),
            false => Err(format!("base {base}")),
        }
    }

    fn member(&mut self, placing: &mut Placing<'_>, item: &Item) -> Result<(), String> {
        let line = placing.file.source().tokens()[item.tokens.start].line;
        match &item.kind {
            Kind::Conditional { .. } => Err(format!("conditional member at line {line}")),
            Kind::Raw(Raw::Macro | Raw::Unparsed | Raw::Statement) | Kind::Include { .. } => {
                Err(format!("member not understood at line {line}"))
            }
            Kind::Pragma { text } if text.starts_with("pack") => Err("#pragma pack".to_owned()),
            Kind::Extern { .. } | Kind::Namespace { .. } => {
                Err(format!("member not understood at line {line}"))
            }
            Kind::Function(function) => {
                if matches_virtual(placing.file, function) {
                    return Err("virtual function".to_owned());
                }
                let own = match function.shape {
                    Shape::Constructor => Some("a constructor"),
                    Shape::Destructor => Some("a destructor"),
                    _ if placing.file.text(&function.name).ends_with("operator=") => {
                        Some("an assignment")
                    }
                    _ => None,
                };
                if let Some(what) = own {
                    placing.is_plain = false;
                    placing.note(what, &function.name);
                }
                Ok(())
            }
            Kind::Access { label } => {
                placing.is_hidden = !label.starts_with("public");
                Ok(())
            }
            Kind::Template { item: inner, .. } => match &inner.kind {
                Kind::Function(function) if function.shape == Shape::Constructor => {
                    placing.is_plain = false;
                    placing.note("a constructor", &function.name);
                    Ok(())
                }
                _ => Ok(()),
            },
            Kind::Record(record) if record.body.is_some() && record.name.is_empty() => {
                self.anonymous(placing, item, record)
            }
            // A member without a name, whose attributes are in a macro that looks like one.
            Kind::Record(record) if self.names.is_macro(&placing.file.text(&record.name)) => {
                Err(format!("macro {}", placing.file.text(&record.name)))
            }
            Kind::Variables(declaration) => {
                let doubt = self
                    .names
                    .declaration_doubt(placing.file, &item.tokens, declaration);
                match doubt {
                    Some(doubt) => Err(doubt),
                    None => self.fields(placing, item, declaration),
                }
            }
            Kind::Export(Scope::One(_)) => Err(format!("member not understood at line {line}")),
            _ => Ok(()),
        }
    }

    /// A member without a name: its fields are fields of the record.
    fn anonymous(
        &mut self,
        placing: &mut Placing<'_>,
        item: &Item,
        record: &Record,
    ) -> Result<(), String> {
        if let Some(doubt) = self.names.definition_doubt(placing.file, item, item) {
            return Err(doubt);
        }
        let source = placing.file.source();
        let is_stored = |at| matches!(source.word(at), "static" | "mutable" | "extern");
        let is_unfit = source.code(record.head.clone()).any(is_stored);
        let unfit = more_than_fields(placing.file, record).or(is_unfit.then_some(item));
        if let Some(other) = unfit {
            let line = source.tokens()[other.tokens.start].line;
            return Err(format!(
                "more than fields in a member without a name at line {line}"
            ));
        }
        if placing.is_hidden {
            placing.note("hidden fields", &item.tokens);
        }
        if record.key == Key::Union || placing.is_union {
            placing.note(
                "fields without a name that lie over each other",
                &item.tokens,
            );
        }
        let known = self.place_record(placing.file, record, placing.scope.clone())?;
        placing.special.extend(known.special);
        let align = if placing.is_packed {
            1
        } else {
            known.size.align
        };
        let offset = placing.place(known.size.size, align).ok_or("too large")?;
        placing.has_fields = true;
        placing.is_plain &= known.size.is_plain;
        placing
            .fields
            .extend(known.fields.into_iter().map(|field| FieldLayout {
                place: match field.place {
                    FieldPlace::Bytes {
                        offset: inner,
                        size,
                    } => FieldPlace::Bytes {
                        offset: offset + inner,
                        size,
                    },
                    FieldPlace::Bits {
                        offset: inner,
                        width,
                    } => FieldPlace::Bits {
                        offset: offset * 8 + inner,
                        width,
                    },
                },
                ..field
            }));
        Ok(())
    }

    fn fields(
        &mut self,
        placing: &mut Placing<'_>,
        item: &Item,
        declaration: &Declaration,
    ) -> Result<(), String> {
        let source = placing.file.source();
        let takes_no_room = declaration
            .words
            .clone()
            .any(|at| matches!(source.word(at), "static" | "friend" | "extern"));
        if takes_no_room {
            return Ok(());
        }
        if placing.is_hidden {
            placing.is_plain = false;
            placing.note("hidden fields", &declaration.words);
        }
        let definition = declaration.definition.as_deref();
        let doubt = definition
            .and_then(|definition| self.names.definition_doubt(placing.file, item, definition));
        if let Some(doubt) = doubt {
            return Err(doubt);
        }
        let inner = match declaration
            .definition
            .as_deref()
            .map(|item| (item, &item.kind))
        {
            Some((_, Kind::Record(record))) => {
                Some(self.inner_record(placing, declaration, record)?)
            }
            Some((item, Kind::Enum(_))) => Some(self.inner_enum(placing, declaration, item)?),
            _ => None,
        };
        for declarator in &declaration.declarators {
            self.field(placing, declaration, declarator, inner.clone())?;
        }
        Ok(())
    }

    fn inner_record(
        &mut self,
        placing: &Placing<'_>,
        declaration: &Declaration,
        record: &Record,
    ) -> Result<Size, String> {
        let named = self.definer(placing, declaration, record.name.clone())?;
        let path = named.entity.type_path(placing.file);
        let scope = path.clone().unwrap_or_else(|| named.entity.path.clone());
        let size = self.place_record(placing.file, record, scope)?.size;
        let ty = path.map_or(FieldType::Other, FieldType::Record);
        Ok(Size { ty, ..size })
    }

    /// What defines the type that fields are declared with: the type itself if it has a name, else the first of the fields.
    fn definer(
        &self,
        placing: &Placing<'_>,
        declaration: &Declaration,
        own: Tokens,
    ) -> Result<Named<'f>, String> {
        let first = declaration.declarators.first();
        let name = match first.filter(|_| own.is_empty()) {
            Some(first) => &first.name,
            None => &own,
        };
        let name = match name.is_empty() {
            true => UNNAMED.to_owned(),
            false => placing.file.text(name),
        };
        let definition = declaration.definition.as_deref().map(std::ptr::from_ref);
        let path = join(&placing.scope, &name);
        let mut declared = self.names.declared(&path);
        let named =
            declared.find(|one| Some(std::ptr::from_ref(one.entity.defined())) == definition);
        named
            .cloned()
            .ok_or_else(|| format!("type of field {name}"))
    }

    fn inner_enum(
        &mut self,
        placing: &Placing<'_>,
        declaration: &Declaration,
        item: &Item,
    ) -> Result<Size, String> {
        let Kind::Enum(inner) = &item.kind else {
            return Err("no enumeration".to_owned());
        };
        if let Some(name) = self.names.harmful_of(placing.file, &inner.attributes) {
            return Err(format!("attribute {name}"));
        }
        let named = self.definer(placing, declaration, inner.name.clone())?;
        let size = self.enumeration(&named, inner, 0);
        size.map_err(|_| format!("type enum {}", placing.file.text(&inner.name)))
    }

    fn field(
        &mut self,
        placing: &mut Placing<'_>,
        declaration: &Declaration,
        declarator: &Declarator,
        inner: Option<Size>,
    ) -> Result<(), String> {
        if declarator.is_function {
            return Ok(());
        }
        let name = placing.file.text(&declarator.name);
        let scope = placing.scope.clone();
        let was_packed = placing.is_packed;
        let asked = {
            let attributes: Vec<Tokens> = declaration
                .attributes
                .iter()
                .chain(&declarator.attributes)
                .cloned()
                .collect();
            self.attributes(placing, &attributes)?
        };
        let is_packed = std::mem::replace(&mut placing.is_packed, was_packed);
        let size = match inner {
            Some(_) if declarator.is_pointer => Ok(Size::pointer()),
            Some(size) => self.array_of(placing.file, size, declarator, &scope),
            None => self.declared(placing.file, &declaration.words, declarator, &scope, 0),
        };
        let size = size.map_err(|reason| why(placing.file, declaration, &name, &reason))?;
        let is_reference = size.ty == FieldType::Reference;
        if is_reference && placing.is_union {
            return Err(format!("reference {name} in a union"));
        }
        placing.is_plain &= size.is_plain && !is_reference && declarator.value.is_empty();
        placing.has_fields = true;
        if !declarator.bits.is_empty() {
            return self.bit_field(placing, declarator, &size, &name, asked > 1 || is_packed);
        }
        let own = if is_packed { 1 } else { size.align };
        let offset = placing
            .place(size.size, own.max(asked))
            .ok_or("too large")?;
        placing.fields.push(FieldLayout {
            name,
            span: placing.file.source().bytes(&declarator.name),
            ty: size.ty,
            asked_align: if asked > 1 { asked } else { 0 },
            place: FieldPlace::Bytes {
                offset,
                size: size.size,
            },
        });
        Ok(())
    }

    fn array_of(
        &mut self,
        file: &File,
        mut size: Size,
        declarator: &Declarator,
        scope: &str,
    ) -> Result<Size, Unsized> {
        for dimension in &declarator.sizes {
            let count = self
                .constant(file, dimension, scope, 0)
                .and_then(|count| u64::try_from(count).ok());
            size = size
                .times(count.ok_or(Unsized::ArraySize)?)
                .ok_or(Unsized::ArraySize)?;
        }
        Ok(size)
    }

    fn bit_field(
        &mut self,
        placing: &mut Placing<'_>,
        declarator: &Declarator,
        unit: &Size,
        name: &str,
        is_special: bool,
    ) -> Result<(), String> {
        if is_special {
            return Err("packed bit-field".to_owned());
        }
        let scope = placing.scope.clone();
        let width = self
            .constant(placing.file, &declarator.bits, &scope, 0)
            .and_then(|width| u64::try_from(width).ok());
        let width = width
            .filter(|&width| width <= unit.size * 8)
            .ok_or_else(|| format!("width of field {name}"))?;
        if width == 0 {
            if !placing.is_union {
                placing.bit = placing.bit.next_multiple_of(unit.align * 8);
            }
            return Ok(());
        }
        let offset = placing.place_bits(width, unit);
        if !name.is_empty() {
            placing.align = placing.align.max(unit.align);
            placing.fields.push(FieldLayout {
                name: name.to_owned(),
                span: placing.file.source().bytes(&declarator.name),
                ty: unit.ty.clone(),
                asked_align: 0,
                place: FieldPlace::Bits { offset, width },
            });
        }
        Ok(())
    }
}

/// What a member without a name has besides public fields, which compilers refuse: a type with a name, an enumeration, a
/// function, something that is static.
fn more_than_fields<'i>(file: &File, record: &'i Record) -> Option<&'i Item> {
    let mut is_hidden = record.key == Key::Class;
    let mut items = record.body.iter().flat_map(|body| &body.items);
    items.find(|item| match &item.kind {
        Kind::Access { label } => {
            is_hidden = !label.starts_with("public");
            false
        }
        Kind::Record(inner) => is_hidden || inner.body.is_none() || !inner.name.is_empty(),
        Kind::Variables(declaration) => {
            let words = || declaration.words.clone();
            let is_static = words().any(|at| matches!(file.source().word(at), "static" | "extern"));
            let is_nameless = match declaration.definition.as_deref().map(|inner| &inner.kind) {
                Some(Kind::Record(inner)) => inner.name.is_empty(),
                Some(_) => false,
                None => true,
            };
            let is_function = declaration.declarators.iter().any(|one| one.is_function);
            is_hidden || is_static || is_function || !is_nameless
        }
        // What these stand for is looked at elsewhere.
        Kind::Raw(_) | Kind::Comment | Kind::Conditional { .. } => false,
        _ => !item.is_directive(),
    })
}

/// The first declaration of fields in a record's body.
fn first_declaration(record: &Record) -> Option<&Declaration> {
    let mut items = record.body.iter().flat_map(|body| &body.items);
    items.find_map(fields_of)
}

fn fields_of(item: &Item) -> Option<&Declaration> {
    match &item.kind {
        Kind::Variables(declaration)
            if declaration
                .declarators
                .iter()
                .any(|declarator| !declarator.is_function) =>
        {
            Some(declaration)
        }
        _ => None,
    }
}

fn why(file: &File, declaration: &Declaration, name: &str, reason: &Unsized) -> String {
    let written = type_name(file, &declaration.words);
    match reason {
        Unsized::Type => format!("type {written} of field {name}"),
        Unsized::Record => format!("field {name}: {written}"),
        Unsized::ArraySize => format!("array size of field {name}"),
    }
}

fn finish(placing: Placing<'_>, has_base_room: bool) -> Result<Known, String> {
    let used = if placing.is_union {
        placing.largest
    } else {
        placing.bit.div_ceil(8)
    };
    let is_empty = !placing.has_fields && !has_base_room;
    let least = u64::from(is_empty);
    let size = used
        .max(least)
        .checked_next_multiple_of(placing.align)
        .ok_or("too large")?;
    let size = Size {
        size,
        align: placing.align,
        ty: FieldType::Other,
        is_plain: placing.is_plain,
        used,
        is_empty,
    };
    Ok(Known {
        size,
        is_union: placing.is_union,
        fields: placing.fields,
        special: placing.special,
    })
}
