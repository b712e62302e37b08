//! What is watched, as a table that changes: the present value of each thing, how often and when it changed.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use memglass::{Presence, SessionInfo, Value};
use memglass_value::format::Style;
use memglass_value::spark;
use memglass_view::live::{Mark, Order, Row, Setup, Source, Table, Wanted};
use memglass_view::{Rate, text};

use super::{Batch, Changes, Happened, News};
use crate::live;

/// The time that a trend shows, and its cells.
const TREND: Duration = Duration::from_secs(10);
const CELLS: usize = 16;

/// Values of one trend that are kept at most.
const POINTS: usize = 256;

/// Things that have a trend: with more of them none has, for the memory that it takes.
const WITH_TREND: usize = 1_000;

/// How long what is gone stays, while its producer is alive.
const STAYS: Duration = Duration::from_secs(10);

/// Over which time a rate is averaged.
const AVERAGED: Duration = Duration::from_secs(1);

/// More rows than this are sorted once a second, and not for each frame.
const OFTEN_SORTED: usize = 5_000;

/// What is watched, and what was last seen of it.
pub(crate) struct Board {
    subject: String,
    things: Vec<Thing>,
    /// What is said about watches that have a number for the user.
    watches: BTreeMap<usize, String>,
    index: HashMap<(usize, Arc<str>), usize>,
    presence: Presence,
    /// The moment that is shown.
    now: Instant,
    /// The order of the rows, what it is by, and when they were sorted.
    sorted: (Vec<usize>, Option<Order>, Instant),
    /// Whether things came or went since.
    is_stale: bool,
    /// What is to be told of the sampling itself.
    remark: Option<String>,
    totals: Told,
}

/// What was told so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Changes.
    pub changed: u64,
    /// Things that appeared.
    pub appeared: u64,
    /// Things that vanished.
    pub vanished: u64,
}

struct Thing {
    key: (usize, Arc<str>),
    name: String,
    value: Option<Value>,
    style: Style,
    /// Changes since the last frame.
    changes: u64,
    rate: f64,
    changed: Option<Instant>,
    gone: Option<Instant>,
    note: String,
    trend: VecDeque<(Instant, Option<f64>)>,
    is_news: bool,
}

impl Told {
    /// Counts one more.
    pub fn count(&mut self, news: &News) {
        match news.happened {
            Happened::Appeared => self.appeared += 1,
            Happened::Changed => self.changed += 1,
            Happened::Vanished => self.vanished += 1,
        }
    }
}

impl Board {
    /// An empty table about something.
    pub(crate) fn new(subject: &str) -> Board {
        let now = Instant::now();
        Board {
            subject: text::clean(subject).into_owned(),
            things: Vec::new(),
            watches: BTreeMap::new(),
            index: HashMap::new(),
            presence: Presence::Alive,
            now,
            sorted: (Vec::new(), None, now),
            is_stale: true,
            remark: None,
            totals: Told::default(),
        }
    }

    /// What was told so far.
    pub(crate) fn told(&self) -> Told {
        self.totals
    }

    /// Shows the number of a watch in front of what it follows, and says this about it.
    pub(crate) fn describe(&mut self, watch: usize, note: String) {
        self.watches.insert(watch, note);
    }

    /// Whether there is anything of this watch.
    pub(crate) fn shows(&self, watch: usize) -> bool {
        self.things.iter().any(|thing| thing.key.0 == watch)
    }

    /// Adds what is there from the start.
    pub(crate) fn begin(&mut self, present: &[News]) {
        let now = self.now;
        for news in present {
            let thing = self.thing(news);
            thing.take(news);
            thing.note_value(now);
        }
    }

    /// Takes in what happened since the last frame, which is `now`.
    pub(crate) fn take(&mut self, batch: &Batch, now: Instant) {
        let since = now.saturating_duration_since(self.now);
        self.now = now;
        for thing in &mut self.things {
            thing.is_news = false;
        }
        for news in &batch.news {
            self.totals.count(news);
            let thing = self.thing(news);
            thing.take(news);
            thing.happened(news, now);
        }
        for (presence, _) in &batch.fates {
            self.presence = match presence {
                // The news of the new session are among these.
                Presence::Restarted => Presence::Alive,
                presence => *presence,
            };
        }
        if let Some(remark) = batch.remarks.last() {
            self.remark = Some(remark.clone());
        }
        let has_trend = self.has_trend();
        for thing in &mut self.things {
            thing.advance(since, now, has_trend);
        }
        if self.presence.is_alive() {
            self.forget_gone();
        }
    }

    /// Goes on at `now`; nothing is counted of the time before.
    pub(crate) fn skip_to(&mut self, now: Instant) {
        self.now = now;
    }

    /// The rows that are on the screen. `summary` stands below them.
    pub(crate) fn table(&mut self, wanted: Wanted, summary: String) -> Table {
        self.sort(wanted.order);
        let first = wanted.first_of(self.things.len());
        let has_trend = self.has_trend();
        let rows = self.sorted.0.iter().skip(first).take(wanted.height);
        let rows = rows.map(|&index| self.row(&self.things[index], has_trend));
        Table {
            subject: self.subject.clone(),
            producer: live::fate(self.presence),
            total: self.things.len(),
            first,
            rows: rows.collect(),
            empty: "nothing is there yet",
            has_trend,
            summary: match &self.remark {
                Some(remark) => format!("{remark}; {summary}"),
                None => summary,
            },
        }
    }

    fn row(&self, thing: &Thing, has_trend: bool) -> Row {
        let row = thing.row(self.now, has_trend);
        match self.watches.get(&thing.key.0) {
            None => row,
            Some(about) => Row {
                number: Some(thing.key.0),
                note: match row.note.is_empty() {
                    true => about.clone(),
                    false => row.note,
                },
                ..row
            },
        }
    }

    fn has_trend(&self) -> bool {
        self.things.len() <= WITH_TREND
    }

    fn thing(&mut self, news: &News) -> &mut Thing {
        let key = (news.watch, Arc::clone(&news.path));
        let at = match self.index.get(&key) {
            Some(at) => *at,
            None => {
                self.is_stale = true;
                self.index.insert(key.clone(), self.things.len());
                self.things.push(Thing::new(key, news));
                self.things.len() - 1
            }
        };
        &mut self.things[at]
    }

    fn forget_gone(&mut self) {
        let now = self.now;
        let stays = |thing: &Thing| {
            let gone = thing.gone.map(|gone| now.saturating_duration_since(gone));
            gone.is_none_or(|gone| gone < STAYS)
        };
        if self.things.iter().all(stays) {
            return;
        }
        self.things.retain(stays);
        let keys = self.things.iter().map(|thing| thing.key.clone());
        self.index = keys.zip(0..).collect();
        self.is_stale = true;
    }

    fn sort(&mut self, order: Order) {
        let (rows, by, when) = &mut self.sorted;
        let count = self.things.len();
        let is_due = match order {
            Order::Given | Order::Name => false,
            _ if count <= OFTEN_SORTED => self.now != *when,
            _ => self.now.saturating_duration_since(*when) >= Duration::from_secs(1),
        };
        if !self.is_stale && *by == Some(order) && !is_due {
            return;
        }
        *rows = (0..count).collect();
        rows.sort_by(|one, other| self.things[*one].compare(&self.things[*other], order));
        (*by, *when, self.is_stale) = (Some(order), self.now, false);
    }
}

impl Thing {
    fn new(key: (usize, Arc<str>), news: &News) -> Thing {
        Thing {
            key,
            name: text::clean(&news.path).into_owned(),
            value: None,
            style: news.style.clone(),
            changes: 0,
            rate: 0.0,
            changed: None,
            gone: None,
            note: String::new(),
            trend: VecDeque::new(),
            is_news: false,
        }
    }

    /// Has the value that the news tell.
    fn take(&mut self, news: &News) {
        let value = match news.happened {
            Happened::Vanished => &news.old,
            _ => &news.now,
        };
        if value.is_some() {
            self.value.clone_from(value);
        }
        let torn = news.is_torn.then(|| "torn".into());
        let why = news.why.as_deref().map(text::clean);
        self.note = why.or(torn).unwrap_or_default().into_owned();
    }

    fn happened(&mut self, news: &News, now: Instant) {
        self.is_news = true;
        self.changed = Some(now);
        self.changes += 1 + news.merged + news.missed.unwrap_or_default();
        self.gone = (news.happened == Happened::Vanished).then_some(now);
    }

    /// Ends a frame that took this time.
    fn advance(&mut self, time: Duration, now: Instant, has_trend: bool) {
        let seconds = time.as_secs_f64().max(1e-3);
        let share = 1.0 - (-seconds / AVERAGED.as_secs_f64()).exp();
        self.rate += (self.changes as f64 / seconds - self.rate) * share;
        self.changes = 0;
        if !has_trend {
            self.trend = VecDeque::new();
            return;
        }
        self.note_value(now);
        // The first one of those that are too old still holds when the others begin.
        let is_old = |at: &Instant| now.saturating_duration_since(*at) > TREND;
        while self.trend.len() > POINTS || self.trend.get(1).is_some_and(|(at, _)| is_old(at)) {
            self.trend.pop_front();
        }
    }

    /// Adds the present value to the trend, if it is another one.
    fn note_value(&mut self, now: Instant) {
        let number = self.value.as_ref().and_then(Value::as_f64);
        let number = number.filter(|_| self.gone.is_none());
        if self.trend.back().map(|(_, last)| *last) != Some(number) {
            self.trend.push_back((now, number));
        }
    }

    fn compare(&self, other: &Thing, order: Order) -> Ordering {
        match order {
            Order::Given => self.key.0.cmp(&other.key.0),
            Order::Name => self.name.cmp(&other.name),
            Order::Rate => other.rate.total_cmp(&self.rate),
            Order::Age => self.changed.cmp(&other.changed),
        }
    }

    fn row(&self, now: Instant, has_trend: bool) -> Row {
        let since = |at: Instant| now.saturating_duration_since(at);
        let mark = match self.gone {
            Some(_) => Mark::Gone,
            None if !self.note.is_empty() => Mark::Trouble,
            None if self.is_news => Mark::News,
            None => Mark::Plain,
        };
        let note = match (&self.gone, self.note.is_empty()) {
            (Some(_), true) => "gone".to_owned(),
            _ => self.note.clone(),
        };
        let value = self.value.as_ref();
        Row {
            number: None,
            name: self.name.clone(),
            value: value.map_or_else(String::new, |value| live::cell(value, &self.style)),
            rate: self.rate,
            age: self.changed.map(since),
            trend: if has_trend {
                self.drawn(now)
            } else {
                Vec::new()
            },
            note,
            mark,
        }
    }

    fn drawn(&self, now: Instant) -> Vec<Option<u8>> {
        let ago = |at: Instant| -now.saturating_duration_since(at).as_secs_f64();
        let points = self.trend.iter().map(|(at, number)| (ago(*at), *number));
        let cells = spark::held(points, -TREND.as_secs_f64(), 0.0, CELLS);
        spark::levels(&cells)
    }
}

/// Changes as a live table.
pub struct Watching {
    changes: Changes,
    board: Board,
    session: Option<SessionInfo>,
}

impl Watching {
    /// What is followed, as a table about something.
    pub fn new(changes: Changes, subject: &str) -> Watching {
        changes.spread();
        let mut board = Board::new(subject);
        board.begin(&changes.present());
        Watching {
            changes,
            board,
            session: None,
        }
    }

    /// How the table begins: ten frames a second, in the order in which things are watched.
    pub fn setup(looks: memglass_view::Setup) -> Setup {
        Setup {
            looks,
            rate: Rate::new(10.0),
            order: Order::Given,
            until: None,
        }
    }

    /// What was seen, and what was told of it.
    pub fn ended(self) -> (Changes, Told) {
        (self.changes, self.board.told())
    }
}

impl Source for Watching {
    fn advance(&mut self) {
        let batch = self.changes.take(usize::MAX);
        for (presence, session) in &batch.fates {
            self.session = (*presence == Presence::Restarted).then(|| session.clone());
        }
        self.board.take(&batch, Instant::now());
    }

    fn resume(&mut self) {
        self.board.skip_to(Instant::now());
    }

    fn table(&mut self, wanted: Wanted) -> Table {
        let totals = self.changes.totals();
        let told = self.board.told();
        let restarted = self.session.as_ref().map_or_else(String::new, |session| {
            format!("; the producer was started again (pid {})", session.pid)
        });
        let summary = format!(
            "{} changes; {} missed, {} late ticks{restarted}",
            told.changed, totals.missed, totals.late
        );
        self.board.table(wanted, summary)
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn news(path: &str, happened: Happened, value: i64) -> News {
        News {
            watch: 1,
            time: SystemTime::UNIX_EPOCH,
            path: path.into(),
            happened,
            old: Some(Value::I64(value)),
            now: (happened != Happened::Vanished).then_some(Value::I64(value)),
            parts: Vec::new(),
            missed: None,
            merged: 0,
            is_torn: false,
            why: None,
            style: Style::default(),
        }
    }

    fn batch(news: Vec<News>, fates: &[Presence]) -> Batch {
        let session = SessionInfo {
            name: "s".into(),
            id: 1,
            pid: 2,
            started: SystemTime::UNIX_EPOCH,
            program: "p".into(),
            directory: "/".into(),
        };
        Batch {
            remarks: Vec::new(),
            news,
            fates: fates
                .iter()
                .map(|presence| (*presence, session.clone()))
                .collect(),
        }
    }

    /// A table in which `a.x` and `b.x` are 1, and a clock.
    fn board() -> (Board, Instant) {
        let mut board = Board::new("s");
        let present = ["b.x", "a.x"].map(|path| news(path, Happened::Appeared, 1));
        board.begin(&present);
        let start = board.now;
        (board, start)
    }

    fn shown(board: &mut Board, order: Order) -> Vec<(String, String, Mark)> {
        let wanted = Wanted {
            order,
            first: 0,
            height: 10,
        };
        let rows = board.table(wanted, String::new()).rows;
        let rows = rows.into_iter().map(|row| (row.name, row.value, row.mark));
        rows.collect()
    }

    fn row(name: &str, value: &str, mark: Mark) -> (String, String, Mark) {
        (name.into(), value.into(), mark)
    }

    #[test]
    fn each_thing_has_its_last_value_and_news_are_marked_for_a_frame() {
        let (mut board, start) = board();
        assert_eq!(
            shown(&mut board, Order::Given),
            [row("b.x", "1", Mark::Plain), row("a.x", "1", Mark::Plain)]
        );
        let later = start + Duration::from_millis(100);
        board.take(&batch(vec![news("a.x", Happened::Changed, 5)], &[]), later);
        assert_eq!(
            shown(&mut board, Order::Rate),
            [row("a.x", "5", Mark::News), row("b.x", "1", Mark::Plain)]
        );
        board.take(&Batch::default(), later + Duration::from_millis(100));
        assert_eq!(
            shown(&mut board, Order::Name),
            [row("a.x", "5", Mark::Plain), row("b.x", "1", Mark::Plain)]
        );
    }

    #[test]
    fn what_is_gone_stays_for_a_while_and_for_good_when_the_producer_is_gone_too() {
        let (mut board, start) = board();
        let gone = vec![news("a.x", Happened::Vanished, 1)];
        let at = |seconds| start + Duration::from_secs(seconds);
        board.take(&batch(gone.clone(), &[Presence::Exited]), at(1));
        board.take(&Batch::default(), at(100));
        assert_eq!(
            shown(&mut board, Order::Given)[1],
            row("a.x", "1", Mark::Gone)
        );
        let table = board.table(Wanted::default(), String::new());
        assert_eq!(table.producer.as_deref(), Some("exited: last values"));
        // The next session has `b.x` only.
        let appears = vec![news("b.x", Happened::Appeared, 7)];
        board.take(&batch(appears, &[Presence::Restarted]), at(101));
        board.take(&Batch::default(), at(102));
        assert_eq!(
            shown(&mut board, Order::Given),
            [row("b.x", "7", Mark::Plain)]
        );
        assert_eq!(board.table(Wanted::default(), String::new()).producer, None);
    }

    #[test]
    fn a_rate_is_that_of_the_last_second_and_a_trend_has_the_last_ten() {
        let (mut board, start) = board();
        for tenth in 1..=100 {
            let changed = News {
                merged: 9,
                ..news("a.x", Happened::Changed, tenth)
            };
            let now = start + Duration::from_millis(100 * tenth as u64);
            board.take(&batch(vec![changed], &[]), now);
        }
        let wanted = Wanted {
            order: Order::Rate,
            first: 0,
            height: 1,
        };
        let table = board.table(wanted, String::new());
        assert!((table.rows[0].rate - 100.0).abs() < 1.0, "{table:?}");
        let trend = &table.rows[0].trend;
        assert_eq!(trend.len(), CELLS);
        assert!(
            trend.is_sorted() && trend[CELLS - 1] == Some(7),
            "{trend:?}"
        );
        assert_eq!(board.told().changed, 100);
    }
}
