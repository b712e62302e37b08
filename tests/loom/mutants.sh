#!/usr/bin/env bash
# Proves that the models bite: breaks the lock in one place at a time, in a copy of the sources, and
# requires the models to fail each time. Prints "N mutants, N killed".
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/mutants"

mkdir -p "$copy/core/src" "$copy/tests"
cp -r "$root/core/src/sync" "$copy/core/src/"
cp -r "$root/tests/loom" "$copy/tests/"
cp "$root/Cargo.lock" "$copy/"
sed -e 's|^members = .*|members = ["tests/loom"]|' -e '/^default-members/d' "$root/Cargo.toml" >"$copy/Cargo.toml"
lock=$copy/core/src/sync/two_slot.rs
cp "$lock" "$copy/original.rs"
cd "$copy"

quietly() { "$@" >"$copy/log" 2>&1; }
build() { quietly cargo test --quiet --offline --package memglass-loom --no-run; }
models() { quietly timeout 300 cargo test --quiet --offline --package memglass-loom; }
give_up() { echo "$1"; tail -n 40 "$copy/log"; exit 2; }

mutants=0
killed=0
# mutant NAME SED-SCRIPT: the script must change the lock, and the result must still compile.
mutant() {
    sed "$2" original.rs >"$lock"
    cmp -s original.rs "$lock" && give_up "$1: the script changes nothing"
    build || give_up "$1: does not compile"
    mutants=$((mutants + 1))
    # A model that panics while it unwinds aborts the whole run.
    if models; then
        echo "SURVIVED  $1"
    elif grep -q -e 'test result: FAILED' -e 'signal: 6, SIGABRT' "$copy/log"; then
        killed=$((killed + 1))
        echo "killed    $1"
    else
        give_up "$1: no verdict"
    fi
}

build && models || give_up "the models fail on the lock as it is"

relaxed='s/Ordering::\(Acquire\|Release\)/Ordering::Relaxed/'
mutant "reader without its first fence" \
    '/fn try_read_part/,/load_words/s/fence(Ordering::Acquire);//'
mutant "reader without its second fence" \
    '/load_words(&self.copy/,/then_some/s/fence(Ordering::Acquire);//'
mutant "reader does not look at the sequence again" \
    's/(self.sequence() == sequence).then_some/true.then_some/'
mutant "reader copies the other copy" \
    '/fn try_read_part/,/^    }/s/self.copy(sequence)/self.copy(sequence + 1)/'
mutant "writer without its fence" \
    '/fn fill/,/^    }/s/fence(Ordering::Release);//'
mutant "writer fills the copy that is being read" \
    '/fn fill/,/^    }/s/self.slots.copy(next)/self.slots.copy(self.sequence)/'
mutant "publish is relaxed" "/fn publish(/,/^    }/$relaxed"
mutant "publish and release is relaxed" "/fn publish_and_release(/,/^    }/$relaxed"
mutant "release on drop is relaxed" "/fn drop(/,/^    }/$relaxed"
mutant "drop publishes what was not published" \
    '/fn drop(/,/^    }/s/word_of(self.sequence,/word_of(self.sequence + 1,/'
mutant "publish gives the claim back" \
    '/fn publish(/,/^    }/s/word_of(self.sequence, self.me)/word_of(self.sequence, Owner::NOBODY)/'
mutant "claim is relaxed" "/fn replace_owner/,/^    }/$relaxed"
mutant "claim stores without comparing" \
    '/fn replace_owner/,/^    }/{s/compare_exchange(/store(/;s/^ *seen,$//;s/Ordering::Acquire,//;s/)?;/);/}'
mutant "claim takes over from the living" \
    's/let vacant = owner.is_nobody()/let vacant = true/'
mutant "claim never takes over from the dead" \
    's/is_dead(owner));/false);/'
mutant "claim takes over from another thread of its own process" \
    's/owner != me \&\& !matches/!matches/; s/is_dead(owner));/(owner == me || is_dead(owner)));/'

echo "$mutants mutants, $killed killed"
[ "$mutants" -eq "$killed" ]
