//! A value through a Redis server on loopback, published and subscribed to.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use redis::{Client, Connection, TypedCommands};

use crate::part::{Part, ready};
use crate::quote::{BYTES, Quote};

use super::{delays, keep_sending};

const CHANNEL: &str = "quote";

/// Why it could not be measured, if there is no server.
pub(super) fn receive(dir: &Path) -> Result<Vec<f64>, String> {
    let server = Server::start(dir)?;
    let mut connection = server.connect()?;
    let mut subscription = connection.as_pubsub();
    let told = |error: redis::RedisError| error.to_string();
    subscription.subscribe(CHANNEL).map_err(told)?;
    let _sender = Part::start("sender", &["redis", &server.url]);
    Ok(delays(|| {
        let message = subscription.get_message().expect("the server lives");
        let bytes: Vec<u8> = message.get_payload().expect("it carries bytes");
        let bytes: [u8; BYTES] = bytes.try_into().expect("as many as were sent");
        Quote::timestamp_in(&bytes)
    }))
}

pub(super) fn send(url: &str) {
    let mut connection = Client::open(url)
        .and_then(|client| client.get_connection())
        .expect("the server lives");
    ready("sending");
    keep_sending(|quote| {
        let bytes: &[u8] = &quote.to_bytes();
        connection
            .publish(CHANNEL, bytes)
            .expect("the server lives");
    });
}

/// A server of our own; it ends when this is dropped.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start(dir: &Path) -> Result<Server, String> {
        let port = free_port().map_err(|error| error.to_string())?;
        let process = Command::new("redis-server")
            .args([
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--port",
                &port.to_string(),
            ])
            .current_dir(dir)
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| {
                format!("redis-server: {error}; install it with: apt-get install redis-server")
            })?;
        let url = format!("redis://127.0.0.1:{port}");
        Ok(Server { process, url })
    }

    /// Connects as soon as the server listens.
    fn connect(&self) -> Result<Connection, String> {
        const PATIENCE: Duration = Duration::from_secs(10);
        let start = Instant::now();
        let client = Client::open(self.url.as_str()).map_err(|error| error.to_string())?;
        loop {
            match client.get_connection() {
                Ok(connection) => return Ok(connection),
                Err(error) if start.elapsed() > PATIENCE => return Err(error.to_string()),
                Err(_) => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
