//! A component's value → what a statement is given.

use std::borrow::Cow;
use std::error::Error;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

use crate::runtime::bindings::wasmcloud::postgres::query::PgValue;

/// A value for one of a statement's `$1`, `$2`, …
#[derive(Debug)]
pub(super) struct Parameter(pub(super) PgValue);

/// How a value goes to the server.
enum Sent<'v> {
    Null,
    /// As PostgreSQL writes it, for the server to read.
    Text(Cow<'v, str>),
    Bytes(&'v [u8]),
}

/// What can be sent, and the types of a parameter that it is for. A provider of
/// wasmCloud's writes a value's bytes whatever the parameter's type is, so no value
/// is let through here that is of another type.
fn sent(value: &PgValue) -> Option<(Sent<'_>, &'static [&'static str])> {
    const TEXT: &[&str] = &["text", "varchar", "bpchar", "name", "unknown"];
    let number =
        |number: &dyn ToString, types: &'static [&'static str]| Some((Sent::Text(number.to_string().into()), types));
    match value {
        PgValue::BigInt(n) | PgValue::Int8(n) | PgValue::BigSerial(n) | PgValue::Serial8(n) => number(n, &["int8"]),
        PgValue::Integer(n) | PgValue::Int(n) | PgValue::Int4(n) => number(n, &["int4"]),
        PgValue::Serial(n) | PgValue::Serial4(n) => number(n, &["int4"]),
        PgValue::SmallInt(n) | PgValue::Int2(n) | PgValue::SmallSerial(n) | PgValue::Serial2(n) => number(n, &["int2"]),
        PgValue::Bool(b) | PgValue::Boolean(b) => number(b, &["bool"]),
        PgValue::Double(f) | PgValue::Float8(f) => number(&float(*f), &["float8"]),
        PgValue::Real(f) | PgValue::Float4(f) => number(&float(*f), &["float4"]),
        PgValue::Numeric(n) | PgValue::Decimal(n) => Some((Sent::Text(n.into()), &["numeric"])),
        PgValue::Text(s) | PgValue::Name(s) => Some((Sent::Text(s.into()), TEXT)),
        PgValue::Varchar((limit, bytes)) if limit.is_none_or(|limit| bytes.len() <= limit as usize) => {
            Some((Sent::Bytes(bytes), TEXT))
        }
        PgValue::Json(s) | PgValue::Jsonb(s) => Some((Sent::Text(s.into()), &["json", "jsonb"])),
        PgValue::Uuid(s) => Some((Sent::Text(s.into()), &["uuid"])),
        PgValue::Bytea(bytes) => Some((Sent::Bytes(bytes), &["bytea"])),
        PgValue::Null => Some((Sent::Null, &[])),
        _ => None,
    }
}

/// From mantissa, exponent and sign.
fn float((mantissa, exponent, sign): (u64, i16, i8)) -> f64 {
    f64::from(sign) * mantissa as f64 * f64::from(exponent).exp2()
}

/// What of `parameters` does not fit a statement that takes `types`.
pub(super) fn misfit(parameters: &[Parameter], types: &[Type]) -> Result<(), String> {
    if parameters.len() != types.len() {
        return Err(format!(
            "the statement has {} parameters, and {} values were given",
            types.len(),
            parameters.len()
        ));
    }
    for (index, (Parameter(value), wanted)) in parameters.iter().zip(types).enumerate() {
        let place = index + 1;
        match sent(value) {
            None => {
                return Err(format!(
                    "${place}: the embedded host cannot send {}: send text, and cast it, as in ${place}::text::{wanted}",
                    kind(value)
                ));
            }
            Some((Sent::Null, _)) => {}
            Some((_, types)) if types.contains(&wanted.name()) => {}
            Some(_) => {
                return Err(format!(
                    "${place}: the statement takes {wanted}, and the value is {}: cast it in the statement",
                    kind(value)
                ));
            }
        }
    }
    Ok(())
}

/// `Int4`, without the value itself.
fn kind(value: &PgValue) -> String {
    let text = format!("{value:?}");
    let name = text.strip_prefix("PgValue::").unwrap_or(&text);
    name.split('(').next().unwrap_or_default().to_owned()
}

impl ToSql for Parameter {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match sent(&self.0) {
            Some((Sent::Text(text), _)) => out.put_slice(text.as_bytes()),
            Some((Sent::Bytes(bytes), _)) => out.put_slice(bytes),
            Some((Sent::Null, _)) => return Ok(IsNull::Yes),
            None => return Err(format!("{} cannot be sent", kind(&self.0)).into()),
        }
        Ok(IsNull::No)
    }

    /// [`misfit`] has looked.
    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        match sent(&self.0) {
            Some((Sent::Text(_), _)) => Format::Text,
            _ => Format::Binary,
        }
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_does_not_fit_is_said_without_it() {
        let said = |values: Vec<PgValue>, types: &[Type]| {
            let values: Vec<_> = values.into_iter().map(Parameter).collect();
            misfit(&values, types).unwrap_err()
        };
        insta::assert_snapshot!(said(vec![], &[Type::TEXT]), @"the statement has 1 parameters, and 0 values were given");
        insta::assert_snapshot!(said(vec![PgValue::Null, PgValue::Text("(PgValue::secret".into())], &[Type::DATE, Type::JSONB]), @"$2: the statement takes jsonb, and the value is Text: cast it in the statement");
        insta::assert_snapshot!(said(vec![PgValue::Inet("10.0.0.1".into())], &[Type::INET]), @"$1: the embedded host cannot send Inet: send text, and cast it, as in $1::text::inet");
    }

    #[test]
    fn floats_come_through() {
        for number in [0.0, 1.0, -0.1, 273.15, f64::MAX, f64::MIN_POSITIVE] {
            let decoded = super::super::cell::decoded(number);
            assert_eq!(float(decoded).to_string().parse::<f64>().unwrap(), number);
        }
    }
}
