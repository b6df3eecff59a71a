//! Key-value buckets of NATS JetStream, in the place of the stock image
//! `ghcr.io/wasmcloud/keyvalue-nats`, which is in no registry of packages. It takes
//! that one's link configuration (`bucket`, `cluster_uri`, `js_domain`,
//! `enable_bucket_auto_create`), and fails where that one does: a link whose bucket
//! cannot be opened is none, and calls over it say so.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context as _;
use async_nats::jetstream::{self, kv};
use bytes::Bytes;
use futures::TryStreamExt as _;
use tokio::sync::RwLock;
use wasmcloud_provider_sdk::{
    Context, LinkConfig, LinkDeleteInfo, Provider, get_connection, run_provider, serve_provider_exports,
};

mod bindings {
    wit_bindgen_wrpc::generate!({
        path: "wit/keyvalue.wit",
        world: "provider",
        generate_all,
    });
}
use bindings::exports::wrpc::keyvalue::store::{Error, Handler, KeyResponse};

/// The buckets by component and link.
#[derive(Clone, Default)]
struct Buckets(Arc<RwLock<HashMap<(String, String), kv::Store>>>);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let buckets = Buckets::default();
    let shutdown = run_provider(buckets.clone(), "keyvalue-nats-provider").await?;
    let connection = get_connection();
    let client = connection.get_wrpc_client(connection.provider_key()).await?;
    serve_provider_exports(&client, buckets, shutdown, bindings::serve).await
}

impl Provider for Buckets {
    async fn receive_link_config_as_target(&self, link: LinkConfig<'_>) -> anyhow::Result<()> {
        let bucket = open(link.config).await?;
        let name = (link.source_id.to_owned(), link.link_name.to_owned());
        self.0.write().await.insert(name, bucket);
        Ok(())
    }

    async fn delete_link_as_target(&self, link: impl LinkDeleteInfo) -> anyhow::Result<()> {
        let component = link.get_source_id();
        self.0.write().await.retain(|(owner, _), _| owner != component);
        Ok(())
    }
}

async fn open(config: &HashMap<String, String>) -> anyhow::Result<kv::Store> {
    let bucket = config.get("bucket").context("the link names no bucket")?;
    let address = config.get("cluster_uri").map_or("nats://0.0.0.0:4222", String::as_str);
    let client = async_nats::connect(address).await?;
    let stream = match config.get("js_domain") {
        Some(domain) => jetstream::with_domain(client, domain),
        None => jetstream::new(client),
    };
    if config
        .get("enable_bucket_auto_create")
        .is_some_and(|text| text.eq_ignore_ascii_case("true"))
    {
        let wanted = kv::Config {
            bucket: bucket.clone(),
            ..Default::default()
        };
        if let Err(error) = stream.create_key_value(wanted).await {
            tracing::warn!("cannot make the bucket {bucket}: {error}");
        }
    }
    stream.get_key_value(bucket).await.context("cannot open the bucket")
}

impl Buckets {
    async fn of(&self, context: Option<Context>, bucket: String) -> Result<kv::Store, Error> {
        let component = context
            .and_then(|context| context.component)
            .ok_or_else(|| Error::Other("no consumer component in the request".to_owned()))?;
        let buckets = self.0.read().await;
        match buckets.get(&(component.clone(), bucket.clone())) {
            Some(bucket) => Ok(bucket.clone()),
            None if buckets.keys().any(|(owner, _)| *owner == component) => Err(Error::Other(format!(
                "No NATS Kv store found for bucket id (link name): {bucket}"
            ))),
            None => Err(Error::Other(format!("consumer component not linked: {component}"))),
        }
    }
}

fn other(error: impl std::fmt::Display) -> Error {
    Error::Other(error.to_string())
}

impl Handler<Option<Context>> for Buckets {
    async fn get(
        &self,
        context: Option<Context>,
        bucket: String,
        key: String,
    ) -> anyhow::Result<Result<Option<Bytes>, Error>> {
        Ok(match self.of(context, bucket).await {
            Ok(bucket) => bucket.get(key).await.map_err(other),
            Err(error) => Err(error),
        })
    }

    async fn set(
        &self,
        context: Option<Context>,
        bucket: String,
        key: String,
        value: Bytes,
    ) -> anyhow::Result<Result<(), Error>> {
        Ok(match self.of(context, bucket).await {
            Ok(bucket) => bucket.put(key, value).await.map(drop).map_err(other),
            Err(error) => Err(error),
        })
    }

    async fn delete(&self, context: Option<Context>, bucket: String, key: String) -> anyhow::Result<Result<(), Error>> {
        Ok(match self.of(context, bucket).await {
            Ok(bucket) => bucket.purge(key).await.map_err(other),
            Err(error) => Err(error),
        })
    }

    async fn exists(
        &self,
        context: Option<Context>,
        bucket: String,
        key: String,
    ) -> anyhow::Result<Result<bool, Error>> {
        let value = Handler::get(self, context, bucket, key).await?;
        Ok(value.map(|value| value.is_some()))
    }

    async fn list_keys(
        &self,
        context: Option<Context>,
        bucket: String,
        _cursor: Option<u64>,
    ) -> anyhow::Result<Result<KeyResponse, Error>> {
        let listed = async {
            let keys = self.of(context, bucket).await?.keys().await.map_err(other)?;
            let keys = keys.try_collect().await.map_err(other)?;
            Ok(KeyResponse { keys, cursor: None })
        };
        Ok(listed.await)
    }
}
