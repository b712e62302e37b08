//! Chains, references, counts and sizes that lead nowhere.

use memglass::{AttachError, Part, PathError};
use memglass_tests::hostile::Forged;

use crate::place::{Place, assert_sound, forged};

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
        assert_eq!(observer.objects().count(), 0, "{place:#x}");
        assert_eq!(
            (observer.find("number"), observer.object_in(0)),
            (None, None)
        );
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
