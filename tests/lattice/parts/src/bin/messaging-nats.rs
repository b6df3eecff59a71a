//! The messaging provider of the stock image `ghcr.io/wasmcloud/messaging-nats`.

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    wasmcloud_provider_messaging_nats::run().await
}
