//! The session, and its objects as the file has them.

use std::io;
use std::path::Path;

use memglass::schema::TypeId;
use memglass::{Origin, RawObject, Session, TypedBlock};

use crate::error::ForeignError;
use crate::image::{self, Change};
use crate::lower::Lowered;
use crate::places::Placed;
use crate::room;
use crate::source::Source;

/// The file and the session that shows it.
pub(crate) struct Mirror {
    source: Source,
    session: Session,
    objects: Vec<Object>,
}

struct Object {
    placed: Placed,
    type_id: TypeId,
    /// The bytes that the file had when it was last read.
    bytes: Vec<u8>,
    /// A value as it was last stored into the session, or found there and written into the file, for each element.
    image: Vec<u8>,
    /// `None` while the file does not have its bytes.
    made: Option<RawObject>,
}

impl Mirror {
    pub(crate) fn new(
        source: Source,
        placed: Vec<Placed>,
        name: &str,
        dir: Option<&Path>,
    ) -> Result<Mirror, ForeignError> {
        let bytes = placed.iter().map(Placed::len);
        room::check(bytes.fold(0, u64::saturating_add))?;
        let origin = Origin::File {
            name: source
                .path()
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            is_written: source.is_written(),
        };
        let builder = Session::builder(name).origin(origin);
        let session = match dir {
            Some(dir) => builder.dir(dir),
            None => builder,
        }
        .create()?;
        let objects = placed
            .into_iter()
            .map(|placed| Object::of(placed, &session));
        let mut mirror = Mirror {
            objects: objects.collect::<Result<_, _>>()?,
            source,
            session,
        };
        mirror.read()?;
        Ok(mirror)
    }

    /// Takes in what changed in the file, and writes into it what observers stored, if that is wanted.
    ///
    /// # Errors
    ///
    /// If the session has no room for an object that came back.
    pub(crate) fn tick(&mut self) -> Result<(), ForeignError> {
        self.write_back();
        self.read()
    }

    fn read(&mut self) -> Result<(), ForeignError> {
        let mut objects = self.objects.iter_mut();
        objects.try_for_each(|object| object.follow(&mut self.source, &self.session))
    }

    /// Looks whether another file has the name now.
    pub(crate) fn look_for_another(&mut self) {
        self.source.follow();
    }

    /// Writes into the file what observers stored.
    pub(crate) fn write_back(&mut self) {
        if self.source.is_written() {
            for object in &mut self.objects {
                object.write_back(&mut self.source);
            }
        }
    }
}

impl Object {
    fn of(placed: Placed, session: &Session) -> Result<Object, ForeignError> {
        let type_id = session.adopt_type(&placed.ty.schema, placed.ty.id)?;
        Ok(Object {
            bytes: vec![0; placed.len() as usize],
            image: Vec::new(),
            placed,
            type_id,
            made: None,
        })
    }

    /// Bytes of one value in the session.
    fn stride(&self) -> usize {
        let Lowered { schema, id, .. } = &self.placed.ty;
        schema[*id].size as usize
    }

    /// Takes in the bytes that the file has now. Without them there is no object.
    fn follow(&mut self, source: &mut Source, session: &Session) -> Result<(), ForeignError> {
        let mut bytes = vec![0; self.bytes.len()];
        if source.read(self.placed.offset, &mut bytes).is_err() {
            self.made = None;
            return Ok(());
        }
        let before = std::mem::replace(&mut self.bytes, bytes);
        match self.made.take() {
            Some(made) => {
                self.store(&made, Some(&before));
                self.made = Some(made);
            }
            None => {
                let memory = session.allocate_typed(self.type_id, self.placed.count)?;
                self.image.clear();
                self.image
                    .resize(self.stride() * self.placed.count.unwrap_or(1) as usize, 0);
                self.store(&memory, None);
                self.made = Some(session.register(&self.placed.label, memory)?);
            }
        }
        Ok(())
    }

    /// Stores what is not as before of the elements whose bytes are not; without such, all of them.
    fn store(&mut self, memory: &TypedBlock, before: Option<&[u8]>) {
        let size = self.placed.ty.source_size as usize;
        let stride = self.stride();
        let elements = self
            .bytes
            .chunks_exact(size)
            .zip(self.image.chunks_exact_mut(stride));
        for (index, (bytes, image)) in elements.enumerate() {
            let at = index * size..(index + 1) * size;
            if before.is_some_and(|before| &before[at] == bytes) {
                continue;
            }
            let old = image.to_vec();
            image::gather(&self.placed.ty.runs, bytes, image);
            let cell = memory
                .element(index as u64)
                .expect("as many as were allocated");
            // What an observer writes meanwhile beside that stays, and is found by the next look.
            match before {
                Some(_) => cell.restore_changes(&old, image),
                None => cell.restore(image),
            }
            .expect("the image has the bytes of the type, which is not guarded");
        }
    }

    /// Writes into the file the parts of elements that are not as they were stored.
    fn write_back(&mut self, source: &mut Source) {
        let Some(made) = &self.made else {
            return;
        };
        let size = self.placed.ty.source_size;
        let stride = self.stride();
        let mut now = vec![0; stride];
        for (index, image) in (0..).zip(self.image.chunks_exact_mut(stride)) {
            let cell = made.element(index).expect("as many as were allocated");
            cell.read_bytes(&mut now)
                .expect("the image has the bytes of the type");
            if now == image {
                continue;
            }
            let start = self.placed.offset + index * size;
            for change in image::changed(&self.placed.ty.runs, image, &now) {
                // What cannot be written is not there: the session gets back what the file has.
                let _ = write(source, start, &change);
            }
            image.copy_from_slice(&now);
            // The next look at the file finds its bytes new, and stores them.
            let at = (index * size) as usize;
            self.bytes[at] = !self.bytes[at];
        }
    }
}

/// Writes a change of a value that begins at `start` in the file.
fn write(source: &mut Source, start: u64, change: &Change<'_>) -> io::Result<()> {
    let at = start + change.at;
    let mut bytes = change.bytes.to_vec();
    if change.is_shared() {
        source.read(at, &mut bytes)?;
        change.put_into(&mut bytes);
    }
    source.write(at, &bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::process::Command;

    use memglass::{Observer, Value};
    use memglass_types::Types;

    use super::*;
    use crate::{Foreign, Use};

    /// Bitfields whose integers overlap, and a union.
    const PROGRAM: &str = r#"
        #include <stdint.h>
        struct narrow { unsigned a : 4, b : 12; unsigned long long c : 40; };
        struct sizes { uint32_t sz : 5, f : 3; unsigned long long big : 40; };
        struct halves { uint32_t a : 4, b : 4, c : 8, d : 16; uint64_t x : 20, y : 44; };
        struct __attribute__((packed)) packed { unsigned a : 3, b : 20, c : 17; uint64_t d : 24; };
        struct shared { union { struct { unsigned lo : 4, hi : 4; }; unsigned char byte; }; unsigned rest : 24; };
        union both { int i; float f; };
        struct four { unsigned a, b, c, d; } four;
        struct count { unsigned seq : 16, cmd : 4, : 4, ack : 8; } count;
        struct all {
            struct narrow n[2];
            struct sizes s;
            struct halves h;
            struct packed p;
            struct shared u;
            union both un;
        } g;
        int main(void) { return 0; }
    "#;

    /// A file of zeros that nobody looks at but when it is asked for.
    struct World {
        _dir: tempfile::TempDir,
        file: PathBuf,
        mirror: Mirror,
        observer: Observer,
    }

    impl World {
        fn new(layout: &str) -> World {
            let dir = tempfile::tempdir().unwrap();
            let [source, program, file] =
                ["all.c", "all", "shared"].map(|name| dir.path().join(name));
            fs::write(&source, PROGRAM).unwrap();
            fs::write(&file, [0; 256]).unwrap();
            let compiled = Command::new("gcc")
                .args(["-g", "-o"])
                .args([&program, &source])
                .status();
            assert!(compiled.unwrap().success());
            let types = Types::open(&program).unwrap();
            let foreign = Foreign::of(&file, layout, &types, Use::Write).unwrap();
            let mirror =
                Mirror::new(foreign.source, foreign.placed, "ring", Some(dir.path())).unwrap();
            let observer = Observer::builder().dir(dir.path()).writable();
            World {
                observer: observer.attach("ring").unwrap(),
                _dir: dir,
                file,
                mirror,
            }
        }

        fn write(&self, path: &str, value: impl Into<Value>) {
            let field = self.observer.field(path).unwrap();
            field.write(&value.into()).unwrap();
        }

        fn read(&self, path: &str) -> Value {
            self.observer.field(path).unwrap().read().unwrap()
        }

        /// The first numbers of the file.
        fn words(&self) -> Vec<u32> {
            let bytes = fs::read(&self.file).unwrap();
            let (words, _) = bytes.as_chunks();
            words
                .iter()
                .take(4)
                .map(|word| u32::from_ne_bytes(*word))
                .collect()
        }
    }

    /// Writes these before the next look at the file, which has all of them then.
    #[track_caller]
    fn check(layout: &str, writes: &[(&str, u64)]) {
        let mut world = World::new(layout);
        for (path, number) in writes {
            world.write(path, *number);
        }
        world.mirror.tick().unwrap();
        for (path, number) in writes {
            assert_eq!(world.read(path), Value::U64(*number), "{path} of {layout}");
        }
    }

    #[test]
    fn bitfields_that_are_written_at_once_are_all_in_the_file() {
        let all = [
            ("all.n[0].a", 5),
            ("all.n[0].c", 7),
            ("all.n[1].c", 0xff_ffff_ffff),
            ("all.n[1].b", 0xabc),
            ("all.s.big", 0x12_3456_789a),
            ("all.s.f", 6),
            ("all.s.sz", 31),
            ("all.h.y", 0xfff_ffff_ffff),
            ("all.h.d", 0x1234),
            ("all.h.x", 0xf_ffff),
            ("all.h.a", 9),
            ("all.p.a", 7),
            ("all.p.c", 0x1_ffff),
            ("all.p.b", 0xf_ffff),
            ("all.p.d", 0xff_00ff),
            ("all.u.rest", 0x12_3456),
            ("all.u.hi", 3),
        ];
        check("0: all", &all);
        // The same where entries of the layout overlap.
        let twice = [("one.a", 5), ("two.c", 7), ("one.b", 9)];
        check("0: narrow one; 0: narrow two", &twice);
        check("0: narrow two; 0: narrow one", &twice);
    }

    #[test]
    fn of_members_that_overlap_and_change_at_once_the_last_one_is_in_the_file() {
        let mut world = World::new("0: all; 0xf0: u64 wide; 0xf0: u32 low");
        world.write("all.un.f", 1.5);
        world.write("all.un.i", 7_i64);
        world.write("all.u.byte", 0xff_u64);
        world.write("all.u.rest", 5_u64);
        world.write("low", 9_u64);
        world.write("wide", (1_u64 << 32) | 8);
        world.mirror.tick().unwrap();
        assert_eq!(world.read("all.un.f"), Value::F32(1.5));
        assert_eq!(world.read("all.u.byte"), Value::U64(0xff));
        assert_eq!(world.read("all.u.rest"), Value::U64(5));
        assert_eq!(world.read("wide"), Value::U64((1 << 32) | 9));
        // One look later it is the later write.
        world.write("all.un.i", 7_i64);
        world.mirror.tick().unwrap();
        assert_eq!(world.read("all.un.i"), Value::I64(7));
    }

    #[test]
    fn what_is_written_while_the_file_is_read_is_not_lost() {
        let mut world = World::new("0: four");
        // Between its two halves a look has seen no write. The program writes meanwhile too.
        world.mirror.write_back();
        world.write("four.b", 7_u64);
        let mut bytes = fs::read(&world.file).unwrap();
        bytes[12] = 9;
        fs::write(&world.file, bytes).unwrap();
        world.mirror.read().unwrap();
        world.mirror.tick().unwrap();
        assert_eq!(world.words(), [0, 7, 0, 9]);
        assert_eq!(world.read("four.b"), Value::U64(7));
        assert_eq!(world.read("four.d"), Value::U64(9));
    }

    #[test]
    fn a_bitfield_that_is_written_while_the_program_changes_another_is_not_lost() {
        let mut world = World::new("0: count");
        world.mirror.write_back();
        world.write("count.cmd", 7_u64);
        // The program counts, and changes a bit of no member.
        let file = [0x34, 0x12, 0x80, 0xff];
        fs::write(&world.file, file).unwrap();
        world.mirror.read().unwrap();
        assert_eq!(world.read("count.seq"), Value::U64(0x1234));
        assert_eq!(world.read("count.cmd"), Value::U64(7));
        assert_eq!(world.read("count.ack"), Value::U64(0xff));
        world.mirror.write_back();
        assert_eq!(fs::read(&world.file).unwrap(), [0x34, 0x12, 0x87, 0xff]);
        world.mirror.read().unwrap();
        assert_eq!(world.read("count.cmd"), Value::U64(7));
    }

    #[test]
    fn a_file_that_the_program_cuts_does_not_become_longer_by_a_write() {
        let mut world = World::new("0: u32 a[4]");
        world.write("a[0]", 5_u64);
        world.write("a[2]", 7_u64);
        // The third number has half of its bytes, the last one none.
        fs::write(&world.file, [0; 10]).unwrap();
        world.write("a[3]", 9_u64);
        world.mirror.tick().unwrap();
        let expected = [5_u32.to_ne_bytes().as_slice(), &[0; 6]].concat();
        assert_eq!(fs::read(&world.file).unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_written_is_as_the_file_has_it() {
        let mut world = World::new("0: u32 a[4]");
        world.mirror.source.lose_right_to_write();
        world.write("a[2]", 7_u64);
        world.mirror.tick().unwrap();
        assert_eq!(world.read("a[2]"), Value::U64(0));
        assert_eq!(world.words(), [0; 4]);
    }
}
