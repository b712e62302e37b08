//! The last messages of the engine, as they went over the wire: one packed record, laid out by a text.

use std::collections::VecDeque;

use memglass::{Buffer, BufferError, ProducerError, Session};

/// What the bytes are. Each message has its own size.
const LAYOUT: &str = "
enum MessageKind : u8 { Order = 1, Fills, Notice };
struct MessageLog { u32 sent; u8 count; Message items[count]; };
struct Message {
    be u32 number;
    MessageKind kind;
    match (kind) {
        (MessageKind::Order): NewOrder;
        (MessageKind::Fills): Fills;
        (MessageKind::Notice): char text[];
    }
    be u16 checksum;
};
struct NewOrder { be u64 order_id; u8 len; char symbol[len]; be u32 price; be u32 quantity; };
struct Fills { u8 fill_count; FilledOrder fills[fill_count]; };
struct FilledOrder { be u64 order_id; be u32 filled_qty; };
";

/// The kinds of messages, as the layout has them.
const ORDER: u8 = 1;
const FILLS: u8 = 2;
const NOTICE: u8 = 3;

/// The number of messages that are kept.
const MOST: usize = 4;

/// Room for the log: four messages of eight fills each need 430 bytes.
const CAPACITY_BYTES: usize = 512;

/// One step in which an order was filled.
pub(crate) struct Fill {
    pub(crate) order_id: u64,
    pub(crate) filled_qty: u32,
    pub(crate) is_done: bool,
}

/// The last messages, the oldest first.
pub(crate) struct Messages {
    log: Buffer,
    last: VecDeque<Vec<u8>>,
    sent: u32,
}

impl Messages {
    pub(crate) fn new(session: &Session) -> Result<Self, ProducerError> {
        session.define(LAYOUT)?;
        let mut messages = Messages {
            log: session.buffer("message_log", "MessageLog", CAPACITY_BYTES)?,
            last: VecDeque::new(),
            sent: 0,
        };
        messages.add(NOTICE, b"market opens\0".to_vec());
        Ok(messages)
    }

    /// An order that came.
    pub(crate) fn order(&mut self, order_id: u64, symbol: &str, ticks: i64, quantity: u32) {
        let mut body = order_id.to_be_bytes().to_vec();
        body.push(symbol.len() as u8);
        body.extend(symbol.as_bytes());
        body.extend((ticks as u32).to_be_bytes());
        body.extend(quantity.to_be_bytes());
        self.add(ORDER, body);
    }

    /// Orders that were filled a little. There is no message of none.
    pub(crate) fn fills(&mut self, fills: &[Fill]) {
        if fills.is_empty() {
            return;
        }
        let mut body = vec![fills.len() as u8];
        for fill in fills {
            body.extend(fill.order_id.to_be_bytes());
            body.extend(fill.filled_qty.to_be_bytes());
        }
        self.add(FILLS, body);
    }

    /// Adds a message; the oldest goes when there are too many.
    fn add(&mut self, kind: u8, body: Vec<u8>) {
        self.sent = self.sent.wrapping_add(1);
        let mut message = self.sent.to_be_bytes().to_vec();
        message.push(kind);
        message.extend(body);
        let checksum = message
            .iter()
            .fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
        message.extend(checksum.to_be_bytes());
        self.last.push_back(message);
        if self.last.len() > MOST {
            self.last.pop_front();
        }
        self.publish();
    }

    fn publish(&self) {
        let mut record = self.sent.to_le_bytes().to_vec();
        record.push(self.last.len() as u8);
        self.last
            .iter()
            .for_each(|message| record.extend_from_slice(message));
        match self.log.write(&record) {
            // An observer writes it at this moment; the next message is soon.
            Ok(()) | Err(BufferError::Cell(_)) => {}
            Err(error) => unreachable!("the engine writes what it has defined: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use memglass::{Observer, Value};

    use super::*;

    #[test]
    fn the_log_holds_the_last_messages_of_every_kind() {
        let dir = tempfile::tempdir().unwrap();
        let session = Session::builder("t").dir(dir.path()).create().unwrap();
        let mut messages = Messages::new(&session).unwrap();
        let observer = Observer::builder().dir(dir.path()).attach("t").unwrap();
        let check = |path: &str, expected: Value| {
            let field = observer.field(&format!("message_log.{path}")).unwrap();
            assert_eq!(field.read().unwrap(), expected, "{path}");
        };
        check("items[0].text", "market opens".into());
        messages.order(7, "AAPL", 15_025, 90);
        check("items[1].symbol", "AAPL".into());
        check("items[1].price", Value::U64(15_025));
        let fill = |order_id| Fill {
            order_id,
            filled_qty: 40,
            is_done: false,
        };
        let most: Vec<Fill> = (0..8).map(fill).collect();
        (0..4).for_each(|_| messages.fills(&most));
        check("sent", Value::U64(6));
        check("count", Value::U64(4));
        check("items[3].fills[7].order_id", Value::U64(7));
        check("items[3].number", Value::U64(6));
    }
}
