//! A PostgreSQL database that is named.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Row};

use super::connection::{connect, leaves_nothing, ran, reason};

/// How many statements run at once.
const CONNECTIONS: usize = 4;
/// How long connecting to the server may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long the server may work on a statement.
const STATEMENT_LIMIT: Duration = Duration::from_secs(30);
/// How long a statement may take with all around it: for a server that is silent.
const LIMIT: Duration = Duration::from_secs(40);

/// A PostgreSQL database. It is connected to when it is needed, and again when the
/// connection was lost. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct Sql(Option<Arc<Inner>>);

struct Inner {
    config: Config,
    turns: Semaphore,
    /// Connections that nobody uses now.
    idle: Mutex<Vec<Client>>,
}

/// A database cannot be used as it is named, or a statement failed. No text holds
/// what the database is named with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    /// The address cannot be read.
    #[error("the database's address cannot be read: write postgres://USER:PASSWORD@HOST:PORT/DATABASE")]
    Address,
    /// The address asks for TLS.
    #[error(
        "the embedded host has no TLS for databases: take `sslmode={0}` out, and use a database on this machine, or through a tunnel"
    )]
    Tls(&'static str),
    /// No connection.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The connection was lost in the middle: nobody knows whether it was done.
    #[error("the connection to the database was lost during the statement; it may have been carried out")]
    Lost,
    /// It took too long.
    #[error("the database did not answer within {} s", LIMIT.as_secs())]
    TooLong,
    /// The database says no to the statement.
    #[error("{0}")]
    Statement(String),
    /// The values do not fit the statement.
    #[error("{0}")]
    Parameters(String),
}

impl Sql {
    /// The database at `url`, `postgres://…`. Nothing is connected to yet.
    ///
    /// # Errors
    /// Where the address has another form, or asks for TLS, which is not offered.
    pub fn named(url: &str) -> Result<Self, SqlError> {
        if !["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            return Err(SqlError::Address);
        }
        // What the parser says may hold a part of a password.
        let mut config: Config = url.parse().map_err(|_| SqlError::Address)?;
        match config.get_ssl_mode() {
            SslMode::Disable | SslMode::Prefer => config.ssl_mode(SslMode::Disable),
            SslMode::Require => return Err(SqlError::Tls("require")),
            _ => return Err(SqlError::Tls("…")),
        };
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(SqlError::Address);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_LIMIT);
        }
        if config.get_application_name().is_none() {
            config.application_name("pelato");
        }
        let options = config.get_options().unwrap_or_default();
        let options = format!("-c statement_timeout={} {options}", STATEMENT_LIMIT.as_millis());
        config.options(options);
        Ok(Self(Some(Arc::new(Inner {
            config,
            turns: Semaphore::new(CONNECTIONS),
            idle: Mutex::default(),
        }))))
    }

    /// No database: each statement is taken, does nothing and gives no rows.
    pub fn rehearsed() -> Self {
        Self(None)
    }

    /// Runs one statement with its parameters, and gives its rows.
    pub(in crate::runtime) async fn query<P: ToSql + Sync>(
        &self,
        statement: &str,
        parameters: &[P],
        fits: impl Fn(&tokio_postgres::Statement) -> Result<(), String>,
    ) -> Result<Vec<Row>, SqlError> {
        let Some(database) = &self.0 else {
            return whole(statement).map(|()| Vec::new());
        };
        database.query(statement, parameters, fits).await
    }

    /// Runs several statements, without parameters and rows.
    pub(in crate::runtime) async fn batch(&self, statements: &str) -> Result<(), SqlError> {
        let Some(database) = &self.0 else {
            return whole(statements);
        };
        database.batch(statements).await
    }
}

impl Inner {
    async fn query<P: ToSql + Sync>(
        &self,
        statement: &str,
        parameters: &[P],
        fits: impl Fn(&tokio_postgres::Statement) -> Result<(), String>,
    ) -> Result<Vec<Row>, SqlError> {
        let work = async {
            whole(statement)?;
            let _turn = self.turns.acquire().await;
            let (client, prepared) = self.prepared(statement).await?;
            if let Err(reason) = fits(&prepared) {
                self.keep(client);
                return Err(SqlError::Parameters(reason));
            }
            let rows = ran(&client, &prepared, parameters).await;
            if leaves_nothing(statement) {
                self.keep(client);
            }
            rows
        };
        timeout(LIMIT, work).await.unwrap_or(Err(SqlError::TooLong))
    }

    async fn batch(&self, statements: &str) -> Result<(), SqlError> {
        let work = async {
            whole(statements)?;
            let _turn = self.turns.acquire().await;
            // A connection of its own: who knows what it leaves behind.
            let client = connect(&self.config).await?;
            client.batch_execute(statements).await.map_err(|error| reason(&error))
        };
        timeout(LIMIT, work).await.unwrap_or(Err(SqlError::TooLong))
    }

    /// A connection on which the statement is prepared. One that was lost meanwhile
    /// shows here, where nothing is carried out yet.
    async fn prepared(&self, statement: &str) -> Result<(Client, tokio_postgres::Statement), SqlError> {
        while let Some(client) = self.idle() {
            match client.prepare(statement).await {
                Ok(prepared) => return Ok((client, prepared)),
                Err(error)
                    if error
                        .as_db_error()
                        .is_some_and(|error| !ends_connection(error.code().code())) =>
                {
                    self.keep(client);
                    return Err(reason(&error));
                }
                Err(_) => {}
            }
        }
        let client = connect(&self.config).await?;
        match client.prepare(statement).await {
            Ok(prepared) => Ok((client, prepared)),
            Err(error) => {
                self.keep(client);
                Err(reason(&error))
            }
        }
    }

    fn idle(&self) -> Option<Client> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep(&self, client: Client) {
        if !client.is_closed() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(client);
        }
    }
}

/// The protocol ends a statement with a NUL.
fn whole(statement: &str) -> Result<(), SqlError> {
    match statement.contains('\0') {
        true => Err(SqlError::Statement("there is a NUL in the statement".to_owned())),
        false => Ok(()),
    }
}

/// Class 57P: the server shuts down, or someone ended the connection.
fn ends_connection(code: &str) -> bool {
    code.starts_with("57P")
}

/// Nothing of how the database is named.
impl std::fmt::Debug for Sql {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sql")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(url: &str) -> String {
        Sql::named(url).unwrap_err().to_string()
    }

    #[test]
    fn an_address_is_refused_without_being_repeated() {
        insta::assert_snapshot!(said("mysql://me:secret@host/db"), @"the database's address cannot be read: write postgres://USER:PASSWORD@HOST:PORT/DATABASE");
        for wrong in [
            "",
            "postgres://",
            "postgres://me:secret@host:port/db",
            "postgres://me:secret@host/db?secret=1",
            "host=localhost password=secret",
            "postgres:/me:secret",
        ] {
            assert_eq!(said(wrong), SqlError::Address.to_string(), "{wrong}");
        }
    }

    #[test]
    fn tls_that_is_asked_for_is_not_left_out_in_silence() {
        insta::assert_snapshot!(said("postgres://me:secret@host/db?sslmode=require"), @"the embedded host has no TLS for databases: take `sslmode=require` out, and use a database on this machine, or through a tunnel");
    }

    #[test]
    fn a_database_is_never_shown() {
        let sql = Sql::named("postgres://me:secret@host:1/db?sslmode=prefer").unwrap();
        assert_eq!(format!("{sql:?}"), "Sql");
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_said_without_the_password() {
        let sql = Sql::named("postgres://me:secret@127.0.0.1:1/db").unwrap();
        let error = sql.batch("SELECT 1").await.unwrap_err();
        insta::assert_snapshot!(error, @"the database cannot be reached: Connection refused (os error 111)");
    }
}
