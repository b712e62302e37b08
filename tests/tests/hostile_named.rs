//! One lie each: chains that lead back, counts and offsets at their limits, types that cannot be,
//! labels that are no labels.
// A test may panic, and says what it measured.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::os::unix::fs::FileExt;
use std::sync::Mutex;

use memglass::schema::{Field, Kind, Metadata, Type, TypeId, Variant, codec};
use memglass::{AttachError, AttachOptions, Damage, Observer, Part, PathError, ReadError, Value};
use memglass_tests::hostile::{Counting, Edit, Entry, Forged, Looks, Peak, Recording};
use tempfile::TempDir;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What is counted is what one test takes.
static ALONE: Mutex<()> = Mutex::new(());

/// A forged session in a directory of its own.
struct Place {
    dir: TempDir,
    bytes: usize,
}

impl Place {
    fn of(forged: &Forged) -> Place {
        let dir = tempfile::tempdir_in("/dev/shm").unwrap();
        forged.write(dir.path());
        let files = std::fs::read_dir(dir.path()).unwrap();
        let sizes = files.map(|file| file.unwrap().metadata().unwrap().len() as usize);
        Place {
            bytes: sizes.sum(),
            dir,
        }
    }

    fn attach(&self) -> Result<Observer, AttachError> {
        AttachOptions::new()
            .dir(self.dir.path())
            .attach(Forged::NAME)
    }

    /// Attaches and looks at everything; returns the observer, what it left out, and the memory that
    /// this took at most, in times of the session's size.
    fn look(&self) -> (Observer, Vec<Damage>, f64) {
        let _alone = ALONE
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let peak = Peak::start();
        let mut observer = self.attach().unwrap();
        Looks::default().at(&mut observer);
        let times = peak.bytes() as f64 / self.bytes as f64;
        let damage = observer.damage();
        (observer, damage, times)
    }
}

fn ty(name: &str, size: u64, align: u64, kind: Kind) -> Type {
    Type {
        name: name.into(),
        size,
        align,
        kind,
    }
}

fn number() -> Type {
    ty("u64", 8, 8, Kind::Int { signed: false })
}

fn member(name: &str, type_id: u32, offset: u64) -> Field {
    Field {
        name: name.into(),
        type_id: TypeId(type_id),
        offset,
        bits: None,
        metadata: Metadata::default(),
    }
}

/// A session with one number, called `number`, and whatever `lie` does to it.
fn forged(lie: impl FnOnce(&mut Forged)) -> Place {
    let mut forged = Forged::new(1 << 20, 8, 8);
    forged.types_of(&[number()]);
    let data = forged.put(&7_u64.to_ne_bytes());
    let label = forged.label(b"number");
    forged.objects(&[Entry {
        type_id: 0,
        count: 0,
        data,
        label,
        label_len: 6,
    }]);
    lie(&mut forged);
    Place::of(&forged)
}

/// The objects of `forged` with others behind the first.
fn with_objects(forged: &mut Forged, objects: &[(&[u8], u64, u64)]) {
    let data = forged.put(&7_u64.to_ne_bytes());
    let entries = objects.iter().map(|&(label, type_id, count)| Entry {
        type_id,
        count,
        data,
        label: forged.label(label),
        label_len: label.len() as u64,
    });
    let entries: Vec<_> = entries.collect();
    forged.objects(&entries);
}

#[track_caller]
fn assert_sound(observer: &Observer) {
    assert_eq!(observer.field("number").unwrap().read(), Ok(Value::U64(7)));
}

#[test]
fn a_forged_session_is_a_session() {
    let (observer, damage, _) = forged(|_| {}).look();
    assert_sound(&observer);
    assert_eq!(damage, []);
}

#[test]
fn a_chain_of_chunks_that_leads_back_ends() {
    for (count_at, head_at) in [(344, 352), (328, 336)] {
        let mut head = 0;
        let place = forged(|forged| {
            head = forged.word(head_at);
            forged.set(count_at, 1 << 40);
            // Back to itself, and by way of a second chunk that claims to be the next.
            forged.store(head, head);
        });
        let (observer, damage, _) = place.look();
        assert_sound(&observer);
        let part = if count_at == 344 {
            Part::Directory
        } else {
            Part::TypeLog
        };
        assert!(
            damage.iter().any(|damage| damage.part == part),
            "{damage:?}"
        );
    }
}

/// Chunks that lie over each other, each with its own position, as many as there are places.
#[test]
fn chunks_over_each_other_are_no_more_than_fit_side_by_side() {
    let mut forged = Forged::new(1 << 20, 8, 8);
    let first = forged.take(1 << 19);
    let chunks = (1 << 19) / 64 - 9;
    for index in 0..chunks {
        let place = first + index * 64;
        forged.store(place, place + 64);
        forged.store(place + 16, index);
    }
    forged.set(344, chunks);
    forged.set(352, first);
    let (_, damage, _) = Place::of(&forged).look();
    assert!(
        matches!(&damage[..], [only] if only.reason.contains("as many as fit")),
        "{damage:?}"
    );
}

#[test]
fn references_near_the_end_of_all_offsets_lead_nowhere() {
    let most = u64::MAX;
    for place in [
        most,
        most - 7,
        1 << 48 | (most >> 16),
        1 << 48 | ((1 << 48) - 8),
        0xffff << 48,
    ] {
        let head = forged(|forged| forged.set(352, place));
        assert!(head.attach().is_err(), "{place:#x}");
        let next = forged(|forged| {
            let first = forged.word(352);
            forged.set(344, 2);
            forged.store(first, place);
        });
        assert_sound(&next.attach().unwrap());
        let label = forged(|forged| {
            let first = forged.word(352);
            // A label of so many bytes lies elsewhere.
            forged.store(first + 64 + 8, 25 << 32);
            forged.store(first + 64 + 40, place);
        });
        let (observer, damage, _) = label.look();
        assert_eq!(observer.objects().count(), 0);
        assert!(
            matches!(&damage[..], [only] if only.part == Part::Object(0)),
            "{damage:?}"
        );
        let data = forged(|forged| {
            let first = forged.word(352);
            forged.store(first + 64 + 24, place);
        });
        let (observer, damage, _) = data.look();
        let error = observer.field("number").unwrap_err();
        assert!(matches!(error, PathError::Damaged { .. }), "{error}");
        assert!(
            matches!(&damage[..], [only] if only.part == Part::Object(0)),
            "{damage:?}"
        );
        let description = forged(|forged| {
            let first = forged.word(336);
            forged.store(first + 64 + 24, place);
        });
        let (_, damage, _) = description.look();
        assert_eq!(damage[0].part, Part::Type(0));
    }
}

#[test]
fn huge_counts_are_cut_to_what_is_there() {
    for count in [1 << 20, 1 << 32, 1 << 63, u64::MAX] {
        for count_at in [328, 344, 360, 368] {
            let (observer, _, times) = forged(|forged| forged.set(count_at, count)).look();
            assert_sound(&observer);
            assert!(times < 8.0, "{count_at} {count:#x} {times}");
        }
        // Used entries in a chunk.
        let (observer, _, _) = forged(|forged| {
            let first = forged.word(352);
            forged.store(first + 24, count);
        })
        .look();
        assert_sound(&observer);
        // Elements, and bytes of a label.
        let label_len = count.max(1 << 20) << 32 | 0xffff << 48;
        for (word, count, error) in [(16, count, "elements"), (8, label_len, "label length")] {
            let (_, damage, _) = forged(|forged| {
                let first = forged.word(352);
                forged.store(first + 64 + word, count);
            })
            .look();
            assert!(
                matches!(&damage[..], [only] if only.reason.contains(error) || only.reason.contains("reference")),
                "{damage:?}"
            );
        }
        let (_, damage, _) = forged(|forged| {
            let first = forged.word(336);
            forged.store(first + 64 + 32, count);
        })
        .look();
        assert_eq!(damage[0].part, Part::Type(0), "{damage:?}");
    }
}

#[test]
fn sizes_in_the_header_that_cannot_be_are_refused() {
    for at in [24, 48, 56, 64, 72, 80, 88] {
        for size in [0, 7, 63, 1 << 17, 1 << 32, u64::MAX - 7, u64::MAX] {
            // As numbers of records in a chunk these are fine.
            if matches!(at, 72 | 88) && matches!(size, 7 | 63) {
                continue;
            }
            let error = forged(|forged| forged.set(at, size)).attach().unwrap_err();
            assert!(
                matches!(error, AttachError::Layout(_)),
                "{at} {size} {error}"
            );
        }
    }
}

#[test]
fn a_label_that_is_no_text_hides_its_object_alone() {
    let place = forged(|forged| {
        with_objects(
            forged,
            &[(b"number", 0, 0), (b"\xff\xfe\x80", 0, 0), (b"last", 0, 0)],
        );
    });
    let (observer, damage, _) = place.look();
    assert_sound(&observer);
    assert!(observer.field("last").is_ok());
    assert_eq!(observer.object_count(), 2);
    let [only] = &damage[..] else {
        panic!("{damage:?}")
    };
    assert_eq!(only.part, Part::Object(1));
    assert_eq!(
        only.to_string(),
        r#"the object in slot 1 is left out: session "forged" is damaged: the label of entry 1 is "\\xff\\xfe\\x80", expected UTF-8"#
    );
}

#[test]
fn a_label_means_one_object_though_two_have_it() {
    let place = forged(|forged| {
        with_objects(
            forged,
            &[(b"number", 0, 0), (b"number", 0, 0), (b"other", 0, 0)],
        );
    });
    let (observer, damage, _) = place.look();
    assert_sound(&observer);
    assert_eq!(observer.object_count(), 2);
    assert!(
        matches!(&damage[..], [only] if only.part == Part::Object(1)),
        "{damage:?}"
    );
}

/// Labels in entries are compared by words: bytes behind one would make it another label.
#[test]
fn a_label_with_bytes_behind_it_is_left_out() {
    for (short, long) in [
        ("abc", "abcd"),
        ("12345678", "123456789"),
        ("größe", "größen"),
    ] {
        let place = forged(|forged| {
            let data = forged.put(&7_u64.to_ne_bytes());
            let entry = |forged: &mut Forged, label: &str, len: usize| Entry {
                type_id: 0,
                count: 0,
                data,
                label: forged.label(label.as_bytes()),
                label_len: len as u64,
            };
            let entries = [
                entry(forged, "number", 6),
                entry(forged, long, short.len()),
                entry(forged, short, short.len()),
            ];
            forged.objects(&entries);
        });
        let (observer, damage, _) = place.look();
        assert_sound(&observer);
        assert!(
            matches!(&damage[..], [only] if only.part == Part::Object(1)),
            "{damage:?}"
        );
        let labels: Vec<_> = observer.objects().map(|object| object.label).collect();
        assert_eq!(
            labels.iter().map(|label| &**label).collect::<Vec<_>>(),
            ["number", short]
        );
        assert_eq!(observer.find(short).map(|object| object.slot), Some(2));
    }
}

/// In a hash table equal hashes are a list, and entering each looks at all before it.
#[test]
fn many_objects_of_one_label_cost_no_more_than_others() {
    let count = 1 << 18;
    let mut forged = Forged::new((count as usize + 2048) * 64 + (1 << 20), 8, 1 << 16);
    forged.types_of(&[number()]);
    let data = forged.put(&7_u64.to_ne_bytes());
    let label = forged.label(b"number");
    let entry = Entry {
        type_id: 0,
        count: 0,
        data,
        label,
        label_len: 6,
    };
    forged.objects(&vec![entry; count as usize]);
    let place = Place::of(&forged);
    let observer = place.attach().unwrap();
    assert_sound(&observer);
    assert_eq!(observer.object_count(), 1);
    assert_eq!(observer.damage().len(), 1000);
}

#[test]
fn a_type_cannot_contain_itself_or_what_comes_after_it() {
    let inside = ty(
        "Own",
        8,
        8,
        Kind::Struct {
            fields: vec![member("own", 1, 0)],
        },
    );
    let alias = ty("Alias", 8, 8, Kind::Alias { of: TypeId(2) });
    let later = ty(
        "Later",
        16,
        8,
        Kind::Array {
            element: TypeId(4),
            count: 2,
        },
    );
    let sound = ty("Sound", 8, 8, Kind::Alias { of: TypeId(0) });
    let place = forged(|forged| forged.types_of(&[number(), inside, alias, later, sound]));
    let (observer, damage, _) = place.look();
    assert_sound(&observer);
    let parts: Vec<_> = damage.iter().map(|damage| damage.part).collect();
    assert_eq!(parts, [1, 2, 3].map(Part::Type), "{damage:?}");
    assert!(observer.schema().find("Sound").is_some());
}

#[test]
fn a_type_that_comes_twice_or_under_another_id_is_left_out() {
    let bool = ty("bool", 1, 1, Kind::Bool);
    let place = forged(|forged| forged.types_of(&[number(), number(), bool.clone()]));
    let (observer, damage, _) = place.look();
    assert_sound(&observer);
    assert!(
        matches!(&damage[..], [only] if only.part == Part::Type(1)),
        "{damage:?}"
    );
    assert_eq!(observer.schema().find("bool"), Some(TypeId(2)));
    let place = forged(|forged| {
        forged.types_of(&[number(), bool]);
        let first = forged.word(336);
        forged.store(first + 64 + 64, 0);
    });
    let (observer, damage, _) = place.look();
    assert_sound(&observer);
    assert!(
        matches!(&damage[..], [only] if only.part == Part::Type(1)),
        "{damage:?}"
    );
}

#[test]
fn objects_of_wrong_types_and_sizes_are_left_out_alone() {
    let place = forged(|forged| {
        let objects: [(&[u8], u64, u64); 4] = [
            (b"unknown", 99, 0),
            (b"number", 0, 0),
            (b"long", 0, 1 << 30),
            (b"endless", 0, u64::MAX),
        ];
        with_objects(forged, &objects);
    });
    let (observer, damage, _) = place.look();
    assert_sound(&observer);
    let parts: Vec<_> = damage.iter().map(|damage| damage.part).collect();
    assert_eq!(parts, [0, 2, 3].map(Part::Object), "{damage:?}");
    for label in ["unknown", "long", "endless"] {
        let error = observer.field(label).unwrap_err();
        assert!(matches!(error, PathError::Damaged { .. }), "{error}");
    }
}

/// A struct of structs of structs whose members all lie at its start.
#[test]
fn members_over_each_other_do_not_multiply() {
    let mut types = vec![ty("u8", 1, 1, Kind::Int { signed: false })];
    for level in 0..5 {
        let fields = (0..30).map(|index| member(&format!("m{index}"), level, 0));
        let fields = fields.collect();
        types.push(ty(&format!("L{level}"), 1, 1, Kind::Struct { fields }));
    }
    let place = forged(|forged| {
        forged.types_of(&types);
        with_objects(forged, &[(b"one", 1, 0), (b"all", 5, 0), (b"most", 4, 0)]);
    });
    let (observer, damage, times) = place.look();
    // Thirty values for one byte are a few; nine hundred are not.
    assert!(observer.field("one").unwrap().read().is_ok());
    assert!(observer.field("all").is_err());
    assert!(
        damage[0].reason.contains("values and bytes of text"),
        "{damage:?}"
    );
    assert!(times < 4.0, "{times}");
}

/// Names over each other: each is one more that a byte reads as.
#[test]
fn flags_of_the_same_bits_do_not_multiply() {
    let flags: Vec<_> = (0..2000)
        .map(|index| Variant {
            name: format!("f{index}").into(),
            value: 1,
        })
        .collect();
    let size = 64 << 10;
    let mut annotated = member("all", 1, 0);
    annotated.metadata.flags = flags.clone();
    let types = [
        ty("u8", 1, 1, Kind::Int { signed: false }),
        ty(
            "bytes",
            size,
            1,
            Kind::Array {
                element: TypeId(0),
                count: size,
            },
        ),
        ty(
            "annotated",
            size,
            1,
            Kind::Struct {
                fields: vec![annotated],
            },
        ),
        ty("flags", 1, 1, Kind::Flags { flags }),
    ];
    let mut forged = Forged::new(1 << 20, 8, 8);
    forged.types_of(&types);
    let data = forged.put(&vec![1; size as usize]);
    let entry = |label, type_id, count| Entry {
        type_id,
        count,
        data,
        label,
        label_len: 1,
    };
    let labels = [forged.label(b"a"), forged.label(b"b")];
    forged.objects(&[entry(labels[0], 2, 0), entry(labels[1], 3, size)]);
    let (_, damage, times) = Place::of(&forged).look();
    let parts: Vec<_> = damage.iter().map(|damage| damage.part).collect();
    assert_eq!(parts[..2], [Part::Type(2), Part::Type(3)], "{damage:?}");
    assert!(times < 4.0, "{times}");
}

/// Texts over each other: few values, many bytes.
#[test]
fn texts_over_each_other_do_not_multiply() {
    let size = 512 << 10;
    let fields = (0..1000)
        .map(|index| member(&format!("m{index}"), 0, 0))
        .collect();
    let types = [
        ty("text", size, 1, Kind::Text),
        ty("all", size, 1, Kind::Struct { fields }),
    ];
    let mut forged = Forged::new(1 << 20, 8, 8);
    forged.types_of(&types);
    let label = forged.label(b"texts");
    let data = forged.take(size as usize);
    forged.objects(&[Entry {
        type_id: 1,
        count: 0,
        data,
        label,
        label_len: 5,
    }]);
    let (_, damage, times) = Place::of(&forged).look();
    assert_eq!(damage[0].part, Part::Type(1));
    assert!(times < 4.0, "{times}");
}

/// The shortest members there are, in every description that fits.
#[test]
fn types_take_no_more_than_a_few_times_the_memory_of_the_session() {
    let mut forged = Forged::new(16 << 20, 1024, 8);
    let mut types = vec![ty("", 1, 1, Kind::Bool)];
    for number in 0..60 {
        let fields = (0..20_000).map(|index| member(&format!("{index:x}"), 0, 0));
        types.push(ty(
            "",
            20_000 + number,
            1,
            Kind::Struct {
                fields: fields.collect(),
            },
        ));
    }
    forged.types_of(&types);
    let (observer, damage, times) = Place::of(&forged).look();
    assert!(times < 20.0, "{times}");
    assert!(observer.schema().iter().count() > 20);
    assert!(
        damage
            .iter()
            .any(|damage| damage.reason.contains("more than there may be")),
        "{damage:?}"
    );
}

/// Descriptions that share their bytes: each would be decoded anew.
#[test]
fn descriptions_over_each_other_are_not_read_again_and_again() {
    let mut forged = Forged::new(1 << 20, 1024, 8);
    let fields = (0..20_000)
        .map(|index| member(&format!("{index:x}"), 0, 0))
        .collect();
    let description = codec::encode(&ty("", 20_000, 1, Kind::Struct { fields }));
    let place = forged.put(&description);
    forged.types(&vec![(place, description.len() as u64); 1000]);
    let (_, damage, times) = Place::of(&forged).look();
    assert!(
        damage
            .iter()
            .any(|damage| damage.reason.contains("without overlap")),
        "{damage:?}"
    );
    assert!(times < 20.0, "{times}");
}

/// A file with holes takes no room itself, and all that it claims when it is read.
#[test]
fn a_segment_with_holes_is_refused() {
    let place = forged(|_| {});
    for part in ["region_0001", "header"] {
        let path = place.dir.path().join(format!("memglass_forged_{part}"));
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(1 << 40).unwrap();
        let error = place.attach().unwrap_err();
        assert!(error.to_string().contains("has holes"), "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
}

/// As many regions as can be told apart, each a chunk of the directory.
#[test]
fn thousands_of_regions_are_attached_to_in_linear_time() {
    let count = 4000_u64;
    let place = forged(|forged| {
        forged.set(344, count);
        let first = forged.word(352);
        forged.store(first, 2 << 48 | 64);
    });
    let region = std::fs::read(place.dir.path().join("memglass_forged_region_0001")).unwrap();
    for id in 2..=count {
        let mut words = vec![0_u64; 512];
        for (word, bytes) in words.iter_mut().zip(region.as_chunks::<8>().0).take(3) {
            *word = u64::from_ne_bytes(*bytes);
        }
        words[3..5].copy_from_slice(&[id, 4096]);
        words[8] = (id + 1) << 48 | 64;
        words[10] = id - 1;
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let name = format!("memglass_forged_region_{id:04}");
        std::fs::write(place.dir.path().join(name), bytes).unwrap();
    }
    let start = std::time::Instant::now();
    let observer = place.attach().unwrap();
    println!("{count} regions in {:?}", start.elapsed());
    assert_sound(&observer);
    assert_eq!(observer.damage(), []);
}

#[test]
fn damage_while_attached_is_reported_and_mended_damage_forgotten() {
    let recording = Recording::of(|session| {
        session.object("first", 1_u64).unwrap().leak();
        session.object("second", 2_u64).unwrap().leak();
    });
    let options = AttachOptions::new().dir(recording.dir());
    let mut observer = options.attach(recording.name()).unwrap();
    let second = observer.field("second").unwrap();
    let entry = recording.word(0, 352) % (1 << 48) + 64 + 64;
    let change = |edits: &[Edit]| edits.iter().for_each(|edit| recording.apply(edit));
    let kind = recording.word(1, entry + 8);
    // Another generation of the second object, with a label of no length.
    let counter = recording.word(1, entry - 128 + 8);
    change(&[
        Edit::store(1, entry, 8, recording.word(1, entry) + 256),
        Edit::store(1, entry + 8, 8, kind % (1 << 32)),
        Edit::store(1, entry - 128 + 8, 8, counter + 1),
        Edit::store(0, 320, 8, 1000),
    ]);
    assert_eq!(observer.refresh(), Ok(true));
    assert!(matches!(second.read(), Err(ReadError::Gone { .. })));
    assert_eq!(observer.object_count(), 1);
    assert!(matches!(&observer.damage()[..], [only] if only.part == Part::Object(1)));
    change(&[
        Edit::store(1, entry + 8, 8, kind),
        Edit::store(0, 320, 8, 1001),
    ]);
    assert_eq!(observer.refresh(), Ok(true));
    assert_eq!(observer.damage(), []);
    assert_eq!(observer.field("second").unwrap().read(), Ok(Value::U64(2)));
}

#[test]
fn an_object_that_is_sound_again_is_told_once() {
    let recording = Recording::of(|session| {
        session.object("first", 1_u64).unwrap().leak();
        session.object("second", 2_u64).unwrap().leak();
    });
    let mut observer = (AttachOptions::new().dir(recording.dir()))
        .attach(recording.name())
        .unwrap();
    let entry = recording.word(0, 352) % (1 << 48) + 64 + 64;
    let (counter, state) = (entry - 128 + 8, recording.word(1, entry));
    let (kind, changes) = (recording.word(1, entry + 8), recording.word(1, counter));
    // Another generation of the second object, with this type and length of its label.
    let replace = |generation: u64, kind: u64| {
        let edits = [
            Edit::store(1, entry, 8, state + 256 * generation),
            Edit::store(1, entry + 8, 8, kind),
            Edit::store(1, counter, 8, changes + generation),
            Edit::store(0, 320, 8, 1000 + generation),
        ];
        edits.iter().for_each(|edit| recording.apply(edit));
    };
    let noted = |observer: &mut Observer| {
        let mut slots = Vec::new();
        observer.refresh_noting(|slot| slots.push(slot)).unwrap();
        slots
    };
    replace(1, kind % (1 << 32));
    assert_eq!(noted(&mut observer), [1]);
    assert_eq!(observer.object_count(), 1);
    // It was left out, and has changed.
    replace(2, kind);
    noted(&mut observer);
    assert_eq!((observer.object_count(), observer.damage()), (2, vec![]));
    recording.apply(&Edit::store(0, 320, 8, 2000));
    assert_eq!(noted(&mut observer), [0; 0], "nothing came or went");
}

/// What the system refuses now it may give later: the types before it are not read again and again.
#[test]
fn a_region_that_the_system_refuses_for_a_while_costs_no_types() {
    let fields = (0..100_u32).map(|index| {
        let name = format!("{index:01000}");
        member(&name, 0, u64::from(index) * 8)
    });
    let fields = fields.collect();
    let long = ty("Long", 800, 8, Kind::Struct { fields });
    let late = codec::encode(&ty("late", 4, 4, Kind::Float));
    let place = forged(|forged| {
        let [number, long] = [number(), long].map(|ty| {
            let description = codec::encode(&ty);
            (forged.put(&description), description.len() as u64)
        });
        forged.types(&[number, long, (2 << 48 | 64, late.len() as u64)]);
        forged.set(328, 1);
    });
    let file = |part: &str| place.dir.path().join(format!("memglass_forged_{part}"));
    let options = AttachOptions::new().dir(place.dir.path()).writable();
    let mut observer = options.attach(Forged::NAME).unwrap();
    // What cannot be opened for writing, for a reason that says nothing of the session.
    std::fs::create_dir(file("region_0002")).unwrap();
    let header = std::fs::File::options()
        .write(true)
        .open(file("header"))
        .unwrap();
    for (at, word) in [(328, 3_u64), (320, 2)] {
        header.write_all_at(&word.to_ne_bytes(), at).unwrap();
    }
    for _ in 0..20 {
        let refused = observer.refresh();
        assert!(
            matches!(refused, Err(ReadError::Damaged { .. })),
            "{refused:?}"
        );
    }
    std::fs::remove_dir(file("region_0002")).unwrap();
    let mut words = vec![0_u64; 512];
    let region = std::fs::read(file("region_0001")).unwrap();
    for (word, bytes) in words.iter_mut().zip(region.as_chunks::<8>().0).take(3) {
        *word = u64::from_ne_bytes(*bytes);
    }
    words[3..5].copy_from_slice(&[2, 4096]);
    let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
    bytes[64..64 + late.len()].copy_from_slice(&late);
    std::fs::write(file("region_0002"), bytes).unwrap();
    assert_eq!(observer.refresh(), Ok(true));
    assert_eq!(observer.damage(), []);
    let names: Vec<_> = observer
        .schema()
        .iter()
        .map(|(_, ty)| ty.name.to_string())
        .collect();
    assert_eq!(names, ["u64", "Long", "late"]);
}
