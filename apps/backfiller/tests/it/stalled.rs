//! A program that reads the store and does not come to an end: whoever adds many rows waits for it, and says so.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::run::{Desk, import_args, minutes};
use crate::venue::Venue;

/// More than many rows may find in the log.
const FILLER_BYTES: u64 = 140 << 20;
const WAITS: &str = "is being read by a program that does not come to an end; waiting for it";
const MINUTES: u64 = 600;
/// What the venue has closed of a day, and the hours that are made of its minutes.
const OF_VENUE: u64 = 1_439;
const HOURS: u64 = MINUTES / 60;

/// A store with some minutes of BTC/USDT, and what is to be done with it by several commands at once.
struct Scene {
    desk: Desk,
    venue: Venue,
}

/// Reads, and does not end before it is dropped.
struct Reader(#[expect(dead_code, reason = "it is there to stay open")] Connection);

/// A command that waits.
struct Waiting {
    child: Child,
    told: BufReader<ChildStderr>,
}

impl Scene {
    fn set() -> Self {
        let scene = Scene { desk: Desk::new(), venue: Venue::open(&[], Duration::ZERO) };
        scene.desk.import("1m", &scene.desk.write("stored.csv", &minutes(MINUTES)));
        scene
    }

    /// Fills the log behind a reader.
    fn stall(&self) -> Reader {
        let reader = Connection::open(self.desk.db()).unwrap();
        reader.execute_batch("BEGIN; SELECT * FROM sqlite_schema").unwrap();
        let filler = Connection::open(self.desk.db()).unwrap();
        filler
            .execute_batch(&format!("CREATE TABLE filler (x); INSERT INTO filler VALUES (zeroblob({FILLER_BYTES}))"))
            .unwrap();
        Reader(reader)
    }

    /// An import, a resample, a fetch and a run, all of them held up.
    fn start(&self) -> [Waiting; 4] {
        let (desk, url) = (&self.desk, self.venue.url.as_str());
        let file = desk.write("new.csv", &minutes(MINUTES));
        let mut import = import_args("1m", &file);
        import[4] = "LTC/USDT";
        let config = format!(
            "series:\n  - exchange: binance\n    symbols: LTC/USDT\n    timeframes: 1m\n    since: 1d\n    base_url: {url}\n"
        );
        desk.write("backfill.yaml", &config);
        let resample = ["--from-timeframe", "1m", "--to-timeframe", "1h"];
        let fetch = ["--symbol", "ETH/USDT", "--timeframe", "1m", "--since", "1d", "--base-url", url];
        [
            import.to_vec(),
            [&["resample", "--exchange", "binance", "--symbol", "BTC/USDT"], &resample[..]].concat(),
            [&["fetch", "--exchange", "binance"], &fetch[..]].concat(),
            vec!["run", "--config", "backfill.yaml"],
        ]
        .map(|args| Waiting::start(desk, &args))
    }
}

impl Waiting {
    fn start(desk: &Desk, args: &[&str]) -> Self {
        let mut child = desk.command(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let told = BufReader::new(child.stderr.take().unwrap());
        Waiting { child, told }
    }

    /// Reads until the command says that it waits.
    #[track_caller]
    fn says_so(&mut self) {
        let (mut line, mut before) = (String::new(), String::new());
        while !line.contains(WAITS) {
            before += &line;
            line.clear();
            assert!(self.told.read_line(&mut line).unwrap() > 0, "it ended without a word of waiting:\n{before}");
        }
        assert!(line.starts_with("data/chandler.db "), "{line}");
    }

    /// How it ends, and what it says until then.
    fn end(mut self) -> (Option<i32>, String) {
        let mut told = String::new();
        self.told.read_to_string(&mut told).unwrap();
        (self.child.wait().unwrap().code(), told)
    }
}

#[test]
fn who_adds_many_rows_waits_for_a_reader_that_does_not_end_and_goes_on_behind_it() {
    let scene = Scene::set();
    let reader = scene.stall();
    let mut waiting = scene.start();
    waiting.iter_mut().for_each(Waiting::says_so);
    assert_eq!(scene.desk.whole_rows(), MINUTES, "nobody goes on before");
    drop(reader);
    for one in waiting {
        let (code, told) = one.end();
        assert_eq!(code, Some(0), "{told}");
        assert!(!told.contains("waiting for it"), "told once:\n{told}");
    }
    assert_eq!(scene.desk.whole_rows(), 2 * MINUTES + 2 * OF_VENUE + HOURS);
}

#[test]
fn who_waits_for_a_reader_hears_who_asks_to_stop() {
    let scene = Scene::set();
    let _reader = scene.stall();
    let mut waiting = scene.start();
    waiting.iter_mut().for_each(Waiting::says_so);
    let asked_at = Instant::now();
    for (one, signal) in waiting.iter().zip(["-INT", "-TERM", "-INT", "-TERM"]) {
        assert!(Command::new("kill").args([signal, &one.child.id().to_string()]).status().unwrap().success());
    }
    for one in waiting {
        let (code, told) = one.end();
        assert_eq!(code, Some(130), "{told}");
        assert!(told.lines().any(|line| line.starts_with("stopped: ") && line.contains("to go on")), "{told}");
    }
    assert!(asked_at.elapsed() < Duration::from_secs(3));
    assert_eq!(scene.desk.whole_rows(), MINUTES);
}
