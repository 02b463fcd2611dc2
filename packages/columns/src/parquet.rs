//! A table as a Parquet file, a group of rows after the other.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use crate::{Column, Values};

/// Rows of a group: what a reader reads at once, and what a writer holds.
const GROUP_ROWS: usize = 1 << 18;

pub(crate) fn write(columns: &[Column<'_>], rows: usize, out: impl Write + Send) -> Result<()> {
    let fields = columns.iter().map(field).collect::<Result<Vec<TypePtr>>>()?;
    let schema = Arc::new(Type::group_type_builder("table").with_fields(fields).build()?);
    let mut file = SerializedFileWriter::new(out, schema, Arc::new(WriterProperties::builder().build()))?;
    for start in (0..rows).step_by(GROUP_ROWS) {
        let range = start..rows.min(start + GROUP_ROWS);
        let mut group = file.next_row_group()?;
        let mut columns = columns.iter();
        while let (Some(mut writer), Some(column)) = (group.next_column()?, columns.next()) {
            write_values(&mut writer, column.values, range.clone())?;
            writer.close()?;
        }
        group.close()?;
    }
    file.close()?;
    Ok(())
}

fn field(column: &Column<'_>) -> Result<TypePtr> {
    let (physical, logical) = match column.values {
        Values::Time(_) => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
        Values::Whole(_) => (Physical::INT64, None),
        Values::Number(_) | Values::Maybe(_) => (Physical::DOUBLE, None),
        Values::Flag(_) => (Physical::BOOLEAN, None),
        Values::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let is_optional = matches!(column.values, Values::Maybe(_));
    let repetition = if is_optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    let field =
        Type::primitive_type_builder(column.name, physical).with_repetition(repetition).with_logical_type(logical);
    Ok(Arc::new(field.build()?))
}

fn write_values(writer: &mut SerializedColumnWriter<'_>, values: Values<'_>, rows: Range<usize>) -> Result<()> {
    match values {
        Values::Time(values) | Values::Whole(values) => {
            writer.typed::<Int64Type>().write_batch(&values[rows], None, None)?;
        }
        Values::Number(values) => {
            writer.typed::<DoubleType>().write_batch(&values[rows], None, None)?;
        }
        Values::Maybe(values) => {
            let present: Vec<i16> = values[rows.clone()].iter().map(|value| i16::from(!value.is_nan())).collect();
            let known: Vec<f64> = values[rows].iter().copied().filter(|value| !value.is_nan()).collect();
            writer.typed::<DoubleType>().write_batch(&known, Some(&present), None)?;
        }
        Values::Flag(values) => {
            writer.typed::<BoolType>().write_batch(&values[rows], None, None)?;
        }
        Values::Text(values) => {
            let texts: Vec<ByteArray> = values[rows].iter().map(|text| ByteArray::from(*text)).collect();
            writer.typed::<ByteArrayType>().write_batch(&texts, None, None)?;
        }
    }
    Ok(())
}
