//! From what a command returns to what the shell sees.

use std::process::ExitCode;

/// 128 and the number of SIGINT, as shells have it.
const INTERRUPTED: u8 = 130;

/// Told apart from an error, which is 1, and from wrong usage, which is 2.
const BAD_VERDICT: u8 = 3;

/// A command that stopped early because it was asked to. Says what was kept.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Interrupted(pub String);

/// A command that was done and came to a bad verdict, which it has told already.
#[derive(Debug, thiserror::Error)]
#[error("the verdict is bad")]
pub struct BadVerdict;

/// Runs a command. An error is told on stderr with its causes, one a line, and exits with 1;
/// [`Interrupted`] exits with 130, [`BadVerdict`] with 3.
pub fn run(command: impl FnOnce() -> anyhow::Result<()>) -> ExitCode {
    match command() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<Interrupted>() => {
            crate::tell(&format!("stopped: {error:#}"));
            ExitCode::from(INTERRUPTED)
        }
        Err(error) if error.is::<BadVerdict>() => ExitCode::from(BAD_VERDICT),
        Err(error) => {
            crate::tell(&describe(&error));
            ExitCode::FAILURE
        }
    }
}

/// The error and its causes; a cause that the line above says already is left out.
fn describe(error: &anyhow::Error) -> String {
    let mut text = format!("error: {error}");
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str(&format!("\n  because {cause}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn causes_are_told_once() {
        let error = anyhow!("no route").context("cannot ask: no route").context("cannot fetch");
        assert_eq!(describe(&error), "error: cannot fetch\n  because cannot ask: no route");
    }

    #[test]
    fn exit_codes() {
        let code = |command: fn() -> anyhow::Result<()>| format!("{:?}", run(command));
        assert_eq!(code(|| Ok(())), format!("{:?}", ExitCode::SUCCESS));
        assert_eq!(code(|| Err(anyhow!("x"))), format!("{:?}", ExitCode::from(1)));
        assert_eq!(code(|| Err(BadVerdict.into())), format!("{:?}", ExitCode::from(3)));
        assert_eq!(code(|| Err(Interrupted("3 rows are kept".into()).into())), format!("{:?}", ExitCode::from(130)));
    }
}
