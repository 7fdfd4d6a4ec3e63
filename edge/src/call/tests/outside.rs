//! What outlives the process: URLs and rows.

use super::*;
use counterpart_shared::session::{MediaUrl, Scheme};

#[test]
fn urls_have_every_form() {
    let signer = signer();
    let mut call = call(direct());
    let mut hosts = Vec::new();
    for (host, keys) in [("node.example", 1), ("::1", 0)] {
        let mut lease = lease("n1", keys);
        lease.endpoints.host = host.into();
        lease.endpoints.one_time = keys > 0;
        let kind = AskKind::Own {
            party: Party::Caller,
            id: Some(id("u")),
        };
        let user = id("alice");
        let ask = Ask { user, kind };
        let lease = Ok(lease);
        hosts.push(own(&call.handle(Input::Leased { ask, lease }, &signer, 0)));
    }
    let cut = |url: &str| {
        let (before, after) = url.split_once("?grant=").unwrap();
        let fragment = after
            .split_once('#')
            .map_or("", |(_, fragment)| &fragment[..9]);
        format!("{before} {fragment}")
    };
    // Keys are taken from the end: the only one went to the publish URL.
    let named = &hosts[0].publish;
    assert_eq!(
        cut(&named.rtmp),
        "rtmp://node.example:1935/live/c-1.caller "
    );
    assert_eq!(named.flv, None);
    assert_eq!(
        cut(&named.quic),
        "quic://k0.node.example:4433/live/c-1.caller sha256=ab"
    );
    let page = cut(&named.webtransport);
    assert_eq!(
        page,
        "https://k0.node.example:4433/rtmp/live/c-1.caller sha256=ab"
    );
    assert!(named.one_time && !hosts[0].play.one_time);
    let literal = &hosts[1].play;
    let flv = literal.flv.as_ref().unwrap();
    assert_eq!(cut(flv), "http://[::1]:8080/live/c-1.caller.flv ");
    assert_eq!(
        cut(&literal.quic),
        "quic://[::1]:4433/live/c-1.caller sha256=dd"
    );
}

#[test]
fn urls_are_read_as_they_are_meant() {
    let mut call = call(direct());
    let pair = own(&say(&mut call, urls(Party::Caller), 0));
    let flv = pair.play.flv.as_ref().unwrap();
    let table = [
        (&pair.play.rtmp, Scheme::Rtmp, "node.example", 1935),
        (flv, Scheme::HttpFlv, "node.example", 8080),
        (&pair.play.quic, Scheme::Quic, "k0.node.example", 4433),
        (
            &pair.play.webtransport,
            Scheme::WebTransport,
            "k0.node.example",
            4433,
        ),
    ];
    for (text, scheme, host, port) in table {
        let url: MediaUrl = text.parse().unwrap();
        assert_eq!(
            (url.scheme, url.host.as_str(), url.port),
            (scheme, host, port)
        );
        assert_eq!(
            (url.app.as_str(), url.stream.as_str()),
            ("live", "c-1.caller")
        );
        assert_eq!(url.sha256, text.contains('#').then_some([0xab; 32]));
        assert_eq!(url.to_string(), *text);
    }
}

#[test]
fn what_is_stored_is_pinned() {
    let terms = r#""terms":{"presence_s":15,"messages_per_10s":50},"#;
    let latest = r#"{"id":"c-1","phase":"requested","to":{"kind":"desk","desk":"front"},"caller":"alice","record":false,"seq":9,"serial":4,"terms":{"presence_s":15,"messages_per_10s":50},"course":{"requested_at":7},"handed_on":1,"watchers":{"ann":true},"parties":[{"seen":true,"away":false,"quality":"poor","spoken":{"since":5,"count":2}},{"gone_since":5,"seen":false,"away":false}]}"#;
    let call: Call = serde_json::from_str(latest).unwrap();
    assert_eq!(to_json(&call), latest);
    for json in [
        r#"{"id":"c-1","phase":"talking","to":{"kind":"desk","desk":"front"},"caller":"alice","callee":"bob","room":"r1","record":true,"seq":9,"serial":4,"parties":[{"seen":true,"away":false,"live":"n1"},{"gone_since":5,"seen":true,"away":true}]}"#,
        r#"{"id":"c-1","phase":"requested","to":{"kind":"direct","callee":"bob"},"caller":"alice","callee":"bob","record":false,"seq":0,"serial":0,"position":2,"parties":[{"seen":false,"away":false},{"seen":false,"away":false}]}"#,
    ] {
        let row = Row {
            kind: "call".into(),
            key: "call".into(),
            json: json.into(),
        };
        let mut call = Call::load(std::slice::from_ref(&row)).unwrap().unwrap();
        // What was not stored by older versions has its default.
        let course = r#""course":{},"#;
        let wanted = json.replace("\"parties\"", &format!("{terms}{course}\"parties\""));
        let stored = call.changes()[0].json.clone().unwrap();
        assert_eq!(stored, wanted);
        let row = Row {
            json: stored,
            ..row
        };
        assert_eq!(Call::load(&[row]).unwrap(), Some(call));
    }
    let now = r#"{"id":"c-1","phase":"talking","to":{"kind":"direct","callee":"bob"},"caller":"alice","callee":"bob","record":true,"seq":9,"serial":4,"terms":{"presence_s":15,"messages_per_10s":50},"course":{"created_at":1,"requested_at":2,"answered_at":3,"recorded":true},"parties":[{"seen":true,"away":false},{"seen":true,"away":false}]}"#;
    let call: Call = serde_json::from_str(now).unwrap();
    assert_eq!(to_json(&call), now);
    for json in [
        r#"{"party":"callee","held":{"after":3,"until":9}}"#,
        r#"{"watcher":"ann"}"#,
    ] {
        let seat: Seat = serde_json::from_str(json).unwrap();
        assert_eq!(to_json(&seat), json);
    }
    assert_eq!(Call::load(&[]), Ok(None));
}
