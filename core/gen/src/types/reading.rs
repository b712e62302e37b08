//! Types of the compiler as types of the set.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::path::Path;

use clang_sys::*;
use memglass_types::{
    Base, Builder, Count, Enum, Enumerator, Kind, Member, Name, Place, Qualifier, Record,
    Signature, Tag, Type, TypeId, Types, Unit as SourceFile,
};

use super::attributes::Texts;
use super::bases::{Part, Question, Questions, bases};
use super::plain::{is_signed, known, plain};
use crate::clang::{Cursor, Ty, Unit};
use crate::error::GenerateError;

/// Types in the making.
pub(super) struct Reading<'u> {
    pub(super) unit: &'u Unit,
    pub(super) builder: Builder,
    pub(super) texts: Texts,
    /// Whether types have the names of what they are declared in, as in C++.
    pub(super) scopes_types: bool,
    declared: HashMap<Cursor<'u>, TypeId>,
    /// Declarations whose types are not described yet.
    waiting: VecDeque<(Cursor<'u>, TypeId)>,
    symbols: HashSet<Cursor<'u>>,
    plain: HashMap<String, TypeId>,
    names: HashSet<Name>,
    questions: Questions,
    /// Classes with bases, and with very many members, until it is known where these lie.
    classes: BTreeMap<usize, (TypeId, Type)>,
    /// The members whose places are asked for.
    asked: HashMap<(TypeId, usize), Cursor<'u>>,
    /// The types that each file defines.
    files: BTreeMap<Name, Vec<TypeId>>,
    address_size: u64,
    /// How many types are around the one that is being read.
    depth: u32,
    is_too_deep: bool,
}

/// Members of a record beyond which the library takes too long to say of each where it lies.
const MANY: usize = 4096;

/// Types are made of others no deeper: each level takes some of the stack.
const DEEPEST: u32 = 256;

impl<'u> Reading<'u> {
    pub(super) fn new(unit: &'u Unit) -> Self {
        Reading {
            unit,
            builder: Builder::default(),
            texts: Texts::default(),
            scopes_types: false,
            declared: HashMap::new(),
            waiting: VecDeque::new(),
            symbols: HashSet::new(),
            plain: HashMap::new(),
            names: HashSet::new(),
            questions: Questions::default(),
            classes: BTreeMap::new(),
            asked: HashMap::new(),
            files: BTreeMap::new(),
            address_size: unit.address_size(),
            depth: 0,
            is_too_deep: false,
        }
    }

    /// Describes all types that were referred to so far, and those that they refer to.
    pub(super) fn work(&mut self) {
        while let Some((cursor, id)) = self.waiting.pop_front() {
            self.describe(cursor, id);
        }
    }

    pub(super) fn take_questions(&mut self) -> Questions {
        std::mem::take(&mut self.questions)
    }

    /// Says where bases and members lie.
    pub(super) fn set_places(&mut self, answers: &[(&Question, u64)]) {
        for (question, offset) in answers {
            let class = question.class;
            match question.part {
                Part::Base(base) => self.set_base(class, base, *offset),
                Part::Member(number) => {
                    if self.asked.remove(&(class, number)).is_some() {
                        self.set_member(class, number, offset.saturating_mul(8));
                    }
                }
            }
        }
        // Those that no constant could name.
        for ((class, number), field) in std::mem::take(&mut self.asked) {
            if let Some(bits) = known(field.field_bit()) {
                self.set_member(class, number, bits);
            }
        }
    }

    /// Whether the place of one of the members of a record is asked for.
    fn has_asked(&self, record: TypeId, members: usize) -> bool {
        let is_asked = |number| self.asked.contains_key(&(record, number));
        !self.asked.is_empty() && (0..members).any(is_asked)
    }

    fn set_base(&mut self, class: TypeId, base: usize, offset: u64) {
        if let Some(record) = self.pending(class) {
            record.bases[base].offset = Some(offset);
        }
    }

    fn set_member(&mut self, class: TypeId, number: usize, offset_bits: u64) {
        if let Some(record) = self.pending(class) {
            record.members[number].offset_bits = offset_bits;
        }
    }

    fn pending(&mut self, class: TypeId) -> Option<&mut Record> {
        match &mut self.classes.get_mut(&class.index())?.1.kind {
            Kind::Record(record) => Some(record),
            _ => None,
        }
    }

    pub(super) fn finish(mut self) -> Result<Types, GenerateError> {
        if self.is_too_deep {
            return Err(GenerateError::TooDeep { most: DEEPEST });
        }
        for (id, class) in std::mem::take(&mut self.classes).into_values() {
            self.builder.define(id, class);
        }
        let producer = self.name(&self.unit.producer());
        for (name, types) in std::mem::take(&mut self.files) {
            self.builder.add_unit(SourceFile {
                name,
                producer: producer.clone(),
                types,
            });
        }
        Ok(self.builder.finish()?)
    }

    /// Whether a function or variable was not seen before.
    pub(super) fn is_first(&mut self, cursor: Cursor<'u>) -> bool {
        self.symbols.insert(cursor.canonical())
    }

    /// One name for equal texts.
    pub(super) fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.names.get(text) {
            return name.clone();
        }
        let name = Name::from(text);
        self.names.insert(name.clone());
        name
    }

    pub(super) fn place(&mut self, cursor: Cursor<'_>) -> Option<Place> {
        let (file, line) = cursor.line();
        let is_known = file != Path::new("");
        is_known.then(|| Place {
            file: self.name(&file.to_string_lossy()),
            line,
        })
    }

    /// Whether a record or enumeration is declared without a name.
    ///
    /// Newer libraries give it the name of the alias behind it; but then its name and its first word are in one place.
    pub(super) fn is_nameless(&self, cursor: Cursor<'_>) -> bool {
        let [name, start] = cursor.written();
        cursor.name().is_empty() || name == start
    }

    /// The name with those of all scopes around it.
    pub(super) fn qualified_name(&self, cursor: Cursor<'_>) -> String {
        let mut parts = vec![own_name(cursor)];
        let mut outer = cursor.parent();
        while self.scopes_types && is_scope(outer.kind()) {
            match own_name(outer) {
                name if !name.is_empty() => parts.push(name),
                _ if outer.kind() == CXCursor_Namespace => parts.push("(anonymous)".into()),
                _ => {}
            }
            outer = outer.parent();
        }
        parts.reverse();
        parts.join("::")
    }

    /// The type that a declaration declares.
    pub(super) fn declared(&mut self, cursor: Cursor<'u>) -> TypeId {
        let first = cursor.canonical();
        if let Some(&id) = self.declared.get(&first) {
            return id;
        }
        let id = self.builder.reserve();
        self.declared.insert(first, id);
        // The type leads to the definition, if there is one.
        let defined = cursor.ty().declaration();
        let is_alias = matches!(cursor.kind(), CXCursor_TypedefDecl | CXCursor_TypeAliasDecl);
        self.waiting
            .push_back((if is_alias { cursor } else { defined }, id));
        id
    }

    fn describe(&mut self, cursor: Cursor<'u>, id: TypeId) {
        let (size, kind) = match cursor.kind() {
            CXCursor_TypedefDecl | CXCursor_TypeAliasDecl => {
                let of = self.ty(cursor.aliased());
                (None, Kind::Alias { of })
            }
            CXCursor_EnumDecl => self.set(cursor),
            _ => self.record_of(cursor, id),
        };
        let is_defined = !matches!(kind, Kind::Opaque { .. });
        let is_alias = matches!(kind, Kind::Alias { .. });
        let name = match !is_alias && self.is_nameless(cursor) {
            true => String::new(),
            false => self.qualified_name(cursor),
        };
        let attributes = self.texts.attributes(cursor);
        let is_aligned = |attribute: &memglass_types::Attribute| &*attribute.name == "aligned";
        let align = attributes.iter().any(is_aligned);
        let align = u64::try_from(cursor.ty().align()).ok().filter(|_| align);
        let ty = Type {
            name: self.name(&name),
            size,
            align,
            kind,
            place: self.place(cursor),
            attributes,
        };
        if let Some(place) = ty.place.as_ref().filter(|_| is_defined && !name.is_empty()) {
            self.files.entry(place.file.clone()).or_default().push(id);
        }
        let is_pending = matches!(&ty.kind, Kind::Record(record)
            if !record.bases.is_empty() || self.has_asked(id, record.members.len()));
        match is_pending {
            true => _ = self.classes.insert(id.index(), (id, ty)),
            false => self.builder.define(id, ty),
        }
    }

    fn set(&mut self, cursor: Cursor<'u>) -> (Option<u64>, Kind) {
        let Some(size) = known(cursor.ty().size()) else {
            return (None, Kind::Opaque { what: Tag::Enum });
        };
        let base = cursor.enum_type();
        let is_signed = is_signed(base.canonical());
        let constants = cursor.children().into_iter();
        let constants = constants.filter(|child| child.kind() == CXCursor_EnumConstantDecl);
        let enumerators = constants
            .map(|constant| Enumerator {
                name: self.name(&constant.name()),
                value: constant.enum_value(is_signed),
            })
            .collect();
        let base = Some(self.ty(base));
        (Some(size), Kind::Enum(Enum { base, enumerators }))
    }

    fn record_of(&mut self, cursor: Cursor<'u>, id: TypeId) -> (Option<u64>, Kind) {
        let tag = match cursor.kind() {
            CXCursor_UnionDecl => Tag::Union,
            CXCursor_ClassDecl => Tag::Class,
            _ => Tag::Struct,
        };
        let ty = cursor.ty();
        let Some(size) = known(ty.size()) else {
            return (None, Kind::Opaque { what: tag });
        };
        let fields = ty.fields();
        let is_large = fields.len() > MANY;
        let mut members = Vec::with_capacity(fields.len());
        for field in fields {
            let number = members.len();
            let asked = is_large.then_some((ty, id, number));
            members.extend(self.member(field, asked));
        }
        let mut record = Record::new(tag, members);
        for (number, base) in bases(cursor).enumerate() {
            if !base.is_virtual_base() {
                self.questions.ask(id, number, [ty, base.ty()]);
            }
            record.bases.push(Base {
                ty: self.ty(base.ty()),
                offset: None,
            });
        }
        (Some(size), Kind::Record(record))
    }

    /// A member; `None` of a bitfield without a name, which only takes room. Of a large record, its place is asked for if
    /// a constant can name it.
    fn member(
        &mut self,
        field: Cursor<'u>,
        large: Option<(Ty<'u>, TypeId, usize)>,
    ) -> Option<Member> {
        let (name, width_bits) = (field.name(), field.width());
        if name.is_empty() && width_bits.is_some() {
            return None;
        }
        let is_plain = !name.is_empty() && width_bits.is_none();
        let is_asked = large
            .filter(|_| is_plain)
            .is_some_and(|(record, id, number)| {
                let is_asked = self.questions.ask_member(id, number, record, &name);
                if is_asked {
                    self.asked.insert((id, number), field);
                }
                is_asked
            });
        let offset_bits = match is_asked {
            true => 0,
            false => known(field.field_bit())?,
        };
        Some(Member {
            name: self.name(&name),
            ty: self.ty(field.ty()),
            offset_bits,
            width_bits,
            attributes: self.texts.attributes(field),
        })
    }

    /// A type as it is used: with its qualifiers.
    pub(super) fn ty(&mut self, ty: Ty<'u>) -> TypeId {
        if self.depth == DEEPEST {
            self.is_too_deep = true;
            return self.nameless(None, Kind::Opaque { what: Tag::Other });
        }
        self.depth += 1;
        let mut id = self.unqualified(ty);
        self.depth -= 1;
        for (is_there, qualifier) in [
            (ty.is_restrict(), Qualifier::Restrict),
            (ty.is_volatile(), Qualifier::Volatile),
            (ty.is_const(), Qualifier::Const),
        ] {
            if is_there {
                id = self.nameless(None, Kind::Qualified { of: id, qualifier });
            }
        }
        id
    }

    fn unqualified(&mut self, ty: Ty<'u>) -> TypeId {
        let size = known(ty.size());
        match ty.kind() {
            CXType_Elaborated => self.unqualified(ty.named()),
            CXType_Typedef | CXType_Record | CXType_Enum => self.declared(ty.declaration()),
            CXType_Pointer => {
                let to = self.ty(ty.pointee());
                self.nameless(size, Kind::Pointer { to })
            }
            CXType_LValueReference | CXType_RValueReference => {
                let rvalue = ty.kind() == CXType_RValueReference;
                let to = self.ty(ty.pointee());
                self.nameless(Some(self.address_size), Kind::Reference { to, rvalue })
            }
            CXType_MemberPointer => {
                let (class, to) = (self.ty(ty.class()), self.ty(ty.pointee()));
                self.nameless(size, Kind::MemberPointer { class, to })
            }
            CXType_ConstantArray | CXType_IncompleteArray | CXType_VariableArray => self.array(ty),
            CXType_Vector | CXType_ExtVector => self.vector(ty),
            CXType_FunctionProto | CXType_FunctionNoProto => self.function(ty),
            CXType_Atomic if ty.atomic_value().is_some() => {
                let of = ty.atomic_value().map(|value| self.ty(value));
                let (of, qualifier) = (of.expect("it was just there"), Qualifier::Atomic);
                self.nameless(None, Kind::Qualified { of, qualifier })
            }
            _ => match plain(ty) {
                Some((name, kind)) => self.plain(name, size, kind),
                None => self.other(ty),
            },
        }
    }

    /// What the library has no kind for: brackets, `typeof`, what a template was given.
    fn other(&mut self, ty: Ty<'u>) -> TypeId {
        let canonical = ty.canonical();
        if ty.parameters().is_some() {
            self.function(ty)
        } else if canonical.kind() != ty.kind() {
            self.unqualified(canonical)
        } else {
            let name = ty.spelling();
            self.plain(name, known(ty.size()), Kind::Opaque { what: Tag::Other })
        }
    }

    fn array(&mut self, ty: Ty<'u>) -> TypeId {
        let element = self.ty(ty.element());
        let count = match known(ty.count()) {
            Some(count) if ty.spelling().contains("[static ") => Count::AtLeast(count),
            Some(count) => Count::Fixed(count),
            None if ty.kind() == CXType_VariableArray => Count::Variable,
            None => Count::Open,
        };
        self.nameless(None, Kind::Array { element, count })
    }

    fn vector(&mut self, ty: Ty<'u>) -> TypeId {
        let element = self.ty(ty.vector_element());
        let count = known(ty.vector_count()).unwrap_or(0);
        let size = known(ty.size());
        // Of three elements it is as large as one of four.
        let of_elements = known(ty.vector_element().size()).and_then(|one| one.checked_mul(count));
        let size = size.filter(|_| size != of_elements);
        self.nameless(size, Kind::Vector { element, count })
    }

    fn function(&mut self, ty: Ty<'u>) -> TypeId {
        let parameters = ty.parameters().unwrap_or_default().into_iter();
        let signature = Signature {
            result: self.ty(ty.result()),
            parameters: parameters.map(|parameter| self.ty(parameter)).collect(),
            variadic: ty.is_variadic(),
        };
        self.nameless(None, Kind::Function(signature))
    }

    fn nameless(&mut self, size: Option<u64>, kind: Kind) -> TypeId {
        self.builder.add(Type::new(Name::default(), size, kind))
    }

    fn plain(&mut self, name: String, size: Option<u64>, kind: Kind) -> TypeId {
        if let Some(&id) = self.plain.get(&name) {
            return id;
        }
        let shown = self.name(&name);
        let size = size.filter(|_| !matches!(kind, Kind::Void));
        let id = self.builder.add(Type::new(shown, size, kind));
        self.plain.insert(name, id);
        id
    }
}

/// Whether names in it begin with its name, or with what is around it.
fn is_scope(kind: CXCursorKind) -> bool {
    matches!(
        kind,
        CXCursor_Namespace
            | CXCursor_StructDecl
            | CXCursor_ClassDecl
            | CXCursor_UnionDecl
            | CXCursor_ClassTemplate
            | CXCursor_ClassTemplatePartialSpecialization
            | CXCursor_LinkageSpec
            | CXCursor_UnexposedDecl
            | CXCursor_FunctionDecl
            | CXCursor_CXXMethod
    )
}

/// The name without scopes; of what is made from a template, with the arguments.
fn own_name(cursor: Cursor<'_>) -> String {
    let is_record = matches!(
        cursor.kind(),
        CXCursor_StructDecl | CXCursor_ClassDecl | CXCursor_UnionDecl
    );
    match is_record && !cursor.name().is_empty() {
        true => cursor.display_name(),
        false => cursor.name(),
    }
}
