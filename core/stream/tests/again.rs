//! A recording of a replay is the same recording again, whatever happened in the session, and seeking shows what it says.
// A test that cannot go on should stop, at the line; it says which seed it was.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use memglass::{Array, Object, Observe, Observer, Session, Text, object_value};
use memglass_stream::{
    Compression, Passage, Player, Recorder, Recording, RecordingError, Source, Start, State, Turn,
};

#[derive(Observe, Clone, Copy, Default)]
#[repr(i8)]
enum Side {
    #[default]
    None = 0,
    Buy = 1,
    Sell = -1,
}

#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    bid: i64,
    sizes: [u16; 3],
}

#[derive(Observe, Clone, Copy, Default)]
struct Order {
    number: u64,
    wide: i128,
    price: f64,
    side: Side,
    sides: [Side; 2],
    #[observe(atomic)]
    quantity: i64,
    #[observe(seqlock)]
    quote: Quote,
    #[observe(locked)]
    quotes: [Quote; 2],
    name: Text<12>,
    grid: [[i32; 2]; 2],
}

/// What lives under a label.
enum Thing {
    Order(Object<Order>),
    Number(Object<f64>),
    Name(Object<Text<8>>),
    Quotes(Array<Quote>),
}

/// A source of numbers that is the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    /// Any number, and often one that is special.
    fn number(&mut self) -> i64 {
        match self.below(4) {
            0 => 0,
            1 => i64::MIN,
            2 => -1,
            _ => self.below(u64::MAX) as i64,
        }
    }

    fn text(&mut self) -> &'static str {
        ["", "grüße", "12345678", "a"][self.below(4) as usize]
    }

    fn quote(&mut self) -> Quote {
        Quote {
            bid: self.number(),
            sizes: [self.number() as u16, 0, u16::MAX],
        }
    }

    fn create(&mut self, session: &Session, label: &str) -> Thing {
        match self.below(4) {
            0 => Thing::Order(session.object(label, Order::default()).unwrap()),
            1 => Thing::Number(session.object(label, f64::NAN).unwrap()),
            2 => Thing::Name(
                session
                    .object(label, Text::new(self.text()).unwrap())
                    .unwrap(),
            ),
            _ => Thing::Quotes(session.array(label, 1 + self.below(3) as usize).unwrap()),
        }
    }

    fn change(&mut self, thing: &Thing) {
        match thing {
            Thing::Number(number) => number.set(f64::from_bits(self.number() as u64)),
            Thing::Name(name) => name.set(Text::new(self.text()).unwrap()),
            Thing::Quotes(quotes) => {
                let index = self.below(quotes.len() as u64) as usize;
                quotes[index].bid.set(self.number());
            }
            Thing::Order(order) => match self.below(8) {
                0 => order.number.set(self.number() as u64),
                1 => order.wide.set(i128::from(self.number()) << 60),
                2 => order.side.set(Side::Sell),
                3 => order.sides[1].set(Side::Buy),
                4 => order.quantity.store(self.number()),
                5 => order.quote.write(self.quote()).unwrap(),
                6 => order
                    .quotes
                    .write([self.quote(), Quote::default()])
                    .unwrap(),
                _ => {
                    order.name.set(Text::new(self.text()).unwrap());
                    order.grid[1][0].set(self.number() as i32);
                }
            },
        }
    }
}

fn attached(dir: &Path, name: &str) -> Observer {
    Observer::builder().dir(dir).attach(name).unwrap()
}

/// Records a session in which anything happens.
fn record(dir: &Path, file: &Path, dice: &mut Dice, only: &[String]) {
    let session = Session::builder("engine").dir(dir).create().unwrap();
    let mut things: BTreeMap<String, Thing> = BTreeMap::new();
    let observer = attached(dir, "engine");
    let mut recorder = Recorder::create(file, observer.session(), Compression::Zstd).unwrap();
    let mut source = Source::new(observer, only).unwrap();
    let mut time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    source
        .keyframe(|change| recorder.take(time, change))
        .unwrap();
    for _ in 0..dice.below(200) {
        for _ in 0..dice.below(4) {
            let label = format!("{}_{}", ["a", "b"][dice.below(2) as usize], dice.below(4));
            match things.remove(&label) {
                // Another object may get its place, and its label.
                Some(_) if dice.below(3) == 0 => {}
                Some(thing) => {
                    dice.change(&thing);
                    things.insert(label, thing);
                }
                None => {
                    let thing = dice.create(&session, &label);
                    things.insert(label, thing);
                }
            }
        }
        time += Duration::from_nanos(1 + dice.below(2_000_000_000));
        source
            .sample(0, |change| recorder.take(time, change))
            .unwrap();
        if dice.below(10) == 0 {
            source
                .keyframe(|change| recorder.take(time, change))
                .unwrap();
        }
        if dice.below(10) == 0 {
            recorder.flush().unwrap();
        }
    }
    recorder.finish().unwrap();
}

/// Plays a recording, and records that.
fn record_replay(dir: &Path, file: &Path, again: &Path) {
    let recording = Recording::open(file).unwrap();
    let start = recording.start();
    let mut passage = Passage::start(recording, "replay", Some(dir)).unwrap();
    let observer = attached(dir, "replay");
    let mut recorder = Recorder::create(again, observer.session(), Compression::Zstd).unwrap();
    let mut source = Source::new(observer, &[]).unwrap();
    source
        .keyframe(|change| recorder.take(start, change))
        .unwrap();
    while let Some(next) = passage.next_time() {
        passage.go_on(next).unwrap();
        source
            .sample(0, |change| recorder.take(next, change))
            .unwrap();
    }
    recorder.finish().unwrap();
}

/// What happened when, as text: which objects came and went, and which values they had.
fn told(file: &Path) -> Vec<String> {
    let (mut state, mut told) = (State::new(), Vec::new());
    let sink = |time: SystemTime, change: memglass_stream::Change<'_>| {
        let turns = state.take(change);
        let start = told.len();
        for turn in turns {
            let (what, object) = match &turn {
                Turn::Appeared(object) => ("appeared", object),
                Turn::Changed(object, _) => ("changed", object),
                Turn::Vanished(object, _) => ("vanished", object),
            };
            let value = state.get(&object.label).map(|(object, bytes)| {
                let schema = state.schema();
                let value = object_value(schema, object.type_id, object.count, bytes);
                format!("{} {value:?}", schema.type_name(object.type_id))
            });
            let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap();
            told.push(format!(
                "{since:?} {what} {} {:?} {:?} {value:?}",
                object.label, object.count, object.created
            ));
        }
        // Those of one moment come in no order.
        told[start..].sort();
        Ok::<(), RecordingError>(())
    };
    Recording::open(file).unwrap().tell(sink).unwrap();
    told.sort();
    told
}

/// The objects of a state and their values, as text.
fn shown(state: &State) -> Vec<String> {
    let schema = state.schema();
    let objects = state.objects().map(|(object, bytes)| {
        let value = object_value(schema, object.type_id, object.count, bytes);
        let name = schema.type_name(object.type_id);
        format!("{} {name} {:?} {value:?}", object.label, object.created)
    });
    objects.collect()
}

/// Seeks to anywhere, and compares with what the recording says of that moment.
fn seek(dir: &Path, file: &Path, dice: &mut Dice) {
    let recording = Recording::open(file).unwrap();
    let (start, end) = (recording.start(), recording.end());
    let length = end.duration_since(start).unwrap();
    let player = Player::start(recording, "sought", Some(dir), Start::AtEnd).unwrap();
    for _ in 0..8 {
        let to = start + length.mul_f64(dice.below(1001) as f64 / 1000.0);
        player.seek(to).unwrap();
        let expected = Recording::open(file).unwrap().state_at(to).unwrap();
        let mut found = State::new();
        let mut source = Source::new(attached(dir, "sought"), &[]).unwrap();
        source
            .keyframe(|change| {
                found.take(change);
                Ok::<(), ()>(())
            })
            .unwrap();
        assert_eq!(shown(&found), shown(&expected), "{to:?}");
    }
}

#[test]
fn whatever_happened_a_replay_shows_it_and_a_recording_of_that_is_the_same_again() {
    let selections: [&[&str]; 3] = [&[], &["a_*"], &["Order", "b_1"]];
    let mut most = 0;
    for seed in 1..=60_u64 {
        println!("seed {seed}");
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let dir = tempfile::tempdir().unwrap();
        let [first, second, third] =
            ["1", "2", "3"].map(|name| dir.path().join(name).with_extension("mcap"));
        let only = selections[seed as usize % 3].iter();
        let only: Vec<String> = only.map(|&pattern| pattern.to_owned()).collect();
        record(dir.path(), &first, &mut dice, &only);
        seek(dir.path(), &first, &mut dice);
        record_replay(dir.path(), &first, &second);
        record_replay(dir.path(), &second, &third);
        let [first, second, third] = [first, second, third].map(|file| told(&file));
        assert_eq!(first, second);
        assert_eq!(second, third);
        most = most.max(first.len());
    }
    assert!(most > 200, "{most}");
}
