//! A history of 100,000 runs: listing, and opening one.

use std::time::Instant;

use pelato::queue::{Clock, Limits, SqliteQueue};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::client::{Connection, Seen};
use crate::server::Server;

const RUNS: u32 = 100_000;
const ROUNDS: usize = 200;

/// Runs that are over, of twenty repositories, one in a hundred an error.
const FILL: &str = "\
    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?1)
    INSERT INTO runs (id, forge, repository, branch, commit_id, title, environment, state, tasks,
      created_at, started_at, finished_at, attempts, log_size)
    SELECT 'run-' || n, 'github', 'ci/r' || (n % 20), 'main', printf('%040x', n), 'Warm up', 'production',
      iif(n % 100 = 0, 'error', 'success'),
      '[{\"component_name\":\"convert\",\"change\":\"changed\",\"reasons\":[\"code convert.go changed\"],\
         \"state\":\"success\",\"reference\":\"registry.example.org/convert:1.0.0\",\"targets\":[]}]',
      ?2 + n, ?2 + n, ?2 + n, 1, 100 FROM number";

pub(crate) async fn history() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("var")).unwrap();
    let file = folder.path().join("var/pelato.db");
    drop(
        SqliteQueue::open(&file, Limits::default(), Clock::default())
            .await
            .unwrap(),
    );
    let mut connection = SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
    let now = time::OffsetDateTime::now_utc().unix_timestamp() * 1000;
    sqlx::query(FILL)
        .bind(RUNS)
        .bind(now - i64::from(RUNS))
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::query("INSERT INTO logs SELECT id, 1, printf('%0100d', seq) FROM runs")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let server = Server::pelato_in(folder).await;
    println!("\n| {RUNS} runs | p50 ms | p99 ms |");
    println!("| --- | --- | --- |");
    for path in [
        "/api/runs",
        "/api/runs?after=run-50000&limit=200",
        "/api/runs?state=error",
        "/api/runs?state=cancelled",
        "/api/runs?repository=ci/r7&state=success",
        "/api/runs/run-50000",
        "/",
        "/runs/run-50000",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
        let mut connection = Connection::open(server.address).await;
        let begun = Instant::now();
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let sent = Instant::now();
            let (status, _) = connection.answer(request.as_bytes()).await;
            times.push(sent.elapsed());
            assert_eq!(status, 200, "{path}");
        }
        let seen = Seen::of(times, begun.elapsed());
        println!("| `{path}` | {:.2} | {:.2} |", seen.millis(0.5), seen.millis(0.99));
    }
    println!("\nThe runner's peak with it: {:.1} MiB", server.peak());
    server.end().await;
}
