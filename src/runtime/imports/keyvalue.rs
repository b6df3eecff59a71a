//! `wasi:keyvalue/store`.

use wasmtime::component::Resource;

use crate::runtime::bindings::wasi::keyvalue::store::{Error, Host, HostBucket, KeyResponse};
use crate::runtime::event::Event;
use crate::runtime::state::State;
use crate::runtime::stores::{BucketError, check_name};

/// A bucket that a component has opened: its name.
#[derive(Clone, Debug)]
#[allow(unreachable_pub, reason = "the bindings hand it on as their own")]
pub struct Bucket(String);

impl From<BucketError> for Error {
    fn from(error: BucketError) -> Self {
        Self::Other(error.to_string())
    }
}

type Answer<T> = wasmtime::Result<Result<T, Error>>;

impl Host for State {
    async fn open(&mut self, identifier: String) -> Answer<Resource<Bucket>> {
        let name = self.surroundings.stores.bucket(identifier);
        if let Err(error) = check_name(&name) {
            return Ok(Err(error.into()));
        }
        Ok(Ok(self.table.push(Bucket(name))?))
    }
}

impl HostBucket for State {
    async fn get(&mut self, bucket: Resource<Bucket>, key: String) -> Answer<Option<Vec<u8>>> {
        let Bucket(name) = self.table.get(&bucket)?;
        let value = self.surroundings.stores.buckets.get(name, &key).await;
        Ok(value.map_err(Error::from))
    }

    async fn set(&mut self, bucket: Resource<Bucket>, key: String, value: Vec<u8>) -> Answer<()> {
        let Bucket(name) = self.table.get(&bucket)?;
        let bytes = value.len();
        let kept = self.surroundings.stores.buckets.set(name, &key, value).await;
        if kept.is_ok() {
            self.surroundings.observer.tell(Event::Kept {
                task: self.surroundings.task.clone(),
                bucket: name.clone(),
                key,
                bytes,
            });
        }
        Ok(kept.map_err(Error::from))
    }

    async fn delete(&mut self, bucket: Resource<Bucket>, key: String) -> Answer<()> {
        let Bucket(name) = self.table.get(&bucket)?;
        let deleted = self.surroundings.stores.buckets.delete(name, &key).await;
        Ok(deleted.map_err(Error::from))
    }

    async fn exists(&mut self, bucket: Resource<Bucket>, key: String) -> Answer<bool> {
        let value = self.get(bucket, key).await?;
        Ok(value.map(|value| value.is_some()))
    }

    /// All keys at once: there is never a next page.
    async fn list_keys(&mut self, bucket: Resource<Bucket>, _cursor: Option<u64>) -> Answer<KeyResponse> {
        let Bucket(name) = self.table.get(&bucket)?;
        let keys = self.surroundings.stores.buckets.keys(name).await;
        Ok(keys.map(|keys| KeyResponse { keys, cursor: None }).map_err(Error::from))
    }

    async fn drop(&mut self, bucket: Resource<Bucket>) -> wasmtime::Result<()> {
        self.table.delete(bucket)?;
        Ok(())
    }
}
