//! PostgreSQL, in the place of the stock image `ghcr.io/wasmcloud/sqldb-postgres`,
//! which is in no registry of packages. It takes that one's link configuration and
//! secrets (`POSTGRES_HOST`, `…_PORT`, `…_USERNAME`, `…_PASSWORD`, `…_DATABASE`), and
//! of its values what the project's components send: texts. It has no TLS.

use std::collections::HashMap;
use std::error::Error as _;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::sync::{Mutex, RwLock};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls};
use wasmcloud_provider_sdk::{
    Context, LinkConfig, LinkDeleteInfo, Provider, get_connection, run_provider, serve_provider_exports,
};

mod bindings {
    wit_bindgen_wrpc::generate!({
        path: "wit/postgres",
        world: "provider",
        generate_all,
    });
}
use bindings::exports::wasmcloud::postgres::query::{Handler, PgValue, QueryError, ResultRow};

/// A database, and a connection to it where there is one.
struct Database {
    config: Config,
    client: Mutex<Option<Arc<Client>>>,
}

/// The databases by component.
#[derive(Clone, Default)]
struct Databases(Arc<RwLock<HashMap<String, Arc<Database>>>>);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let databases = Databases::default();
    let shutdown = run_provider(databases.clone(), "sqldb-postgres-provider").await?;
    let connection = get_connection();
    let client = connection.get_wrpc_client(connection.provider_key()).await?;
    serve_provider_exports(&client, databases, shutdown, bindings::serve).await
}

impl Provider for Databases {
    async fn receive_link_config_as_target(&self, link: LinkConfig<'_>) -> anyhow::Result<()> {
        let config = config(&link)?;
        let database = Database {
            config,
            client: Mutex::default(),
        };
        self.0.write().await.insert(link.source_id.to_owned(), Arc::new(database));
        Ok(())
    }

    async fn delete_link_as_target(&self, link: impl LinkDeleteInfo) -> anyhow::Result<()> {
        self.0.write().await.remove(link.get_source_id());
        Ok(())
    }
}

/// A secret goes before a value of the configuration, as in the stock provider.
fn config(link: &LinkConfig<'_>) -> anyhow::Result<Config> {
    let value = |key: &str| {
        let secret = link.secrets.get(key).and_then(|secret| secret.as_string());
        secret
            .or_else(|| link.config.get(key).map(String::as_str))
            .with_context(|| format!("the link has no {key}"))
    };
    let mut config = Config::new();
    config
        .host(value("POSTGRES_HOST")?)
        .port(value("POSTGRES_PORT")?.parse().unwrap_or(5432))
        .user(value("POSTGRES_USERNAME")?)
        .password(value("POSTGRES_PASSWORD")?)
        .dbname(value("POSTGRES_DATABASE")?);
    Ok(config)
}

impl Database {
    async fn client(&self) -> Result<Arc<Client>, String> {
        let mut kept = self.client.lock().await;
        if let Some(client) = kept.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        let (client, connection) = self
            .config
            .connect(NoTls)
            .await
            .map_err(|error| format!("failed to build client from pool: {}", chain(&error)))?;
        tokio::spawn(connection);
        Ok(Arc::clone(kept.insert(Arc::new(client))))
    }

    async fn query(&self, statement: &str, values: &[PgValue]) -> Result<Vec<ResultRow>, String> {
        let texts = values.iter().map(|value| match value {
            PgValue::Text(text) => Ok(text),
            _ => Err("this provider takes texts".to_owned()),
        });
        let texts = texts.collect::<Result<Vec<&String>, _>>()?;
        let values: Vec<_> = texts.iter().map(|text| *text as &(dyn ToSql + Sync)).collect();
        let rows = self.client().await?.query(statement, &values).await;
        let rows = rows.map_err(|error| format!("failed to perform query: {}", chain(&error)))?;
        match rows.is_empty() {
            true => Ok(Vec::new()),
            false => Err("this provider gives no rows back".to_owned()),
        }
    }
}

/// An error with its causes, as the driver of the stock provider says it.
fn chain(error: &tokio_postgres::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

impl Handler<Option<Context>> for Databases {
    async fn query(
        &self,
        context: Option<Context>,
        query: String,
        params: Vec<PgValue>,
    ) -> anyhow::Result<Result<Vec<ResultRow>, QueryError>> {
        let component = context.and_then(|context| context.component).unwrap_or_default();
        let database = self.0.read().await.get(&component).cloned();
        let rows = match database {
            Some(database) => database.query(&query, &params).await,
            None => Err(format!("missing connection pool for source [{component}] while querying")),
        };
        Ok(rows.map_err(QueryError::Unexpected))
    }
}
