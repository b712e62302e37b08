//! Who holds the right to write a value and does not let go, as a producer may for as long as it runs.

use std::thread;
use std::time::Duration;

use memglass::Field;

/// A field is looked at so often, over so much time, before somebody is said not to let go of it.
const NAPS: u32 = 100;
const NAP: Duration = Duration::from_millis(1);
const LOOKS: u32 = 20;

/// Who holds the right to write a field and does not let go for a tenth of a second: whoever wrote would wait for him.
pub fn lasting_holder(field: &Field) -> Option<String> {
    let holder = field.holder()?;
    // One that writes all the time lets go for moments in between, and one that is slow for a while.
    let is_held = (0..NAPS).all(|_| {
        thread::sleep(NAP);
        (0..LOOKS).all(|_| field.holder().is_some())
    });
    is_held.then_some(holder)
}

/// The same in words: why a field cannot be written.
pub fn held_by(field: &Field, holder: &str) -> String {
    format!(
        "{}: {holder} holds the right to write it and does not let go",
        field.path()
    )
}
