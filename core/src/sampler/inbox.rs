//! What a thread is told by others, who wake it for that.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Orders that wait for a thread. While there are none, a look at it is one load.
pub(super) struct Inbox<T> {
    /// Relaxed: the lock orders what was put in, and waking the thread shows it that this is raised.
    has_some: AtomicBool,
    /// `None` once nobody reads them any more.
    orders: Mutex<Option<Vec<T>>>,
}

impl<T> Inbox<T> {
    pub(super) fn new() -> Inbox<T> {
        Inbox {
            has_some: AtomicBool::new(false),
            orders: Mutex::new(Some(Vec::new())),
        }
    }

    /// Leaves an order, for a thread that is to be woken then; `false` if nobody reads it.
    pub(super) fn put(&self, order: T) -> bool {
        let mut orders = self.lock();
        let Some(waiting) = orders.as_mut() else {
            // Before the order, which may leave another one when it is dropped.
            drop(orders);
            return false;
        };
        waiting.push(order);
        self.has_some.store(true, Ordering::Relaxed);
        true
    }

    /// Whether some wait. What was left before the thread was woken last is seen.
    #[inline]
    pub(super) fn has_some(&self) -> bool {
        self.has_some.load(Ordering::Relaxed)
    }

    /// Takes all, in the order in which they were left.
    pub(super) fn take(&self) -> Vec<T> {
        let mut orders = self.lock();
        self.has_some.store(false, Ordering::Relaxed);
        orders.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Nobody reads any more. What waits is dropped.
    pub(super) fn close(&self) {
        let mut orders = self.lock();
        let left = orders.take();
        self.has_some.store(false, Ordering::Relaxed);
        // Before the orders, which may leave others when they are dropped.
        drop(orders);
        drop(left);
    }

    /// Nothing panics while it is locked.
    fn lock(&self) -> MutexGuard<'_, Option<Vec<T>>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> fmt::Debug for Inbox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_taken_as_they_came() {
        let inbox = Inbox::new();
        assert!(!inbox.has_some());
        assert!(inbox.put(1) && inbox.put(2));
        assert!(inbox.has_some());
        assert_eq!(inbox.take(), [1, 2]);
        assert!(!inbox.has_some());
        assert!(inbox.put(3));
        inbox.close();
        assert!(!inbox.put(4));
        assert!(!inbox.has_some());
        assert_eq!(inbox.take(), []);
    }
}
