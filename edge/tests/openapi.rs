//! `docs/openapi.json` against the code: the same routes, the same errors.

use counterpart_edge::http::route;
use counterpart_shared::api::ErrorCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ROUTES: &str = include_str!("../src/http/route.rs");

fn document() -> Value {
    serde_json::from_str(include_str!("../../docs/openapi.json")).expect("the document is JSON")
}

/// `METHOD /path/{}` of every operation that the document describes.
fn described() -> BTreeSet<String> {
    let document = document();
    let paths = document["paths"].as_object().expect("paths");
    let of = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("an item").keys();
        let path = anonymous(path);
        methods
            .map(move |method| format!("{} {path}", method.to_uppercase()))
            .collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

/// The path with its parameters' names taken out.
fn anonymous(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "{}" } else { part }.to_owned();
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// `METHOD /path/{}` of every arm of the router: `["v1", "calls", call] => ("GET", …`.
fn routed() -> BTreeSet<String> {
    let find = ROUTES.split("fn find(").nth(1).expect("the router");
    let find = find.split("\nfn ").next().expect("its end");
    let arms = find.split("] =>").collect::<Vec<_>>();
    let of = |pair: &[&str]| {
        let pattern = pair[0].rsplit('[').next().expect("a pattern");
        let methods = pair[1].split('"').nth(1).expect("the methods").to_owned();
        let part = |part: &str| match part.trim() {
            literal if literal.starts_with('"') => literal.trim_matches('"').to_owned(),
            _ => "{}".to_owned(),
        };
        let path = pattern.split(',').map(part).collect::<Vec<_>>().join("/");
        let of_method = |method: &str| format!("{method} /{path}");
        methods.split(", ").map(of_method).collect::<Vec<_>>()
    };
    arms.windows(2).flat_map(of).collect()
}

#[test]
fn every_route_is_described_and_nothing_else() {
    assert!(routed().len() > 10, "the router was understood");
    assert_eq!(described(), routed());
}

#[test]
fn what_is_described_is_routed() {
    for operation in described() {
        let (method, path) = operation.split_once(' ').expect("a method and a path");
        let found = route(method, &path.replace("{}", "x-1.js"), "");
        assert!(found.is_ok(), "{operation}: {found:?}");
    }
}

#[test]
fn every_error_is_described_in_both_languages() {
    let document = document();
    let schema = &document["components"]["schemas"]["Error"];
    let names = ErrorCode::ALL.map(|code| serde_json::to_value(code).expect("plain JSON"));
    assert_eq!(schema["properties"]["code"]["enum"], json!(names));
    for (code, name) in ErrorCode::ALL.into_iter().zip(names) {
        let name = name.as_str().expect("a name");
        let (zh, en) = code.text();
        let wanted = json!({"status": code.status(), "zh": zh, "en": en});
        assert_eq!(schema["x-errors"][name], wanted);
        let response = &document["components"]["responses"][name];
        assert_eq!(response["description"], format!("{zh} / {en}"));
    }
}

#[test]
fn each_operation_names_its_errors_by_their_status() {
    for (path, item) in document()["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            let responses = operation["responses"].as_object().expect("responses");
            for (status, response) in responses
                .iter()
                .filter(|(status, _)| status.as_str() >= "4")
            {
                let name = response["$ref"].as_str().expect("a shared response");
                let name = name.rsplit('/').next().expect("a name");
                let code: ErrorCode = serde_json::from_value(json!(name)).expect("an error");
                assert_eq!(code.status().to_string(), *status, "{method} {path}");
            }
        }
    }
}
