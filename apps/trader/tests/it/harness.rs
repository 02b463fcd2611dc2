//! A desk with a config file, the simulator and the trader as child processes, and their ledger.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use db::{Account, AccountId, Store};
use serde_json::Value;
use tempfile::TempDir;

/// Nothing that a test waits for takes longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// A strategy that trades every few candles.
pub(crate) const BUSY: &str = "
name: busy
timeframe: 1m
long:
  enter: close > open
  exit: close < open
protect:
  stop: 1 * atr(14)
";

/// A running exchange; stopped when dropped.
pub(crate) struct Simulator {
    child: Child,
    address: String,
}

/// A folder with a strategy, a config file and a store.
pub(crate) struct Desk {
    folder: TempDir,
}

/// A running trader; killed when dropped.
pub(crate) struct Trader {
    child: Child,
    out: PathBuf,
}

/// A binary of the workspace beside the trader's; built where it is not there yet.
pub(crate) fn sibling(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    let path = Path::new(env!("CARGO_BIN_EXE_trader")).with_file_name(name);
    if !path.exists() {
        BUILT.get_or_init(|| {
            let mut build = Command::new(env!("CARGO"));
            build.args(["build", "--quiet", "-p", "simulator", "-p", "backtester"]);
            assert!(build.status().unwrap().success(), "the simulator is built");
        });
    }
    path
}

impl Simulator {
    /// Serves on a free port.
    pub(crate) fn serve(arguments: &[&str]) -> Self {
        let mut command = Command::new(sibling("simulator"));
        command.args(["serve", "--port", "0"]).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split_whitespace().find_map(|word| word.strip_prefix("http://"));
        let address = url.unwrap_or_else(|| panic!("no URL in `{line}`")).to_owned();
        Simulator { child, address }
    }

    /// A generated market of one-minute candles, ten of them in a second.
    pub(crate) fn generated() -> Self {
        Self::serve(&["--generate", "--seed", "7", "--start", "2024-03-01", "--days", "3", "--speed", "600"])
    }

    /// Breaks something.
    pub(crate) fn command(&self, command: &str) {
        self.ask("POST", &format!("/simulator/{command}"));
    }

    /// The candles from an open time on, in Unix milliseconds, as the exchange has them: a page of rows.
    pub(crate) fn klines(&self, since_ms: i64) -> Vec<Value> {
        let path = format!("/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1000&startTime={since_ms}");
        serde_json::from_str(&self.ask("GET", &path)).unwrap()
    }

    /// How often a route was asked for.
    pub(crate) fn requests(&self, route: &str) -> u64 {
        self.status()["requests"][route].as_u64().unwrap_or(0)
    }

    /// What time it is there, Unix milliseconds.
    pub(crate) fn now_ms(&self) -> i64 {
        self.status()["now"].as_i64().unwrap()
    }

    fn status(&self) -> Value {
        serde_json::from_str(&self.ask("GET", "/simulator/status")).unwrap()
    }

    /// The body of a reply.
    fn ask(&self, method: &str, path: &str) -> String {
        let mut socket = TcpStream::connect(&self.address).unwrap();
        write!(socket, "{method} {path} HTTP/1.1\r\nHost: simulator\r\nConnection: close\r\n\r\n").unwrap();
        let mut reply = String::new();
        socket.read_to_string(&mut reply).unwrap();
        assert!(reply.starts_with("HTTP/1.1 200"), "{path}: {reply}");
        reply.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Desk {
    /// A desk with a strategy, and a config file that says `more` besides.
    pub(crate) fn new(strategy: &str, more: &str) -> Self {
        let desk = Desk { folder: tempfile::tempdir().unwrap() };
        desk.write("strategy.yaml", strategy);
        desk.configure(more);
        desk
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn configure(&self, more: &str) {
        let db = self.db();
        let common = format!("exchange: binance\nsymbol: BTC/USDT\nstrategy: strategy.yaml\ndb: {}\n", db.display());
        let common = format!("{common}logs: {}\n", self.path("logs").display());
        self.write("trader.yaml", &format!("{common}{more}\n"));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.path("data/chandler.db")
    }

    fn command(&self, config: &str, simulator: &Simulator) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trader"));
        command.arg("run").arg("--json").arg("--config").arg(self.path(config));
        command.args(["--base-url", &format!("http://{}", simulator.address)]);
        command.args(["--ws-url", &format!("ws://{}", simulator.address)]);
        command.env_remove("RUST_LOG");
        command
    }

    /// Starts a trader.
    pub(crate) fn start(&self, simulator: &Simulator) -> Trader {
        self.start_with("trader.yaml", simulator)
    }

    /// Starts a trader with another config file.
    pub(crate) fn start_with(&self, config: &str, simulator: &Simulator) -> Trader {
        let out = self.path(&format!("{config}.out"));
        let mut command = self.command(config, simulator);
        command.stdout(File::create(&out).unwrap()).stderr(File::create(self.path("err")).unwrap());
        Trader { child: command.spawn().unwrap(), out }
    }

    /// Runs a trader to its end, and gives what it wrote.
    pub(crate) fn finish(&self, simulator: &Simulator, run_for: &str) -> Output {
        self.command("trader.yaml", simulator).args(["--run-for", run_for]).output().unwrap()
    }

    /// What the last started trader has told so far.
    pub(crate) fn told(&self) -> String {
        fs::read_to_string(self.path("err")).unwrap_or_default()
    }

    /// The store and the account in it, once there is one.
    pub(crate) fn ledger(&self, name: &str) -> Option<(Store, AccountId, Account)> {
        let store = Store::open_existing(self.db()).ok()?;
        let (id, account) = store.account(name).unwrap()?;
        Some((store, id, account))
    }

    /// How many candles an account has booked.
    pub(crate) fn booked(&self, name: &str) -> usize {
        self.ledger(name).map_or(0, |(store, id, _)| store.booked_equity(id).unwrap().len())
    }

    /// Waits until an account has booked so many candles.
    pub(crate) fn wait_for(&self, name: &str, candles: usize) {
        wait_until(&format!("{candles} candles of {name}"), || self.booked(name) >= candles, || self.told());
    }
}

/// Waits until something is so; else shows what `told` has.
#[track_caller]
pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool, told: impl Fn() -> String) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "waited in vain for {what}:\n{}", told());
        std::thread::sleep(Duration::from_millis(20));
    }
}

impl Trader {
    /// Ends it as a power cut does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, where it has no summary to give.
    pub(crate) fn end(mut self) -> ExitStatus {
        self.ask_to_end()
    }

    fn ask_to_end(&mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap()
    }

    /// Asks it to end, and gives its summary, how it ended and after what time.
    pub(crate) fn terminate(mut self) -> (Value, ExitStatus, Duration) {
        let began = Instant::now();
        let status = self.ask_to_end();
        let text = fs::read_to_string(&self.out).unwrap();
        let summary = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in `{text}`"));
        (summary, status, began.elapsed())
    }
}

impl Drop for Trader {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
