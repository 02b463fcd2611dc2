//! `backtester schema`: the JSON Schema of strategy files, for editors.

pub(crate) fn schema() -> anyhow::Result<()> {
    Ok(terminal::print(&serde_json::to_string_pretty(&strategy::schema::schema())?)?)
}
