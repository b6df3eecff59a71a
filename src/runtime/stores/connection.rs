//! One connection to a database, and what it says when something is wrong.

use futures_util::TryStreamExt as _;
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Error, NoTls, Row, Statement};

use super::sql::SqlError;

/// A new connection. It ends with its client.
pub(super) async fn connect(config: &Config) -> Result<Client, SqlError> {
    let (client, connection) = config.connect(NoTls).await.map_err(|error| {
        SqlError::Unreachable(match error.as_db_error() {
            // The server's own words name the user.
            Some(said) if said.code().code().starts_with("28") => "it refuses the user or the password".to_owned(),
            Some(said) => said.message().to_owned(),
            None => cause(&error),
        })
    })?;
    // Its error is the one that each statement gets.
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
}

/// The rows of a statement that was prepared.
pub(super) async fn ran<P: ToSql + Sync>(
    client: &Client,
    statement: &Statement,
    parameters: &[P],
) -> Result<Vec<Row>, SqlError> {
    let parameters: Vec<&(dyn ToSql + Sync)> = parameters.iter().map(|one| one as _).collect();
    let rows = client
        .query_raw(statement, parameters)
        .await
        .map_err(|error| reason(&error))?;
    rows.try_collect().await.map_err(|error| reason(&error))
}

/// Whether a connection is as before once a statement has run on it. One that opens
/// a transaction or sets something is not given to anyone else.
pub(super) fn leaves_nothing(statement: &str) -> bool {
    let first = statement.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next();
    let first = first.unwrap_or_default().to_ascii_lowercase();
    ["insert", "select", "update", "delete", "with", "values", "merge"].contains(&first.as_str())
}

/// Why a statement failed.
pub(super) fn reason(error: &Error) -> SqlError {
    match error.as_db_error() {
        Some(said) if *said.code() == SqlState::QUERY_CANCELED => {
            SqlError::Statement("it took longer than 30 s (statement timeout)".to_owned())
        }
        Some(said) if said.code().code().starts_with("57P") => SqlError::Lost,
        Some(said) => SqlError::Statement(words(said)),
        None if error.is_closed() => SqlError::Lost,
        None => match std::error::Error::source(error) {
            Some(source) if source.is::<std::io::Error>() => SqlError::Lost,
            _ => SqlError::Statement(cause(error)),
        },
    }
}

fn words(said: &DbError) -> String {
    let mut words = said.message().to_owned();
    // There the detail is the whole row.
    let row = [SqlState::NOT_NULL_VIOLATION, SqlState::CHECK_VIOLATION].contains(said.code());
    for (before, more) in [(": ", said.detail().filter(|_| !row)), (" (", said.hint())] {
        if let Some(more) = more {
            words.push_str(before);
            words.push_str(more.trim_end_matches('.'));
            words.push_str(if before == " (" { ")" } else { "" });
        }
    }
    words
}

/// The innermost cause says it best.
fn cause(error: &Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
