//! What the text declares, without any record: the names that somebody may type.

use crate::Layout;
use crate::program::{ArmBody, BitsKind, Count, Field, Member, NONE, Program, Type};
use crate::scalar::Scalar;

/// A struct or a bitfield of a layout, by what its records may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Its name. An inline struct has that of its field: `Message::header`.
    pub name: String,
    /// Its members, those of all variants among them.
    pub members: Vec<DeclaredMember>,
}

/// A member that some records have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredMember {
    /// Its name.
    pub name: String,
    /// The name of its type, or of its elements' type: `be u16`, or the name of another [`Declared`].
    pub type_name: String,
    /// Whether it has elements. A text has none.
    pub is_array: bool,
    /// Whether it is a text of one or more characters.
    pub is_text: bool,
    /// Whether the layout depends on it, so that writing it needs [`Force`](crate::Force).
    pub is_bearing: bool,
    /// The names that its values may have.
    pub values: Vec<String>,
}

impl Layout {
    /// What the structs and bitfields of the layout may have. Of equal names in a struct, the first is told.
    ///
    /// # Examples
    ///
    /// ```
    /// use memglass_layouts::Layout;
    ///
    /// let layout = Layout::parse("struct a { u8 n; match (n) { (1): u16 x; (_): char text[n]; } };")?;
    /// let declared = layout.declared();
    /// let names = declared[0].members.iter().map(|member| member.name.as_str());
    /// assert_eq!(names.collect::<Vec<_>>(), ["n", "x", "text"]);
    /// assert!(declared[0].members[0].is_bearing);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn declared(&self) -> Vec<Declared> {
        let program = &self.program;
        let inline = program.fields.iter().filter_map(|field| match field.of {
            Type::Struct(of) if program.structure(of).name == NONE => {
                Some((of, type_name(program, field)))
            }
            _ => None,
        });
        let named = program.structs.iter().zip(0..);
        let named = named.filter(|(of, _)| of.name != NONE);
        let structs = named.map(|(of, id)| (id, program.name(of.name).to_owned()));
        let structs = structs.chain(inline).map(|(of, name)| Declared {
            members: members(program, of),
            name,
        });
        let bitfields = (0..program.bitfields.len()).map(|of| bitfield(program, of));
        structs.chain(bitfields).collect()
    }

    /// Whether the text defines a struct, an enum or a bitfield of this name.
    pub fn defines(&self, name: &str) -> bool {
        let program = &self.program;
        let is_it = |id: u32| program.name(id) == name;
        program.struct_named(name).is_some()
            || program.enums.iter().any(|of| is_it(of.name))
            || program.bitfields.iter().any(|of| is_it(of.name))
    }
}

fn members(program: &Program, of: u32) -> Vec<DeclaredMember> {
    let mut found = Vec::new();
    collect_struct(program, of, NONE, &mut found);
    found
}

fn collect_struct(program: &Program, of: u32, below: u32, found: &mut Vec<DeclaredMember>) {
    for part in program.chain(of, below) {
        collect(program, program.added(part, of), found);
    }
}

fn collect(program: &Program, members: &[Member], found: &mut Vec<DeclaredMember>) {
    for member in members {
        match member {
            Member::Field(field) => {
                let member = declared(program, program.field(*field));
                if found.iter().all(|known| known.name != member.name) {
                    found.push(member);
                }
            }
            Member::Match(_, arms) => {
                for arm in arms {
                    match &arm.body {
                        ArmBody::Members(members) => collect(program, members, found),
                        ArmBody::Struct { of, below } => {
                            collect_struct(program, *of, *below, found);
                        }
                    }
                }
            }
            Member::Padding(_) | Member::Align(_) => {}
        }
    }
}

fn declared(program: &Program, field: &Field) -> DeclaredMember {
    let is_text = matches!(field.of, Type::Scalar(Scalar::Char, _));
    DeclaredMember {
        name: program.name(field.name).to_owned(),
        type_name: type_name(program, field),
        is_array: !is_text && field.count != Count::One,
        is_text,
        is_bearing: field.is_bearing(),
        values: match field.of {
            Type::Enum(of, _) => value_names(program, of),
            _ => Vec::new(),
        },
    }
}

fn type_name(program: &Program, field: &Field) -> String {
    match field.of {
        Type::Struct(of) if program.structure(of).name == NONE => {
            let owner = match program.structure(field.owner).name {
                NONE => "struct",
                name => program.name(name),
            };
            format!("{owner}::{}", program.name(field.name))
        }
        Type::Bitfield(of, _) => program.name(program.bitfields[of as usize].name).to_owned(),
        of => program.type_name(of),
    }
}

fn bitfield(program: &Program, of: usize) -> Declared {
    let of = &program.bitfields[of];
    let members = of.members.iter().map(|bits| DeclaredMember {
        name: program.name(bits.name).to_owned(),
        type_name: match bits.kind {
            BitsKind::Bool => "bool".to_owned(),
            BitsKind::Enum(of) => program.name(program.enums[of as usize].name).to_owned(),
            BitsKind::Signed => format!("s{}", bits.width),
            BitsKind::Unsigned => format!("u{}", bits.width),
        },
        is_array: false,
        is_text: false,
        is_bearing: false,
        values: match bits.kind {
            BitsKind::Enum(of) => value_names(program, of),
            _ => Vec::new(),
        },
    });
    Declared {
        name: program.name(of.name).to_owned(),
        members: members.collect(),
    }
}

fn value_names(program: &Program, of: u32) -> Vec<String> {
    let values = program.enums[of as usize].values.iter();
    values
        .map(|(name, _)| program.name(*name).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
        enum Kind : u8 { Ping = 1, Data };
        bitfield Flags { bool urgent : 1; Kind of : 3; padding : 4; };
        struct Base { Kind kind; match (kind) { (Kind::Data): Data; (_): none; } };
        struct Data : Base { Flags flags; be u16 off[2]; struct { u8 x; } pair[2]; char text[]; };
    ";

    #[track_caller]
    fn check(name: &str, expected: &[&str]) {
        let layout = Layout::parse(TEXT).unwrap();
        let declared = layout.declared();
        let found = declared.iter().find(|known| known.name == name).unwrap();
        let told = found.members.iter().map(|member| {
            let dimensions = if member.is_array { "[]" } else { "" };
            format!("{} {}{dimensions}", member.type_name, member.name)
        });
        assert_eq!(told.collect::<Vec<_>>(), expected, "{name}");
    }

    #[test]
    fn a_struct_may_have_the_members_of_its_base_and_of_all_variants() {
        let data = [
            "Kind kind",
            "Flags flags",
            "be u16 off[]",
            "Data::pair pair[]",
            "char text",
        ];
        check("Base", &data);
        check("Data", &data);
        check("Data::pair", &["u8 x"]);
    }

    #[test]
    fn a_bitfield_has_members_too() {
        check("Flags", &["bool urgent", "Kind of"]);
        assert!(Layout::parse(TEXT).unwrap().defines("Kind"));
        assert!(!Layout::parse(TEXT).unwrap().defines("kind"));
    }
}
