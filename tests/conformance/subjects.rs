//! Who gets which message.

use pelato::runtime::Message;

use super::Place;

pub(crate) async fn subjects_with_wildcards(place: &Place) {
    let mut out = place.listen("wild.out").await;
    let others = ["wild.1.part", "wild.1.whole.a", "wild.part.a", "wild.1.2.part.a"];
    for other in others {
        let message = Message::new(place.subject(other), other);
        place.bus.publish(message).await.unwrap();
    }
    for meant in ["wild.1.part.a", "wild.two.part.a.b.c"] {
        let message = Message::new(place.subject(meant), meant);
        place.bus.publish(message).await.unwrap();
        assert_eq!(out.body().await, meant);
    }
}

pub(crate) async fn targets_share_the_messages(place: &Place) {
    let mut out = place.listen("relay.out").await;
    for number in 0..200_u32 {
        place.send(number.to_string()).await;
    }
    let mut came = Vec::new();
    for _ in 0..200 {
        let text = String::from_utf8(out.body().await.to_vec()).unwrap();
        came.push(text.parse::<u32>().unwrap());
    }
    came.sort_unstable();
    assert!(came.into_iter().eq(0..200), "each once");
    assert_eq!(place.ask("after").await, "after");
    assert_eq!(out.body().await, "after");
}

pub(crate) async fn answers_go_where_they_are_waited_for(place: &Place) {
    let mut out = place.listen("relay.out").await;
    let mut waiting = place.listen("wait.here").await;
    let mut servers = place.bus.subscribe("$ODD.>", None).await.unwrap();
    let message = |reply_to: String| Message {
        reply_to: Some(reply_to),
        ..Message::new(place.subject("relay.in"), "what")
    };
    place.bus.publish(message(place.subject("wait.here"))).await.unwrap();
    let answer = waiting.next().await;
    assert_eq!((&answer.body[..], answer.reply_to), (&b"what"[..], None));
    assert_eq!(out.body().await, "what");

    // Subjects that begin with $ are the server's: an answer is not the task's to give.
    place.bus.publish(message("$ODD.reply".into())).await.unwrap();
    assert_eq!(out.body().await, "what");
    assert_eq!(place.ask("after").await, "after");
    let last = Message::new("$ODD.reply", "mine");
    place.bus.publish(last).await.unwrap();
    assert_eq!(servers.next().await.unwrap().body, "mine");
}
