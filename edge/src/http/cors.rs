//! Which pages of other origins may read the answers (Fetch standard §3.3). Tokens travel in headers and there
//! are no cookies, so a page can do nothing here that its user's token does not allow: by default any may ask.

/// Every origin.
pub const ANY: &str = "*";

/// What an answer says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    /// `Access-Control-Allow-Origin`, if the page may read it.
    pub allow: Option<String>,
    /// Whether the answer depends on who asks (`Vary: Origin`).
    pub vary: bool,
}

impl Cors {
    /// For a request from `origin`, where `list` names the allowed ones, separated by commas; an empty list
    /// is [`ANY`].
    pub fn of(list: &str, origin: Option<&str>) -> Self {
        let allowed = || list.split(',').map(str::trim).filter(|one| !one.is_empty());
        if allowed().next().is_none() || allowed().any(|one| one == ANY) {
            let allow = Some(ANY.to_owned());
            return Self { allow, vary: false };
        }
        let known =
            origin.filter(|origin| allowed().any(|one| one.trim_end_matches('/') == *origin));
        Self {
            allow: known.map(str::to_owned),
            vary: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_list_anyone_may_read() {
        for list in ["", " ", "*", "https://a.example, *"] {
            let cors = Cors::of(list, Some("https://b.example"));
            assert_eq!(cors.allow.as_deref(), Some("*"));
            assert!(!cors.vary);
        }
    }

    #[test]
    fn with_a_list_only_those_on_it() {
        let list = "https://a.example, https://b.example/";
        let allow = |origin| Cors::of(list, origin).allow;
        for origin in ["https://a.example", "https://b.example"] {
            assert_eq!(allow(Some(origin)).as_deref(), Some(origin));
        }
        for other in ["http://a.example", "https://a.example.evil", "null", ""] {
            assert_eq!(allow(Some(other)), None);
        }
        assert!(
            Cors::of(list, None)
                == Cors {
                    allow: None,
                    vary: true
                }
        );
    }
}
