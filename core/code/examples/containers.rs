//! Makes a header with an array and a hash table for given types: `cargo run --example containers -- OUT.hpp int long`.
//!
//! The containers are templates of text, filled in for each type, parsed, and written through the builder. There are no
//! templates of C++ in the result.
#![allow(clippy::print_stdout, reason = "it is a program that prints")]

use std::error::Error;
use std::path::Path;

use memglass_code::build::{Code, predefined};
use memglass_code::{File, FileBuilder, Style, Template, Written};

const ARRAY: &str = r"
struct Array_<name> {
    <type>* data = nullptr;
    unsigned count = 0;
    unsigned capacity = 0;
    ~Array_<name>() { std::free(data); }
    void append(<type> value) {
        if (count == capacity) {
            capacity = capacity ? 2 * capacity : 8;
            data = static_cast<<type>*>(std::realloc(data, capacity * sizeof(<type>)));
        }
        data[count++] = value;
    }
};
";

const TABLE: &str = r"
struct Table_<name> {
    struct Entry {
        unsigned long key;
        <type> value;
        bool used;
    };
    Entry* entries = nullptr;
    unsigned count = 0;
    unsigned capacity = 0;
    ~Table_<name>() { std::free(entries); }
    Entry* find(unsigned long key) {
        unsigned at = (unsigned)(key * 11400714819323198485ul >> 33) & (capacity - 1);
        while (entries[at].used && entries[at].key != key) {
            at = (at + 1) & (capacity - 1);
        }
        return &entries[at];
    }
    <type>* get(unsigned long key) {
        Entry* entry = capacity ? find(key) : nullptr;
        return entry && entry->used ? &entry->value : nullptr;
    }
    void set(unsigned long key, <type> value) {
        if (2 * count >= capacity) grow();
        Entry* entry = find(key);
        count += !entry->used;
        *entry = Entry{key, value, true};
    }
    void grow() {
        Table_<name> larger;
        larger.capacity = capacity ? 2 * capacity : 16;
        larger.entries = static_cast<Entry*>(std::calloc(larger.capacity, sizeof(Entry)));
        for (unsigned i = 0; i < capacity; ++i) {
            if (entries[i].used) larger.set(entries[i].key, entries[i].value);
        }
        std::swap(entries, larger.entries);
        std::swap(capacity, larger.capacity);
    }
};
";

/// Writes the header, unless it is up to date.
pub(crate) fn generate(path: &Path, types: &[String]) -> Result<Written, Box<dyn Error>> {
    let mut file = FileBuilder::new(path);
    file.print(&Code::file([
        predefined::pragma_once(),
        Code::include("<cstdlib>"),
        Code::include("<utility>"),
    ]))?;
    for r#type in types {
        for template in [ARRAY, TABLE] {
            file.print_text("\n")
                .print_text(&container(template, r#type)?);
        }
    }
    Ok(file.write()?)
}

/// One container for one type.
fn container(template: &str, r#type: &str) -> Result<String, Box<dyn Error>> {
    let name: String = r#type
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect();
    let text = Template::parse(template).render([("name", name.as_str()), ("type", r#type)])?;
    let parsed = File::parse(&text);
    match parsed.diagnostics().first() {
        Some(diagnostic) => {
            Err(format!("type {type}, line {}: {}", diagnostic.line, diagnostic.text).into())
        }
        None => Ok(Style::default().print(&parsed)),
    }
}

#[allow(dead_code, reason = "a test takes the rest of this file as a module")]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, types) = arguments
        .split_first()
        .ok_or("usage: containers OUT.hpp TYPE…")?;
    match generate(Path::new(path), types)? {
        Written::Unchanged => println!("{path} is up to date"),
        Written::Written => println!("{path} written for {}", types.join(", ")),
    }
    Ok(())
}
