//! Values as fields give them.

use memglass::{ReadError, Value};

use super::{Resolved, Watching, World};
use crate::shapes::{Shape, part};

impl World {
    /// The field that a number stands for.
    pub(super) fn field(&self, index: usize, number: usize) -> Option<(&Watching, &Resolved)> {
        let watching = self.observer(index)?;
        let newest = watching.fields.len().checked_sub(1)?;
        Some((watching, &watching.fields[newest - number % (newest + 1)]))
    }

    pub(super) fn read(&mut self, index: usize, number: usize) {
        let Some((_, resolved)) = self.field(index, number) else {
            return;
        };
        self.compare_read(resolved);
        let is_alive = self.objects[resolved.object].is_alive;
        self.count(if is_alive {
            "reads"
        } else {
            "reads of gone objects"
        });
    }

    pub(super) fn compare_read(&self, resolved: &Resolved) {
        let object = &self.objects[resolved.object];
        let found = resolved.field.read();
        if !object.is_alive {
            assert!(matches!(found, Err(ReadError::Gone { .. })), "{found:?}");
            assert!(!resolved.field.is_alive());
            return;
        }
        let mut value = object.value.clone();
        assert_eq!(
            found.as_ref(),
            Ok(&*part(&mut value, &resolved.steps)),
            "{}",
            resolved.field.path()
        );
    }

    pub(super) fn read_as(&self, index: usize, number: usize) {
        let Some((_, resolved)) = self.field(index, number) else {
            return;
        };
        let object = &self.objects[resolved.object];
        let found = resolved.field.read_as::<i64>();
        let is_i64 = matches!(
            resolved.shape,
            Shape::Int {
                bits: 64,
                signed: true,
                ..
            }
        );
        match (found, is_i64) {
            (Ok(number), true) if object.is_alive => {
                let mut value = object.value.clone();
                assert_eq!(*part(&mut value, &resolved.steps), Value::I64(number));
            }
            (Err(ReadError::TypeMismatch { .. }), false) => {}
            (Err(ReadError::Gone { .. }), _) if !object.is_alive => {}
            (found, _) => panic!("{}: {found:?}", resolved.field.path()),
        }
    }
}
