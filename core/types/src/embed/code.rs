//! Bytes as an array of C and C++.

use std::fmt::Write as _;

use super::SECTION;
use crate::kind::Kind;
use crate::types::Types;

/// Bytes of one line.
const LINE: usize = 20;

/// The file, whose array is called `name`.
pub(super) fn written(types: &Types, name: &str) -> String {
    let bytes = types.to_bytes();
    let mut code = format!(
        "/* Written by memglass embed: types as the bytes of a .mgt file.\n\
         * There are {count}.\n\
         *\n\
         * One source of a program, in C or C++, includes this file. Others declare what is in it:\n\
         *\n\
         *     extern const unsigned char {name}[];\n\
         *     extern const size_t {name}_size;\n\
         *\n\
         * In C++ they are extern \"C\". memglass finds the types in the program's section {SECTION}. */\n\
         #include <stddef.h>\n\n\
         #ifdef __cplusplus\nextern \"C\" {{\n#endif\n\
         extern const unsigned char {name}[{len}];\n\
         extern const size_t {name}_size;\n\n\
         #if defined(__ELF__)\n\
         __attribute__((section(\"{SECTION}\"), used))\n\
         #elif defined(__APPLE__)\n\
         __attribute__((section(\"__DATA,__mgt\"), used))\n\
         #endif\n\
         const unsigned char {name}[{len}] = {{\n",
        count = types.len(),
        len = bytes.len(),
    );
    for line in bytes.chunks(LINE) {
        code.push_str("   ");
        for byte in line {
            // Writing to a string does not fail.
            let _ = write!(code, " {byte},");
        }
        code.push('\n');
    }
    let _ = write!(
        code,
        "}};\nconst size_t {name}_size = {len};\n\n#ifdef __cplusplus\n}}\n#endif\n",
        len = bytes.len()
    );
    code.push_str(&ids(types, name));
    code
}

/// A macro with the id of each named struct, union and enum, by which a producer may name its types.
fn ids(types: &Types, name: &str) -> String {
    let mut macros = String::from("\n/* Ids of types, for memglass_schema_named. */\n");
    for (id, ty) in types.iter() {
        let is_one = matches!(
            ty.kind,
            Kind::Record(_) | Kind::Enum(_) | Kind::Alias { .. }
        );
        let word = ty.name.replace("::", "_");
        let is_word = word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if is_one && is_word && types.find(&ty.name) == Some(id) {
            let hash = types.hash_of(id);
            let _ = writeln!(macros, "#define {name}_id_{word} \"{hash:032x}\"");
        }
    }
    macros
}
