//! A store that cannot take anything just now.

use pelato::forge::ForgeKind;
use serde_json::json;
use sqlx::Connection as _;

use super::door::Door;
use super::forge::FakeForge;
use super::push;

#[tokio::test]
async fn a_database_that_somebody_locks_is_a_503_until_it_is_free() {
    let door = Door::open().await;
    let forge = FakeForge::start().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(door.folder.path().join("pelato.db"));
    let mut other = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let locked = push(&forge, ForgeKind::GitHub, "main", 'a');
    let (status, answer) = locked.send(&door.url()).await;
    assert_eq!(status, 503);
    assert_eq!(answer, json!({ "error": "the delivery cannot be stored now" }));
    let (status, _) = door.get("/readyz").await;
    assert_eq!(status, 503);
    // Reading goes on meanwhile.
    assert_eq!(door.runs().await, 0);
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    let (status, answer) = locked.send(&door.url()).await;
    assert_eq!(status, 202, "{answer}");
    assert_eq!(door.runs().await, 1);
}
