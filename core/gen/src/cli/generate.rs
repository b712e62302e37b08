//! `memglass-gen [OPTIONS] HEADER…`.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use memglass_code::{FileBuilder, Written, read_regular, read_regular_text, unified_diff};
use memglass_gen::{Generated, Options, Reader, generate};

use super::{Outcome, print, tell, write_message};

#[derive(Args)]
pub(crate) struct Generate {
    /// Headers with marked structs
    #[arg(value_name = "HEADER", required = true)]
    headers: Vec<PathBuf>,
    /// Where to write the generated header; standard output if it is left out or `-`
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Put the tables of members into a source file, which is compiled once; for headers with hundreds of structs
    #[arg(long, value_name = "FILE", requires = "output")]
    source: Option<PathBuf>,
    /// A directory with headers, as for the compiler
    #[arg(short = 'I', value_name = "DIR")]
    include: Vec<PathBuf>,
    /// A macro, as for the compiler
    #[arg(short = 'D', value_name = "NAME[=VALUE]")]
    define: Vec<String>,
    /// The language, as for the compiler: -std=c++20
    #[arg(long, value_name = "STANDARD", default_value = "c++20")]
    std: String,
    /// The compiler of the program, which is asked where its headers are [default: $CXX or c++]
    #[arg(long, value_name = "PROGRAM")]
    compiler: Option<String>,
    /// Who reads the headers: libclang, or the scanner, which needs no compiler and takes only what it fully understands
    #[arg(long, value_enum, value_name = "NAME", default_value = "any")]
    reader: Who,
    /// Write what the output depends on, as a rule for make
    #[arg(long, value_name = "FILE")]
    depfile: Option<PathBuf>,
    /// Show what would change as a diff, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Say what is done
    #[arg(short, long)]
    verbose: bool,
}

/// Who reads headers.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Who {
    /// libclang if it is there, else the scanner
    Any,
    Clang,
    Scanner,
}

impl From<Who> for Reader {
    fn from(who: Who) -> Reader {
        match who {
            Who::Any => Reader::Any,
            Who::Clang => Reader::Clang,
            Who::Scanner => Reader::Scanner,
        }
    }
}

impl Generate {
    pub(super) fn run(mut self) -> Outcome {
        self.output = self.output.filter(|output| output != Path::new("-"));
        let options = Options {
            headers: self.headers.clone(),
            output: self.output.clone(),
            source: self.source.clone(),
            include_directories: self.include.clone(),
            defines: self.define.clone(),
            standard: self.std.clone(),
            compiler: self.compiler.clone(),
            reader: self.reader.into(),
        };
        for written in self.output.iter().chain(&self.source) {
            check_is_ours(written, |present| {
                let mut head = present.lines().take(5);
                head.any(|line| line.contains("Made by memglass-gen"))
            })?;
        }
        if let (Some(depfile), Some(output)) = (&self.depfile, &self.output) {
            let target = format!("{}:", escaped(output));
            check_is_ours(depfile, |present| present.starts_with(&target))?;
        }
        let generated = generate(&options)?;
        if !generated.notes.is_empty() {
            write_message(generated.notes.trim_end());
        }
        if self.verbose {
            let types = generated.types.join(", ");
            let reader = match generated.reader {
                Reader::Scanner => "the scanner",
                _ => "libclang",
            };
            tell(&format!("described {types}, read by {reader}"));
        }
        match &self.output {
            None => print(&generated.text)?,
            Some(output) => {
                self.write(output, &generated.text)?;
                if let (Some(source), Some(text)) = (&self.source, &generated.source) {
                    self.write(source, text)?;
                }
                self.write_rule(output, &generated)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn write(&self, output: &Path, text: &str) -> Result<(), Box<dyn std::error::Error>> {
        let shown = output.display();
        if self.dry_run {
            let present = read_regular_text(output).unwrap_or_default();
            let diff = unified_diff(&shown.to_string(), &present, text);
            if diff.is_empty() {
                tell(&format!("{shown} is up to date"));
            }
            return Ok(print(&diff)?);
        }
        let mut file = FileBuilder::new(output);
        let written = file.print_text(text).write()?;
        if self.verbose {
            let state = if written == Written::Unchanged {
                "is up to date"
            } else {
                "is written"
            };
            tell(&format!("{shown} {state}"));
        }
        Ok(())
    }

    fn write_rule(
        &self,
        output: &Path,
        generated: &Generated,
    ) -> Result<(), Box<dyn std::error::Error>> {
        if let (Some(depfile), false) = (&self.depfile, self.dry_run) {
            let rule = rule(output, &generated.files);
            FileBuilder::new(depfile).print_text(&rule).write()?;
        }
        Ok(())
    }
}

/// Refuses to write over what somebody wrote by hand, such as the header itself.
fn check_is_ours(path: &Path, is_ours: impl Fn(&str) -> bool) -> Result<(), String> {
    let present = match read_regular(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(format!("cannot write {}: {error}", path.display())),
        Ok(present) => present,
    };
    let present = String::from_utf8_lossy(&present);
    if present.trim().is_empty() || is_ours(&present) {
        return Ok(());
    }
    Err(format!(
        "{} was not made by memglass-gen and would be lost; name another file, or remove it first",
        path.display()
    ))
}

/// A rule for make and ninja: what the output depends on.
fn rule(output: &Path, files: &[PathBuf]) -> String {
    let mut rule = format!("{}:", escaped(output));
    for file in files {
        rule.push_str(&format!(" \\\n  {}", escaped(file)));
    }
    rule.push('\n');
    rule
}

/// A path as it is written in a rule.
fn escaped(path: &Path) -> String {
    path.display()
        .to_string()
        .replace('\\', "\\\\")
        .replace(' ', "\\ ")
        .replace('#', "\\#")
        .replace('$', "$$")
}
