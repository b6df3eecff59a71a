//! `http.md`: the routes, whom each answers, and what is said instead.

use pelato::server::{Route, problems, routes};
use reqwest::{Client, Method};

use super::cell;
use super::door::{Door, plan};
use super::table::hold;

/// The status and the words of a route for somebody without a token.
async fn asked(door: &Door, route: &Route) -> (u16, String) {
    let address = format!("{}{}", door.url(), route.path.replace("{id}", "nothing"));
    let method = Method::from_bytes(route.method.as_bytes()).unwrap();
    let request = Client::new()
        .request(method, address)
        .header("content-type", "application/json")
        .body("{}");
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Whom a route answers: seen from a runner with a token, and from a public one.
async fn whom(closed: &Door, public: &Door, route: &Route) -> &'static str {
    let (status, said) = asked(closed, route).await;
    match (status, asked(public, route).await.0) {
        (401, _) if said.contains("could not be verified") => "who signs",
        (401, 401) => "who may act",
        (401, 200 | 404) => "who may read",
        (200, 200) => "everybody",
        other => panic!("{}: {other:?} {said}", route.path),
    }
}

#[tokio::test]
async fn routes_and_problems_are_documented() {
    let mut closed = plan();
    closed.settings.api_token = Some("t0k3n".into());
    let mut public = closed.clone();
    public.settings.public = true;
    let (closed, public) = (Door::open_with(closed).await, Door::open_with(public).await);
    let mut table = "| route | | answers |\n| --- | --- | --- |\n".to_owned();
    for route in routes() {
        let whom = whom(&closed, &public, &route).await;
        table += &format!(
            "| `{} {}` | {} | {whom} |\n",
            route.method,
            route.path,
            cell(route.does)
        );
    }
    hold("http.md", "routes", &table);

    let mut all = problems();
    all.sort_by_key(|(status, _)| *status);
    let rows = all
        .iter()
        .map(|(status, says)| format!("| {status} | {} |\n", cell(says)));
    hold(
        "http.md",
        "problems",
        &format!("| status | `error` |\n| --- | --- |\n{}", rows.collect::<String>()),
    );
}

/// Whatever is not a route is told so, in the same form.
#[tokio::test]
async fn what_is_no_route_is_answered_as_the_page_says() {
    let door = Door::open().await;
    let (status, said) = door.get("/nothing").await;
    assert!(
        problems()
            .iter()
            .any(|(code, says)| *code == status && said.contains(says)),
        "{status}: {said}"
    );
    let post = Client::new().post(format!("{}/metrics", door.url()));
    assert_eq!(post.send().await.unwrap().status(), 405);
}
