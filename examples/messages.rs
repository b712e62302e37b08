//! A producer of packed records: the last message that it got, as it came over the wire, laid out by a text.
//!
//!     cargo run --example messages &
//!     memglass messages -e 'last.orders[0].symbol'

use std::thread::sleep;
use std::time::Duration;

use memglass::{Observe, Session};

const LAYOUT: &str = "
enum Kind : u8 { Heartbeat, Orders, Notice };
struct message {
    be u32 number;
    Kind kind;
    match (kind) {
        (Kind::Orders): orders;
        (Kind::Notice): notice;
        (_): none;
    }
    be u16 checksum;
};
struct orders { u8 count; order orders[count]; };
struct order { u8 len; char symbol[len]; u32 quantity; };
struct notice { char text[]; };
";

/// What the gateway knows, and the last acknowledgement that it sent, as it went over the wire.
#[derive(Observe, Clone, Copy)]
struct Gateway {
    received: u32,
    #[observe(
        seqlock,
        layout = "struct ack { be u32 number; u8 len; char text[len]; };"
    )]
    ack: [u8; 32],
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let name = std::env::args().nth(1).unwrap_or("messages".into());
    let session = Session::create(&name)?;
    session.define(LAYOUT)?;
    let last = session.buffer("last", "message", 256)?;
    let gateway = Gateway {
        received: 0,
        ack: ack(0),
    };
    let gateway = session.object("gateway", gateway)?;
    for number in 0_u32.. {
        last.write(&message(number))?;
        gateway.received.set(number);
        gateway.ack.write(ack(number))?;
        sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// What is answered to a message of this number.
fn ack(number: u32) -> [u8; 32] {
    let text: &[u8] = match number % 10 {
        9 => b"\x07noticed",
        _ => b"\x05taken",
    };
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    bytes[4..4 + text.len()].copy_from_slice(text);
    bytes
}

/// What a message of this number looks like on the wire.
fn message(number: u32) -> Vec<u8> {
    let mut bytes = number.to_be_bytes().to_vec();
    match number % 10 {
        8 => bytes.push(0),
        9 => bytes.extend(b"\x02trading stops soon\0"),
        few => {
            bytes.extend([1, few as u8 % 4 + 1]);
            for symbol in ["AAPL", "IBM", "MSFT", "F"]
                .iter()
                .take(few as usize % 4 + 1)
            {
                bytes.push(symbol.len() as u8);
                bytes.extend(symbol.as_bytes());
                bytes.extend((number * 100).to_le_bytes());
            }
        }
    }
    let checksum = bytes.iter().map(|byte| u16::from(*byte)).sum::<u16>();
    bytes.extend(checksum.to_be_bytes());
    bytes
}
