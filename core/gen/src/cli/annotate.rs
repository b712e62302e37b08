//! `memglass-gen annotate`.

use std::path::PathBuf;

use clap::Args;
use memglass_code::{Annotation, Editor, Reason, Request, read_regular_text};
use memglass_gen::{annotation_faults, nearest_path, unknown_annotation};

use super::Outcome;
use super::edit::finish;

/// How many faults are shown at most.
const MOST_SHOWN: usize = 20;

/// Write annotations behind a member of a header
#[derive(Args)]
pub(crate) struct Annotate {
    /// The header
    file: PathBuf,
    /// The path of the member: oms::Order::status
    path: String,
    /// The annotations: '@readonly', '@range(0, 100) @unit("ticks")'
    #[arg(required = true, value_name = "ANNOTATION")]
    annotations: Vec<String>,
    /// Show the change and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Annotate {
    pub(super) fn run(self) -> Outcome {
        let shown = self.file.display();
        let text = read_regular_text(&self.file)
            .map_err(|error| format!("cannot read {shown}: {error}"))?;
        let mut editor = Editor::new().batch();
        editor.add_text(&self.file, &text);
        let requests = self.requests()?;
        let plan = editor.plan(&requests);
        let is_missing =
            |receipt: &memglass_code::Receipt| receipt.reason == Some(Reason::NotFound);
        if plan.receipts().iter().any(is_missing) {
            let meant = nearest_path(&self.file, &text, &self.path)
                .map(|path| format!("; did you mean {path}?"));
            let meant = meant.unwrap_or_default();
            return Err(format!("{shown} declares no {}{meant}", self.path).into());
        }
        let after = plan.text(&self.file).unwrap_or(&text);
        let faults = annotation_faults(&self.file, &text, after, &self.path);
        if !faults.is_empty() {
            let shown = faults.iter().take(MOST_SHOWN);
            let shown: String = shown.map(|fault| fault.show(after)).collect();
            let more = match faults.len().saturating_sub(MOST_SHOWN) {
                0 => String::new(),
                more => format!("{more} more are not shown\n"),
            };
            return Err(format!("{shown}{more}nothing is written").into());
        }
        let labels: Vec<String> = requests.into_iter().filter_map(|one| one.code).collect();
        finish(plan, &labels, self.dry_run)
    }

    /// One request for each annotation or attribute.
    fn requests(&self) -> Result<Vec<Request>, String> {
        let mut requests = Vec::new();
        for text in &self.annotations {
            if text.trim_start().starts_with("[[") {
                requests.push(Request::annotate(&self.path, text));
                continue;
            }
            let listed = Annotation::parse_list(text).ok_or_else(|| {
                format!("{text:?} is no annotation; write '@readonly' or '@range(0, 100)'")
            })?;
            for annotation in listed {
                if let Some(reason) = unknown_annotation(&annotation.name) {
                    return Err(reason);
                }
                requests.push(Request::annotate(&self.path, &annotation.text()));
            }
        }
        Ok(requests)
    }
}
