//! How much a script may ask of the engine, the same in every build: Rhai's own defaults are much
//! smaller in debug builds, and a script that a test accepts must not fail in use.

use rhai::Engine;

/// Calls within calls.
const CALL_LEVELS: usize = 64;

/// Nesting of one expression, at the top and inside functions.
const EXPRESSION_DEPTHS: (usize, usize) = (128, 64);

/// Bytes in one string.
const STRING_BYTES: usize = 64 << 20;

/// Elements in one array, nested ones included: a list of 10 million objects fits.
const ARRAY_ELEMENTS: usize = 16 << 20;

/// Entries in one map, nested ones included.
const MAP_ENTRIES: usize = 1 << 20;

/// Sets them.
pub(crate) fn set(engine: &mut Engine) {
    let (top, inside) = EXPRESSION_DEPTHS;
    engine
        .set_max_call_levels(CALL_LEVELS)
        .set_max_expr_depths(top, inside)
        .set_max_string_size(STRING_BYTES)
        .set_max_array_size(ARRAY_ELEMENTS)
        .set_max_map_size(MAP_ENTRIES);
}
