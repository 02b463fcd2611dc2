//! How the sources look, whatever the compiler thinks of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Files longer than this do more than one thing.
const MOST_LINES: usize = 400;

/// What stands in no source: unfinished work, tests that do not run, queues without a bound.
const NEVER: [&str; 8] =
    ["todo!(", "unimplemented!(", "dbg!(", "#[ignore", "TODO", "FIXME", "unbounded_channel", "mpsc::unbounded"];

/// The files that read a clock, and why each may. Everything else takes the time as an input.
const CLOCKS: [(&str, &str); 10] = [
    ("packages/terminal/src/clock.rs", "the wall clock that the commands hand down"),
    ("packages/terminal/src/progress.rs", "how often a line of progress is printed"),
    ("packages/terminal/src/board.rs", "the same where much is done at once"),
    ("packages/exchange/src/clock.rs", "the real clock behind the one that tests step by hand"),
    ("packages/websocket/src/keeper.rs", "how long a real connection was up"),
    ("packages/websocket/src/session.rs", "tells the watchdog, which is pure, the time"),
    ("apps/trader/src/feed.rs", "how often a ticker is stored"),
    ("apps/trader/src/run.rs", "how long to wait for the stream before REST is asked"),
    ("apps/simulator/src/clock.rs", "real time, from which virtual time is computed"),
    ("apps/simulator/src/stream/connection.rs", "tells the heartbeat, which is pure, the time"),
];

/// Words of a venue's own protocol, which stay in the venue's folders.
const VENUE_WORDS: [&str; 8] =
    ["klines", "kline_", "exchangeInfo", "bookTicker", "LOT_SIZE", "PRICE_FILTER", "x-mbx", "ticker/24hr"];

/// A source file: its path from the project's root with `/`, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// Whether it is built into a program, not only into tests.
    fn is_product(&self) -> bool {
        let test = ["/tests/", "/tests.rs", "/examples/", "/benches/"];
        !test.iter().any(|part| self.path.contains(part)) && !self.path.starts_with("packages/testkit/")
    }

    /// The lines that are built into a program: no comments, and nothing from the file's own tests on.
    fn code(&self) -> impl Iterator<Item = &str> {
        let product = self.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        product.lines().filter(|line| !line.trim_start().starts_with("//"))
    }
}

/// The project's root.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Every Rust file of the project, except these checks, which name what they forbid.
fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("apps"), root().join("packages")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && !["target", "node_modules", "dist"].contains(&name.as_str()) {
                folders.push(path);
            } else if name.ends_with(".rs") {
                let relative = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
                let text = fs::read_to_string(&path).expect("text");
                found.push(Source { path: relative, text });
            }
        }
    }
    found.retain(|source| !source.path.starts_with("packages/testkit/tests/"));
    assert!(found.len() > 100, "only {} sources were found", found.len());
    found
}

/// Fails with every line of a product's code that holds one of the words.
#[track_caller]
fn refuse(words: &[&str], excused: impl Fn(&str) -> bool, why: &str) {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.is_product() && !excused(&source.path)) {
        let bad = source.code().filter(|line| words.iter().any(|word| line.contains(word)));
        found.extend(bad.map(|line| format!("{}: {}", source.path, line.trim())));
    }
    assert!(found.is_empty(), "{why}:\n{}", found.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> =
        sources().into_iter().filter(|source| !source.text.starts_with("//! ")).map(|source| source.path).collect();
    assert!(silent.is_empty(), "these open without `//!`: {silent:?}");
}

#[test]
fn no_file_is_long() {
    let long = |source: &Source| source.text.lines().count() > MOST_LINES;
    let long: Vec<String> = sources().into_iter().filter(long).map(|source| source.path).collect();
    assert!(long.is_empty(), "these have more than {MOST_LINES} lines: {long:?}");
}

#[test]
fn nothing_is_unfinished_or_switched_off() {
    for Source { path, text } in sources() {
        for word in NEVER {
            assert!(!text.contains(word), "{path} has `{word}`");
        }
    }
}

#[test]
fn sql_has_one_home() {
    let words = ["SELECT ", "INSERT ", "DELETE FROM", "UPDATE ", "CREATE TABLE", "PRAGMA "];
    refuse(&words, |path| path.starts_with("packages/db/"), "SQL outside of packages/db");
}

#[test]
fn clocks_are_read_at_the_edges_only() {
    let excused = |path: &str| CLOCKS.iter().any(|(file, _)| *file == path);
    refuse(&["SystemTime::now", "Instant::now", "now_utc"], excused, "time is an input here");
    let read: BTreeSet<String> = sources()
        .into_iter()
        .filter(|source| source.code().any(|line| line.contains("::now()")))
        .map(|s| s.path)
        .collect();
    for (file, why) in CLOCKS {
        assert!(read.contains(file), "{file} reads no clock any more ({why}): take it off the list");
    }
}

#[test]
fn a_venues_words_stay_in_its_folder() {
    let excused = |path: &str| path.contains("/src/binance/") || path.starts_with("apps/simulator/");
    refuse(&VENUE_WORDS, excused, "words of a venue's protocol outside of its folder");
}

#[test]
fn nothing_can_move_funds() {
    let words = ["withdraw", "/transfer", "sapi/v1/capital"];
    refuse(&words, |path| path.starts_with("apps/simulator/"), "funds are never withdrawn or transferred");
}

#[test]
fn migrations_are_numbered_without_a_gap() {
    let entries = fs::read_dir(root().join("migrations")).expect("the folder is there");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut numbers = Vec::new();
    for name in names.filter(|name| name != "README.md") {
        let parts =
            name.strip_prefix('V').and_then(|rest| rest.strip_suffix(".sql")).and_then(|rest| rest.split_once("__"));
        let (number, what) = parts.unwrap_or_else(|| panic!("{name} is not named V<number>__<what>.sql"));
        assert!(what.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}: what it does, in small letters");
        numbers.push(number.parse::<usize>().expect("a number"));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>());
}
