//! The objects that labels stand for, resolved once.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use foldhash::fast::RandomState;
use memglass::Presence;
use rhai::EvalAltResult;

use super::context::Context;
use super::error::raise;
use super::place::{Node, Place};

/// Labels whose objects are kept resolved; beyond that all are forgotten.
const KEPT_LABELS: usize = 4096;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// The objects of a session by their labels.
pub(crate) struct Labels {
    context: Rc<Context>,
    nodes: RefCell<HashMap<Box<str>, Rc<Node>, RandomState>>,
    /// How much of the session had changed when they were found.
    changes: Cell<u64>,
    /// Of which session they are.
    life: Cell<u64>,
    /// Labels that stood for an object once.
    lost: RefCell<HashSet<Box<str>, RandomState>>,
}

impl Labels {
    pub(crate) fn new(context: Rc<Context>) -> Self {
        Labels {
            changes: Cell::new(context.attached.changes()),
            life: Cell::new(context.attached.life()),
            context,
            nodes: RefCell::default(),
            lost: RefCell::default(),
        }
    }

    /// The object that has this label now.
    pub(crate) fn find(&self, label: &str) -> Result<Option<Place>> {
        let found = self.found(label)?;
        if self.context.witness.is_active() {
            let id = found.as_ref().map(|place| place.node.field.object_id());
            self.context.witness.named(label, id);
        }
        Ok(found)
    }

    /// Takes in what changed in the session; true if anything did. Nothing of a session before it is kept: that would
    /// keep its memory.
    pub(crate) fn refresh(&self) -> Result<bool> {
        let refreshed = self.context.refresh();
        self.forget_if_changed();
        refreshed
    }

    fn found(&self, label: &str) -> Result<Option<Place>> {
        self.refresh()?;
        if let Some(node) = self.nodes.borrow().get(label) {
            return Ok(Some(Place::new(node.clone())));
        }
        let observer = self.context.attached.observer();
        let Some(object) = observer.find(label) else {
            drop(observer);
            // If the search has just found out that memory was cut short, that is what there is to say.
            self.context.refresh()?;
            return Ok(None);
        };
        let field = observer.root(&object).map_err(raise)?;
        let node = Node::root(field, self.context.clone());
        self.keep(label, node.clone());
        Ok(Some(Place::new(node)))
    }

    fn keep(&self, label: &str, node: Rc<Node>) {
        let mut nodes = self.nodes.borrow_mut();
        if nodes.len() >= KEPT_LABELS {
            nodes.clear();
        }
        nodes.insert(label.into(), node);
    }

    /// Labels are looked up again after any change; which there were is remembered, for a message.
    fn forget_if_changed(&self) {
        let attached = &self.context.attached;
        let changes = attached.changes();
        if self.changes.replace(changes) == changes {
            return;
        }
        let life = attached.life();
        if self.life.replace(life) != life {
            let session = attached.observer().session().id;
            self.context.ledger.let_go_of_all_but(session);
        }
        let mut lost = self.lost.borrow_mut();
        if lost.len() >= KEPT_LABELS {
            lost.clear();
        }
        lost.extend(self.nodes.borrow_mut().drain().map(|(label, _)| label));
    }

    /// Why a label that stood for an object stands for none now.
    pub(crate) fn why_lost(&self, label: &str) -> Option<String> {
        if !self.lost.borrow().contains(label) {
            return None;
        }
        Some(match self.context.attached.presence() {
            Presence::Alive | Presence::Stopped => format!("{label} was destroyed by its producer"),
            _ => format!("{label} is gone: the session has ended"),
        })
    }
}
