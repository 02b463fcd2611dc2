//! Backups and the way back, also when a process is killed on it.

use std::thread;
use std::time::Duration;

use db::Store;

use crate::run::{Desk, minutes, stderr};

#[test]
fn there_and_back() {
    let desk = Desk::new();
    desk.import("1m", &desk.write("a.csv", &minutes(500)));
    let json = desk.json(&["backup", "b/copy.db"]);
    assert_eq!(json["rows"]["ohlcv_data"], 500);
    let text = String::from_utf8(desk.run(&["restore", "b/copy.db", "--db", "new.db"]).stdout).unwrap();
    assert!(text.starts_with("new.db: 0.") && text.contains(" MB, 500 candles and "), "{text}");
    let rows = desk.json(&["status", "--db", "new.db"])["series"][0]["rows"].take();
    assert_eq!(rows, 500);

    for (args, expected) in [
        (
            ["backup", "b/copy.db"],
            "b/copy.db is there already, and stays as it is: name another file, or replace it with --force",
        ),
        (["restore", "b/copy.db"], "data/chandler.db is there already"),
        (["restore", "none.db"], "cannot use the file none.db"),
        (["backup", "data/chandler.db"], "data/chandler.db is a store in use"),
    ] {
        let output = desk.run(&args);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
    assert!(desk.run(&["backup", "b/copy.db", "--force"]).status.success());
    assert!(desk.run(&["restore", "b/copy.db", "--force"]).status.success());
    assert_eq!(desk.whole_rows(), 500);
}

/// A name that SQLite removes, a device that would be replaced, a link that would be cut.
#[test]
fn a_copy_takes_the_place_of_no_file_but_a_copy() {
    let desk = Desk::new();
    desk.import("1m", &desk.write("a.csv", &minutes(50)));
    desk.json(&["backup", "good.db"]);
    for (name, ending) in [
        ("data/chandler.db-journal", "-journal"),
        ("data/chandler.db-wal", "-wal"),
        ("other.db-shm", "-shm"),
        ("other.db-journal", "-journal"),
        ("-WAL", "-wal"),
    ] {
        let db = format!("--db={name}");
        for command in [&["backup", "--force", "--", name][..], &["restore", "--force", "good.db", &db]] {
            let output = desk.run(command);
            let expected = format!("{name} ends with {ending}: SQLite gives such names to its own files");
            assert!(stderr(&output).contains(&expected), "{}", stderr(&output));
            assert!(!desk.path(name).exists());
        }
    }
    std::os::unix::net::UnixListener::bind(desk.path("socket")).unwrap();
    for command in [&["backup", "--force", "socket"][..], &["restore", "a.csv", "--force", "--db", "socket"]] {
        let output = desk.run(command);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("it is no regular file"), "{}", stderr(&output));
    }
    desk.json(&["backup", "copy.db"]);
    std::os::unix::fs::symlink(desk.db(), desk.path("link.db")).unwrap();
    desk.import("5m", &desk.write("b.csv", "1735689600000,1,2,1,1,1\n"));
    desk.json(&["restore", "copy.db", "--db", "link.db", "--force"]);
    assert!(desk.path("link.db").is_symlink());
    assert_eq!(desk.whole_rows(), 50, "what the link leads to was restored");
    std::os::unix::fs::symlink(desk.path("page.html"), desk.path("link.html")).unwrap();
    desk.write("page.html", "old");
    assert!(desk.run(&["status", "--html", "link.html"]).status.success());
    assert!(desk.path("link.html").is_symlink());
    assert!(std::fs::read_to_string(desk.path("page.html")).unwrap().contains("<svg"));
}

/// Kills a restore at many moments: the store is the old one or the new one, and the same command finishes the job.
#[test]
fn a_restore_that_is_killed_leaves_a_whole_store() {
    let desk = Desk::new();
    desk.import("1m", &desk.write("a.csv", &minutes(40_000)));
    desk.json(&["backup", "large.db"]);
    desk.import("5m", &desk.write("b.csv", "1735689600000,1,2,1,1,1\n"));
    desk.json(&["backup", "larger.db"]);
    let (mut old, mut new) = (40_001, 40_000);
    let mut args = ["restore", "large.db", "--force"];
    for moment in 0..8 {
        let mut child = desk.command(&args).stdout(std::process::Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(moment * 15));
        child.kill().unwrap();
        child.wait().unwrap();
        let rows = desk.whole_rows();
        assert!(rows == old || rows == new, "{rows}");
        desk.json(&args);
        assert_eq!(desk.whole_rows(), new);
        (old, new) = (new, old);
        args[1] = if new == 40_000 { "large.db" } else { "larger.db" };
    }
    assert!(Store::open_existing(desk.db()).is_ok());
}
