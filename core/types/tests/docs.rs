//! What `docs/types.md` says of Crefl's queries is so: each has a counterpart that is there, and a test that is there.
// A test that cannot go on should stop, at the line.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../../../docs/types.md");

/// The queries of Crefl's headers; what is left out makes dumps pretty, or is within its index.
const QUERIES: &str = "crefl_archive_sources crefl_array_count crefl_array_type crefl_constant_type crefl_constant_value \
    crefl_db_defaults crefl_db_destroy crefl_db_magic crefl_db_new crefl_db_read_file crefl_db_read_mem crefl_db_size \
    crefl_db_write_file crefl_db_write_mem crefl_decl_attr crefl_decl_has_name crefl_decl_idx crefl_decl_link crefl_decl_name \
    crefl_decl_new crefl_decl_next crefl_decl_props crefl_decl_ptr crefl_decl_qty crefl_decl_tag crefl_decl_void \
    crefl_entry_fqn crefl_enum_constants crefl_field_type crefl_function_addr crefl_function_params crefl_index_destroy \
    crefl_index_new crefl_index_scan crefl_intrinsic crefl_intrinsic_width crefl_is_alias crefl_is_any crefl_is_archive \
    crefl_is_array crefl_is_attribute crefl_is_constant crefl_is_enum crefl_is_field crefl_is_function crefl_is_intrinsic \
    crefl_is_none crefl_is_param crefl_is_pointer crefl_is_set crefl_is_source crefl_is_struct crefl_is_type crefl_is_typedef \
    crefl_is_union crefl_is_value crefl_link_merge crefl_lookup crefl_name_new crefl_param_type crefl_pointer_type \
    crefl_pointer_width crefl_root crefl_set_constants crefl_source_decls crefl_source_fields crefl_source_functions \
    crefl_source_types crefl_struct_fields crefl_struct_fields_offsets crefl_struct_width crefl_tag_name crefl_type_width \
    crefl_typedef_type crefl_union_fields crefl_union_width crefl_db_dump crefl_db_dump_all";

/// Queries, counterparts and tests of each row, without their ticks.
fn rows() -> Vec<[Vec<&'static str>; 3]> {
    let (_, table) = PAGE
        .split_once("| Crefl | here | test |\n|---|---|---|\n")
        .unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let ticked = |cell: &'static str| cell.split('`').skip(1).step_by(2).collect();
        [ticked(cells[0]), ticked(cells[1]), ticked(cells[2])]
    })
    .collect()
}

/// The code of this crate.
fn sources(directory: &Path, text: &mut String) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, text),
            false => text.push_str(&fs::read_to_string(&path).unwrap()),
        }
    }
}

#[test]
fn every_query_of_crefl_is_in_the_table_once() {
    let rows = rows();
    let all: Vec<&str> = rows.iter().flat_map(|row| &row[0]).copied().collect();
    for query in QUERIES.split_whitespace() {
        let times = all.iter().filter(|one| **one == query).count();
        assert_eq!(times, 1, "{query}");
    }
}

#[test]
fn counterparts_and_tests_of_the_table_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    sources(&root.join("src"), &mut code);
    for [queries, counterparts, test] in rows() {
        for counterpart in counterparts {
            let name = counterpart.rsplit("::").next().unwrap();
            let is_there = ["fn ", "pub ", "pub struct ", "pub enum ", "    "]
                .iter()
                .any(|before| code.contains(&format!("{before}{name}")));
            assert!(is_there, "{counterpart} for {queries:?}");
        }
        let [file, name] = test[..] else {
            panic!("no test for {queries:?}");
        };
        let tests = fs::read_to_string(root.join("tests").join(file)).unwrap();
        assert!(tests.contains(&format!("fn {name}()")), "{file}: {name}");
    }
}
