//! The strategy's file: read, compiled, and fitted to the account's settings.

use anyhow::{Context, Result, bail};
use execution::Settings;
use strategy::{Description, Size, Strategy};

use crate::config::{Config, drawn};

/// A strategy that is ready to run.
pub(crate) struct Loaded {
    /// The compiled strategy.
    pub(crate) strategy: Box<dyn Strategy>,
    /// BLAKE3 of the file, hexadecimal.
    pub(crate) hash: String,
    /// Settings with the size that holds.
    pub(crate) settings: Settings,
}

impl Loaded {
    /// What the strategy is.
    pub(crate) fn description(&self) -> &Description {
        self.strategy.description()
    }
}

/// Loads the strategy that the config names.
///
/// # Errors
/// When the file cannot be read, every mistake in it, or why it cannot trade on this account.
pub(crate) fn load(config: &Config) -> Result<Loaded> {
    let path = &config.strategy;
    let shown = path.display();
    let source = terminal::read_text(path, yaml::MAX_BYTES)
        .with_context(|| format!("cannot read the strategy {shown}; its path is relative to the config file"))?;
    let strategy = match strategy::load(&source, &config.params) {
        Ok(file) => {
            file.warnings.lines(&source).iter().for_each(|line| tracing::warn!("{shown}, {line}"));
            file.strategy
        }
        Err(problems) => bail!("the strategy {shown} has mistakes\n\n{}", drawn(&problems, path, &source)),
    };
    let description = strategy.description();
    if !description.long {
        bail!("the strategy {shown} has no `long` rules, and a spot market is traded long only");
    }
    if description.short {
        tracing::warn!("the `short` rules of {shown} are passed over: a spot market is traded long only");
    }
    let size = config.size.unwrap_or(description.orders.size);
    if matches!(size, Size::Risk(_)) && description.orders.protection.stop.is_none() {
        bail!("a size by risk needs a stop, and the strategy {shown} has none; give `size: 50%`, or add a stop");
    }
    let settings = Settings { size, ..config.settings };
    settings.check()?;
    Ok(Loaded { hash: blake3::hash(source.as_bytes()).to_hex().to_string(), strategy, settings })
}
