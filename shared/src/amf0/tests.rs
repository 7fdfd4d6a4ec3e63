//! Vectors, round trips, truncations and bounds.

use super::*;
use proptest::prelude::*;

fn any_value() -> impl Strategy<Value = Value> {
    let number = any::<f64>().prop_filter("NaN equals nothing", |number| !number.is_nan());
    let leaf = prop_oneof![
        number.clone().prop_map(Value::Number),
        any::<bool>().prop_map(Value::Boolean),
        ".{0,20}".prop_map(Value::String),
        Just(Value::Null),
        Just(Value::Undefined),
        number.prop_map(Value::Date),
        ".{0,20}".prop_map(Value::LongString),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let properties = prop::collection::vec((".{0,8}", inner.clone()), 0..6);
        prop_oneof![
            properties.clone().prop_map(Value::Object),
            properties.prop_map(Value::EcmaArray),
            prop::collection::vec(inner, 0..6).prop_map(Value::StrictArray),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(values in prop::collection::vec(any_value(), 0..4)) {
        prop_assert_eq!(read_all(&write_all(&values)), Ok(values));
    }

    #[test]
    fn every_truncation_of_one_value_is_an_error(value in any_value()) {
        let bytes = write_all(std::slice::from_ref(&value));
        for end in 1..bytes.len() {
            prop_assert!(matches!(read_all(&bytes[..end]), Err(Amf0Error::Truncated { .. })), "cut at {}", end);
        }
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(values) = read_all(&bytes) {
            write_all(&values);
        }
    }
}

#[test]
fn each_type_is_pinned() {
    let pairs: [(Value, &str); 11] = [
        (Value::Number(1.5), "003ff8000000000000"),
        (Value::Boolean(true), "0101"),
        ("live".into(), "0200046c697665"),
        (Value::object([("a", Value::Null)]), "030001610500 0009"),
        (Value::Object(vec![]), "03000009"),
        (Value::Null, "05"),
        (Value::Undefined, "06"),
        (
            Value::EcmaArray(vec![("w".into(), 2.0.into())]),
            "08 00000001 0001 77 004000000000000000 000009",
        ),
        (
            Value::StrictArray(vec![Value::Null, false.into()]),
            "0a 00000002 05 0100",
        ),
        (Value::Date(0.0), "0b 0000000000000000 0000"),
        (Value::LongString("x".into()), "0c 00000001 78"),
    ];
    for (value, digits) in pairs {
        let bytes = hex::decode(digits.replace(' ', "")).unwrap();
        assert_eq!(read_all(&bytes), Ok(vec![value.clone()]));
        assert_eq!(write_all(&[value]), bytes);
    }
}

#[test]
fn types_that_mean_the_same_are_read_as_one() {
    let read = |digits: &str| read_all(&hex::decode(digits).unwrap()).unwrap();
    assert_eq!(read("0d"), [Value::Undefined]);
    assert_eq!(read("0f0000000178"), [Value::LongString("x".into())]);
    assert_eq!(
        read("100001430001610500 0009".replace(' ', "").as_str()),
        [Value::object([("a", Value::Null)])]
    );
}

#[test]
fn an_empty_key_may_name_a_value() {
    let value = Value::Object(vec![("".into(), 1.0.into()), ("b".into(), Value::Null)]);
    assert_eq!(
        read_all(&write_all(std::slice::from_ref(&value))),
        Ok(vec![value])
    );
}

#[test]
fn long_texts_change_their_type_and_long_keys_are_cut() {
    let text = "x".repeat(65_536);
    let read = read_all(&write_all(&[text.as_str().into()])).unwrap();
    assert_eq!(read, [Value::LongString(text)]);
    let key = "ä".repeat(40_000);
    let read = read_all(&write_all(&[Value::Object(vec![(key, Value::Null)])])).unwrap();
    assert_eq!(read[0].properties()[0].0.len(), 65_534);
}

#[test]
fn text_that_is_not_utf8_is_replaced() {
    assert_eq!(
        read_all(&[2, 0, 2, 0xC4, 0x41]),
        Ok(vec!["\u{FFFD}A".into()])
    );
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| [0x0A, 0, 0, 0, 1].repeat(depth);
    let bytes = [nested(16), vec![0x05]].concat();
    assert!(read_all(&bytes).is_ok());
    let bytes = [nested(17), vec![0x05]].concat();
    let refused = Amf0Error::TooDeep {
        max: 16,
        offset: 85,
    };
    assert_eq!(read_all(&bytes), Err(refused));
}

#[test]
fn the_number_of_values_is_bounded_and_claims_allocate_nothing() {
    let bytes = vec![0x05; 16_385];
    let refused = Amf0Error::TooMany {
        max: 16_384,
        offset: 16_384,
    };
    assert_eq!(read_all(&bytes), Err(refused));
    let refused = Amf0Error::Truncated {
        offset: 5,
        needed: 1,
        left: 0,
    };
    assert_eq!(read_all(&[0x0A, 0xFF, 0xFF, 0xFF, 0xFF]), Err(refused));
    let refused = Amf0Error::Truncated {
        offset: 5,
        needed: 0xFFFF_FFFF,
        left: 1,
    };
    assert_eq!(read_all(&[0x0C, 0xFF, 0xFF, 0xFF, 0xFF, 0]), Err(refused));
}

#[test]
fn unsupported_markers_are_named() {
    for marker in [0x04, 0x07, 0x09, 0x0E, 0x11, 0xFF] {
        let refused = Amf0Error::Marker { marker, offset: 1 };
        assert_eq!(read_all(&[0x05, marker]), Err(refused));
    }
}
