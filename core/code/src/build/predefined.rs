//! Pieces that generated code often needs, so that nobody misspells them.

use super::{Code, CodeParam};

/// `public:`.
#[must_use]
pub fn access_public() -> Code {
    Code::access("public")
}

/// `protected:`.
#[must_use]
pub fn access_protected() -> Code {
    Code::access("protected")
}

/// `private:`.
#[must_use]
pub fn access_private() -> Code {
    Code::access("private")
}

/// `module;`, which begins the part of a module before its declaration.
#[must_use]
pub fn module_global_fragment() -> Code {
    Code::module("module", "")
}

/// `module :private;`, which begins the part of a module that importers do not see.
#[must_use]
pub fn module_private_fragment() -> Code {
    Code::module("module", ":private")
}

/// The parameter `...`.
#[must_use]
pub fn param_variadic() -> CodeParam {
    CodeParam {
        variadic: true,
        ..CodeParam::default()
    }
}

/// `#else`.
#[must_use]
pub fn preprocess_else() -> Code {
    Code::conditional("else")
}

/// `#endif`.
#[must_use]
pub fn preprocess_endif() -> Code {
    Code::conditional("endif")
}

/// `#pragma once`.
#[must_use]
pub fn pragma_once() -> Code {
    Code::pragma("once")
}

/// Specifiers of variables and functions.
pub const SPEC_CONST: &str = "const";
/// `consteval`.
pub const SPEC_CONSTEVAL: &str = "consteval";
/// `constexpr`.
pub const SPEC_CONSTEXPR: &str = "constexpr";
/// `constinit`.
pub const SPEC_CONSTINIT: &str = "constinit";
/// `extern`: linkage outside the file.
pub const SPEC_EXTERN_LINKAGE: &str = "extern";
/// `final`, behind the parameters of a function.
pub const SPEC_FINAL: &str = "final";
/// `inline`.
pub const SPEC_INLINE: &str = "inline";
/// `static`: linkage inside the file only.
pub const SPEC_INTERNAL_LINKAGE: &str = "static";
/// `static`: a variable that lasts between calls.
pub const SPEC_LOCAL_PERSIST: &str = "static";
/// `mutable`.
pub const SPEC_MUTABLE: &str = "mutable";
/// `override`, behind the parameters of a function.
pub const SPEC_OVERRIDE: &str = "override";
/// `*`, behind a type.
pub const SPEC_PTR: &str = "*";
/// `&`, behind a type or behind the parameters of a function.
pub const SPEC_REF: &str = "&";
/// `&&`, behind a type or behind the parameters of a function.
pub const SPEC_RVALUE: &str = "&&";
/// `register`.
pub const SPEC_REGISTER: &str = "register";
/// `static`: a member of the record and not of its objects.
pub const SPEC_STATIC_MEMBER: &str = "static";
/// `thread_local`.
pub const SPEC_THREAD_LOCAL: &str = "thread_local";
/// `virtual`.
pub const SPEC_VIRTUAL: &str = "virtual";
/// `volatile`.
pub const SPEC_VOLATILE: &str = "volatile";

/// Types.
pub const T_AUTO: &str = "auto";
/// `void`.
pub const T_VOID: &str = "void";
/// `int`.
pub const T_INT: &str = "int";
/// `bool`.
pub const T_BOOL: &str = "bool";
/// `char`.
pub const T_CHAR: &str = "char";
/// `wchar_t`.
pub const T_WCHAR_T: &str = "wchar_t";
/// `unsigned`.
pub const T_UNSIGNED: &str = "unsigned";
/// `signed`.
pub const T_SIGNED: &str = "signed";
/// `short`.
pub const T_SHORT: &str = "short";
/// `long`.
pub const T_LONG: &str = "long";
/// `class`, for parameters of templates.
pub const T_CLASS: &str = "class";
/// `typename`, for parameters of templates.
pub const T_TYPENAME: &str = "typename";
/// Eight-bit signed number; needs `<cstdint>`, as the following do.
pub const T_S8: &str = "std::int8_t";
/// Sixteen-bit signed number.
pub const T_S16: &str = "std::int16_t";
/// 32-bit signed number.
pub const T_S32: &str = "std::int32_t";
/// 64-bit signed number.
pub const T_S64: &str = "std::int64_t";
/// Eight-bit unsigned number.
pub const T_U8: &str = "std::uint8_t";
/// Sixteen-bit unsigned number.
pub const T_U16: &str = "std::uint16_t";
/// 32-bit unsigned number.
pub const T_U32: &str = "std::uint32_t";
/// 64-bit unsigned number.
pub const T_U64: &str = "std::uint64_t";
/// A size; needs `<cstddef>`.
pub const T_UW: &str = "std::size_t";
/// The difference of two pointers; needs `<cstddef>`.
pub const T_SW: &str = "std::ptrdiff_t";
/// 32-bit float.
pub const T_F32: &str = "float";
/// 64-bit float.
pub const T_F64: &str = "double";
