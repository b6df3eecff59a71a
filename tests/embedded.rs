//! What a task may count on, in the embedded host.

#![cfg(feature = "local")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

mod component;
mod conformance;
mod database;
#[path = "embedded/hostile.rs"]
mod hostile;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use conformance::tasks::Deployment;
use conformance::{Gone, Kept, MAX_PAYLOAD, Place, TIME_LIMIT, cases, deployments, keepers, table};
use pelato::deploy::Specification;
use pelato::generate::Providers;
use pelato::runtime::{Bus, Code, Compiler, Event, Host, Limits, Observer, Options, Runtime, Sql, Stores, Task};
use tokio::sync::{OnceCell, OwnedMutexGuard};

/// What the compiler for strangers' code makes passes all.
mod thorough {
    use super::*;
    cases!(embedded(Compiler::Thorough));
}

/// What the quick one makes passes the core of it.
mod quick {
    use super::*;
    cases! { embedded(Compiler::Quick);
        messages_of_every_size_pass_whole
        posts_of_every_size_pass_whole
        what_is_past_the_limit_is_refused
        bytes_are_kept_as_they_are
        a_message_that_fails_concerns_no_other
        a_message_that_ends_its_instance_concerns_no_other
        two_hundred_at_once
    }
}

/// And what tasks keep is kept.
mod keeping {
    use super::*;
    cases! { keeping(Compiler::Thorough);
        values_of_every_size_are_kept_whole
        values_are_bytes_under_the_subject_where_no_key_is_given
        a_value_that_fails_concerns_no_other
        rows_of_every_size_are_written_whole
        values_are_bound_whatever_they_say
        a_row_that_fails_concerns_no_other
        ten_thousand_of_each
    }
}

/// The tasks of the suite in a host of this process, over a bus of its own. One
/// place at a time: some of its tasks take all the time and memory they get.
async fn embedded(compiler: Compiler) -> Place {
    static ONE: OnceCell<Arc<tokio::sync::Mutex<()>>> = OnceCell::const_new();
    let one = ONE.get_or_init(async || Arc::default()).await;
    let alone: OwnedMutexGuard<()> = Arc::clone(one).lock_owned().await;

    let log = Arc::new(Mutex::new(String::new()));
    let heard = Arc::clone(&log);
    let observer = Observer::new(move |event| heard.lock().unwrap().push_str(&line(&event)));
    let host = Host::new(Bus::memory(MAX_PAYLOAD), observer);
    let image = async |_: &str, _: &'static [u8]| "image".to_owned();
    let (all, address) = deployments("conform", &Providers::builtin(), "nats://nobody", image).await;
    for deployment in &all {
        host.put(task(deployment, compiler, &Stores::default()).await)
            .await
            .unwrap();
    }
    Place {
        bus: host.bus().clone(),
        prefix: "conform",
        address,
        log: Box::new(move || vec![log.lock().unwrap().clone()]),
        gone: Gone::Answered,
        kept: None,
        _keep: Box::new((host, alone)),
    }
}

/// The same with the tasks that keep things, a bucket in memory and a database.
async fn keeping(compiler: Compiler) -> Place {
    let mut place = embedded(compiler).await;
    let database = database::Database::start().await;
    let client = database.client().await;
    client.batch_execute(&table(place.prefix)).await.unwrap();
    let stores = Stores {
        sql: Some(Sql::named(&database.url()).unwrap()),
        ..Stores::default()
    };
    let image = async |_: &str, _: &'static [u8]| "image".to_owned();
    let (host, alone) = *place._keep.downcast::<(Host, OwnedMutexGuard<()>)>().unwrap();
    for deployment in keepers(place.prefix, &Providers::builtin(), "nats://nobody", image).await {
        host.put(task(&deployment, compiler, &stores).await).await.unwrap();
    }
    let bucket = format!("{}-kept", place.prefix);
    place.kept = Some(Kept {
        value: Box::new(move |key| {
            let (buckets, bucket) = (stores.buckets.clone(), bucket.clone());
            Box::pin(async move { buckets.get(&bucket, &key).await.unwrap() })
        }),
        database: client,
    });
    place._keep = Box::new((host, database, alone));
    place
}

/// A deployment as the embedded host has it: from the manifest that wadm would get.
async fn task(deployment: &Deployment, compiler: Compiler, stores: &Stores) -> Task {
    let manifest = &deployment.manifest;
    let wanted = Specification::of(&manifest.document).unwrap();
    Task {
        name: manifest.application.clone(),
        component_name: manifest.document["metadata"]["annotations"]["pelato.component"]
            .as_str()
            .unwrap()
            .to_owned(),
        code: compiled(deployment, compiler).await,
        config: wanted.config,
        subscriptions: wanted.subscriptions,
        address: wanted.address,
        request_limit: wanted.request_limit,
        instances: wanted.instances,
        stores: stores.linked(&wanted.links),
    }
}

/// Machine code of a component, made once by each compiler.
async fn compiled(deployment: &Deployment, compiler: Compiler) -> Code {
    static QUICK: OnceCell<Runtime> = OnceCell::const_new();
    static THOROUGH: OnceCell<Runtime> = OnceCell::const_new();
    static MADE: tokio::sync::Mutex<BTreeMap<(bool, &str), Code>> = tokio::sync::Mutex::const_new(BTreeMap::new());
    let quick = compiler == Compiler::Quick;
    let runtime = if quick { &QUICK } else { &THOROUGH };
    let runtime = runtime.get_or_init(async || runtime_of(compiler)).await;
    let mut made = MADE.lock().await;
    if let Some(code) = made.get(&(quick, deployment.template)) {
        return code.clone();
    }
    let code = runtime.load(deployment.wasm.to_vec()).await.unwrap();
    made.insert((quick, deployment.template), code.clone());
    code
}

fn runtime_of(compiler: Compiler) -> Runtime {
    let limits = Limits {
        time: TIME_LIMIT,
        ..Limits::default()
    };
    let options = Options {
        compiler,
        limits,
        cache: None,
    };
    Runtime::new(&options).unwrap()
}

/// An event, as a line of a log.
fn line(event: &Event) -> String {
    match event {
        Event::Logged { text, .. } => format!("{text}\n"),
        Event::Handled { error: Some(error), .. } | Event::Answered { error: Some(error), .. } => {
            format!("{error}\n")
        }
        _ => String::new(),
    }
}
