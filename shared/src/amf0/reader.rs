//! Bytes to values.

use super::{Amf0Error, Value};

/// What a peer may make us build from one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amf0Limits {
    /// Objects inside objects: bounds the stack.
    pub max_depth: usize,
    /// Values in all: bounds memory, since one byte on the wire is a [`Value`] here.
    pub max_values: usize,
}

impl Default for Amf0Limits {
    fn default() -> Self {
        Self {
            max_depth: 16,
            max_values: 16_384,
        }
    }
}

/// Reads one value after another. After an error the reader is of no further use.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    limits: Amf0Limits,
    values: usize,
}

impl<'a> Reader<'a> {
    /// Over these bytes.
    pub fn new(bytes: &'a [u8], limits: Amf0Limits) -> Self {
        Self {
            bytes,
            at: 0,
            limits,
            values: 0,
        }
    }

    /// The next value, `None` at the end of the bytes.
    ///
    /// # Errors
    /// See [`Amf0Error`].
    pub fn next_value(&mut self) -> Result<Option<Value>, Amf0Error> {
        todo!()
    }

    /// How many bytes were read.
    pub fn position(&self) -> usize {
        self.at
    }
}

/// All values of a message, with the default limits.
///
/// # Errors
/// See [`Amf0Error`].
pub fn read_all(bytes: &[u8]) -> Result<Vec<Value>, Amf0Error> {
    let mut reader = Reader::new(bytes, Amf0Limits::default());
    let mut values = Vec::new();
    while let Some(value) = reader.next_value()? {
        values.push(value);
    }
    Ok(values)
}
