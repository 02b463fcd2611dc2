//! The account: one process owns it, and it stays what it was when it began.

use std::fs::{File, TryLockError};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use db::{Account, AccountId, Store};
use execution::Settings;
use market::format_utc;
use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::strategy_file::Loaded;

/// The lock of an account. It goes with the process, however that ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// The account's name: the config's, or one made of strategy and symbol.
pub(crate) fn name(config: &Config, loaded: &Loaded) -> String {
    config.account.clone().unwrap_or_else(|| format!("{} {}", loaded.description().name, config.symbol))
}

/// Takes the account for this process.
///
/// # Errors
/// When another process has it.
pub(crate) fn lock(config: &Config, name: &str) -> Result<Lock> {
    let path = lock_path(config, name);
    let shown = path.display();
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("cannot open the lock file {shown}"))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(TryLockError::WouldBlock) => bail!(
            "another trader trades the account `{name}` already ({shown} is locked); stop it first, or name another \
             account with `account:` in the config file"
        ),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {shown}")),
    }
}

fn lock_path(config: &Config, name: &str) -> PathBuf {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    // Two names may look alike without their other characters; a few digits of a hash tell them apart.
    let hash = &blake3::hash(name.as_bytes()).to_hex()[..8];
    let mut path = config.db.clone().into_os_string();
    path.push(format!(".{plain}-{hash}.lock"));
    path.into()
}

/// What the account is that this config and strategy ask for.
pub(crate) fn wanted(config: &Config, loaded: &Loaded, name: &str, started_ms: i64) -> Account {
    let description = loaded.description();
    Account {
        name: name.to_owned(),
        exchange: config.exchange.clone(),
        symbol: config.symbol.clone(),
        timeframe: description.timeframe,
        strategy: description.name.clone(),
        strategy_hash: loaded.hash.clone(),
        settings: settings_json(&loaded.settings, &description.params).to_string(),
        started_ms,
    }
}

fn settings_json(settings: &Settings, params: &[(String, f64)]) -> Value {
    let params: Map<String, Value> = params.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let mut all = json!({
        "cash": settings.cash,
        "size": settings.size.to_string(),
        "taker_fee": settings.taker_fee,
        "maker_fee": settings.maker_fee,
        "slippage": settings.slippage,
        "fee_charged_in": settings.fee_charged_in,
        "tick": settings.tick,
        "lot": settings.lot,
        "params": params,
    });
    // Accounts that began before there were these have none.
    for (key, least) in [("min_quantity", settings.min_quantity), ("min_notional", settings.min_notional)] {
        if least > 0.0 {
            all[key] = json!(least);
        }
    }
    all
}

/// The account of that name, where there is one: it must be what is asked for now.
///
/// # Errors
/// What has changed: the account's history would not repeat.
pub(crate) fn find(ledger: &Store, wanted: &Account) -> Result<Option<(AccountId, Account)>> {
    let Some((id, account)) = ledger.account(&wanted.name)? else { return Ok(None) };
    same(&account, wanted)?;
    Ok(Some((id, account)))
}

/// Refuses an account that is another one than `wanted`; when they began plays no part.
pub(crate) fn same(account: &Account, wanted: &Account) -> Result<()> {
    let changes = changes(account, wanted);
    if changes.is_empty() {
        return Ok(());
    }
    bail!(
        "the account `{}` began at {} with other settings, so its history would not repeat:\n  {}\nset them back, or \
         begin another account with `account: another name` in the config file",
        account.name,
        format_utc(account.started_ms),
        changes.join("\n  ")
    )
}

fn changes(account: &Account, wanted: &Account) -> Vec<String> {
    let mut changes = Vec::new();
    let mut compare = |what: &str, was: String, is: String| {
        if was != is {
            changes.push(format!("{what} was {was}, now {is}"));
        }
    };
    compare("exchange", account.exchange.clone(), wanted.exchange.clone());
    compare("symbol", account.symbol.to_string(), wanted.symbol.to_string());
    compare("timeframe", account.timeframe.to_string(), wanted.timeframe.to_string());
    compare("strategy", account.strategy.clone(), wanted.strategy.clone());
    let hash = |account: &Account| format!("the file with hash {:.12}", account.strategy_hash);
    compare("the strategy's text", hash(account), hash(wanted));
    let settings =
        |account: &Account| serde_json::from_str::<Map<String, Value>>(&account.settings).unwrap_or_default();
    let (was, is) = (settings(account), settings(wanted));
    for key in was.keys().chain(is.keys().filter(|key| !was.contains_key(*key))) {
        let value = |side: &Map<String, Value>| side.get(key).map_or("absent".to_owned(), Value::to_string);
        compare(key, value(&was), value(&is));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(settings: &str) -> Account {
        Account {
            name: "a".into(),
            exchange: "binance".into(),
            symbol: "BTC/USDT".parse().unwrap(),
            timeframe: market::Timeframe::H1,
            strategy: "s".into(),
            strategy_hash: "0123456789abcdef".into(),
            settings: settings.into(),
            started_ms: 0,
        }
    }

    #[test]
    fn changes_are_named() {
        let was = account(r#"{"cash":1.0,"tick":0.0}"#);
        assert!(same(&was, &Account { started_ms: 5, ..was.clone() }).is_ok());
        let now = Account { strategy_hash: "ffff".into(), ..account(r#"{"cash":2.0,"tick":0.0,"lot":1.0}"#) };
        assert_eq!(
            changes(&was, &now),
            [
                "the strategy's text was the file with hash 0123456789ab, now the file with hash ffff",
                "cash was 1.0, now 2.0",
                "lot was absent, now 1.0"
            ]
        );
    }
}
