//! Forged sessions, and a look at all of them.

use std::sync::Mutex;

use memglass::schema::{Field, Kind, Type, TypeId};
use memglass::{AttachError, Damage, Observer, Value};
use memglass_tests::hostile::{Entry, Forged, Looks, Peak};
use tempfile::TempDir;

/// Counts the memory of one test.
static ALONE: Mutex<()> = Mutex::new(());

/// A forged session in a directory of its own.
pub(crate) struct Place {
    pub(crate) dir: TempDir,
    bytes: usize,
}

impl Place {
    pub(crate) fn of(forged: &Forged) -> Place {
        let dir = tempfile::tempdir_in("/dev/shm").unwrap();
        forged.write(dir.path());
        let files = std::fs::read_dir(dir.path()).unwrap();
        let sizes = files.map(|file| file.unwrap().metadata().unwrap().len() as usize);
        Place {
            bytes: sizes.sum(),
            dir,
        }
    }

    pub(crate) fn attach(&self) -> Result<Observer, AttachError> {
        Observer::builder()
            .dir(self.dir.path())
            .attach(Forged::NAME)
    }

    /// Attaches and looks at everything. Returns the observer, the damage that it found, and the peak
    /// memory in multiples of the session's size.
    pub(crate) fn look(&self) -> (Observer, Vec<Damage>, f64) {
        let _alone = ALONE
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let peak = Peak::start();
        let mut observer = self.attach().unwrap();
        Looks::default().at(&mut observer);
        let times = peak.bytes() as f64 / self.bytes as f64;
        let damage = observer.damage();
        (observer, damage, times)
    }
}

pub(crate) fn ty(name: &str, size: u64, align: u64, kind: Kind) -> Type {
    Type::new(name, size, align, kind)
}

pub(crate) fn number() -> Type {
    ty("u64", 8, 8, Kind::Int { signed: false })
}

pub(crate) fn member(name: &str, type_id: u32, offset: u64) -> Field {
    Field::new(name, TypeId(type_id), offset)
}

/// A session with one number, called `number`, after `lie` has changed it.
pub(crate) fn forged(lie: impl FnOnce(&mut Forged)) -> Place {
    let mut forged = Forged::new(1 << 20, 8, 8);
    forged.types_of(&[number()]);
    let data = forged.put(&7_u64.to_ne_bytes());
    let label = forged.label(b"number");
    forged.objects(&[Entry {
        type_id: 0,
        count: 0,
        data,
        label,
        label_len: 6,
    }]);
    lie(&mut forged);
    Place::of(&forged)
}

/// The objects of `forged` with others behind the first.
pub(crate) fn with_objects(forged: &mut Forged, objects: &[(&[u8], u64, u64)]) {
    let data = forged.put(&7_u64.to_ne_bytes());
    let entries = objects.iter().map(|&(label, type_id, count)| Entry {
        type_id,
        count,
        data,
        label: forged.label(label),
        label_len: label.len() as u64,
    });
    let entries: Vec<_> = entries.collect();
    forged.objects(&entries);
}

#[track_caller]
pub(crate) fn assert_sound(observer: &Observer) {
    assert_eq!(observer.field("number").unwrap().read(), Ok(Value::U64(7)));
}
