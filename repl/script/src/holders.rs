//! Who holds the right to write a value and does not let go, as a producer may for as long as it runs.

use std::collections::HashMap;
use std::thread;
use std::time::Duration;

use memglass::{Field, ObjectId};

/// A field is looked at so often, over so much time, before somebody is said not to let go of it.
const NAPS: u32 = 100;
const NAP: Duration = Duration::from_millis(1);
const LOOKS: u32 = 20;

/// Who was found not to let go of something, by its object.
#[derive(Default)]
pub struct Holders(HashMap<ObjectId, String>);

impl Holders {
    /// Why a field cannot be written, if somebody has held the right to for a tenth of a second: whoever wrote would wait for
    /// him. Of an object of which he holds something else too, it is asked no longer than once.
    pub fn refusal(&mut self, field: &Field) -> Option<String> {
        let holder = field.holder()?;
        let object = field.object_id();
        let is_known = self.0.get(&object) == Some(&holder);
        if !is_known && !is_lasting(field) {
            return None;
        }
        let path = field.path();
        let why = format!("{path}: {holder} holds the right to write it and does not let go");
        self.0.insert(object, holder);
        Some(why)
    }
}

fn is_lasting(field: &Field) -> bool {
    // One that writes all the time lets go for moments in between, and one that is slow for a while.
    (0..NAPS).all(|_| {
        thread::sleep(NAP);
        (0..LOOKS).all(|_| field.holder().is_some())
    })
}
