//! Segments with holes, in great numbers, or out of reach.

use std::os::unix::fs::FileExt;

use memglass::schema::{Kind, codec};
use memglass::{Observer, ReadError};
use memglass_tests::hostile::Forged;

use crate::place::{assert_sound, forged, member, number, ty};

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

/// As many regions as there are ids, each a chunk of the directory.
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

/// What the system refuses now it may give later; earlier types are not read again each time.
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
    let options = Observer::builder().dir(place.dir.path()).writable();
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
        assert!(matches!(refused, Err(ReadError::Damaged(_))), "{refused:?}");
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
