//! Which finished calls are wanted.

use super::cursor::{Cursor, CursorError, LAST_TIME};
use counterpart_shared::api::{ApiError, EndReason, ErrorCode, FinishedCall, MAX_PAGE};
use counterpart_shared::id::{DeskId, IdError, UserId};
use serde::de::IntoDeserializer;
use serde::de::value::Error as WordError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

const PAGE: u32 = 50;

/// What must hold for a call that is wanted; what is not said may be anything. Between the objects it travels as
/// the query string that it came as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Search {
    /// Its desk.
    pub desk: Option<DeskId>,
    /// Who answered.
    pub agent: Option<UserId>,
    /// Who asked.
    pub customer: Option<UserId>,
    /// It ended then or later.
    pub from: Option<u64>,
    /// It ended earlier.
    pub to: Option<u64>,
    /// Why it ended.
    pub reason: Option<EndReason>,
    /// How many are wanted, newest first.
    pub limit: u32,
    /// Only those behind this one.
    pub after: Option<Cursor>,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            desk: None,
            agent: None,
            customer: None,
            from: None,
            to: None,
            reason: None,
            limit: PAGE,
            after: None,
        }
    }
}

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |id: Option<&str>| id.map(str::to_owned);
        let number = |number: Option<u64>| number.map(|number| number.to_string());
        let pairs = [
            ("desk", text(self.desk.as_ref().map(DeskId::as_str))),
            ("agent", text(self.agent.as_ref().map(UserId::as_str))),
            ("customer", text(self.customer.as_ref().map(UserId::as_str))),
            ("from", number(self.from)),
            ("to", number(self.to)),
            ("reason", self.reason.map(reason_word)),
            ("after", self.after.clone().map(String::from)),
        ];
        write!(f, "limit={}", self.limit)?;
        for (name, value) in pairs {
            if let Some(value) = value {
                write!(f, "&{name}={value}")?;
            }
        }
        Ok(())
    }
}

impl TryFrom<String> for Search {
    type Error = ApiError;

    fn try_from(text: String) -> Result<Self, ApiError> {
        Self::read(&text, true)
    }
}

impl From<Search> for String {
    fn from(search: Search) -> Self {
        search.to_string()
    }
}

/// What stands for one `?` of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A number.
    Number(u64),
}

impl Search {
    /// Reads a query string (without `?`); `limit` and `after` are for those who get pages.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`] that names the first parameter that is unknown, given twice, or has a value
    /// that it cannot have.
    pub fn read(query: &str, paged: bool) -> Result<Self, ApiError> {
        let mut search = Self::default();
        let mut seen = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let known = search.set(name, value, paged);
            known.map_err(|why| bad(name, &why))?;
            if seen.contains(&name) {
                return Err(bad(name, "given twice"));
            }
            seen.push(name);
        }
        Ok(search)
    }

    fn set(&mut self, name: &str, value: &str, paged: bool) -> Result<(), String> {
        match name {
            "desk" => self.desk = Some(id(value)?),
            "agent" => self.agent = Some(id(value)?),
            "customer" => self.customer = Some(id(value)?),
            "from" => self.from = Some(number(value, 0, LAST_TIME)?),
            "to" => self.to = Some(number(value, 0, LAST_TIME)?),
            "reason" => self.reason = Some(reason(value)?),
            "limit" if paged => self.limit = number(value, 1, MAX_PAGE.into())? as u32,
            "after" if paged => {
                let cursor: Result<_, CursorError> = value.parse();
                self.after = Some(cursor.map_err(|error| error.to_string())?);
            }
            _ => return Err("no such parameter".to_owned()),
        }
        Ok(())
    }

    /// The statement that finds the calls, and one more if there is one: then this is not the last page.
    ///
    /// A `+` before a column keeps SQLite from its index, so that the one of the fewest calls is used: a person's
    /// before a desk's, any of them before that of all times. Each ends in the order that is asked for.
    pub fn sql(&self) -> (String, Vec<Value>) {
        let mut sql = "SELECT json FROM calls WHERE 1".to_owned();
        let mut values = Vec::new();
        let text = |id: Option<&str>| id.map(|id| Value::Text(id.to_owned()));
        let columns = [
            ("agent", text(self.agent.as_ref().map(UserId::as_str))),
            ("customer", text(self.customer.as_ref().map(UserId::as_str))),
            ("desk", text(self.desk.as_ref().map(DeskId::as_str))),
        ];
        for (name, value) in columns {
            let Some(value) = value else { continue };
            let plus = if values.is_empty() { "" } else { "+" };
            sql = sql + " AND " + plus + name + " = ?";
            values.push(value);
        }
        let mut more = |condition: &str, value| {
            sql.push_str(condition);
            values.push(value);
        };
        if let Some(reason) = self.reason {
            more(" AND reason = ?", Value::Text(reason_word(reason)));
        }
        if let Some(from) = self.from {
            more(" AND ended_at >= ?", Value::Number(from));
        }
        if let Some(to) = self.to {
            more(" AND ended_at < ?", Value::Number(to));
        }
        if let Some(Cursor { ended_at, call }) = &self.after {
            more(" AND (ended_at, call) < (?", Value::Number(*ended_at));
            more(", ?)", Value::Text(call.to_string()));
        }
        let limit = Value::Number(u64::from(self.limit) + 1);
        more(" ORDER BY ended_at DESC, call DESC LIMIT ?", limit);
        (sql, values)
    }

    /// Makes the page of what [`sql`](Self::sql) found, and says where the next one begins.
    pub fn page(&self, calls: &mut Vec<FinishedCall>) -> Option<Cursor> {
        let full = calls.len() > self.limit as usize;
        calls.truncate(self.limit as usize);
        calls.last().filter(|_| full).map(|last| Cursor {
            ended_at: last.ended_at,
            call: last.call.clone(),
        })
    }
}

/// A reason as the wire and the table write it.
pub fn reason_word(reason: EndReason) -> String {
    crate::table::to_json(&reason).trim_matches('"').to_owned()
}

fn reason(text: &str) -> Result<EndReason, String> {
    let read: Result<_, WordError> = EndReason::deserialize(text.into_deserializer());
    read.map_err(|error| error.to_string())
}

fn id<T: FromStr<Err = IdError>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: IdError| error.to_string())
}

fn number(text: &str, least: u64, most: u64) -> Result<u64, String> {
    let number = text.parse().ok();
    let fits = number.filter(|number| (least..=most).contains(number));
    fits.ok_or_else(|| format!("'{text}' is no number from {least} to {most}"))
}

fn bad(name: &str, why: &str) -> ApiError {
    let cut = |text: &str| text.chars().take(200).collect::<String>();
    ApiError::new(ErrorCode::BadRequest, cut(name) + ": " + &cut(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Search {
        Search::read(query, true).unwrap()
    }

    #[test]
    fn a_query_is_read_whole() {
        assert_eq!(read(""), Search::default());
        let all =
            "desk=front&agent=bob&customer=alice&from=5&to=9&reason=hang_up&limit=500&after=7.c-1";
        let search = read(all);
        let wanted = Search {
            desk: Some("front".parse().unwrap()),
            agent: Some("bob".parse().unwrap()),
            customer: Some("alice".parse().unwrap()),
            from: Some(5),
            to: Some(9),
            reason: Some(EndReason::HangUp),
            limit: 500,
            after: Some("7.c-1".parse().unwrap()),
        };
        assert_eq!(search, wanted);
        for search in [search, Search::default()] {
            let json = crate::table::to_json(&search);
            assert_eq!(serde_json::from_str::<Search>(&json).unwrap(), search);
        }
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (query, named) in [
            ("desc=front", "desc: no such parameter"),
            ("desk", "desk: desk id ''"),
            ("desk=a%20b", "desk: desk id 'a%20b'"),
            ("agent=", "agent: user id ''"),
            ("customer=a/b", "customer: user id 'a/b'"),
            ("from=-1", "from: '-1' is no number from 0 to"),
            ("to=253402300800000", "to: '253402300800000'"),
            ("reason=bored", "reason: unknown variant `bored`"),
            ("limit=0", "limit: '0' is no number from 1 to 500"),
            ("limit=501", "limit: '501'"),
            ("after=7", "after: '7' is no place"),
            ("after=x.c-1", "after: 'x.c-1' is no place"),
            ("desk=front&desk=back", "desk: given twice"),
        ] {
            let error = Search::read(query, true).unwrap_err();
            assert_eq!(error.code, ErrorCode::BadRequest);
            assert!(error.detail.starts_with(named), "{}", error.detail);
        }
        for query in ["limit=5", "after=7.c-1"] {
            assert!(Search::read(query, false).is_err(), "{query}");
        }
        let long = format!("{}=1", "x".repeat(10_000));
        let error = Search::read(&long, true).unwrap_err();
        assert!(error.detail.len() < 300);
    }

    #[test]
    fn a_statement_says_the_same_and_uses_the_best_index() {
        assert_eq!(
            read("limit=2").sql(),
            (
                "SELECT json FROM calls WHERE 1 ORDER BY ended_at DESC, call DESC LIMIT ?".into(),
                vec![Value::Number(3)]
            )
        );
        let (sql, values) = read("desk=front&agent=bob&reason=lease&from=5&to=9&after=7.c.1").sql();
        assert_eq!(
            sql,
            "SELECT json FROM calls WHERE 1 AND agent = ? AND +desk = ? AND reason = ? AND ended_at >= ? AND \
             ended_at < ? AND (ended_at, call) < (?, ?) ORDER BY ended_at DESC, call DESC LIMIT ?"
        );
        let text = |text: &str| Value::Text(text.into());
        let wanted = [
            text("bob"),
            text("front"),
            text("lease"),
            Value::Number(5),
            Value::Number(9),
            Value::Number(7),
            text("c.1"),
            Value::Number(51),
        ];
        assert_eq!(values, wanted);
    }

    #[test]
    fn a_full_page_says_where_the_next_begins() {
        let call = |n: u64| -> FinishedCall {
            let json = format!(
                r#"{{"call":"c-{n}","customer":"a","ended_at":{n},"reason":"lease","recorded":false}}"#
            );
            serde_json::from_str(&json).unwrap()
        };
        let search = read("limit=2");
        let mut found = vec![call(9), call(8), call(7)];
        let next = search.page(&mut found).unwrap();
        assert_eq!(found, [call(9), call(8)]);
        assert_eq!(next.to_string(), "8.c-8");
        assert_eq!(next.to_string().parse(), Ok(next));
        let mut last = vec![call(7), call(6)];
        assert_eq!(search.page(&mut last), None);
        assert_eq!(last.len(), 2);
        assert_eq!(search.page(&mut Vec::new()), None);
    }
}
