//! Templates that are filled in, and those that are not.

mod harness;

use std::collections::BTreeMap;

use harness::{Case, cases};
use memglass_code::Template;
use serde::Deserialize;

#[derive(Deserialize)]
struct Filled {
    name: String,
    text: String,
    vars: BTreeMap<String, String>,
    out: Option<String>,
    error: Option<String>,
    detail: Option<String>,
}

impl Case for Filled {
    fn name(&self) -> &str {
        &self.name
    }
}

fn check(case: &Filled) -> Result<(), String> {
    let values = case
        .vars
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()));
    match (
        Template::parse(&case.text).render(values),
        &case.out,
        &case.error,
    ) {
        (Ok(text), Some(out), _) => harness::same_text("rendered", &text, out),
        (Err(found), _, Some(error)) => {
            harness::same("error", &found.code(), &error.as_str())?;
            harness::same("key", &Some(found.key().to_owned()), &case.detail)
        }
        (result, _, _) => Err(format!("rendered {result:?}")),
    }
}

#[test]
fn every_template_gives_its_text_or_its_fault() {
    harness::run(&cases::<Filled>("templates"), check);
}
