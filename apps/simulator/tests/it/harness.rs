//! The simulator as a child process, and small clients that block.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use market::Candle;
use serde_json::Value;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket, client};

/// No answer takes longer than this in a test.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running simulator; stopped when dropped.
pub(crate) struct Simulator {
    pub(crate) child: Child,
    /// Host and port.
    pub(crate) address: String,
}

/// A reply to a request.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A stream.
pub(crate) struct Stream(WebSocket<TcpStream>);

/// The binary with these arguments.
pub(crate) fn simulator(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_simulator"));
    command.args(arguments);
    command
}

/// Runs to the end, for commands that end.
pub(crate) fn finish(arguments: &[&str]) -> Output {
    simulator(arguments).output().unwrap()
}

impl Simulator {
    /// Serves on a free port.
    pub(crate) fn serve(arguments: &[&str]) -> Self {
        let mut command = simulator(&["serve", "--port", "0"]);
        let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split_whitespace().find_map(|word| word.strip_prefix("http://"));
        let address = url.unwrap_or_else(|| panic!("no URL in `{line}`")).to_owned();
        Simulator { child, address }
    }

    /// A generated market of one-minute candles.
    pub(crate) fn generated(speed: &str) -> Self {
        Self::serve(&["--generate", "--seed", "7", "--start", "2024-03-01", "--speed", speed])
    }

    /// Asks; an error is a connection that ended without an answer.
    pub(crate) fn try_request(&self, method: &str, path: &str, header: &str) -> std::io::Result<Reply> {
        let mut socket = TcpStream::connect(&self.address)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        write!(socket, "{method} {path} HTTP/1.1\r\nHost: simulator\r\nConnection: close\r\n{header}\r\n")?;
        let mut text = String::new();
        socket.read_to_string(&mut text)?;
        let (head, body) = text.split_once("\r\n\r\n").ok_or(ErrorKind::UnexpectedEof)?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Ok(Reply { status: status.unwrap(), head: head.to_lowercase(), body: body.to_owned() })
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.try_request("GET", path, "").unwrap()
    }

    pub(crate) fn json(&self, path: &str) -> Value {
        let reply = self.get(path);
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        serde_json::from_str(&reply.body).unwrap()
    }

    /// Breaks something.
    pub(crate) fn command(&self, command: &str) {
        let reply = self.try_request("POST", &format!("/simulator/{command}"), "").unwrap();
        assert_eq!(reply.status, 200, "{command}: {}", reply.body);
    }

    /// Connects to `/ws…` or `/stream…`.
    pub(crate) fn stream(&self, path: &str) -> Stream {
        self.try_stream(path).unwrap()
    }

    pub(crate) fn try_stream(&self, path: &str) -> Option<Stream> {
        let socket = TcpStream::connect(&self.address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        client(format!("ws://{}{path}", self.address), socket).ok().map(|(socket, _)| Stream(socket))
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Stream {
    /// The next text message; an error when the stream has been cut or nothing comes.
    pub(crate) fn try_next(&mut self) -> tungstenite::Result<Value> {
        loop {
            if let Message::Text(text) = self.0.read()? {
                return Ok(serde_json::from_str(&text).unwrap());
            }
        }
    }

    pub(crate) fn next(&mut self) -> Value {
        self.try_next().unwrap()
    }

    /// The next final kline event's `k`.
    pub(crate) fn next_close(&mut self) -> Value {
        loop {
            let event = self.next();
            if event["k"]["x"] == true {
                return event["k"].clone();
            }
        }
    }

    /// Sends a message and gives the reply to it, passing over events.
    pub(crate) fn ask(&mut self, text: &str) -> Value {
        self.0.send(Message::text(text)).unwrap();
        loop {
            let message = self.next();
            if message.get("e").is_none() && message.get("stream").is_none() && message.get("u").is_none() {
                return message;
            }
        }
    }

    /// How long a read may wait.
    pub(crate) fn wait_at_most(&mut self, wait: Duration) {
        self.0.get_ref().set_read_timeout(Some(wait)).unwrap();
    }

    pub(crate) fn ping(&mut self, payload: &'static str) -> Message {
        self.0.send(Message::Ping(payload.into())).unwrap();
        loop {
            let message = self.0.read().unwrap();
            if message.is_pong() {
                return message;
            }
        }
    }
}

/// The candle of a kline event's `k`.
pub(crate) fn candle_of_event(k: &Value) -> Candle {
    candle_of([&k["t"], &k["o"], &k["h"], &k["l"], &k["c"], &k["v"]])
}

/// The candle of a kline row.
pub(crate) fn candle_of_row(row: &Value) -> Candle {
    candle_of([&row[0], &row[1], &row[2], &row[3], &row[4], &row[5]])
}

fn candle_of([time, open, high, low, close, volume]: [&Value; 6]) -> Candle {
    let number = |value: &Value| value.as_str().unwrap().parse().unwrap();
    Candle {
        open_time_ms: time.as_i64().unwrap(),
        open: number(open),
        high: number(high),
        low: number(low),
        close: number(close),
        volume: number(volume),
    }
}

/// A file of hourly candles from 2024-01-01 on, in a folder that lives as long as the guard.
pub(crate) fn hours(count: usize) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hours.csv");
    let row = |hour: usize| format!("{},{},{},{},{},1.5\n", 1_704_067_200 + hour * 3_600, 100, 110 + hour, 90, 105);
    std::fs::write(&path, (0..count).map(row).collect::<String>()).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}
