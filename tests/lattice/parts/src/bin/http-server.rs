//! The HTTP provider of the stock image `ghcr.io/wasmcloud/http-server`.

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    wasmcloud_provider_http_server::run().await
}
