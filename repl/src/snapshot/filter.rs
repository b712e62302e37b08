//! Which objects are listed: by label, by type, and by a condition about their fields.

use std::sync::Arc;

use memglass::{Field, Observer};
use memglass_view::interest::ObjectsInterest;
use memglass_watch::Truth;

use super::formula::{Formula, Gives};
use super::order::Entry;

/// Which objects are listed.
#[derive(Default)]
pub(super) struct Filter {
    /// What their labels have in them, in small letters.
    find: String,
    type_name: Option<Arc<str>>,
    /// The text of the condition; empty if there is none.
    text: Arc<str>,
    condition: Option<Formula>,
}

/// Whether the condition holds for an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It was not asked.
    #[default]
    Unknown,
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// It held when the object was selected: so long it stays, because keys are about to act on it.
    Over,
}

/// What another filter changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// Nothing.
    Same,
    /// All objects are to be asked.
    Condition,
    /// Something else.
    Others,
}

impl Verdict {
    /// Whether an object is listed only because it is selected.
    pub(super) fn is_over(self) -> bool {
        self == Verdict::Over
    }
}

impl Filter {
    /// Filters as it is wanted.
    pub(super) fn set(&mut self, wanted: &ObjectsInterest) -> Set {
        let find = wanted.find.to_ascii_lowercase();
        let is_other = find != self.find || wanted.type_name != self.type_name;
        (self.find, self.type_name) = (find, wanted.type_name.clone());
        if *wanted.condition != *self.text {
            self.text = Arc::clone(&wanted.condition);
            let text = self.text.trim();
            let formula = (!text.is_empty()).then(|| Formula::of_text(text).ok());
            self.condition = formula.flatten();
            return Set::Condition;
        }
        if is_other { Set::Others } else { Set::Same }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.find.is_empty() && self.type_name.is_none() && !self.has_condition()
    }

    /// Whether there is a condition.
    pub(super) fn has_condition(&self) -> bool {
        self.condition.is_some()
    }

    /// Whether an object is of the type that is listed.
    pub(super) fn is_of_type(&self, entry: &Entry) -> bool {
        let name = self.type_name.as_ref();
        name.is_none_or(|name| *entry.type_name == *name)
    }

    /// Whether an object is listed.
    pub(super) fn matches(&self, entry: &Entry, is_selected: bool) -> bool {
        let holds = match entry.verdict {
            Verdict::Yes => true,
            Verdict::Over => is_selected,
            Verdict::Unknown | Verdict::No => !self.has_condition(),
        };
        holds && self.is_of_type(entry) && self.finds(&entry.label)
    }

    /// Without making small letters of each label: most have none that are not ASCII.
    fn finds(&self, label: &str) -> bool {
        if self.find.is_empty() {
            return true;
        }
        let (label, find) = (label.as_bytes(), self.find.as_bytes());
        label
            .windows(find.len())
            .any(|part| part.eq_ignore_ascii_case(find))
    }

    /// Asks the condition of an object. One that is gone is as it was, and so is one that cannot be read just now.
    pub(super) fn verdict(&self, observer: &Observer, entry: &Entry, is_selected: bool) -> Verdict {
        let truth = match (&self.condition, entry.is_gone) {
            (Some(condition), false) => truth(condition, observer, entry),
            _ => Truth::Unknown,
        };
        let held = matches!(entry.verdict, Verdict::Yes | Verdict::Over);
        match truth {
            Truth::True => Verdict::Yes,
            Truth::False if held && is_selected => Verdict::Over,
            Truth::False => Verdict::No,
            Truth::Unknown if entry.verdict == Verdict::Unknown => Verdict::No,
            Truth::Unknown => entry.verdict,
        }
    }
}

/// An object without the fields that the condition names is none for which it holds.
fn truth(condition: &Formula, observer: &Observer, entry: &Entry) -> Truth {
    let Some(root) = entry.root(observer) else {
        return Truth::Unknown;
    };
    match condition.of_object(observer, &root, Gives::Truth) {
        Ok(mut expression) => expression.truth(observer),
        Err(_) => Truth::False,
    }
}

impl Entry {
    /// The whole object, unless it is gone or damaged.
    pub(super) fn root(&self, observer: &Observer) -> Option<Field> {
        let object = observer.object_in(self.key.slot)?;
        match object.generation == self.key.generation {
            true => observer.root(&object).ok(),
            false => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use memglass::Observe;

    use crate::snapshot::testing::{Order, World};

    #[derive(Observe, Clone, Copy, Default)]
    #[repr(u8)]
    enum Status {
        #[default]
        Open,
        Closed,
    }

    #[derive(Observe, Clone, Copy, Default)]
    struct Ticket {
        status: Status,
    }

    #[test]
    fn a_mistake_is_told_of_the_type_that_understands_most_of_the_condition() {
        let mut world = World::new([600]);
        let _ticket = world.session.object("ticket", Ticket::default());
        let mistake = world.mistake("status == \"Opn\"");
        assert!(mistake.reason.contains("Status"), "{mistake:?}");
        assert!(
            mistake.reason.contains("did you mean \"Open\"?"),
            "{mistake:?}"
        );
        let mistake = world.mistake("statis == \"Open\"");
        assert_eq!(
            mistake.reason, "Order has no \"statis\"; it has: quantity",
            "that of the selected object"
        );
    }

    #[test]
    fn rows_come_and_go_as_the_condition_begins_and_ceases_to_hold() {
        let mut world = World::new([100, 600, 700]).with("quantity > 500");
        let labels = world.until(|objects| objects.matching == 2);
        assert_eq!(labels, ["order_000001", "order_000002"]);
        world.orders[0].quantity.set(800);
        world.orders[2].quantity.set(1);
        let labels =
            world.until(|objects| objects.rows.len() == 2 && objects.rows[0].key.slot == 0);
        assert_eq!(labels, ["order_000000", "order_000001"]);
        let order = world.session.object("order_9", Order::of(501));
        world.until(|objects| objects.matching == 3);
        drop(order);
        world.until(|objects| objects.matching == 2);
    }

    #[test]
    fn the_selected_object_stays_when_the_condition_ceases_to_hold_for_it() {
        let mut world = World::new([600, 700]).with("quantity > 500");
        world.until(|objects| objects.matching == 2);
        world.orders[0].quantity.set(1);
        let labels = world.until(|objects| objects.matching == 1);
        assert_eq!(labels, ["order_000000", "order_000001"]);
        let is_over = world.look().rows.into_iter().map(|row| row.is_over);
        assert!(is_over.eq([true, false]), "it is marked");
        let second = world.look().rows[1].key;
        world.interest.objects.key = Some(second);
        let labels = world.until(|objects| objects.rows.len() == 1);
        assert_eq!(labels, ["order_000001"]);
    }

    #[test]
    fn objects_without_the_fields_of_the_condition_do_not_match() {
        let mut world = World::new([600]).with("quantity > 500 && label.contains(\"0\")");
        let _other = world.session.object("price_0", 600_i64).expect("room");
        assert_eq!(world.until(|objects| objects.matching == 1).len(), 1);
        world.interest.objects.condition = "value == 600".into();
        assert_eq!(world.until(|objects| objects.matching == 1), ["price_0"]);
        world.interest.objects.condition = "".into();
        world.until(|objects| objects.matching == 2);
    }

    #[test]
    fn a_condition_set_while_values_are_frozen_is_asked_once_of_all() {
        let mut world = World::new((0..20_000).map(|id| id % 1_000));
        world.look();
        world.interest.is_frozen = true;
        world.look();
        world.interest.objects.condition = "quantity == 7".into();
        world.until(|objects| objects.matching == 20 && !objects.is_counting);
        world.orders[7].quantity.set(8);
        for _ in 0..3 {
            assert_eq!(world.look().matching, 20, "it was asked already");
        }
        world.interest.objects.condition = "quantity == 8".into();
        world.until(|objects| objects.matching == 21);
        world.interest.is_frozen = false;
        world.orders[7].quantity.set(7);
        world.until(|objects| objects.matching == 20);
    }

    #[test]
    fn many_objects_are_counted_over_several_frames() {
        let mut world = World::new((0..20_000).map(|id| id % 1_000)).with("quantity == 7");
        let mut frames = 0;
        while world.look().is_counting {
            frames += 1;
        }
        assert!(frames > 1);
        world.until(|objects| objects.matching == 20);
    }
}
