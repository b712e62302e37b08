//! What was done in a session, as a script that does it again.

/// The lines of a session.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    lines: Vec<Ran>,
    last: String,
    /// All that was typed, in its order.
    typed: Vec<String>,
    edited: Vec<String>,
}

#[derive(Debug)]
struct Ran {
    script: String,
    /// Whether `_` is its result in the lines after it.
    has_result: bool,
}

impl Journal {
    /// Somebody typed this, whatever became of it.
    pub(crate) fn typed(&mut self, line: &str) {
        self.typed.push(line.trim_end().to_owned());
        if !line.trim_start().starts_with(":edit") {
            line.clone_into(&mut self.last);
        }
    }

    /// Somebody wrote this elsewhere than at the prompt, in an editor or in the view, to be run like a line.
    pub(crate) fn edited(&mut self, text: &str) {
        text.clone_into(&mut self.last);
        self.edited.push(text.to_owned());
    }

    /// What was written elsewhere since this was asked last: the prompt has not seen it typed.
    pub(crate) fn take_edited(&mut self) -> Vec<String> {
        std::mem::take(&mut self.edited)
    }

    /// All that was typed, in its order.
    pub(crate) fn all_typed(&self) -> &[String] {
        &self.typed
    }

    /// What was typed last.
    pub(crate) fn last(&self) -> &str {
        &self.last
    }

    /// This script was run and did not fail.
    pub(crate) fn ran(&mut self, script: &str, has_result: bool) {
        self.lines.push(Ran {
            script: script.trim().to_owned(),
            has_result,
        });
    }

    /// Whether nothing was run.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// All of it as one script; what `_` means in a line is kept in a variable of that name.
    pub(crate) fn script(&self) -> String {
        let mut text = String::new();
        for (index, line) in self.lines.iter().enumerate() {
            let is_used = line.has_result && self.uses_result(index + 1);
            let before = if is_used { "let _ = " } else { "" };
            text += &format!("{before}{}\n", ended(&line.script));
        }
        text
    }

    /// Whether a line from `next` on, before there is another result, names the last one.
    fn uses_result(&self, next: usize) -> bool {
        for line in &self.lines[next..] {
            if names_result(&line.script) {
                return true;
            }
            if line.has_result {
                return false;
            }
        }
        false
    }
}

fn names_result(script: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    script.split(|c| !is_part(c)).any(|word| word == "_")
}

/// A statement that another may follow.
fn ended(script: &str) -> String {
    let last = script.lines().last().unwrap_or_default();
    match script {
        script if script.ends_with(';') => script.to_owned(),
        script if last.contains("//") => format!("{script}\n;"),
        script => format!("{script};"),
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use memglass_script::Attached;
    use memglass_script::ScriptHost;

    #[track_caller]
    fn check(lines: &[(&str, bool)], expected: &str) {
        let mut journal = Journal::default();
        for (line, has_result) in lines {
            journal.ran(line, *has_result);
        }
        let script = journal.script();
        assert_eq!(script, expected);
        assert!(!memglass_syntax::is_incomplete(&script));
        runs(&script);
    }

    fn runs(script: &str) {
        let dir = tempfile::tempdir().expect("a directory");
        let session = memglass::Session::builder("s").dir(dir.path()).create();
        let _session = session.expect("a session");
        let observer = memglass::Observer::builder().dir(dir.path()).attach("s");
        let attached = Attached::new(observer.expect("an observer"));
        let mut host = ScriptHost::new(attached, Default::default(), Rc::new(|_: &str| {}));
        let result = host.eval(script).map_err(|error| error.text());
        assert!(result.is_ok(), "{result:?} of {script}");
    }

    #[test]
    fn lines_become_statements() {
        check(
            &[("1 + 1", true), ("let x = 5;", false), ("x = 6", false)],
            "1 + 1;\nlet x = 5;\nx = 6;\n",
        );
        check(
            &[("fn f() {\n  1\n}", false), ("f()", true)],
            "fn f() {\n  1\n};\nf();\n",
        );
        check(&[("1 // one", true), ("2", true)], "1 // one\n;\n2;\n");
    }

    #[test]
    fn a_result_that_is_used_later_has_its_name() {
        check(
            &[
                ("5", true),
                ("let y = 1", false),
                ("_ + y", true),
                ("7", true),
            ],
            "let _ = 5;\nlet y = 1;\n_ + y;\n7;\n",
        );
    }

    #[test]
    fn the_last_line_is_what_was_typed_before_an_editor_was_opened() {
        let mut journal = Journal::default();
        journal.typed("1 + 1");
        journal.typed(":edit");
        assert_eq!(journal.last(), "1 + 1");
    }
}
