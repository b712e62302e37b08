//! Code that is built from parts, and parts that are refused.

mod harness;

use harness::{Case, cases};
use memglass_code::build::Code;
use memglass_code::{File, Style};
use serde::Deserialize;

#[derive(Deserialize)]
struct Construct {
    name: String,
    build: serde_json::Value,
    out: Option<String>,
    error: Option<String>,
}

impl Case for Construct {
    fn name(&self) -> &str {
        &self.name
    }
}

/// Parts of a shape that no kind takes are parts of a wrong kind.
fn build(case: &Construct) -> Result<String, String> {
    let code: Code =
        serde_json::from_value(case.build.clone()).map_err(|_| "wrong-kind".to_owned())?;
    let file = code
        .build()
        .map_err(|error| error.fault.code().to_owned())?;
    Ok(file.source().text().to_owned())
}

fn check(case: &Construct) -> Result<(), String> {
    match (&case.out, &case.error, build(case)) {
        (Some(out), _, Ok(text)) => {
            harness::same_text("built", &text, out)?;
            harness::same_text(
                "printed again",
                &Style::default().print(&File::parse(&text)),
                out,
            )
        }
        (_, Some(error), Err(found)) => harness::same("error", &found, error),
        (_, _, result) => Err(format!(
            "built {result:?}\n{:?}",
            serde_json::from_value::<Code>(case.build.clone()).map(|code| code.build().map(drop))
        )),
    }
}

#[test]
fn parts_that_fit_make_the_expected_text() {
    harness::run(&cases::<Construct>("construct"), check);
}

#[test]
fn parts_that_do_not_fit_are_refused_with_their_fault() {
    harness::run(&cases::<Construct>("invalid"), check);
}
