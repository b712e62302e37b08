//! What the common arguments mean here and now.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use memglass::{AttachError, Observer, ObserverBuilder};
use memglass_repl::program::{Encoding, Form, Output, Rendering, Watch, damage_news};
use memglass_repl::{Audit, AuditError, DryRun, OnFailure};
use memglass_terminal::look::{ColorChoice, Look};
use memglass_terminal::streams::{Data, write_message};
use memglass_types::Types;

use super::addresses::{self, Builds, Whose};
use super::arguments::{Common, FormatChoice};
use super::failure::Failure;
use super::type_files;
use super::type_files::asked::Writing;

/// The common arguments, resolved.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) dir: Option<PathBuf>,
    pub(super) readonly: bool,
    pub(super) form: Form,
    /// Whether the form was asked for.
    pub(super) is_form_chosen: bool,
    /// Files with the names of what lies at addresses, and with types that sessions only name.
    pub(super) types: Vec<String>,
    /// What is in them, if they were read.
    told: Option<Arc<Types>>,
    /// How types are written, if not as rows.
    pub(super) writing: Option<Writing>,
    pub(super) color: ColorChoice,
    /// Time that a script has.
    pub(super) timeout: Option<Duration>,
    /// Whether writes are only tried out.
    pub(super) dry_run: bool,
    /// Whether recordings are played as branches that can be written.
    pub(super) what_if: bool,
    /// Where every write is recorded.
    audit: Option<PathBuf>,
    audit_sync: bool,
    audit_lenient: bool,
    /// Whether the user's own script runs before the first prompt.
    pub(super) with_init: bool,
}

impl Options {
    pub(super) fn resolve(typed: &Common) -> Self {
        let encoding = match (typed.json, typed.csv, typed.format) {
            (true, ..) | (_, _, Some(FormatChoice::Json)) => Encoding::Json,
            (_, true, _) | (_, _, Some(FormatChoice::Csv)) => Encoding::Csv,
            _ => Encoding::Text,
        };
        Options {
            dir: typed.dir.clone(),
            readonly: typed.readonly,
            form: Form {
                encoding,
                ..Form::default()
            },
            is_form_chosen: typed.json || typed.csv || typed.format.is_some(),
            types: typed.types.clone(),
            told: None,
            writing: match typed.format {
                Some(FormatChoice::C) => Some(Writing::C),
                Some(FormatChoice::Crefl) => Some(Writing::Crefl),
                Some(FormatChoice::BtfLike) => Some(Writing::BtfLike),
                _ => None,
            },
            color: typed.color.into(),
            timeout: typed.timeout,
            dry_run: typed.dry_run,
            what_if: typed.what_if,
            audit: typed.audit.clone(),
            audit_sync: typed.audit_sync,
            audit_lenient: typed.audit_lenient,
            with_init: !typed.no_init,
        }
    }

    pub(super) fn dir(&self) -> Option<&Path> {
        self.dir.as_deref()
    }

    /// How results look on standard output.
    pub(super) fn rendering(&self) -> Rendering {
        Rendering {
            form: self.form,
            look: Look::of_stdout(self.color),
        }
    }

    /// Attaches for reading.
    pub(super) fn attach(&self, session: &str) -> Result<Observer, AttachError> {
        let observer = self.attach_options().attach(session)?;
        self.name_addresses(session);
        self.mark_undescribed(&observer);
        Ok(observer)
    }

    /// Attaches for writing too, unless writes are to be errors.
    pub(super) fn attach_writable(&self, session: &str) -> Result<Observer, AttachError> {
        let options = self.attach_options();
        let options = match self.readonly {
            true => options,
            false => options.writable(),
        };
        let options = match self.dry_run {
            true => options.trial(),
            false => options,
        };
        let observer = options.attach(session)?;
        self.name_addresses(session);
        self.mark_undescribed(&observer);
        Ok(observer)
    }

    /// The types of all files that name what lies at addresses.
    pub(super) fn named_types(&self) -> Result<Types, Failure> {
        let sets = self
            .types
            .iter()
            .map(|path| type_files::of_file(self, path));
        Ok(Types::merged(sets.collect::<Result<Vec<_>, _>>()?))
    }

    /// Has addresses of the sessions that are attached written with their names, if files with names were given.
    pub(super) fn with_names(mut self) -> Result<Self, Failure> {
        if !self.types.is_empty() {
            self.told = Some(Arc::new(self.named_types()?));
        }
        Ok(self)
    }

    /// The builds of the files that name what lies at addresses.
    pub(super) fn builds(&self) -> Builds {
        Builds::of(&self.types)
    }

    fn name_addresses(&self, session: &str) {
        if let Some(types) = &self.told {
            let whose = Whose::Producer(session.to_owned(), self.dir.clone());
            if let Some(news) = addresses::name(types, self.builds(), whose) {
                self.note(&news);
            }
        }
    }

    /// Opens the audit file, if there is to be one.
    pub(super) fn audit(&self) -> Result<Option<Audit>, AuditError> {
        let on_failure = match self.audit_lenient {
            true => OnFailure::GoOn,
            false => OnFailure::Stop,
        };
        let open = |path: &PathBuf| Audit::open(path, self.audit_sync, on_failure);
        self.audit.as_ref().map(open).transpose()
    }

    /// Says at the end what a dry run came to.
    pub(super) fn tell_dry_run(&self, run: Option<DryRun>) {
        let Some(DryRun { made, refused }) = run else {
            return;
        };
        let writes = match made {
            1 => "1 write".to_owned(),
            made => format!("{made} writes"),
        };
        let refused = match refused {
            0 => String::new(),
            refused => format!(" and {refused} refused"),
        };
        self.note(&format!(
            "dry run: {writes} would have been made{refused}; nothing was changed"
        ));
    }

    fn attach_options(&self) -> ObserverBuilder {
        let options = Observer::builder();
        let options = match &self.dir {
            Some(dir) => options.dir(dir),
            None => options,
        };
        match &self.told {
            Some(types) => {
                let types = Arc::clone(types);
                options.described_by(move |named| memglass_type_tables::described(&types, named))
            }
            None => options,
        }
    }

    /// Says so on standard error when the files have no description of a type that the session only names.
    fn mark_undescribed(&self, observer: &Observer) {
        let types = observer.schema().iter().map(|(_, ty)| ty);
        let mut names = types.filter(|ty| ty.elsewhere.is_some());
        if let (Some(ty), Some(_)) = (names.next(), &self.told) {
            let others = match names.count() {
                0 => String::new(),
                others => format!(" and {others} more"),
            };
            self.note(&format!(
                "{}{others} stay bytes: {} has no such type of this version",
                ty.name,
                self.types.join(", ")
            ));
        }
    }

    /// Writes a result.
    pub(super) fn print(&self, output: &Output) -> Result<(), Failure> {
        let mut out = Data::default();
        let message = output.write(self.rendering(), &mut out)?;
        out.flush()?;
        write_message(&message);
        Ok(())
    }

    /// Says so on standard error when values are those of a producer that is gone.
    pub(super) fn mark(&self, observer: &Observer) {
        let session = observer.session();
        if let Some(news) = Watch::new().news(observer.producer(), session) {
            self.note(&news);
        }
    }

    /// Says so on standard error when a part of the session cannot be right: it looks as if it were not there.
    pub(super) fn mark_damage(&self, observer: &Observer) {
        if let Some(news) = damage_news(observer) {
            self.note(&news);
        }
    }

    /// A message for people.
    pub(super) fn note(&self, text: &str) {
        let look = Look::of_stderr(self.color);
        write_message(&format!(
            "{}\n",
            look.paint(
                memglass_terminal::look::caution(),
                &format!("memglass: {}", memglass_value::format::printable(text))
            )
        ));
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::Arguments;

    #[track_caller]
    fn check(line: &str, encoding: Encoding) {
        let arguments = Arguments::try_parse_from(line.split_whitespace()).unwrap();
        assert_eq!(
            Options::resolve(&arguments.common).form.encoding,
            encoding,
            "{line}"
        );
    }

    #[test]
    fn short_and_long_forms_mean_the_same() {
        check("memglass ls", Encoding::Text);
        check("memglass ls --json", Encoding::Json);
        check("memglass ls --format json", Encoding::Json);
        check("memglass --csv ls", Encoding::Csv);
        check("memglass ls --format=csv", Encoding::Csv);
    }
}
