//! What outlives the process.

use super::*;

#[test]
fn what_is_stored_is_pinned() {
    let rows = [
        (
            "room",
            "r1",
            r#"{"agent":"bob","place":{"state":"close"},"since":1,"closing":false}"#,
        ),
        (
            "room",
            "r2",
            r#"{"agent":"bob","place":{"state":"idle"},"since":1,"closing":false,"gone_since":7}"#,
        ),
        (
            "room",
            "r3",
            r#"{"agent":"bob","place":{"state":"offered","number":3,"waiting":{"call":"c1","customer":"alice","since":2,"refused_by":"r1","told":0},"until":9},"since":1,"closing":false}"#,
        ),
        (
            "room",
            "r4",
            r#"{"agent":"bob","place":{"state":"talking","call":"c2"},"since":1,"closing":true}"#,
        ),
        (
            "room",
            "r5",
            r#"{"agent":"bob","place":{"state":"close","reason":"missed"},"since":1,"closing":false}"#,
        ),
        (
            "room",
            "r6",
            r#"{"agent":"bob","place":{"state":"wrapping","call":"c3","until":9},"since":1,"skills":["loans"],"closing":false}"#,
        ),
        (
            "waiting",
            "12",
            r#"{"call":"c1","customer":"alice","since":2,"told":1}"#,
        ),
        (
            "waiting",
            "13",
            r#"{"call":"c4","customer":"alice","since":2,"needs":{"skills":["loans"],"priority":1},"arrived":1,"wanted":"r1","told":1,"told_wait_s":60}"#,
        ),
        (
            "settings",
            "settings",
            r#"{"offer_s":20,"presence_s":15,"wrap_up_s":0,"max_line":7,"messages_per_10s":50,"utc_offset_min":0,"record":"off","title":{"zh":"贷款","en":"Loans"},"quick_replies":["您好"]}"#,
        ),
        ("pace", "pace", r#"{"talk":60000}"#),
        (
            "today",
            "today",
            r#"{"day":20000,"offered":3,"answered":2,"missed":1,"abandoned":4,"waited":5000,"talks":1,"talked":60000}"#,
        ),
    ];
    let row = |(kind, key, json): &(&str, &str, &str)| Row {
        kind: (*kind).into(),
        key: (*key).into(),
        json: (*json).into(),
    };
    let mut desk = Desk::load(&rows.each_ref().map(row)).unwrap();
    assert_eq!(desk.changes(), []);
    for n in 1..=6 {
        desk.rooms.get_mut(&room(n));
    }
    desk.line.get_mut(&12);
    desk.line.get_mut(&13);
    desk.settings.get_mut();
    desk.pace.get_mut();
    desk.today.get_mut();
    let stored = desk.changes().into_iter();
    let stored: Vec<_> = stored.map(|c| (c.kind, c.key, c.json.unwrap())).collect();
    assert_eq!(
        stored,
        rows.map(|(kind, key, json)| (kind, key.to_owned(), json.to_owned()))
    );
}

#[test]
fn what_the_first_version_stored_is_read() {
    let rows = [
        (
            "waiting",
            "12",
            r#"{"call":"c1","customer":"alice","since":2}"#,
        ),
        ("settings", "settings", r#"{"offer_s":20,"presence_s":15}"#),
    ];
    let row = |(kind, key, json): (&str, &str, &str)| Row {
        kind: kind.into(),
        key: key.into(),
        json: json.into(),
    };
    let desk = Desk::load(&rows.map(row)).unwrap();
    assert_eq!(line(&desk), [call(1)]);
    assert_eq!(*desk.settings(), DeskSettings::default());
}
