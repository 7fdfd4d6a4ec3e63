//! One AMF0 value.

/// A value and its type (§2.1). Types that mean the same to RTMP are read as one: XML as
/// [`Value::LongString`], a typed object as [`Value::Object`], "unsupported" as [`Value::Undefined`].
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// §2.2
    Number(f64),
    /// §2.3
    Boolean(bool),
    /// §2.4; written as a long string when it exceeds 65,535 bytes.
    String(String),
    /// §2.5, in the order of the wire.
    Object(Vec<(String, Value)>),
    /// §2.7
    Null,
    /// §2.8
    Undefined,
    /// §2.10
    EcmaArray(Vec<(String, Value)>),
    /// §2.12
    StrictArray(Vec<Value>),
    /// §2.13, milliseconds since 1970; the time zone is always written 0 and ignored when read.
    Date(f64),
    /// §2.14
    LongString(String),
}

impl Value {
    /// An object of these properties.
    pub fn object<const N: usize>(properties: [(&str, Value); N]) -> Value {
        Value::Object(
            properties
                .map(|(key, value)| (key.to_owned(), value))
                .into(),
        )
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) | Value::LongString(text) => Some(text),
            _ => None,
        }
    }

    /// The number.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Boolean(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The properties of an object or ECMA array, none for anything else.
    pub fn properties(&self) -> &[(String, Value)] {
        match self {
            Value::Object(properties) | Value::EcmaArray(properties) => properties,
            _ => &[],
        }
    }

    /// The first property of that name.
    pub fn property(&self, key: &str) -> Option<&Value> {
        let found = self.properties().iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Number(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Value::Boolean(truth)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text)
    }
}
