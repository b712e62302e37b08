//! All that is followed, sampled at one time, and what nobody has taken yet.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use memglass::sampler::{Following, SelectionId, now};
use memglass::{Observer, Presence, SessionInfo};

use super::expression::{Look, Watched};
use super::meaning::Meaning;
use super::news::{Happened, Held, Item, Subject};
use super::outbox::{Id, Outbox};
use super::spread::Spread;
use crate::commands::{CommandError, with_causes};

/// All that is followed.
pub(super) struct Feed {
    following: Following,
    watches: HashMap<SelectionId, usize>,
    expressions: Vec<Watched>,
    next_id: u64,
    /// Whether parts of structured fields are told one by one.
    spread: Option<Spread>,
    outbox: Outbox,
    presence: Presence,
    session: SessionInfo,
    fates: Vec<(Presence, SessionInfo)>,
    remarks: Vec<String>,
}

impl Feed {
    pub(super) fn new(observer: Observer, room: usize) -> Self {
        let session = observer.session().clone();
        let following = Following::new(observer);
        Feed {
            presence: Presence::Alive,
            following,
            watches: HashMap::new(),
            expressions: Vec::new(),
            next_id: 0,
            spread: None,
            outbox: Outbox::new(room),
            session,
            fates: Vec::new(),
            remarks: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, watch: usize, meaning: Meaning) -> Result<(), CommandError> {
        match meaning {
            Meaning::Fields(selections) => {
                for selection in selections {
                    match self.following.add(selection) {
                        Ok(id) => self.watches.insert(id, watch),
                        Err(error) => {
                            // All or nothing: nobody knows the number of a part.
                            self.remove(watch);
                            return Err(CommandError::Text(with_causes(&error)));
                        }
                    };
                }
            }
            Meaning::Expression(text, expression) => {
                self.next_id += 1;
                let mut watched = Watched::new(self.next_id, watch, text, *expression);
                // What there is at the beginning is no news.
                watched.look(self.following.observer(), |_| {});
                self.expressions.push(watched);
            }
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, watch: usize) {
        self.expressions.retain(|watched| watched.watch != watch);
        let following = &mut self.following;
        self.watches.retain(|id, number| {
            let stays = *number != watch;
            if !stays {
                following.remove(*id);
            }
            stays
        });
        self.outbox.drop_watch(watch);
    }

    /// Looks at everything.
    pub(super) fn sample(&mut self, time: Duration) {
        let Feed {
            following,
            watches,
            spread,
            outbox,
            ..
        } = self;
        following.sample(time, |event| {
            let watch = watches.get(&event.selection).copied().unwrap_or_default();
            let item = Item::of_event(watch, time, event);
            match (item, spread.as_mut()) {
                (Some(item), None) => outbox.push(item),
                (Some(item), Some(spread)) => {
                    let parts = spread.parts_of(item).into_iter();
                    parts.for_each(|part| outbox.push(part));
                }
                (None, _) => {}
            }
        });
        self.look_at_producer();
        if self.presence.is_alive() {
            let observer = self.following.observer();
            for watched in &mut self.expressions {
                let tag = Tag::of(watched);
                watched.look(observer, |look| self.outbox.push(item(&tag, time, look)));
            }
        }
    }

    /// From now on tells of a structured field what happened to its parts.
    #[cfg(feature = "view")]
    pub(super) fn spread(&mut self) {
        self.spread.get_or_insert_default();
    }

    /// Leaves word for whoever takes the news.
    pub(super) fn remark(&mut self, remark: String) {
        self.remarks.push(remark);
    }

    /// What there is now, in the order of the watches and the paths.
    pub(super) fn present(&mut self) -> Vec<Item> {
        let items = self.followed();
        match &mut self.spread {
            None => items,
            Some(spread) => {
                let parts = items.into_iter().flat_map(|item| spread.parts_of(item));
                parts.collect()
            }
        }
    }

    fn followed(&self) -> Vec<Item> {
        let time = now();
        let of_selection = |(&id, &watch): (&SelectionId, &usize)| {
            let fields = self.following.fields(id);
            let items = fields.filter_map(move |(key, field)| {
                let now = self.following.last(key)?;
                Some(Item::present(watch, time, key, field, &now))
            });
            items.collect::<Vec<Item>>()
        };
        let fields = self.watches.iter().flat_map(of_selection);
        let expressions = self.expressions.iter().filter_map(|watched| {
            let look = Look::Appeared(watched.last()?.clone());
            Some(item(&Tag::of(watched), time, look))
        });
        let mut items: Vec<Item> = fields.chain(expressions).collect();
        items.sort_by(|one, other| one.place().cmp(&other.place()));
        items
    }

    /// Takes down what became of the producer. A session that has a successor is told as restarted.
    fn look_at_producer(&mut self) {
        let session = self.following.observer().session();
        let presence = self.following.producer();
        if session.id != self.session.id {
            self.session = session.clone();
            self.fates.push((Presence::Restarted, session.clone()));
            self.presence = Presence::Alive;
        }
        // Until it can be attached to, the old one's end is all that is known.
        if presence != Presence::Restarted && presence != self.presence {
            self.presence = presence;
            self.fates.push((presence, self.session.clone()));
        }
    }

    pub(super) fn has_news(&self) -> bool {
        !self.outbox.is_empty() || !self.fates.is_empty() || !self.remarks.is_empty()
    }

    pub(super) fn take(
        &mut self,
        most: usize,
    ) -> (Vec<Item>, Vec<(Presence, SessionInfo)>, Vec<String>) {
        let fates = std::mem::take(&mut self.fates);
        let remarks = std::mem::take(&mut self.remarks);
        (self.outbox.take(most), fates, remarks)
    }

    pub(super) fn merged(&self) -> u64 {
        self.outbox.merged()
    }

    pub(super) fn missed(&self) -> u64 {
        self.following.counters().gaps
    }
}

/// Which expression something happened to.
struct Tag {
    watch: usize,
    id: u64,
    text: Arc<str>,
}

impl Tag {
    fn of(watched: &Watched) -> Tag {
        Tag {
            watch: watched.watch,
            id: watched.id,
            text: Arc::clone(&watched.text),
        }
    }
}

fn item(tag: &Tag, time: Duration, look: Look) -> Item {
    let value = |value| Some(Held::Value(value));
    let (happened, old, now, why) = match look {
        Look::Appeared(now) => (Happened::Appeared, None, value(now), None),
        Look::Changed(old, now) => (Happened::Changed, value(old), value(now), None),
        Look::Vanished(last, why) => (Happened::Vanished, value(last), None, why),
    };
    Item {
        id: Id::Expression(tag.id),
        watch: tag.watch,
        time,
        subject: Subject::Text(Arc::clone(&tag.text)),
        happened,
        old,
        now,
        missed: None,
        merged: 0,
        is_torn: false,
        why: why.map(Into::into),
    }
}
