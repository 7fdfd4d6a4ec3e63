//! Finished calls for spreadsheets (RFC 4180).

use super::search::reason_word;
use counterpart_shared::api::FinishedCall;
use counterpart_shared::id::{DeskId, Party, RoomId, UserId};

/// The first bytes of a file: the mark by which spreadsheets know UTF-8, and the names of the columns.
pub const CSV_HEAD: &str = "\u{feff}call,desk,room,customer,agent,created_at,requested_at,answered_at,\
                            ended_at,by,reason,recorded,watched_by,stars,comment,note\r\n";

/// The line of one call. Times are UTC, as RFC 3339 writes them.
pub fn csv_line(call: &FinishedCall) -> String {
    let time = |at: Option<u64>| at.map(time).unwrap_or_default();
    let by = match call.by {
        Some(Party::Caller) => "caller",
        Some(Party::Callee) => "callee",
        None => "",
    };
    let watchers: Vec<&str> = call.watched_by.iter().map(UserId::as_str).collect();
    let rating = call.rating.as_ref();
    let stars = rating.map(|rating| rating.stars);
    let comment = rating.and_then(|rating| rating.comment.as_deref());
    let cells = [
        cell(call.call.as_str()),
        cell(call.desk.as_ref().map_or("", DeskId::as_str)),
        cell(call.room.as_ref().map_or("", RoomId::as_str)),
        cell(call.customer.as_str()),
        cell(call.agent.as_ref().map_or("", UserId::as_str)),
        time(call.created_at),
        time(call.requested_at),
        time(call.answered_at),
        time(Some(call.ended_at)),
        by.to_owned(),
        reason_word(call.reason),
        call.recorded.to_string(),
        cell(&watchers.join(" ")),
        stars.map(|stars| stars.to_string()).unwrap_or_default(),
        cell(comment.unwrap_or_default()),
        cell(call.note.as_deref().unwrap_or_default()),
    ];
    cells.join(",") + "\r\n"
}

/// A text that a stranger may have chosen: never taken for a formula (a spreadsheet shows what follows the
/// apostrophe), never for more than one cell.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if formula { "'" } else { "" };
    if text.contains(['"', ',', '\r', '\n']) {
        return format!("\"{mark}{}\"", text.replace('"', "\"\""));
    }
    format!("{mark}{text}")
}

/// `2026-11-24T02:05:04.123Z`. The calendar goes by eras of 400 years that begin on a 1 March.
fn time(at: u64) -> String {
    let (days, ms) = (at / 86_400_000 + 719_468, at % 86_400_000);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute) = (ms / 3_600_000, ms / 60_000 % 60);
    let (second, ms) = (ms / 1000 % 60, ms % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_pinned() {
        let line = |json: &str| csv_line(&serde_json::from_str(json).unwrap());
        assert_eq!(
            line(
                r#"{"call":"c-1","desk":"front","room":"r1","customer":"alice","agent":"bob","created_at":1795485904123,"requested_at":1795485905000,"answered_at":1795485906000,"ended_at":1795485907000,"by":"callee","reason":"hang_up","recorded":true,"watched_by":["ann","eve"],"rating":{"stars":4,"comment":"=好, 谢谢"},"note":"一\n二"}"#
            ),
            "c-1,front,r1,alice,bob,2026-11-24T02:05:04.123Z,2026-11-24T02:05:05.000Z,\
             2026-11-24T02:05:06.000Z,2026-11-24T02:05:07.000Z,callee,hang_up,true,ann eve,4,\"'=好, 谢谢\",\"一\n二\"\r\n"
        );
        assert_eq!(
            line(
                r#"{"call":"c-2","customer":"-1","ended_at":0,"reason":"lease","recorded":false}"#
            ),
            "c-2,,,'-1,,,,,1970-01-01T00:00:00.000Z,,lease,false,,,,\r\n"
        );
        let columns = CSV_HEAD.trim_end().split(',').count();
        assert_eq!(columns, 16);
        assert_eq!(CSV_HEAD.as_bytes()[..3], [0xEF, 0xBB, 0xBF]);
    }

    #[test]
    fn no_text_becomes_a_formula_or_two_cells() {
        for (text, wanted) in [
            ("plain", "plain"),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("@sum", "'@sum"),
            ("\tx", "'\tx"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("-a\r\nb", "\"'-a\r\nb\""),
        ] {
            assert_eq!(cell(text), wanted);
        }
    }

    #[test]
    fn the_calendar_has_its_leap_days() {
        for (at, wanted) in [
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (1_735_689_599_999, "2024-12-31T23:59:59.999Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(time(at), wanted);
        }
    }
}
