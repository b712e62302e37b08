//! The session, and its objects as the file has them.

use std::io;
use std::path::Path;

use memglass::schema::TypeId;
use memglass::{Origin, RawObject, Session, TypedBlock};

use crate::error::ForeignError;
use crate::image;
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
    /// A value as it was last stored into the session, for each element.
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
        for object in &mut mirror.objects {
            object.follow(&mut mirror.source, &mirror.session)?;
        }
        Ok(mirror)
    }

    /// Takes in what changed in the file, and writes into it what observers stored, if that is wanted.
    ///
    /// # Errors
    ///
    /// If the session has no room for an object that came back.
    pub(crate) fn tick(&mut self) -> Result<(), ForeignError> {
        self.write_back();
        for object in &mut self.objects {
            object.follow(&mut self.source, &self.session)?;
        }
        Ok(())
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

    /// Stores the elements whose bytes are not as before; without such, all of them.
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
            image::gather(&self.placed.ty.runs, bytes, image);
            let cell = memory
                .element(index as u64)
                .expect("as many as were allocated");
            cell.restore(image)
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
            let written: io::Result<()> = image::changed(&self.placed.ty.runs, image, &now)
                .try_for_each(|(at, bytes)| source.write(start + at, bytes));
            // What cannot be written is not there: the session gets back what the file has.
            if written.is_ok() {
                image.copy_from_slice(&now);
            }
            // The next look at the file finds its bytes new, and stores them.
            let at = (index * size) as usize;
            self.bytes[at] = !self.bytes[at];
        }
    }
}
