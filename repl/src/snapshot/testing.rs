//! What tests of several modules share: orders, and what the view shows of them.

use std::time::Instant;

use memglass::{Object, Observe, Observer, Session};
use memglass_view::edit::Mistake;
use memglass_view::interest::{Interest, Window};
use memglass_view::snapshot::{Fields, HexByte, Objects};

use super::Snapshots;

#[derive(Observe, Clone, Copy, Default)]
pub(super) struct Order {
    pub(super) quantity: u32,
}

impl Order {
    pub(super) fn of(quantity: u32) -> Order {
        Order { quantity }
    }
}

/// A session with orders of these quantities, and what the view shows of it.
pub(super) struct World {
    _dir: tempfile::TempDir,
    pub(super) session: Session,
    pub(super) orders: Vec<Object<Order>>,
    snapshots: Snapshots,
    pub(super) interest: Interest,
}

impl World {
    pub(super) fn new(quantities: impl IntoIterator<Item = u32>) -> World {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s").dir(dir.path()).create();
        let session = session.expect("a session");
        let orders = quantities.into_iter().enumerate();
        let orders = orders.map(|(id, quantity)| {
            let order = session.object(&format!("order_{id:06}"), Order { quantity });
            order.expect("room")
        });
        let orders = orders.collect();
        let observer = Observer::builder().dir(dir.path()).attach("s");
        let observer = observer.expect("an observer");
        let mut interest = Interest::default();
        interest.objects.window.height = 10;
        World {
            _dir: dir,
            session,
            orders,
            snapshots: Snapshots::new(&observer, false, Instant::now()),
            interest,
        }
    }

    pub(super) fn with(mut self, condition: &str) -> World {
        self.interest.objects.condition = condition.into();
        self
    }

    /// What is wrong with a condition.
    pub(super) fn mistake(&mut self, condition: &str) -> Mistake {
        self.look();
        let checked = self.snapshots.check_condition(condition);
        checked.expect_err("a mistake")
    }

    /// The next frame, for which the window moves as the view's does.
    pub(super) fn look(&mut self) -> Objects {
        let objects = self.snapshots.take(&self.interest).objects;
        self.interest.objects.key = objects.current.as_ref().map(|row| row.key);
        self.interest.objects.window = Window {
            selected: objects.selected,
            first: objects.first,
            height: 10,
        };
        objects
    }

    /// The bytes of the selected object that are on the screen.
    pub(super) fn bytes(&mut self) -> Vec<HexByte> {
        let hex = self.snapshots.take(&self.interest).hex;
        hex.rows.into_iter().flat_map(|row| row.bytes).collect()
    }

    /// The value of the first field of the selected object.
    pub(super) fn first_field(&mut self) -> String {
        self.fields().rows[0].value.plain()
    }

    /// The fields of the selected object that are on the screen.
    pub(super) fn fields(&mut self) -> Fields {
        self.snapshots.take(&self.interest).fields
    }

    /// The frame that this is true of, and its labels.
    #[track_caller]
    pub(super) fn until(&mut self, what: impl Fn(&Objects) -> bool) -> Vec<String> {
        let start = Instant::now();
        loop {
            let objects = self.look();
            if what(&objects) {
                let rows = objects.rows.iter();
                return rows.map(|row| row.label.to_string()).collect();
            }
            assert!(start.elapsed().as_secs() < 60, "{objects:?}");
        }
    }

    /// Whether all that the last frame shows is still so.
    pub(super) fn is_still(&mut self) -> bool {
        self.snapshots.still().is_some()
    }
}
