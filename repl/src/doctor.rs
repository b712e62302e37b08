//! What is wrong with sessions, looked at once. Nothing is changed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use memglass::schema::{Kind, Metadata, Schema, TypeId};
use memglass::{
    AttachError, Field, ObjectInfo, Observer, Presence, RegionInfo, SessionEntry, ShmError, Value,
    WriteError,
};
use memglass_value::shown::{Cell, Table};

use crate::commands::with_causes;

/// Values of one session that are told; the others are counted.
const TOLD: usize = 50;

/// Elements of one array that are looked at.
const MOST_ELEMENTS: u64 = 1024;

/// How full a region may be while there is little room for the next.
const NEARLY_FULL: f64 = 0.9;

/// Bytes that should be left for sessions to grow.
const SPARE_BYTES: u64 = 64 << 20;

/// Something that is wrong, or will be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    session: String,
    place: String,
    what: String,
    todo: String,
}

/// What was found, a row for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnosis(Vec<Finding>);

impl Diagnosis {
    /// Looks at all sessions in a directory, or at the one of this name.
    ///
    /// # Errors
    ///
    /// If there is no session of that name.
    pub fn of(dir: Option<&Path>, session: Option<&str>) -> Result<Self, AttachError> {
        let mut diagnosis = Diagnosis::default();
        for entry in memglass::sessions(dir) {
            match entry {
                Ok(entry) if session.is_none_or(|name| name == entry.name) => {
                    diagnosis.look_at(dir, &entry);
                }
                Ok(_) => {}
                Err(error) if session.is_none() => diagnosis.unreadable(&error),
                Err(_) => {}
            }
        }
        match session {
            None => diagnosis.look_at_directory(&directory(dir)),
            // Whether it is there at all.
            Some(name) => drop(attach(dir, name)?),
        }
        Ok(diagnosis)
    }

    /// Looks at an attached session.
    pub(crate) fn of_attached(observer: &Observer) -> Self {
        let mut diagnosis = Diagnosis::default();
        let session = observer.session();
        diagnosis.look_at_producer(&session.name, session.pid, observer.producer());
        diagnosis.examine(observer);
        diagnosis
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The findings as rows.
    pub fn table(&self) -> Table {
        let columns = ["session", "where", "what", "to do"];
        let row = |finding: &Finding| {
            vec![
                Some(Cell::name(finding.session.as_str())),
                Some(Cell::name(finding.place.as_str())),
                Cell::prose(finding.what.as_str()),
                Cell::prose(finding.todo.as_str()),
            ]
        };
        Table {
            rows: self.0.iter().map(row).collect(),
            ..Table::new(columns).or_else("nothing is wrong")
        }
    }

    fn add(
        &mut self,
        session: &str,
        place: impl Into<String>,
        what: impl Into<String>,
        todo: &str,
    ) {
        self.0.push(Finding {
            session: session.to_owned(),
            place: place.into(),
            what: what.into(),
            todo: todo.to_owned(),
        });
    }

    fn unreadable(&mut self, error: &AttachError) {
        let todo = match error {
            // The directory has a row of its own.
            AttachError::Shm(ShmError::NoDirectory { .. }) => return,
            AttachError::Shm(ShmError::Denied { .. }) => {
                "nothing, if it is meant to be another user's"
            }
            _ => {
                "if its program is gone, `memglass clean` removes it; else restart it with this version"
            }
        };
        self.add("", "", with_causes(error), todo);
    }

    fn look_at_producer(&mut self, name: &str, pid: u32, state: Presence) {
        match state {
            Presence::Alive => {}
            Presence::Stopped => self.add(
                name,
                format!("pid {pid}"),
                "its producer is stopped",
                "continue it (`kill -CONT`), or leave the debugger",
            ),
            state => self.add(
                name,
                format!("pid {pid}"),
                format!("its producer is gone ({})", state.word()),
                "look at its last values, then remove it: `memglass clean NAME`",
            ),
        }
    }

    fn look_at(&mut self, dir: Option<&Path>, entry: &SessionEntry) {
        let name = &entry.name;
        self.look_at_producer(name, entry.pid, entry.state);
        match attach(dir, name) {
            Ok(observer) => self.examine(&observer),
            Err(error) => self.add(name, "", with_causes(&error), "see the message"),
        }
    }

    /// What an attached session shows.
    fn examine(&mut self, observer: &Observer) {
        let name = observer.session().name.clone();
        for damage in observer.damage() {
            let todo = "restart the producer; what overwrote its memory?";
            self.add(&name, "", damage.to_string(), todo);
        }
        self.examine_writers(observer);
        self.examine_regions(observer);
        self.examine_types(observer);
        self.examine_values(observer);
    }

    /// Writers that were killed in the middle of a write.
    fn examine_writers(&mut self, observer: &Observer) {
        let name = &observer.session().name;
        for write in observer.cut_off_writes() {
            let object = match &write.object {
                Some(object) => format!("{:?}", object.label),
                None => "an object that is not there any more".to_owned(),
            };
            self.add(
                name,
                format!("writer's slot {}", write.slot),
                format!("pid {} was killed while it wrote to {object}", write.pid),
                "look at that object: what has no protection may be half written. The next writer may take the slot",
            );
        }
    }

    fn examine_regions(&mut self, observer: &Observer) {
        let name = &observer.session().name;
        match observer.regions() {
            Err(error) => self.add(name, "regions", error.to_string(), "restart the producer"),
            Ok(regions) => {
                let free = memglass_system::files::free_bytes(&observer.session().directory);
                let Some(last) = regions.last() else { return };
                if let Some(what) = free.ok().and_then(|free| too_full(last, free)) {
                    let todo = "make room in the directory of the sessions";
                    self.add(name, format!("region {}", last.id), what, todo);
                }
            }
        }
    }

    /// Types of one name that are not the same.
    fn examine_types(&mut self, observer: &Observer) {
        let schema = observer.schema();
        let mut known: HashMap<&str, (TypeId, String)> = HashMap::new();
        for (id, ty) in schema.iter() {
            let bare = schema.bare(id);
            if bare != id || !matches!(ty.kind, Kind::Struct { .. } | Kind::Enum { .. }) {
                continue;
            }
            let shape = shape(schema, bare);
            match known.get(&*ty.name) {
                Some((_, other)) if *other != shape => self.add(
                    &observer.session().name,
                    format!("type {}", ty.name),
                    "two different types have this name",
                    "rebuild all parts of the producer from the same declarations",
                ),
                Some(_) => {}
                None => drop(known.insert(&ty.name, (bare, shape))),
            }
        }
    }

    fn examine_values(&mut self, observer: &Observer) {
        let schema = observer.schema().clone();
        let mut declared = Declared::default();
        let mut found = Vec::new();
        for object in observer.objects() {
            if declared.in_type(&schema, object.type_id, &Metadata::default()) {
                examine_object(observer, &object, &mut declared, &mut found);
            }
        }
        let name = &observer.session().name;
        let count = found.len();
        for (place, what, todo) in found.into_iter().take(TOLD) {
            self.add(name, place, what, todo);
        }
        if count > TOLD {
            self.add(
                name,
                "",
                format!("{} more values", count - TOLD),
                "mend these first",
            );
        }
    }

    /// Files that belong to no session, and room for more.
    fn look_at_directory(&mut self, dir: &Path) {
        let Ok(entries) = std::fs::read_dir(dir) else {
            let text = format!("{} cannot be read", dir.display());
            return self.add("", dir.display().to_string(), text, "make it, or allow it");
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let names: Vec<String> = names.filter(|name| name.starts_with("memglass_")).collect();
        for name in &names {
            if let Some(header) = header_of(name)
                && !names.contains(&header)
            {
                self.add(
                    "",
                    name,
                    "it is a region of no session",
                    "`memglass clean` removes it",
                );
            }
        }
        if let Ok(free) = memglass_system::files::free_bytes(dir)
            && free < SPARE_BYTES
        {
            self.add(
                "",
                dir.display().to_string(),
                format!("{free} bytes are free"),
                "make room: a session that cannot grow refuses new objects",
            );
        }
    }
}

/// Whether the last region is nearly full while the next one, which is twice as large, has no room.
fn too_full(last: &RegionInfo, free: u64) -> Option<String> {
    let is_full = last.used as f64 > NEARLY_FULL * last.size as f64;
    let (used, size) = (last.used, last.size);
    (is_full && free < 2 * size).then(|| {
        format!("{used} of {size} bytes are used, and {free} are free for the next region")
    })
}

/// The header that a region's file belongs to.
fn header_of(name: &str) -> Option<String> {
    let (session, id) = name.rsplit_once("_region_")?;
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| format!("{session}_header"))
}

/// Where sessions are, if nobody says otherwise.
fn directory(dir: Option<&Path>) -> PathBuf {
    let named = std::env::var_os("MEMGLASS_DIR").filter(|dir| !dir.is_empty());
    match (dir, named) {
        (Some(dir), _) => dir.to_owned(),
        (None, Some(dir)) => dir.into(),
        (None, None) => "/dev/shm".into(),
    }
}

fn attach(dir: Option<&Path>, name: &str) -> Result<Observer, AttachError> {
    let options = dir
        .iter()
        .fold(Observer::builder(), |options, dir| options.dir(dir));
    options.attach(name)
}

/// The names and types of the members, or the names of the values.
fn shape(schema: &Schema, id: TypeId) -> String {
    match &schema[id].kind {
        Kind::Struct { fields } => fields
            .iter()
            .map(|field| {
                format!(
                    "{}: {}; ",
                    field.name,
                    schema.type_name(schema.bare(field.type_id))
                )
            })
            .collect(),
        Kind::Enum { variants, .. } => variants
            .iter()
            .map(|variant| format!("{} = {}; ", variant.name, variant.value))
            .collect(),
        _ => String::new(),
    }
}

/// Which types declare something of their values.
#[derive(Default)]
struct Declared(HashMap<TypeId, bool>);

impl Declared {
    fn in_type(&mut self, schema: &Schema, id: TypeId, metadata: &Metadata) -> bool {
        let bare = schema.bare(id);
        let is_declared = metadata.min.is_some()
            || metadata.max.is_some()
            || metadata.step.is_some()
            || metadata.regex.is_some()
            || !metadata.names.is_empty()
            || !metadata.flags.is_empty();
        if is_declared {
            return true;
        }
        if let Some(known) = self.0.get(&bare) {
            return *known;
        }
        let found = match &schema[bare].kind {
            Kind::Enum { .. } | Kind::Flags { .. } => true,
            Kind::Struct { fields } => fields
                .iter()
                .any(|field| self.in_type(schema, field.type_id, &field.metadata)),
            Kind::Array { element, .. } => self.in_type(schema, *element, metadata),
            _ => false,
        };
        self.0.insert(bare, found);
        found
    }
}

type Values = Vec<(String, String, &'static str)>;

fn examine_object(
    observer: &Observer,
    object: &ObjectInfo,
    declared: &mut Declared,
    found: &mut Values,
) {
    // Objects come and go while they are looked at.
    if let Ok(root) = observer.root(object) {
        examine_field(&root, declared, found);
    }
}

fn examine_field(field: &Field, declared: &mut Declared, found: &mut Values) {
    let schema = field.schema().clone();
    let info = field.info();
    if let Some(holder) = field.holder().filter(|holder| holder.contains("memglass")) {
        let what = format!("{holder} holds the right to write it");
        found.push((
            field.path().to_owned(),
            what,
            "end that writer, if it is stuck",
        ));
    }
    if !declared.in_type(&schema, info.type_id, info.metadata) {
        return;
    }
    let is_array = matches!(schema[info.type_id].kind, Kind::Array { .. });
    match (&schema[info.type_id].kind, field.element_count()) {
        (_, Some(count)) if !is_array => examine_elements(field, count, declared, found),
        (Kind::Array { element, .. }, Some(count))
            if matches!(schema[schema.bare(*element)].kind, Kind::Struct { .. }) =>
        {
            examine_elements(field, count, declared, found);
        }
        (Kind::Struct { fields }, _) => {
            for member in fields {
                if let Ok(member) = field.member(&member.name) {
                    examine_field(&member, declared, found);
                }
            }
        }
        (Kind::Union { .. }, _) => {}
        _ => examine_value(field, found),
    }
}

fn examine_elements(field: &Field, count: u64, declared: &mut Declared, found: &mut Values) {
    for index in 0..count.min(MOST_ELEMENTS) {
        if let Ok(element) = field.element(index) {
            examine_field(&element, declared, found);
        }
    }
}

fn examine_value(field: &Field, found: &mut Values) {
    const TODO: &str = "mend the producer, or write a value that is allowed";
    let what = trouble(field).into_iter();
    found.extend(what.map(|what| (field.path().to_owned(), what, TODO)));
}

/// Why the present value of a field is not one that is declared for it, if so.
pub(crate) fn trouble(field: &Field) -> Option<String> {
    let metadata = field.info().metadata;
    let has_range = metadata.min.is_some() || metadata.max.is_some();
    let is_nan = match field.read() {
        Ok(Value::F64(number)) => number.is_nan(),
        Ok(Value::F32(number)) => number.is_nan(),
        _ => false,
    };
    match field.check_present() {
        _ if has_range && is_nan => Some("it is NaN, and declares a range".to_owned()),
        Err(WriteError::Refused { refusal, .. }) => Some(refusal.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use memglass::{Observe, Session};

    use super::*;

    #[derive(Observe, Clone, Copy, Default)]
    struct Sensor {
        #[observe(range(0, 100))]
        level: f64,
        free: f64,
    }

    mod other {
        #[derive(memglass::Observe, Clone, Copy, Default)]
        pub(super) struct Sensor {
            height: f64,
        }
    }

    fn world() -> (tempfile::TempDir, Session) {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s").dir(dir.path()).create();
        (dir, session.expect("a session"))
    }

    /// Where something is wrong, and what.
    fn found(dir: &tempfile::TempDir) -> Vec<(String, String)> {
        let observer = Observer::builder().dir(dir.path()).attach("s");
        let diagnosis = Diagnosis::of_attached(&observer.expect("an observer"));
        let findings = diagnosis.0.into_iter();
        findings
            .map(|finding| (finding.place, finding.what))
            .collect()
    }

    #[test]
    fn a_number_that_is_none_is_found_where_a_range_is_declared() {
        let (dir, session) = world();
        let sensor = session.object("tank", Sensor::default()).expect("room");
        sensor.free.set(f64::NAN);
        assert_eq!(found(&dir), []);
        sensor.level.set(f64::NAN);
        let expected = (
            "tank.level".into(),
            "it is NaN, and declares a range".into(),
        );
        assert_eq!(found(&dir), [expected]);
        sensor.level.set(101.0);
        assert!(found(&dir)[0].1.contains("out of range"));
        sensor.level.set(100.0);
        assert_eq!(found(&dir), []);
    }

    #[test]
    fn two_types_of_one_name_are_found() {
        let (dir, session) = world();
        let _tank = session.object("tank", Sensor::default()).expect("room");
        assert_eq!(found(&dir), []);
        let _other = session
            .object("other", other::Sensor::default())
            .expect("room");
        let what = "two different types have this name";
        assert_eq!(found(&dir), [("type Sensor".into(), what.into())]);
    }

    /// Says to this program that it is the one to be killed, and where the session is.
    const KILLED: &str = "MEMGLASS_TEST_KILLED_IN";

    #[test]
    fn who_was_killed_in_the_middle_of_a_write_is_named() {
        if let Some(dir) = std::env::var_os(KILLED) {
            let observer = Observer::builder().dir(dir).writable().attach("s");
            let field = observer.map(|it| it.field("tank.level").expect("a field"));
            let field = field.expect("an observer");
            let _ = field.update(|_| std::process::abort());
        }
        let (dir, session) = world();
        let _tank = session.object("tank", Sensor::default()).expect("room");
        let this_test = std::thread::current().name().unwrap_or_default().to_owned();
        let mut child = std::process::Command::new(std::env::current_exe().expect("a program"))
            .args([&this_test, "--exact"])
            .env(KILLED, dir.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it runs");
        let pid = child.id();
        assert!(!child.wait().expect("it ends").success());
        let what = format!("pid {pid} was killed while it wrote to \"tank\"");
        assert_eq!(found(&dir), [("writer's slot 2".into(), what)]);
        let observer = Observer::builder().dir(dir.path()).writable().attach("s");
        let field = observer.expect("an observer").field("tank.level");
        field.expect("a field").write(&1.0.into()).expect("a write");
        assert_eq!(found(&dir), [], "the next writer has its slot");
    }

    #[test]
    fn the_end_of_a_producer_is_found() {
        let (dir, session) = world();
        let observer = Observer::builder()
            .dir(dir.path())
            .attach("s")
            .expect("an observer");
        drop(session);
        let Diagnosis(findings) = Diagnosis::of_attached(&observer);
        assert_eq!(findings[0].what, "its producer is gone (exited)");
    }

    #[test]
    fn a_full_region_matters_only_where_the_next_one_has_no_room() {
        let region = |used| {
            let (dir, _session) = world();
            let observer = Observer::builder()
                .dir(dir.path())
                .attach("s")
                .expect("an observer");
            let mut region = observer.regions().expect("regions").remove(0);
            region.used = used;
            region
        };
        let full = region(1 << 20);
        assert_eq!(full.size, 1 << 20);
        assert!(too_full(&full, 2 << 20).is_none(), "there is room");
        let what = too_full(&full, (2 << 20) - 1).expect("no room");
        assert_eq!(
            what,
            "1048576 of 1048576 bytes are used, and 2097151 are free for the next region"
        );
        assert!(too_full(&region(1 << 19), 0).is_none(), "it is half full");
    }
}
