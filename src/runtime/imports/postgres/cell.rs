//! What a row holds → a component's value.

use std::error::Error;

use tokio_postgres::types::{FromSql, Type};

use crate::runtime::bindings::wasmcloud::postgres::query::PgValue;

/// A value of a row.
pub(super) struct Cell(pub(super) PgValue);

impl<'r> FromSql<'r> for Cell {
    fn from_sql(kind: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(match *kind {
            Type::BOOL => PgValue::Bool(bool::from_sql(kind, raw)?),
            Type::INT2 => PgValue::Int2(i16::from_sql(kind, raw)?),
            Type::INT4 => PgValue::Int4(i32::from_sql(kind, raw)?),
            Type::INT8 => PgValue::Int8(i64::from_sql(kind, raw)?),
            Type::FLOAT4 => PgValue::Float4(decoded(f32::from_sql(kind, raw)?.into())),
            Type::FLOAT8 => PgValue::Float8(decoded(f64::from_sql(kind, raw)?)),
            Type::TEXT | Type::BPCHAR | Type::UNKNOWN => PgValue::Text(text(raw)?),
            Type::VARCHAR => PgValue::Varchar((None, raw.to_vec())),
            Type::NAME => PgValue::Name(text(raw)?),
            Type::JSON => PgValue::Json(text(raw)?),
            // Behind the number of its format.
            Type::JSONB => PgValue::Jsonb(text(raw.get(1..).unwrap_or_default())?),
            Type::UUID => PgValue::Uuid(uuid::Uuid::from_slice(raw)?.to_string()),
            Type::BYTEA => PgValue::Bytea(raw.to_vec()),
            // What a function without a result gives.
            Type::VOID => PgValue::Null,
            _ => return Err("no type that is read here".into()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(PgValue::Null))
    }

    /// The error of [`Self::from_sql`] says it better.
    fn accepts(_: &Type) -> bool {
        true
    }
}

fn text(raw: &[u8]) -> Result<String, std::str::Utf8Error> {
    str::from_utf8(raw).map(str::to_owned)
}

/// Mantissa, exponent and sign.
pub(super) fn decoded(number: f64) -> (u64, i16, i8) {
    const FRACTION: u64 = (1 << 52) - 1;
    let bits = number.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i16;
    let mantissa = match exponent {
        0 => (bits & FRACTION) << 1,
        _ => (bits & FRACTION) | (1 << 52),
    };
    (mantissa, exponent - 1075, if bits >> 63 == 0 { 1 } else { -1 })
}
