//! One damaged session, and an observer that looks at it, also while it changes.

use memglass::{Field, Observer};

use super::{Edit, Looks, Recording, When};

/// The outcome of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was attached to and looked at.
    Attached(Looks),
    /// It could not be attached to.
    Refused,
}

/// An observer of a damaged session.
pub struct Trial {
    observer: Observer,
    fields: Vec<Field>,
    looks: Looks,
}

impl Trial {
    /// Makes the first changes, attaches, makes the others one by one while the observer looks, and undoes
    /// all of them.
    pub fn run(recording: &Recording, edits: &[Edit]) -> Outcome {
        let (before, live): (Vec<Edit>, Vec<Edit>) =
            edits.iter().partition(|edit| edit.when == When::Before);
        before.iter().for_each(|edit| recording.apply(edit));
        let outcome = Trial::attach(recording).map_or(Outcome::Refused, |mut trial| {
            for edit in &live {
                recording.apply(edit);
                trial.look(edit.when);
            }
            Outcome::Attached(trial.looks)
        });
        Trial::undo(recording, edits);
        outcome
    }

    fn attach(recording: &Recording) -> Option<Trial> {
        let mut looks = Looks::default();
        for entry in memglass::sessions(Some(recording.dir())) {
            looks.note(entry);
        }
        let options = Observer::builder().dir(recording.dir());
        let mut observer = options.attach(recording.name()).ok()?;
        let fields = looks.at(&mut observer);
        Some(Trial {
            observer,
            fields,
            looks,
        })
    }

    fn look(&mut self, when: When) {
        match when {
            When::Before => {}
            When::ThenRead => {
                let fields = self.fields.iter();
                fields.for_each(|field| self.looks.at_field(field));
            }
            When::ThenRefresh => self.fields = self.looks.at(&mut self.observer),
            When::ThenWrite => self.write(),
        }
    }

    /// Writes as an observer that attaches now.
    fn write(&mut self) {
        let Ok(mut writer) = self.writable() else {
            return;
        };
        for field in self.looks.at(&mut writer) {
            self.looks.writing_to(&field);
        }
    }

    fn writable(&self) -> Result<Observer, memglass::AttachError> {
        let session = self.observer.session();
        Observer::builder()
            .dir(&session.directory)
            .writable()
            .attach(&session.name)
    }

    fn undo(recording: &Recording, edits: &[Edit]) {
        // An observer may have written anywhere, and a file that was cut must be written again.
        if edits
            .iter()
            .any(|edit| edit.when == When::ThenWrite || edit.width == 0)
        {
            recording.restore();
        } else {
            edits.iter().for_each(|edit| recording.repair(edit));
        }
    }
}
