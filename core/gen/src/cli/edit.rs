//! `memglass-gen edit`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use memglass_code::{
    Annotation, Editor, Operation, Outcome as Became, Plan, Receipt, Request, Requests,
    read_regular_text,
};
use memglass_gen::misspelt_annotation;

use super::{Outcome, print, tell};

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
        let text = read_regular_text(&self.requests)
            .map_err(|error| format!("cannot read {}: {error}", self.requests.display()))?;
        let is_toml = self
            .requests
            .extension()
            .is_some_and(|extension| extension == "toml");
        let mut requests = if is_toml {
            Requests::from_toml(&text)
        } else {
            Requests::from_json(&text)
        }?;
        if requests.requests.is_empty() {
            let shown = self.requests.display();
            tell(&format!("{shown} has no requests, so nothing is done"));
        }
        for (number, request) in requests.requests.iter().enumerate() {
            if let Some(reason) = misspelt(request) {
                return Err(format!("{}: {reason}", label(number, request)).into());
            }
        }
        let mut files = Vec::new();
        for file in self.files {
            name_of(&mut files, file);
        }
        let named = requests
            .requests
            .iter_mut()
            .map(|request| &mut request.target.file);
        for file in named.flatten() {
            *file = name_of(&mut files, PathBuf::from(&*file))
                .display()
                .to_string();
        }
        let editor = Editor::new();
        let mut editor = if requests.batch {
            editor.batch()
        } else {
            editor
        };
        for file in &files {
            editor.add_file(file);
        }
        let labels = requests.requests.iter().enumerate();
        let labels: Vec<String> = labels
            .map(|(number, request)| label(number, request))
            .collect();
        finish(editor.plan(&requests.requests), &labels, self.dry_run)
    }
}

/// The name that a file has among `files`, to which it is added if it is none of them. Otherwise the edits of a file with
/// two names would be made on the same text, and the last of them would undo the others.
fn name_of(files: &mut Vec<PathBuf>, file: PathBuf) -> PathBuf {
    let whole = |path: &PathBuf| path.canonicalize().ok();
    let same = |other: &&PathBuf| {
        **other == file || whole(other).is_some() && whole(other) == whole(&file)
    };
    if let Some(known) = files.iter().find(same) {
        return known.clone();
    }
    files.push(file.clone());
    file
}

/// What is wrong with the names of annotations that a request writes. Those of other tools are none of ours.
fn misspelt(request: &Request) -> Option<String> {
    let code = request.code.as_ref();
    let code = code.filter(|_| request.op == Operation::Annotate)?;
    let listed = Annotation::parse_list(code).unwrap_or_default();
    listed.iter().find_map(|one| misspelt_annotation(&one.name))
}

/// Which request of the list it is, and what it is about.
fn label(number: usize, request: &Request) -> String {
    let target = &request.target;
    let named = [
        &target.path,
        &target.signature,
        &target.marker,
        &target.file,
    ];
    let named = named.into_iter().flatten().next();
    let named = named.map(|name| format!(" {name}")).unwrap_or_default();
    format!("requests[{number}], {}{named}", request.op.word())
}

/// Shows or writes what is planned, and says what became of each request, which `labels` name.
pub(super) fn finish(plan: Plan, labels: &[String], dry_run: bool) -> Outcome {
    if dry_run {
        print(&plan.diff())?;
    } else {
        plan.write()?;
    }
    let mut is_refused = false;
    for (receipt, label) in plan.receipts().iter().zip(labels) {
        is_refused |= receipt.result == Became::Refused;
        tell(&said(receipt, label, dry_run));
    }
    Ok(if is_refused {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// A receipt in words.
fn said(receipt: &Receipt, label: &str, dry_run: bool) -> String {
    let file = receipt
        .file
        .as_ref()
        .map(|file| format!("{}: ", file.display()))
        .unwrap_or_default();
    let result = match (receipt.result, receipt.reason) {
        (Became::Done, _) if dry_run => "would be done".to_owned(),
        (Became::Done, _) => "done".to_owned(),
        (Became::Unchanged, _) => "it is so already".to_owned(),
        (Became::Refused, reason) => {
            let reason = reason.map(|reason| reason.to_string()).unwrap_or_default();
            let numbers = receipt
                .with
                .iter()
                .map(|number| format!("requests[{number}]"));
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
    format!("{file}{label}: {result}{written}")
}
