//! Following a session: what changed since the last look.

use std::sync::Arc;
use std::time::Duration;

use memglass::sampler::{
    ByKey, Event, Following, Key, ScanCounters, Selection, SelectionError, SelectionId, What, now,
};
use memglass::{Field, Observer, Presence};

use crate::change::{Change, Losses, Object};

/// The changes of a live session, looked for at each [`sample`](Source::sample).
///
/// It samples: what changed and changed back between two looks is not seen. What is known to be missed is
/// counted ([`Change::Lost`]). A look costs about 30 ns for each object that is followed.
pub struct Source {
    following: Following,
    selection: SelectionId,
    session: u128,
    /// The objects whose creation was told.
    objects: ByKey<Arc<Object>>,
    /// How many of the objects that there ever were are told, counted, or from before; if all objects are followed.
    known: Option<u64>,
    types_told: usize,
    counted: ScanCounters,
}

/// An object that has come, before its label is known.
struct Arrival {
    key: Key,
    field: Arc<Field>,
    value: Vec<u8>,
}

impl Source {
    /// Follows the objects whose label, or the name of whose type, matches one of `patterns`; without
    /// patterns, all.
    ///
    /// # Errors
    ///
    /// [`SelectionError`] if one is no pattern, or an object is too large to be read at once.
    pub fn new(observer: Observer, patterns: &[String]) -> Result<Source, SelectionError> {
        let all = patterns.is_empty();
        let selection = match all {
            true => Selection::objects(["*"])?,
            false => Selection::objects(patterns.iter().map(String::as_str))?,
        };
        let session = observer.session().id;
        let mut following = Following::new(observer);
        let selection = following.add(selection)?;
        let mut source = Source {
            following,
            selection,
            session,
            objects: ByKey::new(),
            known: None,
            types_told: 0,
            counted: ScanCounters::default(),
        };
        source.take_in_present();
        source.known = all.then(|| source.created());
        Ok(source)
    }

    /// Whether the producer is there. When it is not, nothing changes any more.
    pub fn producer(&self) -> Presence {
        match self.is_same_session() {
            true => self.following.producer(),
            false => Presence::Restarted,
        }
    }

    /// Asks at once whether the producer has ended; if so, the next look finds that too.
    pub(crate) fn has_lost_producer(&mut self) -> bool {
        let is_lost = !self.following.observer().is_producer_alive();
        if is_lost {
            self.following.ask_for_producer();
        }
        is_lost
    }

    /// Number of objects that are followed.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether no object is followed.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Tells the types, all objects that live, and the value that each had at the last look.
    ///
    /// # Errors
    ///
    /// The first error of `sink`, which is then called no more.
    pub fn keyframe<E>(
        &mut self,
        mut sink: impl FnMut(Change<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.tell_types(&mut sink)?;
        let mut live: Vec<(Key, &Arc<Object>)> = self.objects.iter().collect();
        live.sort_unstable_by_key(|(_, object)| object.slot);
        let objects: Vec<Arc<Object>> = live.iter().map(|(_, object)| Arc::clone(object)).collect();
        sink(Change::Keyframe(&objects))?;
        live.into_iter().try_for_each(|(key, object)| {
            let value = self.following.last(key);
            value.map_or(Ok(()), |value| sink(Change::Value(object, &value)))
        })
    }

    /// Tells everything anew, all types included: for another sink than before.
    ///
    /// # Errors
    ///
    /// The first error of `sink`, which is then called no more.
    pub fn start_over<E>(
        &mut self,
        sink: impl FnMut(Change<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.types_told = 0;
        self.keyframe(sink)
    }

    /// Looks at all objects, and tells what changed since the last look. `late_ticks` says how many looks
    /// were left out before this one.
    ///
    /// # Errors
    ///
    /// The first error of `sink`, which is then called no more.
    pub fn sample<E>(
        &mut self,
        late_ticks: u64,
        sink: impl FnMut(Change<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.sample_at(now(), late_ticks, sink)
    }

    /// The same at `time`, always by one clock, which never goes back.
    pub(crate) fn sample_at<E>(
        &mut self,
        time: Duration,
        late_ticks: u64,
        mut sink: impl FnMut(Change<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut arrivals, mut result) = (Vec::new(), Ok(()));
        let (objects, session) = (&mut self.objects, self.session);
        self.following.sample(time, |event| {
            let told = tell(objects, session, &event, &mut arrivals, |change| {
                // After an error it is called no more.
                match result {
                    Ok(()) => sink(change),
                    Err(_) => Ok(()),
                }
            });
            if told.is_err() {
                result = told;
            }
        });
        result?;
        let mut losses = self.losses(late_ticks);
        self.tell_types(&mut sink)?;
        for arrival in arrivals {
            // If it is gone again, it is counted with those that were never seen.
            if let Some(object) = self.described(&arrival.field) {
                self.known = self.known.map(|known| known + 1);
                sink(Change::Created(&object))?;
                sink(Change::Value(&object, &arrival.value))?;
                self.objects.insert(arrival.key, object);
            }
        }
        losses.objects = self.missed_objects();
        match losses.is_none() {
            true => Ok(()),
            false => sink(Change::Lost(losses)),
        }
    }

    fn take_in_present(&mut self) {
        let present: Vec<(Key, Arc<Field>)> = self
            .following
            .fields(self.selection)
            .map(|(key, field)| (key, Arc::clone(field)))
            .collect();
        for (key, field) in present {
            if let Some(object) = self.described(&field) {
                self.objects.insert(key, object);
            }
        }
    }

    /// The object that a field is the whole of, unless it is gone.
    fn described(&self, field: &Field) -> Option<Arc<Object>> {
        let id = field.object_id();
        let info = self.following.observer().object_in(id.slot)?;
        (info.generation == id.generation).then(|| {
            Arc::new(Object {
                label: info.label,
                type_id: field.storage_type(),
                count: info.count,
                created: info.created,
                slot: info.slot,
                generation: info.generation,
            })
        })
    }

    /// How many objects there ever were, without those that will be told when they can be read.
    fn created(&self) -> u64 {
        let created = self.following.observer().created_count();
        created.saturating_sub(self.following.unread() as u64)
    }

    /// How many objects came since the last time and were not told.
    fn missed_objects(&mut self) -> u64 {
        let Some(known) = self.known.filter(|_| self.is_same_session()) else {
            return 0;
        };
        // One that was damaged, and counted, may be told later.
        let created = self.created().max(known);
        self.known = Some(created);
        created - known
    }

    fn is_same_session(&self) -> bool {
        self.following.observer().session().id == self.session
    }

    fn losses(&mut self, late_ticks: u64) -> Losses {
        let (before, now) = (self.counted, self.following.counters());
        self.counted = now;
        Losses {
            late_ticks,
            values: now.gaps - before.gaps,
            torn: now.torn - before.torn,
            objects: 0,
            damaged: 0,
        }
    }

    fn tell_types<E>(
        &mut self,
        sink: &mut impl FnMut(Change<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let schema = self.following.observer().schema();
        if schema.len() == self.types_told || !self.is_same_session() {
            return Ok(());
        }
        self.types_told = schema.len();
        sink(Change::Types(schema))
    }
}

/// Tells what happened to an object that is known; one that has come is described later.
fn tell<E>(
    objects: &mut ByKey<Arc<Object>>,
    session: u128,
    event: &Event<'_>,
    arrivals: &mut Vec<Arrival>,
    sink: impl FnOnce(Change<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let is_another_session = || event.field.object_id().session != session;
    match event.what {
        // Only objects of this session have been told.
        What::Changed(change) => match objects.get(event.key) {
            Some(object) => sink(Change::Value(object, change.now)),
            None => Ok(()),
        },
        // When another session took the name, its objects still live in the memory that is left.
        What::Vanished { .. } if is_another_session() || event.field.is_alive() => Ok(()),
        What::Vanished { .. } => match objects.remove(event.key) {
            Some(object) => sink(Change::Destroyed(&object)),
            None => Ok(()),
        },
        What::Appeared { .. } if is_another_session() => Ok(()),
        What::Appeared { now } => {
            arrivals.push(Arrival {
                key: event.key,
                field: Arc::clone(event.field),
                value: now.to_vec(),
            });
            Ok(())
        }
        _ => Ok(()),
    }
}
