//! The log files: what is in which, and what happens where they cannot be.

use std::fs;

use crate::harness::{BUSY, Desk, Simulator};

/// The text of a log, of all its days.
fn log(desk: &Desk, name: &str) -> String {
    let files = fs::read_dir(desk.path("logs")).unwrap().map(|file| file.unwrap().path());
    let of_it = |path: &std::path::PathBuf| {
        let file = path.file_name().unwrap().to_str().unwrap();
        file.starts_with(&format!("{name}.20")) && file.ends_with(".log")
    };
    files.filter(of_it).map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn each_log_holds_what_it_is_for() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    let trader = desk.start(&simulator);
    desk.wait_for("busy BTC/USDT", 30);
    simulator.command("disconnect");
    let before = desk.booked("busy BTC/USDT");
    desk.wait_for("busy BTC/USDT", before + 10);
    trader.terminate();
    let (system, trades, errors) = (log(&desk, "system"), log(&desk, "trades"), log(&desk, "errors"));
    assert!(system.ends_with(&fs::read_to_string(desk.path("logs/system.log")).unwrap()));
    for part in ["paper trading `busy BTC/USDT`", "connected", "at the next open", "entered long", "stopped"] {
        assert!(system.contains(part), "{part} in\n{system}");
    }
    for part in ["entered long", "left long", " equity ", "account=\"busy BTC/USDT\""] {
        assert!(trades.contains(part), "{part} in\n{trades}");
    }
    assert!(!trades.contains("connected"), "{trades}");
    assert!(errors.contains("the stream is down"), "{errors}");
    assert!(errors.lines().all(|line| line.contains("WARN") || line.contains("ERROR")), "{errors}");
    assert!(!desk.told().contains("INFO"), "what is told is told once: {}", desk.told());
}

#[test]
fn the_error_that_ends_it_is_logged() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    assert!(desk.finish(&simulator, "1s").status.success());
    desk.configure("cash: 500");
    assert_eq!(desk.finish(&simulator, "1s").status.code(), Some(1));
    let errors = log(&desk, "errors");
    assert!(errors.contains("ended by an error") && errors.contains("cash was 10000.0, now 500.0"), "{errors}");
}

#[test]
fn a_folder_that_cannot_be_written_is_told_at_the_start() {
    let (desk, simulator) = (Desk::new(BUSY, ""), Simulator::generated());
    desk.write("logs", "in the way");
    let output = desk.finish(&simulator, "1s");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let expected = format!("error: cannot write logs in {}", desk.path("logs").display());
    assert!(text.starts_with(&expected) && text.contains("name another folder with `logs:`"), "{text}");
}
