//! The JSON that crosses a wire, letter by letter. A change here breaks peers that are already out there.

use counterpart_shared::api::{
    ApiError, ApiKeyCreated, ApiKeys, Board, CallCommand, CallMessage, CallView, CreateApiKey,
    CreateDeskCall, CreateStream, CreateToken, DeskBoard, DeskCommand, DeskMessage, DeskSettings,
    Desks, ErrorCode, FinishedCalls, FromNode, LoggedIn, LoginWeChat, MediaUrls, NodeCommand,
    NodeEvent, Note, Provider, Recordings, StreamCreated, ToNode, WebhookEvent,
};
use counterpart_shared::grant::Act;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Each text reads as a `T` and is written again with the very same fields and values.
fn pinned<T: Serialize + DeserializeOwned>(texts: &[&str]) {
    for text in texts {
        let value: T = serde_json::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        let written: Value = serde_json::to_value(&value).expect("plain JSON");
        let wanted: Value = serde_json::from_str(text).expect("the text is JSON");
        assert_eq!(written, wanted);
    }
}

/// None of these is a `T`.
fn refused<T: DeserializeOwned>(texts: &[&str]) {
    for text in texts {
        assert!(serde_json::from_str::<T>(text).is_err(), "{text}");
    }
}

const URLS: &str = r#"{"act":"play","stream":"c1.caller","node":"n1","expires_at":9,
    "rtmp":"rtmp://h:1935/live/c1.caller?grant=g","flv":"http://h:8080/live/c1.caller.flv?grant=g",
    "quic":"quic://l.h:4433/live/c1.caller?grant=g#sha256=00",
    "webtransport":"https://l.h:4433/rtmp/live/c1.caller?grant=g#sha256=00","one_time":true}"#;

#[test]
fn urls() {
    pinned::<MediaUrls>(&[
        URLS,
        r#"{"act":"play","stream":"c1.caller","node":"n1","expires_at":9,
            "rtmp":"rtmp://h:1935/live/c1.caller?grant=g","rtmps":"rtmps://h:1936/live/c1.caller?grant=g",
            "flv":"https://h:8443/live/c1.caller.flv?grant=g",
            "quic":"quic://l.h:4433/live/c1.caller?grant=g#sha256=00",
            "webtransport":"https://l.h:4433/rtmp/live/c1.caller?grant=g#sha256=00","one_time":true}"#,
    ]);
    pinned::<Act>(&[r#""publish""#, r#""play""#, r#""review""#]);
}

#[test]
fn errors() {
    pinned::<ApiError>(&[
        r#"{"code":"too_large","message":"内容过大 / This is too large","detail":"70000 bytes, at most 65536"}"#,
    ]);
    pinned::<ApiError>(&[
        r#"{"code":"retained","message":"m","detail":"d","until":1796083200000}"#,
    ]);
    assert_eq!(
        ApiError::new(ErrorCode::TooLarge, "70000 bytes, at most 65536"),
        serde_json::from_str(
            r#"{"code":"too_large","message":"内容过大 / This is too large","detail":"70000 bytes, at most 65536"}"#
        )
        .expect("an error")
    );
}

#[test]
fn tokens() {
    pinned::<CreateToken>(&[
        r#"{"user":"u1","role":"agent","desk":"front","ttl_s":60}"#,
        r#"{"user":"u1","role":"customer","priority":3,"ttl_s":60}"#,
        r#"{"user":"u1","role":"operator","ttl_s":60}"#,
    ]);
    pinned::<CreateDeskCall>(&[
        r#"{"record":true}"#,
        r#"{"record":false,"skills":["loans"]}"#,
    ]);
    refused::<CreateDeskCall>(&[
        r#"{"skills":["loans","loans"]}"#,
        r#"{"skills":["a b"]}"#,
        r#"{"skills":null}"#,
    ]);
    let short: CreateToken =
        serde_json::from_str(r#"{"user":"u1","role":"customer"}"#).expect("defaults");
    assert_eq!((short.ttl_s, short.desk), (3600, None));
    refused::<CreateToken>(&[
        r#"{"user":"","role":"customer"}"#,
        r#"{"user":"u1","role":"king"}"#,
        r#"{"user":1,"role":"customer"}"#,
        r#"{"role":"customer"}"#,
    ]);
}

#[test]
fn api_keys() {
    pinned::<CreateApiKey>(&[r#"{"name":"crm"}"#]);
    let short: CreateApiKey = serde_json::from_str("{}").expect("defaults");
    assert_eq!(short.name, "");
    pinned::<ApiKeyCreated>(&[r#"{"id":"k-a","key":"k-a.b"}"#]);
    pinned::<ApiKeys>(&[r#"{"keys":[{"id":"k-a","name":"crm","created_at":5}]}"#]);
}

#[test]
fn logins() {
    pinned::<LoginWeChat>(&[r#"{"code":"c"}"#]);
    pinned::<LoggedIn>(&[r#"{"user":"wx-o","token":"t","expires_at":9}"#]);
}

#[test]
fn every_error_has_a_status_and_both_languages() {
    for code in ErrorCode::ALL {
        let (chinese, english) = code.text();
        assert!((400..600).contains(&code.status()), "{code:?}");
        assert!(!chinese.is_ascii() && english.is_ascii(), "{code:?}");
    }
    let names = ErrorCode::ALL.map(|code| serde_json::to_value(code).expect("plain JSON"));
    let wanted = serde_json::json!([
        "bad_request",
        "unauthorized",
        "forbidden",
        "not_found",
        "method_not_allowed",
        "conflict",
        "desk_closed",
        "line_full",
        "retained",
        "too_large",
        "upgrade_required",
        "rate_limited",
        "internal",
        "not_configured",
        "upstream",
        "no_node",
    ]);
    assert_eq!(serde_json::json!(names), wanted);
}

#[test]
fn webhook_events() {
    pinned::<WebhookEvent>(&[
        r#"{"id":"c1.1","call":"c1","caller":"alice","entry":{"seq":1,"at":5,"kind":"call.request","desk":"front"}}"#,
        r#"{"id":"c1.2","call":"c1","caller":"alice","callee":"bob",
            "entry":{"seq":2,"at":5,"kind":"call.accept","callee":"bob"}}"#,
    ]);
}

#[test]
fn streams() {
    pinned::<CreateStream>(&[
        r#"{"stream":"lobby","act":"both","user":"u1","ttl_s":60,"provider":"tencent"}"#,
        r#"{"stream":"lobby","act":"publish","user":"u1","ttl_s":60,"provider":"own"}"#,
        r#"{"stream":"lobby","act":"play","user":"u1","ttl_s":60,"provider":"own"}"#,
    ]);
    let short: CreateStream =
        serde_json::from_str(r#"{"stream":"s","act":"play","user":"u"}"#).expect("defaults");
    assert_eq!((short.ttl_s, short.provider), (3600, Provider::Own));
    refused::<CreateStream>(&[
        r#"{"stream":"s","act":"steal","user":"u"}"#,
        r#"{"stream":"s","user":"u"}"#,
        r#"{"stream":"a/b","act":"play","user":"u"}"#,
        r#"{"stream":"s","act":"play","user":"u","provider":"other"}"#,
    ]);
    let own = format!(r#"{{"provider":"own","play":{URLS}}}"#);
    pinned::<StreamCreated>(&[
        &own,
        r#"{"provider":"tencent",
            "publish":{"act":"publish","stream":"8888_s","expires_at":9,"rtmp":"rtmp://p/live/8888_s?q"},
            "play":{"act":"play","stream":"8888_s","expires_at":9,"rtmp":"rtmp://h/live/8888_s?q",
            "flv":"https://h/live/8888_s.flv?q"}}"#,
    ]);
}

#[test]
fn call_socket_commands() {
    pinned::<CallCommand>(&[
        r#"{"type":"resume","after":7}"#,
        r#"{"type":"urls","id":"1"}"#,
        r#"{"type":"request","id":"1"}"#,
        r#"{"type":"accept","id":"1"}"#,
        r#"{"type":"reject","id":"1"}"#,
        r#"{"type":"text","id":"1","text":"你好"}"#,
        r#"{"type":"still","id":"1","party":"caller"}"#,
        r#"{"type":"consent","id":"1","given":true}"#,
        r#"{"type":"record","id":"1","on":true}"#,
        r#"{"type":"record","id":"1","on":false,"reason":"card number"}"#,
        r#"{"type":"prompt","id":"1","number":2}"#,
        r#"{"type":"prompt_end","id":"1","answered":true}"#,
        r#"{"type":"hangup","id":"1"}"#,
        r#"{"type":"image","id":"1","image":{"url":"https://h/x.png","type":"image/png","bytes":9,
            "width":2,"height":3,"sha256":"00"}}"#,
        r#"{"type":"network","id":"1","quality":"bad"}"#,
        r#"{"type":"transfer","id":"1"}"#,
        r#"{"type":"transfer","id":"1","desk":"back","room":"r1","skills":["loans"]}"#,
    ]);
    refused::<CallCommand>(&[
        r#"{"type":"fly","id":"1"}"#,
        r#"{"type":"consent","id":"1"}"#,
        r#"{"type":"prompt","id":"1","number":-1}"#,
        r#"{"id":"1"}"#,
        r#"{"type":"text","id":"1"}"#,
        r#"{"type":"resume","after":-1}"#,
        r#"{"type":"hangup","id":"a b"}"#,
    ]);
}

#[test]
fn call_socket_messages() {
    let play = format!(r#"{{"type":"play","party":"caller","urls":{URLS}}}"#);
    let urls = format!(r#"{{"type":"urls","id":"1","publish":{URLS},"play":{URLS}}}"#);
    pinned::<CallMessage>(&[
        r#"{"type":"hello","call":"c1","party":"callee","phase":"talking","seq":3,"live":["caller"]}"#,
        r#"{"type":"watching","call":"c1","phase":"talking","caller":"alice","callee":"bob","seq":3,
            "live":["caller"]}"#,
        r#"{"type":"watching","call":"c1","phase":"new","caller":"alice","seq":0,"live":[]}"#,
        r#"{"type":"bye","reason":"replaced"}"#,
        r#"{"type":"bye","reason":"transferred"}"#,
        r#"{"type":"ack","id":"1","seq":4}"#,
        r#"{"type":"ack","id":"1"}"#,
        r#"{"type":"position","position":2}"#,
        r#"{"type":"position","position":2,"wait_s":90}"#,
        r#"{"type":"error","id":"1","code":"conflict","message":"m","detail":"d"}"#,
        r#"{"type":"error","code":"bad_request","message":"m","detail":"d"}"#,
        &play,
        &urls,
    ]);
}

#[test]
fn log_entries() {
    pinned::<CallMessage>(&[
        r#"{"type":"entry","seq":1,"at":5,"kind":"text","from":"caller","id":"1","text":"hi"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"call.request"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"call.request","desk":"front"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"call.offer","room":"r1","agent":"bob"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"call.declined","room":"r1"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"call.accept","callee":"bob","room":"r1"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"call.end","by":"caller","reason":"hang_up"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"call.end","reason":"lease"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"call.end","reason":"desk_closed"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"call.end","reason":"line_full"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"call.end","reason":"supervisor"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"call.transfer","from":"bob","desk":"back"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"call.transfer","from":"bob","desk":"back","room":"r1"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"network","party":"caller","quality":"poor"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"image","from":"callee","id":"i1",
            "image":{"url":"https://h/x.png","type":"image/png"}}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"stream.begin","party":"caller","code":1002,
            "video":{"codec":"h264","width":640,"height":360},
            "audio":{"codec":"opus","rate":48000,"channels":1}}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"stream.stalled","party":"caller"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"stream.end","party":"caller","reason":"unpublished"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"peer.away","party":"caller"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"peer.back","party":"caller"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"recording.started","party":"caller"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"recording.ready","party":"caller",
            "files":[{"path":"c1/caller.mp4","bytes":10,"duration_ms":1000,"sha256":"00"}]}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"recording.failed","party":"caller","reason":"disk full"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"recording.ask"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"recording.consent","given":true}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"recording.begin","by":"callee"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"recording.pause","by":"callee","reason":"card number"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"prompt.begin","number":1,"text":"t"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"prompt.end","number":1,"answered":true}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"recording.ready",
            "files":[{"path":"c1/call.mp4","bytes":10,"duration_ms":1000,"started_at":5,"sha256":"00"}]}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"recording.failed","reason":"disk full"}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"still","party":"caller","width":640,"height":360,"taken_at":4,
            "file":{"path":"c1/caller-1.png","bytes":5,"duration_ms":0,"sha256":"00"}}"#,
        r#"{"type":"entry","seq":1,"at":5,"kind":"still.failed","party":"caller","reason":"node lost"}"#,
    ]);
    pinned::<CallView>(&[
        r#"{"call":"c1","phase":"ended","caller":"alice","callee":"bob","entries":[]}"#,
    ]);
}

#[test]
fn room_socket() {
    pinned::<DeskCommand>(&[
        r#"{"type":"open","id":"1"}"#,
        r#"{"type":"open","id":"1","skills":["loans","zh"]}"#,
        r#"{"type":"close","id":"1"}"#,
        r#"{"type":"accept","id":"1","call":"c1"}"#,
        r#"{"type":"reject","id":"1","call":"c1"}"#,
    ]);
    pinned::<DeskMessage>(&[
        r#"{"type":"room","room":"r1","agent":"bob","state":"IDLE","since":5}"#,
        r#"{"type":"room","room":"r1","agent":"bob","state":"BUSY","phase":"offered","call":"c1","since":5}"#,
        r#"{"type":"room","room":"r1","agent":"bob","state":"CLOSE","since":5}"#,
        r#"{"type":"room","room":"r1","agent":"bob","state":"CLOSE","reason":"missed","since":5}"#,
        r#"{"type":"room","room":"r1","agent":"bob","state":"CLOSE","reason":"absent","since":5}"#,
        r#"{"type":"room","room":"r1","agent":"bob","state":"CLOSE","reason":"asked","since":5}"#,
        r#"{"type":"offer","call":"c1","customer":"alice","expires_at":9}"#,
        r#"{"type":"offer_gone","call":"c1","reason":"missed"}"#,
        r#"{"type":"bye","reason":"replaced"}"#,
        r#"{"type":"ack","id":"1"}"#,
        r#"{"type":"error","code":"not_found","message":"m","detail":"d"}"#,
    ]);
}

#[test]
fn desk_settings() {
    pinned::<DeskSettings>(&[
        r#"{"offer_s":20,"presence_s":15,"wrap_up_s":0,"max_line":1000,"messages_per_10s":50,"utc_offset_min":480,
            "hours":[{"day":1,"from_min":540,"to_min":1080}],"record":"on","quick_replies":["您好","请稍候"],
            "title":{"zh":"贷款","en":"Loans"}}"#,
        r#"{"offer_s":20,"presence_s":15,"wrap_up_s":0,"max_line":1000,"messages_per_10s":50,"utc_offset_min":0,
            "record":"off","quick_replies":[]}"#,
        r#"{"offer_s":20,"presence_s":15,"wrap_up_s":0,"max_line":1000,"messages_per_10s":50,"utc_offset_min":0,
            "record":"off","retention_days":0,"quick_replies":[]}"#,
        r#"{"offer_s":20,"presence_s":15,"wrap_up_s":0,"max_line":1000,"messages_per_10s":50,"utc_offset_min":0,
            "record":"on","retention_days":365,"record_least_days":90,"quick_replies":[]}"#,
        r#"{"offer_s":20,"presence_s":15,"wrap_up_s":0,"max_line":1000,"messages_per_10s":50,"utc_offset_min":0,
            "record":"consent","record_control":"agent","layout":"picture_in_picture","composite":"live","prompts":["t"],"quick_replies":[]}"#,
    ]);
    pinned::<Desks>(&[
        r#"{"desks":[{"desk":"front","title":{"zh":"前台","en":"Front"},"open":true},{"desk":"x","open":false}]}"#,
    ]);
    let newer: NodeCommand = serde_json::from_str(r#"{"kind":"x.y","z":1}"#).expect("passed over");
    assert_eq!(newer, NodeCommand::Unknown);
    pinned::<DeskBoard>(&[
        r#"{"rooms":[{"room":"r1","agent":"bob","state":"IDLE","since":5,"present":true,"skills":["zh"]}],
            "line":[{"call":"c1","customer":"alice","since":5,"skills":["zh"],"priority":1,"room":"r1"}],
            "today":{"offered":4,"answered":3,"missed":1,"abandoned":2,"mean_wait_s":9,"mean_talk_s":60}}"#,
        r#"{"rooms":[],"line":[],"today":{"offered":0,"answered":0,"missed":0,"abandoned":0}}"#,
    ]);
    let defaults: DeskSettings = serde_json::from_str("{}").expect("defaults");
    assert_eq!(defaults, DeskSettings::default());
    refused::<DeskSettings>(&[
        r#"{"offer_s":-1}"#,
        r#"{"record":"sometimes"}"#,
        r#"{"composite":"tomorrow"}"#,
    ]);
}

#[test]
fn finished_calls() {
    pinned::<FinishedCalls>(&[
        r#"{"calls":[]}"#,
        r#"{"calls":[{"call":"c-1","desk":"front","room":"r1","customer":"alice","agent":"bob",
            "created_at":1,"requested_at":2,"answered_at":3,"ended_at":4,"by":"callee",
            "reason":"hang_up","recorded":true},
            {"call":"c-2","customer":"alice","ended_at":5,"reason":"lease","recorded":false,
            "rating":{"stars":4,"comment":"好"},"note":"n"},
            {"call":"c-3","customer":"alice","ended_at":5,"reason":"lease","recorded":false,"rating":{"stars":1}}],
            "next":"5.c-2"}"#,
    ]);
    pinned::<Note>(&[r#"{"text":""}"#]);
    pinned::<Recordings>(&[
        r#"{"files":[{"party":"caller","path":"c1/caller-1.mp4","bytes":5,"duration_ms":6,"sha256":"00","node":"n1",
            "url":"http://h:8080/recordings/c1/caller-1.mp4?grant=g","expires_at":9},
            {"party":"callee","path":"c1/callee-1.png","bytes":5,"duration_ms":0,"sha256":"00","node":"n2"}]}"#,
    ]);
    pinned::<Board>(&[r#"{"desk":"front","at":5,"rooms":[],"line":[],"nodes":[],
            "today":{"offered":0,"answered":0,"missed":0,"abandoned":0},
            "calls":[{"call":"c1","node":"n1","live":["caller"],
            "media":[{"party":"caller","kbps":512,"fps":29.5,"delay_ms":12,"loss_percent":0.5}]}]}"#]);
}

#[test]
fn node_link() {
    pinned::<FromNode>(&[
        r#"{"type":"hello","node":"n1","version":"0.1.0","boot":"b1",
            "endpoints":{"host":"h","rtmp_port":1935,"http_port":8080,"udp_port":4433,"one_time":true},
            "capacity":100,"daily_sha256":"00",
            "streams":[{"call":"c1","party":"caller","stream":"c1.caller"}],"command_seq":0}"#,
        r#"{"type":"hello","node":"n1","version":"0.1.0","boot":"b1",
            "endpoints":{"host":"h","rtmp_port":1935,"http_port":8080,"udp_port":4433,"rtmps_port":1936,
            "https_port":8443,"one_time":true},
            "capacity":100,"daily_sha256":"00","streams":[],"command_seq":0}"#,
        r#"{"type":"keys","keys":[{"label":"l1","sha256":"00","expires_at":9}]}"#,
        r#"{"type":"load","streams":1,"readers":2,"recording":1,"cpu_percent":1.5,"memory_bytes":10,"keys":64}"#,
        r#"{"type":"load","streams":2,"readers":2,"recording":1,"cpu_percent":1.5,"memory_bytes":10,"keys":64,
            "media":[{"call":"c1","party":"caller","kbps":512,"fps":29.5,"delay_ms":12,"loss_percent":0.5},
            {"call":"c1","party":"callee","kbps":32,"fps":0.0,"delay_ms":null,"loss_percent":null}]}"#,
        r#"{"type":"daily","sha256":"00"}"#,
        r#"{"type":"event","seq":1,"at":5,"call":"c1","party":"caller","stream":"c1.caller",
            "event":{"kind":"stream.begin","audio":{"codec":"aac","rate":44100,"channels":2}}}"#,
        r#"{"type":"event","seq":1,"at":5,"call":"c1","party":"caller","stream":"c1.caller",
            "event":{"kind":"stream.stalled"}}"#,
        r#"{"type":"event","seq":1,"at":5,"call":"c1","party":"caller","stream":"c1.caller",
            "event":{"kind":"stream.end","reason":"r"}}"#,
        r#"{"type":"event","seq":1,"at":5,"call":"c1","party":"caller","stream":"c1.caller",
            "event":{"kind":"recording.started"}}"#,
        r#"{"type":"event","seq":1,"at":5,"call":"c1","party":"caller","stream":"c1.caller",
            "event":{"kind":"recording.ready","files":[]}}"#,
        r#"{"type":"event","seq":1,"at":5,"call":"c1","party":"caller","stream":"c1.caller",
            "event":{"kind":"recording.failed","reason":"r"}}"#,
        r#"{"type":"event","seq":1,"at":5,"call":"c1","party":"caller","stream":"c1.caller",
            "event":{"kind":"made.ready","files":[]}}"#,
        r#"{"type":"event","seq":1,"at":5,"call":"c1","party":"caller","stream":"c1.caller",
            "event":{"kind":"made.failed","reason":"r"}}"#,
        r#"{"type":"event","seq":1,"at":5,"call":"c1","party":"caller","stream":"c1.caller",
            "event":{"kind":"still.ready","file":{"path":"c1/caller.png","bytes":10,"duration_ms":0,"sha256":"00"},
            "width":640,"height":360,"taken_at":4}}"#,
        r#"{"type":"event","seq":1,"at":5,"call":"c1","party":"caller","stream":"c1.caller",
            "event":{"kind":"still.failed","reason":"r"}}"#,
        r#"{"type":"done","seq":1}"#,
    ]);
    let newer: NodeEvent = serde_json::from_str(r#"{"kind":"x.y","z":1}"#).expect("passed over");
    assert_eq!(newer, NodeEvent::Unknown);
    pinned::<ToNode>(&[
        r#"{"type":"welcome","keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"AA"}]}"#,
        r#"{"type":"welcome","keys":[],"least":{"desks":{"front":90},"others":30}}"#,
        r#"{"type":"welcome","keys":[],"least":{}}"#,
        r#"{"type":"want_keys","count":64}"#,
        r#"{"type":"ack","seq":1}"#,
        r#"{"type":"command","seq":1,"command":{"kind":"call.end","call":"c1"}}"#,
        r#"{"type":"command","seq":2,"command":{"kind":"grants.end","call":"c1","user":"bob","serial":7}}"#,
        r#"{"type":"command","seq":3,"command":{"kind":"record.begin","call":"c1"}}"#,
        r#"{"type":"command","seq":3,"command":{"kind":"record.end","call":"c1"}}"#,
        r#"{"type":"command","seq":3,"command":{"kind":"call.log","call":"c1","entries":[
            {"seq":1,"at":5,"kind":"call.request"}]}}"#,
        r#"{"type":"command","seq":4,"command":{"kind":"still","call":"c1","party":"caller","id":"1"}}"#,
        r#"{"type":"error","code":"bad_request","message":"m","detail":"d"}"#,
    ]);
}
