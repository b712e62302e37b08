//! The producer of the guide: a small program that can be looked into while it runs.

use std::thread::sleep;
use std::time::Duration;

use memglass::{Observe, Session, Text};

#[derive(Observe, Clone, Copy, Default)]
struct Thermostat {
    #[observe(range(5, 30), step = 0.5, unit = "°C", desc = "what people want")]
    wanted: f64,
    #[observe(readonly, format = "%.1f", unit = "°C")]
    measured: f64,
    #[observe(atomic, desc = "how often the heating came on")]
    starts: u64,
    heating: Heating,
    #[observe(locked)]
    note: Text<64>,
}

#[derive(Observe, Clone, Copy, Default, PartialEq)]
#[repr(u8)]
enum Heating {
    #[default]
    Off,
    On,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let session = Session::create("thermostat")?;
    let first = Thermostat {
        wanted: 20.0,
        measured: 17.0,
        ..Thermostat::default()
    };
    let room = session.object("living_room", first)?;
    loop {
        let measured = room.measured.get();
        let heating = if measured < room.wanted.get() {
            Heating::On
        } else {
            Heating::Off
        };
        if heating == Heating::On && room.heating.get() == Heating::Off {
            room.starts.fetch_add(1);
        }
        room.heating.set(heating);
        let change = if heating == Heating::On { 0.02 } else { -0.01 };
        room.measured.set(measured + change);
        sleep(Duration::from_millis(10));
    }
}
