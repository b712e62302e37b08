//! The size and alignment of types.

use crate::file::File;
use crate::model::{Declarator, Kind, Tokens};
use crate::words::{is_cv, is_record_key};

use super::layout::{FieldType, Layouts, Size};
use super::names::Named;

/// Why the size of a type is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unsized {
    /// Nothing is known of the type.
    Type,
    /// It is, or holds, a record whose layout is not known.
    Record,
    /// An array size is not known.
    ArraySize,
}

/// Aliases and arrays of arrays beyond this depth are not followed.
const DEEPEST: usize = 32;

impl Layouts<'_, '_> {
    /// The size of what one declarator of `words` declares.
    pub(super) fn declared(
        &mut self,
        file: &File,
        words: &Tokens,
        declarator: &Declarator,
        scope: &str,
        depth: usize,
    ) -> Result<Size, Unsized> {
        let mut size = if declarator.is_member_pointer && declarator.params.is_some() {
            Size::plain(FieldType::Other, 16, 8)
        } else if declarator.is_member_pointer {
            Size::scalar(FieldType::Other, 8)
        } else if declarator.is_pointer && is_reference(file, declarator) {
            Size::scalar(FieldType::Reference, 8)
        } else if declarator.is_pointer && declarator.params.is_some() {
            Size::scalar(FieldType::Other, 8)
        } else if declarator.is_pointer {
            Size::pointer()
        } else {
            self.type_name(&type_name(file, words), scope, depth)?
        };
        let qualified = if declarator.is_pointer {
            &declarator.tokens
        } else {
            words
        };
        if has_qualifier(file, qualified) {
            size.ty = FieldType::Qualified(Box::new(size.ty));
        }
        for dimension in &declarator.sizes {
            let is_open = file.source().code(dimension.clone()).next().is_none();
            let count = if is_open {
                Some(0)
            } else {
                self.constant(file, dimension, scope, depth + 1)
            };
            let count = count
                .and_then(|count| u64::try_from(count).ok())
                .ok_or(Unsized::ArraySize)?;
            size = size.times(count).ok_or(Unsized::ArraySize)?;
        }
        Ok(size)
    }

    /// The size of a type that is written in an expression or as a template argument.
    pub(super) fn type_text(&mut self, text: &str, scope: &str, depth: usize) -> Option<Size> {
        let file = File::parse(&format!(
            "typedef {};",
            crate::build::type_with_name(text, "x_")
        ));
        let [item] = file.items() else { return None };
        let Kind::Typedef(declaration) = &item.kind else {
            return None;
        };
        let [declarator] = &declaration.declarators[..] else {
            return None;
        };
        self.declared(&file, &declaration.words, declarator, scope, depth)
            .ok()
    }

    /// The size of the type called `name`: a name or words for numbers, without `*` and brackets.
    pub(super) fn type_name(
        &mut self,
        name: &str,
        scope: &str,
        depth: usize,
    ) -> Result<Size, Unsized> {
        let is_other = name.split(' ').any(|word| self.names.is_macro(word));
        if depth > DEEPEST || is_other {
            return Err(Unsized::Type);
        }
        if let Some(size) = builtin(name) {
            return Ok(size);
        }
        if let Some(named) = self.names.find(name, scope).cloned() {
            return self.named_type(&named, depth);
        }
        if let Some(size) = standard(name) {
            return Ok(size);
        }
        self.standard_template(name, scope, depth)
    }

    fn named_type(&mut self, named: &Named<'_>, depth: usize) -> Result<Size, Unsized> {
        let entity = &named.entity;
        match &entity.inner.kind {
            Kind::Record(_) => self
                .record(named)
                .map(|layout| layout.size)
                .map_err(|_| Unsized::Record),
            Kind::Enum(item) => self.enumeration(named, item, depth),
            Kind::Using { target, .. } if !target.is_empty() => {
                let before = entity.item.tokens.start..target.start;
                if self.names.doubt(named.file, &before, &[]).is_some() {
                    return Err(Unsized::Type);
                }
                let text = named.file.text(target);
                self.alias(&text, &entity.scope, depth)
            }
            Kind::Using { name, .. } if entity.scope != name.as_str() => {
                let name = format!("::{}", name.trim_start_matches("::"));
                self.type_name(&name, "", depth + 1)
            }
            Kind::Typedef(declaration) => {
                let Some(declarator) = entity.declarator() else {
                    return Err(Unsized::Type);
                };
                let (file, item) = (named.file, entity.item);
                let is_doubtful = self
                    .names
                    .declaration_doubt(file, &item.tokens, declaration);
                let attributes = [&declaration.attributes[..], &declarator.attributes].concat();
                let is_harmful = self.names.harmful_of(file, &attributes);
                if is_doubtful.is_some() || is_harmful.is_some() {
                    return Err(Unsized::Type);
                }
                if let Some(definition) = declaration.definition.as_deref() {
                    return self.defined(named, definition, declarator, depth);
                }
                self.declared(
                    named.file,
                    &declaration.words,
                    declarator,
                    &entity.scope,
                    depth + 1,
                )
            }
            _ => Err(Unsized::Type),
        }
    }

    fn alias(&mut self, text: &str, scope: &str, depth: usize) -> Result<Size, Unsized> {
        let file = File::parse(&format!(
            "typedef {};",
            crate::build::type_with_name(text, "x_")
        ));
        let Some(Kind::Typedef(declaration)) = file.items().first().map(|item| &item.kind) else {
            return Err(Unsized::Type);
        };
        let Some(declarator) = declaration.declarators.first() else {
            return Err(Unsized::Type);
        };
        self.declared(&file, &declaration.words, declarator, scope, depth + 1)
    }

    /// `std::array` and `std::atomic`.
    fn standard_template(
        &mut self,
        name: &str,
        scope: &str,
        depth: usize,
    ) -> Result<Size, Unsized> {
        let plain = name.trim_start_matches("::");
        let Some((template, arguments)) = plain
            .strip_suffix('>')
            .and_then(|text| text.split_once('<'))
        else {
            return Err(Unsized::Type);
        };
        let arguments = split_arguments(arguments);
        match (template.trim(), &arguments[..]) {
            ("std::array", [element, count]) => {
                let element = self.argument(element, scope, depth)?;
                let count = self.count(count, scope, depth).ok_or(Unsized::Type)?;
                element
                    .times(count)
                    .filter(|_| count > 0)
                    .ok_or(Unsized::Type)
            }
            ("std::atomic", [value]) => {
                let size = self.argument(value, scope, depth)?;
                let fits = matches!(size.size, 1 | 2 | 4 | 8);
                let plain = Size {
                    is_plain: false,
                    ..Size::scalar(FieldType::Other, size.size)
                };
                if fits { Ok(plain) } else { Err(Unsized::Type) }
            }
            _ => Err(Unsized::Type),
        }
    }

    fn argument(&mut self, text: &str, scope: &str, depth: usize) -> Result<Size, Unsized> {
        self.alias(text, scope, depth)
    }

    fn count(&mut self, text: &str, scope: &str, depth: usize) -> Option<u64> {
        let file = File::parse(&format!("int x = {text};"));
        let Some(Kind::Variables(declaration)) = file.items().first().map(|item| &item.kind) else {
            return None;
        };
        let value = declaration.declarators.first()?.value.clone();
        self.constant(&file, &value, scope, depth + 1)
            .and_then(|count| u64::try_from(count).ok())
    }

    /// The size of an enumeration.
    pub(super) fn enumeration(
        &mut self,
        named: &Named<'_>,
        item: &crate::model::Enum,
        depth: usize,
    ) -> Result<Size, Unsized> {
        let integer = self.underlying(named, item, depth)?;
        let path = named.entity.type_path(named.file);
        Ok(Size {
            ty: path.map_or(FieldType::Other, FieldType::Enum),
            ..integer
        })
    }

    /// The integer that an enumeration is: its type, or the smallest that holds its numbers.
    pub(super) fn underlying(
        &mut self,
        named: &Named<'_>,
        item: &crate::model::Enum,
        depth: usize,
    ) -> Result<Size, Unsized> {
        let (file, whole) = (named.file, named.entity.item);
        let doubt = self
            .names
            .definition_doubt(file, whole, named.entity.defined());
        let is_harmful = self.names.harmful_of(file, &item.attributes);
        let is_misplaced = self.names.is_in_nameless_member(&named.entity);
        if doubt.is_some() || is_harmful.is_some() || is_misplaced {
            return Err(Unsized::Type);
        }
        if !item.underlying.is_empty() {
            let text = type_name(named.file, &item.underlying);
            return self.type_name(&text, &named.entity.scope, depth + 1);
        }
        if item.scoped {
            return Ok(int(4, true));
        }
        let body = item.body.as_ref().ok_or(Unsized::Type)?;
        let path = &named.entity.path;
        let values = self
            .values(named, path, body)
            .into_iter()
            .map(|(_, value)| value)
            .collect::<Option<Vec<i128>>>();
        let values = values.ok_or(Unsized::Type)?;
        let fits =
            |least: i128, most: i128| values.iter().all(|value| (least..=most).contains(value));
        let is_signed = !fits(0, i128::MAX);
        let fits_int = fits(i32::MIN.into(), i32::MAX.into()) || fits(0, u32::MAX.into());
        Ok(int(if fits_int { 4 } else { 8 }, is_signed))
    }
}

fn int(size: u64, is_signed: bool) -> Size {
    Size::scalar(FieldType::Int { size, is_signed }, size)
}

/// Whether `const` or `volatile` is among the words, outside of arguments of templates.
fn has_qualifier(file: &File, words: &Tokens) -> bool {
    let mut depth = 0_usize;
    words.clone().any(|at| {
        match file.source().word(at) {
            "<" | "(" => depth += 1,
            ">" | ")" => depth = depth.saturating_sub(1),
            "const" | "volatile" => return depth == 0,
            _ => {}
        }
        false
    })
}

fn is_reference(file: &File, declarator: &Declarator) -> bool {
    declarator
        .tokens
        .clone()
        .any(|at| file.source().is(at, "&") || file.source().is(at, "&&"))
}

/// The name of the type in specifiers: no specifiers, qualifiers, keys and attributes.
pub(super) fn type_name(file: &File, words: &Tokens) -> String {
    let text = crate::lookup::type_words(file, words);
    let kept: Vec<&str> = text
        .split(' ')
        .filter(|word| {
            !is_cv(word) && !is_record_key(word) && !matches!(*word, "enum" | "typename")
        })
        .collect();
    let joined = kept.join(" ");
    joined
        .replace(" :: ", "::")
        .replace(":: ", "::")
        .replace(" ::", "::")
        .replace(" < ", "<")
        .replace(" >", ">")
        .replace(" , ", ", ")
}

fn split_arguments(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_i32;
    for c in text.chars() {
        match c {
            '<' | '(' => depth += 1,
            '>' | ')' => depth -= 1,
            _ => {}
        }
        if c == ',' && depth == 0 {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

/// The numbers of the language, in any order of their words.
fn builtin(name: &str) -> Option<Size> {
    let mut words: Vec<&str> = name.split(' ').collect();
    words.sort_unstable();
    let joined = words.join(" ");
    match joined.as_str() {
        "bool" | "_Bool" => return Some(Size::scalar(FieldType::Bool, 1)),
        "char" => return Some(Size::scalar(FieldType::Char, 1)),
        "float" => return Some(Size::scalar(FieldType::Float(4), 4)),
        "double" => return Some(Size::scalar(FieldType::Float(8), 8)),
        "double long" | "__float128" => return Some(Size::scalar(FieldType::Float(16), 16)),
        _ => {}
    }
    let bytes = match joined.as_str() {
        "char signed" | "char unsigned" | "char8_t" => 1,
        "short" | "int short" | "short unsigned" | "int short unsigned" | "short signed"
        | "int short signed" | "char16_t" => 2,
        "int" | "signed" | "int signed" | "unsigned" | "int unsigned" | "wchar_t" | "char32_t" => 4,
        "long" | "int long" | "long signed" | "int long signed" | "long unsigned"
        | "int long unsigned" => 8,
        "long long"
        | "int long long"
        | "long long unsigned"
        | "int long long unsigned"
        | "long long signed"
        | "int long long signed" => 8,
        "__int128" | "__int128 unsigned" | "__int128 signed" | "__int128_t" | "__uint128_t" => 16,
        _ => return None,
    };
    let is_unsigned = words.contains(&"unsigned")
        || matches!(name, "char8_t" | "char16_t" | "char32_t" | "__uint128_t");
    Some(int(bytes, !is_unsigned))
}

/// The names of `<cstdint>` and `<cstddef>`.
fn standard(name: &str) -> Option<Size> {
    let plain = name.trim_start_matches("::");
    let plain = plain.strip_prefix("std::").unwrap_or(plain);
    let bytes = match plain {
        "int8_t" | "uint8_t" | "int_least8_t" | "uint_least8_t" | "int_fast8_t"
        | "uint_fast8_t" => 1,
        "int16_t" | "uint16_t" | "int_least16_t" | "uint_least16_t" => 2,
        "int32_t" | "uint32_t" | "int_least32_t" | "uint_least32_t" => 4,
        "int64_t" | "uint64_t" | "int_least64_t" | "uint_least64_t" | "int_fast16_t"
        | "uint_fast16_t" | "int_fast32_t" | "uint_fast32_t" | "int_fast64_t" | "uint_fast64_t"
        | "intmax_t" | "uintmax_t" | "intptr_t" | "uintptr_t" | "size_t" | "ptrdiff_t" => 8,
        "byte" if name.contains("std::") => return Some(Size::scalar(FieldType::Other, 1)),
        "nullptr_t" => return Some(Size::scalar(FieldType::Other, 8)),
        _ => return None,
    };
    Some(int(bytes, !(plain.starts_with('u') || plain == "size_t")))
}
