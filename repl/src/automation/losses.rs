//! What triggers did not deliver, as it is told at the end of a script.

use memglass_watch::Counters;

use super::Automation;

/// Numbers of triggers that are named.
const NAMED: usize = 5;

/// What one counter counts.
struct Loss {
    one: &'static str,
    many: &'static str,
    what: &'static str,
    count: fn(&Counters) -> u64,
}

const LOSSES: [Loss; 4] = [
    Loss {
        one: "firing",
        many: "firings",
        what: "suppressed",
        count: |counters| counters.suppressed,
    },
    Loss {
        one: "change",
        many: "changes",
        what: "merged",
        count: |counters| counters.merged,
    },
    Loss {
        one: "write or point",
        many: "writes or points",
        what: "missed",
        count: |counters| counters.missed,
    },
    Loss {
        one: "action",
        many: "actions",
        what: "failed",
        count: |counters| counters.errors,
    },
];

impl Automation {
    /// What was not delivered, if there is anything, and of which triggers.
    pub(crate) fn losses(&self) -> Option<String> {
        let engine = self.engine();
        let counters = |number| Some((number, engine.status(number)?.counters));
        let all: Vec<_> = engine.numbers().filter_map(counters).collect();
        let told: Vec<String> = LOSSES.iter().filter_map(|loss| loss.told(&all)).collect();
        (!told.is_empty()).then(|| told.join(", "))
    }
}

impl Loss {
    fn told(&self, all: &[(u64, Counters)]) -> Option<String> {
        let counts = all.iter().map(|(number, all)| (number, (self.count)(all)));
        let (numbers, counts): (Vec<&u64>, Vec<u64>) = counts.filter(|(_, n)| *n > 0).unzip();
        let named: Vec<String> = numbers.iter().take(NAMED).map(|n| n.to_string()).collect();
        let (total, what) = (counts.iter().sum::<u64>(), self.what);
        let noun = if total == 1 { self.one } else { self.many };
        let of = match numbers.len() {
            0 => return None,
            1 => "trigger",
            _ => "triggers",
        };
        let more = if numbers.len() > NAMED { ", …" } else { "" };
        Some(format!(
            "{total} {noun} {what} ({of} {}{more})",
            named.join(", ")
        ))
    }
}
