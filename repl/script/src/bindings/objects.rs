//! `obs`: finding objects.
//!
//! ```rhai
//! obs["AAPL_position"].quantity          // an object by its label, an error if there is none
//! AAPL_position.quantity                 // the same, where the label is an identifier
//! obs.find("AAPL_position")              // the object or ()
//! obs.all("Position")                    // all objects of a type, or with a label like "*_position"
//! ```

use std::fmt;
use std::rc::Rc;

use memglass::schema::{Schema, TypeId};
use memglass::{ObjectEntry, Pattern};
use memglass_syntax::words::quoted;
use rhai::{Dynamic, Engine, EvalAltResult, INT, ImmutableString};

use crate::context::Context;
use crate::describe;
use crate::error::raise;
use crate::labels::Labels;
use crate::names;
use crate::object_list::ObjectList;
use crate::place::Place;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// The value of `obs`.
#[derive(Clone)]
pub(crate) struct Obs(pub(crate) Rc<Context>, pub(crate) Rc<Labels>);

impl Obs {
    /// The object with this label.
    pub(crate) fn object(&self, label: &str) -> Result<Place> {
        match self.1.find(label)? {
            Some(place) => Ok(place),
            None if let Some(why) = self.1.why_lost(label) => Err(raise(why)),
            None if label.contains('*') => {
                let what = format!("no object {label:?}");
                let help = format!("a pattern finds several: `obs.all({label:?})`");
                Err(self.0.remarks.advise(what, help))
            }
            // Resolving the path of a missing label is what tells the labels close to it.
            None => match self.0.attached.observer().field(&quoted(label)) {
                Err(error) => Err(raise(error)),
                Ok(_) => Err(raise(format_args!("no object {label:?}"))),
            },
        }
    }

    /// All objects whose type has this name or whose label matches this pattern, in the order of their slots.
    fn all(&self, pattern: &str) -> Result<ObjectList> {
        self.0.refresh()?;
        let choice = Choice::new(self, pattern)?;
        let observer = self.0.attached.observer();
        let chosen = observer
            .entries()
            .take_while(|_| !self.0.run.is_interrupted())
            .filter(choice.chooser());
        let list = ObjectList::new(self.0.clone(), chosen);
        self.0.run.check_interrupt()?;
        if list.len() == 0 {
            choice.check_possible(observer.schema())?;
        }
        Ok(list)
    }
}

/// What `obs.all` looks for. A type is known by its name: the stored and the plain form of a struct have the same.
enum Choice {
    Any,
    Type(Vec<TypeId>),
    Label(Pattern),
}

impl Choice {
    fn new(session: &Obs, pattern: &str) -> Result<Self> {
        if pattern == "*" {
            return Ok(Choice::Any);
        }
        let schema = session.0.schema();
        let ids = schema.iter().filter(|(_, ty)| &*ty.name == pattern);
        let ids: Vec<_> = ids.map(|(id, _)| id).collect();
        if !ids.is_empty() {
            return Ok(Choice::Type(ids));
        }
        if !pattern.contains(['*', '?', '[', '{']) && session.1.find(pattern)?.is_none() {
            return Err(raise(unknown(session, pattern)));
        }
        Ok(Choice::Label(Pattern::new(pattern).map_err(raise)?))
    }

    /// Refuses what has no objects because only fields are of such a type; that there is none now is no mistake.
    fn check_possible(&self, schema: &Schema) -> Result<()> {
        match self {
            Choice::Type(ids)
                if ids
                    .iter()
                    .all(|id| describe::has_names(&schema[schema.bare(*id)].kind)) =>
            {
                let name = &*schema[ids[0]].name;
                Err(raise(format_args!(
                    "no object is of the type {name:?}: its values are what fields hold; `describe({name:?})` lists them"
                )))
            }
            _ => Ok(()),
        }
    }

    /// Says of each object whether it is one of these. Labels are read into one buffer.
    fn chooser<'o>(&self) -> impl FnMut(&ObjectEntry<'o>) -> bool {
        let mut label = Vec::new();
        move |object| match self {
            Choice::Any => true,
            Choice::Type(ids) => ids.contains(&object.type_id()),
            Choice::Label(pattern) => {
                object.with_label(&mut label, |label| pattern.is_match(label)) == Some(true)
            }
        }
    }
}

/// Suggests a type or a label, or tells the types.
fn unknown(session: &Obs, pattern: &str) -> String {
    let schema = session.0.schema();
    let observer = session.0.attached.observer();
    let known = describe::declared_names(&schema).chain(names::labels(&observer));
    let meant = match memglass::nearest(pattern, known) {
        Some(name) => format!("; did you mean {name:?}?"),
        None => describe::suggested_type(&schema, pattern),
    };
    format!("no type and no object is named {pattern:?}{meant}")
}

/// Registers `obs` and what it can do.
pub(super) fn register(engine: &mut Engine, _context: &Rc<Context>) {
    engine.register_type_with_name::<Obs>("session");
    engine.register_indexer_get(|session: &mut Obs, label: ImmutableString| session.object(&label));
    engine.register_fn(
        "find",
        |session: &mut Obs, label: &str| -> Result<Dynamic> {
            Ok(session.1.find(label)?.map_or(Dynamic::UNIT, Dynamic::from))
        },
    );
    engine.register_fn("all", |session: &mut Obs, pattern: &str| {
        session.all(pattern)
    });
    engine.register_fn("all", |session: &mut Obs| session.all("*"));
    engine.register_fn("contains", |session: &mut Obs, label: &str| {
        Ok::<_, Box<EvalAltResult>>(session.1.find(label)?.is_some())
    });
    engine.register_fn("len", |session: &mut Obs| -> Result<INT> {
        session.0.refresh()?;
        Ok(session.0.attached.observer().object_count() as INT)
    });
    engine.register_fn("refresh", |session: &mut Obs| session.0.refresh());
    engine.register_fn("producer", |session: &mut Obs| {
        session.0.attached.presence().word()
    });
    engine.register_fn("to_string", |session: Obs| session.to_string());
    engine.register_fn("to_debug", |session: Obs| session.to_string());
}

impl fmt::Display for Obs {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let observer = self.0.attached.observer();
        write!(
            out,
            "session {} ({} objects)",
            observer.session().name,
            observer.object_count()
        )
    }
}
