//! `wasmcloud:postgres/query`.

mod cell;
mod parameter;

use self::cell::Cell;
use self::parameter::{Parameter, misfit};
use crate::runtime::bindings::wasmcloud::postgres::query::{Host, PgValue, QueryError, ResultRow};
use crate::runtime::bindings::wasmcloud::postgres::types::{self, ResultRowEntry};
use crate::runtime::event::Event;
use crate::runtime::state::State;
use crate::runtime::stores::{Sql, SqlError};

impl types::Host for State {}

impl From<SqlError> for QueryError {
    fn from(error: SqlError) -> Self {
        let text = error.to_string();
        match error {
            SqlError::Parameters(_) => Self::InvalidParams(text),
            SqlError::Statement(_) => Self::InvalidQuery(text),
            _ => Self::Unexpected(text),
        }
    }
}

impl Host for State {
    async fn query(
        &mut self,
        query: String,
        params: Vec<PgValue>,
    ) -> wasmtime::Result<Result<Vec<ResultRow>, QueryError>> {
        let sql = match named(self) {
            Ok(sql) => sql,
            Err(error) => return Ok(Err(error)),
        };
        let texts = params.iter().filter_map(|value| match value {
            PgValue::Text(text) => Some(text.clone()),
            _ => None,
        });
        let event = Event::Queried {
            task: self.surroundings.task.clone(),
            texts: texts.collect(),
        };
        let parameters: Vec<Parameter> = params.into_iter().map(Parameter).collect();
        let rows = sql
            .query(&query, &parameters, |statement| misfit(&parameters, statement.params()))
            .await;
        if rows.is_ok() {
            self.surroundings.observer.tell(event);
        }
        Ok(rows
            .map_err(QueryError::from)
            .and_then(|rows| rows.iter().map(row).collect()))
    }

    async fn query_batch(&mut self, query: String) -> wasmtime::Result<Result<(), QueryError>> {
        let sql = match named(self) {
            Ok(sql) => sql,
            Err(error) => return Ok(Err(error)),
        };
        Ok(sql.batch(&query).await.map_err(QueryError::from))
    }
}

fn named(state: &State) -> Result<Sql, QueryError> {
    let none = "no database is named: name one as postgres://… in PELATO_SQL_URL, or with --sql";
    let sql = state.surroundings.stores.sql.clone();
    sql.ok_or_else(|| QueryError::Unexpected(none.to_owned()))
}

fn row(row: &tokio_postgres::Row) -> Result<ResultRow, QueryError> {
    let columns = row.columns().iter().enumerate();
    let entries = columns.map(|(index, column)| match row.try_get::<_, Cell>(index) {
        Ok(Cell(value)) => Ok(ResultRowEntry {
            column_name: column.name().to_owned(),
            value,
        }),
        Err(_) => Err(QueryError::Unexpected(format!(
            "the embedded host cannot read column {} of type {}: cast it, as in {}::text",
            column.name(),
            column.type_(),
            column.name(),
        ))),
    });
    entries.collect()
}
