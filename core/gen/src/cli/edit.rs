//! `memglass-gen annotate` and `memglass-gen edit`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use memglass_code::{Editor, Outcome as Became, Plan, Receipt, Request, Requests};

use super::{Outcome, print};

/// Write an annotation behind a member of a header
#[derive(Args)]
pub(crate) struct Annotate {
    /// The header
    file: PathBuf,
    /// The path of the member: oms::Order::status
    path: String,
    /// The annotation: '@readonly'
    annotation: String,
    /// Show the change and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Annotate {
    pub(super) fn run(self) -> Outcome {
        let mut editor = Editor::new();
        editor.add_file(&self.file);
        finish(
            editor.plan(&[Request::annotate(&self.path, &self.annotation)]),
            self.dry_run,
        )
    }
}

/// Change headers by a list of requests, in JSON or TOML
#[derive(Args)]
pub(crate) struct Edit {
    /// The list
    requests: PathBuf,
    /// The headers; those that the targets name are added by themselves
    files: Vec<PathBuf>,
    /// Show the changes and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Edit {
    pub(super) fn run(self) -> Outcome {
        let text = std::fs::read_to_string(&self.requests)
            .map_err(|error| format!("cannot read {}: {error}", self.requests.display()))?;
        let is_toml = self
            .requests
            .extension()
            .is_some_and(|extension| extension == "toml");
        let requests = if is_toml {
            Requests::from_toml(&text)
        } else {
            Requests::from_json(&text)
        }?;
        let mut files = self.files;
        files.extend(
            requests
                .requests
                .iter()
                .filter_map(|request| request.target.file.clone().map(PathBuf::from)),
        );
        files.sort();
        files.dedup();
        let editor = Editor::new();
        let mut editor = if requests.batch {
            editor.batch()
        } else {
            editor
        };
        for file in &files {
            editor.add_file(file);
        }
        finish(editor.plan(&requests.requests), self.dry_run)
    }
}

/// Shows or writes what is planned, and says what became of each request.
fn finish(plan: Plan, dry_run: bool) -> Outcome {
    if dry_run {
        print(&plan.diff())?;
    } else {
        plan.write()?;
    }
    let mut is_refused = false;
    for receipt in plan.receipts() {
        is_refused |= receipt.result == Became::Refused;
        eprintln!("memglass-gen: {}", said(receipt));
    }
    Ok(if is_refused {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// A receipt in words.
fn said(receipt: &Receipt) -> String {
    let file = receipt
        .file
        .as_ref()
        .map(|file| format!("{}: ", file.display()))
        .unwrap_or_default();
    let result = match (receipt.result, receipt.reason) {
        (Became::Done, _) => "done".to_owned(),
        (Became::Unchanged, _) => "it is so already".to_owned(),
        (Became::Refused, reason) => {
            let reason = reason.map(|reason| reason.to_string()).unwrap_or_default();
            let numbers = receipt
                .with
                .iter()
                .map(|number| format!("request {number}"));
            let places: Vec<String> = receipt.at.iter().cloned().chain(numbers).collect();
            let places = if places.is_empty() {
                String::new()
            } else {
                format!(" ({})", places.join(", "))
            };
            format!("refused: {reason}{places}")
        }
    };
    let written = receipt
        .written
        .as_ref()
        .filter(|_| receipt.result == Became::Done);
    let written = written
        .map(|text| format!(": {}", text.trim()))
        .unwrap_or_default();
    format!("{file}{result}{written}")
}
