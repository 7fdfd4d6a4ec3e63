//! The files of the pages: which one is meant, and what is said about it.

use super::refusal::Refusal;

/// What a page may do: its own scripts, the edge, the media nodes wherever they are, and nothing else.
pub const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' blob: data:; media-src 'self' blob: http: https:; connect-src 'self' http: https: ws: wss:; \
     worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The longest name of a file, in bytes.
const MAX_NAME: usize = 128;

/// What is served, by the end of its name (IANA media types).
const TYPES: [(&str, &str); 16] = [
    ("css", "text/css; charset=utf-8"),
    ("gif", "image/gif"),
    ("ico", "image/x-icon"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("mp3", "audio/mpeg"),
    ("ogg", "audio/ogg"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("wav", "audio/wav"),
    ("webp", "image/webp"),
    ("woff2", "font/woff2"),
];

/// A file of `clients/web/dist`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asset {
    /// `index.html`, for customers.
    Customer,
    /// `console.html`, for agents.
    Console,
    /// `board.html`, for operators.
    Board,
    /// What the pages load, under a name that says what is in it.
    Part {
        /// Below `assets/`.
        name: String,
        /// Its media type.
        content_type: &'static str,
    },
}

impl Asset {
    /// The file `/assets/NAME`.
    ///
    /// # Errors
    /// A [`Refusal`] for a name that no file of ours has: of a type that no page needs, or with anything in it that a
    /// folder could understand.
    pub fn part(name: &str) -> Result<Self, Refusal> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        let fits = name.len() <= MAX_NAME && !name.starts_with('.') && name.bytes().all(plain);
        let end = name.rsplit_once('.').map(|(_, end)| end);
        let known = TYPES.iter().find(|(of, _)| Some(*of) == end);
        match known.filter(|_| fits) {
            Some((_, content_type)) => Ok(Self::Part {
                name: name.to_owned(),
                content_type,
            }),
            None => Err(Refusal::path(&format!("GET /assets/{name}"))),
        }
    }

    /// Its path in the folder.
    pub fn path(&self) -> String {
        match self {
            Asset::Customer => "/index.html".to_owned(),
            Asset::Console => "/console.html".to_owned(),
            Asset::Board => "/board.html".to_owned(),
            Asset::Part { name, .. } => format!("/assets/{name}"),
        }
    }

    /// Whether it is a page, which a person opens.
    pub fn is_page(&self) -> bool {
        !matches!(self, Asset::Part { .. })
    }

    /// Its media type.
    pub fn content_type(&self) -> &'static str {
        match self {
            Asset::Part { content_type, .. } => content_type,
            Asset::Customer | Asset::Console | Asset::Board => "text/html; charset=utf-8",
        }
    }

    /// For how long it may be kept: a page is asked for each time, what it names never changes.
    pub fn cache(&self) -> &'static str {
        match self {
            Asset::Part { .. } => "public, max-age=31536000, immutable",
            Asset::Customer | Asset::Console | Asset::Board => "no-cache",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterpart_shared::api::ErrorCode;

    #[test]
    fn files_have_their_types_and_are_kept_by_their_names() {
        for (name, wanted) in [
            ("console-4f3a.js", "text/javascript; charset=utf-8"),
            ("wire-00.wasm", "application/wasm"),
            ("style.min.css", "text/css; charset=utf-8"),
        ] {
            let part = Asset::part(name).unwrap();
            assert_eq!(part.content_type(), wanted);
            assert_eq!(part.path(), format!("/assets/{name}"));
            assert!(part.cache().contains("immutable") && !part.is_page());
        }
        for page in [Asset::Customer, Asset::Console, Asset::Board] {
            assert!(page.is_page() && page.path().ends_with(".html"));
            assert_eq!(page.cache(), "no-cache");
        }
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        for name in [
            "",
            ".",
            "..",
            ".env.js",
            "..%2fsecrets.json",
            "a/b.js",
            "a%00.js",
            "a b.js",
            "page.html",
            "program",
            "x.exe",
            "js",
            &format!("{}.js", "x".repeat(MAX_NAME)),
        ] {
            let refusal = Asset::part(name).unwrap_err();
            assert_eq!(refusal.error.code, ErrorCode::NotFound, "{name}");
        }
    }

    #[test]
    fn a_page_runs_no_script_that_stands_in_it() {
        assert!(PAGE_POLICY.starts_with("default-src 'none'; "));
        assert!(!PAGE_POLICY.contains("unsafe-inline") && !PAGE_POLICY.contains("'unsafe-eval'"));
        assert!(!PAGE_POLICY.contains("  "));
    }
}
