//! Each form, round trips, and that no error or log shows a grant.

use super::*;
use proptest::prelude::*;

const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn url(text: &str) -> MediaUrl {
    text.parse().unwrap()
}

fn fault(text: &str) -> UrlError {
    text.parse::<MediaUrl>().unwrap_err()
}

#[test]
fn each_form_is_read() {
    let expected = |scheme, host: &str, port| MediaUrl {
        scheme,
        host: host.into(),
        port,
        app: "live".into(),
        stream: "c1.caller".into(),
        grant: Some("a.b-_c".into()),
        sha256: None,
    };
    let tail = "live/c1.caller?grant=a.b-_c";
    let read = url(&format!("rtmp://node.example/{tail}"));
    assert_eq!(read, expected(Scheme::Rtmp, "node.example", 1935));
    let read = url(&format!("rtmps://127.0.0.1:8443/{tail}"));
    assert_eq!(read, expected(Scheme::Rtmps, "127.0.0.1", 8443));
    let read = url(&format!("rtmp://[::1]:1936/{tail}"));
    assert_eq!(read, expected(Scheme::Rtmp, "::1", 1936));
    let read = url("http://h:8080/live/c1.caller.flv?x=1&grant=a.b-_c&grant=second");
    assert_eq!(read, expected(Scheme::HttpFlv, "h", 8080));
    let read = url("https://h/live/c1.caller.flv?grant=a.b-_c");
    assert_eq!(read, expected(Scheme::HttpsFlv, "h", 443));
    let mut pinned = expected(Scheme::Quic, "k7.h", 4433);
    pinned.sha256 = Some(std::array::from_fn(|at| at as u8));
    assert_eq!(
        url(&format!("quic://k7.h:4433/{tail}#sha256={HEX}")),
        pinned
    );
    pinned.scheme = Scheme::WebTransport;
    for digits in [HEX, &HEX.to_uppercase()] {
        let text = format!("https://k7.h:4433/rtmp/{tail}#sha256={digits}");
        assert_eq!(url(&text), pinned);
    }
}

#[test]
fn the_printed_forms_are_pinned() {
    for text in [
        "rtmp://h:1935/live/s?grant=x".to_owned(),
        "rtmps://[2001:db8::1]:443/live/s".to_owned(),
        "http://h:80/live/s.flv?grant=x".to_owned(),
        "https://h:443/live/s.flv?grant=x".to_owned(),
        format!("quic://l.h:1/live/s?grant=x#sha256={HEX}"),
        format!("https://l.h:4433/rtmp/live/s?grant=x#sha256={HEX}"),
    ] {
        assert_eq!(url(&text).to_string(), text);
    }
}

#[test]
fn what_connect_and_publish_say() {
    let url = url("rtmp://[::1]/live/s?grant=x");
    assert_eq!(url.tc_url(), "rtmp://[::1]:1935/live");
    assert_eq!(url.name_with_query(), "s?grant=x");
}

#[test]
fn logs_show_no_grant() {
    let url = url("rtmp://h/live/s?grant=SECRET");
    assert_eq!(url.redacted().to_string(), "rtmp://h:1935/live/s?grant=***");
    assert_eq!(
        format!("{url:?}"),
        "MediaUrl(rtmp://h:1935/live/s?grant=***)"
    );
}

#[test]
fn what_is_wrong_is_named() {
    assert_eq!(fault("ftp://h/live/s"), UrlError::Scheme("ftp".into()));
    assert_eq!(fault("SECRET"), UrlError::Scheme("".into()));
    assert_eq!(fault("rtmp:///live/s"), UrlError::Host("".into()));
    assert_eq!(fault("rtmp://a b/live/s"), UrlError::Host("a b".into()));
    assert_eq!(
        fault("rtmp://me:SECRET@h/live/s"),
        UrlError::Host("h".into())
    );
    assert_eq!(fault("rtmp://[::g]/live/s"), UrlError::Host("::g".into()));
    assert_eq!(fault("rtmp://[::1/live/s"), UrlError::Host("[::1".into()));
    assert_eq!(fault("quic://h/live/s"), UrlError::Port("".into()));
    for port in ["0", "65536", "x", "+1", ""] {
        let text = format!("rtmp://h:{port}/live/s");
        assert_eq!(fault(&text), UrlError::Port(port.into()));
    }
    for path in ["", "live", "live/", "/s", "live/a/b", "live/\u{e4}"] {
        let text = format!("rtmp://h/{path}?grant=SECRET");
        assert!(matches!(fault(&text), UrlError::Path { path: p, .. } if p == path));
    }
    for path in ["live/s", "rtmp/live", "live/.flv", "x/live/s.flv"] {
        let text = format!("https://h/{path}?grant=SECRET");
        assert!(matches!(fault(&text), UrlError::Path { path: p, .. } if p == path));
    }
    for fragment in [
        "",
        "sha256=",
        "md5=00",
        &format!("sha256={}", "g".repeat(64)),
    ] {
        let text = format!("rtmp://h/live/s#{fragment}");
        let length = fragment.len();
        assert_eq!(fault(&text), UrlError::Sha256 { length });
    }
    let long = format!("rtmp://h/live/{}", "s".repeat(8192));
    let (length, max) = (long.len(), 8192);
    assert_eq!(fault(&long), UrlError::TooLong { length, max });
}

fn any_url() -> impl Strategy<Value = MediaUrl> {
    let scheme = prop_oneof![
        Just(Scheme::Rtmp),
        Just(Scheme::Rtmps),
        Just(Scheme::HttpFlv),
        Just(Scheme::HttpsFlv),
        Just(Scheme::Quic),
        Just(Scheme::WebTransport),
    ];
    let host = prop_oneof!["[a-z0-9.-]{1,20}", "[0-9a-f]{1,4}::[0-9a-f]{1,4}"];
    let segment = || "[A-Za-z0-9._~-]{1,20}";
    let grant = prop::option::of("[A-Za-z0-9._-]{0,40}");
    let rest = (
        1_u16..,
        segment(),
        segment(),
        grant,
        any::<Option<[u8; 32]>>(),
    );
    (scheme, host, rest).prop_map(
        |(scheme, host, (port, app, stream, grant, sha256))| MediaUrl {
            scheme,
            host,
            port,
            app,
            stream,
            grant,
            sha256,
        },
    )
}

proptest! {
    #[test]
    fn what_is_printed_is_read(url in any_url()) {
        prop_assert_eq!(url.to_string().parse(), Ok(url));
    }

    #[test]
    fn garbage_never_panics(text in "(rtmp|https?|quic)?(://)?[\\[\\]:@/?#a-z0-9.=\u{e4}-]{0,40}") {
        if let Ok(url) = text.parse::<MediaUrl>() {
            prop_assert_eq!(url.to_string().parse(), Ok(url));
        }
    }
}
