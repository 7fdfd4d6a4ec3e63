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
///
/// Text that is not UTF-8 is read with replacement characters: a foreign encoder's title is no reason to end a publish.
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
        if self.at == self.bytes.len() {
            return Ok(None);
        }
        self.value(0).map(Some)
    }

    /// How many bytes were read.
    pub fn position(&self) -> usize {
        self.at
    }

    fn value(&mut self, depth: usize) -> Result<Value, Amf0Error> {
        let offset = self.at;
        let marker = self.byte()?;
        self.count(depth, offset)?;
        Ok(match marker {
            0x00 => Value::Number(self.number()?),
            0x01 => Value::Boolean(self.byte()? != 0),
            0x02 => Value::String(self.short_text()?),
            0x03 => Value::Object(self.properties(depth)?),
            0x05 => Value::Null,
            0x06 | 0x0D => Value::Undefined,
            0x08 => self.ecma_array(depth)?,
            0x0A => self.strict_array(depth)?,
            0x0B => self.date()?,
            0x0C | 0x0F => Value::LongString(self.long_text()?),
            0x10 => self.typed_object(depth)?,
            _ => return Err(Amf0Error::Marker { marker, offset }),
        })
    }

    fn count(&mut self, depth: usize, offset: usize) -> Result<(), Amf0Error> {
        let Amf0Limits {
            max_depth,
            max_values,
        } = self.limits;
        if depth > max_depth {
            return Err(Amf0Error::TooDeep {
                max: max_depth,
                offset,
            });
        }
        self.values += 1;
        if self.values > max_values {
            return Err(Amf0Error::TooMany {
                max: max_values,
                offset,
            });
        }
        Ok(())
    }

    /// Pairs up to an empty key with the end marker (§2.5).
    fn properties(&mut self, depth: usize) -> Result<Vec<(String, Value)>, Amf0Error> {
        let mut properties = Vec::new();
        loop {
            let key = self.short_text()?;
            if key.is_empty() && self.object_ends()? {
                return Ok(properties);
            }
            properties.push((key, self.value(depth + 1)?));
        }
    }

    /// Whether the end marker is next. An empty key may also name a value, which some encoders write.
    fn object_ends(&mut self) -> Result<bool, Amf0Error> {
        let ends = self.peek()? == 0x09;
        if ends {
            self.at += 1;
        }
        Ok(ends)
    }

    /// §2.10. The count is a hint that encoders get wrong; the end marker decides.
    fn ecma_array(&mut self, depth: usize) -> Result<Value, Amf0Error> {
        self.length32()?;
        self.properties(depth).map(Value::EcmaArray)
    }

    /// §2.12. Nothing is allocated by the claimed count.
    fn strict_array(&mut self, depth: usize) -> Result<Value, Amf0Error> {
        let length = self.length32()?;
        let mut values = Vec::new();
        for _ in 0..length {
            values.push(self.value(depth + 1)?);
        }
        Ok(Value::StrictArray(values))
    }

    fn date(&mut self) -> Result<Value, Amf0Error> {
        let milliseconds = self.number()?;
        self.take(2)?;
        Ok(Value::Date(milliseconds))
    }

    fn typed_object(&mut self, depth: usize) -> Result<Value, Amf0Error> {
        self.short_text()?;
        self.properties(depth).map(Value::Object)
    }

    fn short_text(&mut self) -> Result<String, Amf0Error> {
        let length = u16::from_be_bytes(self.array()?);
        self.text(usize::from(length))
    }

    fn long_text(&mut self) -> Result<String, Amf0Error> {
        let length = self.length32()?;
        self.text(length)
    }

    fn text(&mut self, length: usize) -> Result<String, Amf0Error> {
        let text = self.take(length)?;
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    fn number(&mut self) -> Result<f64, Amf0Error> {
        self.array().map(f64::from_be_bytes)
    }

    fn length32(&mut self) -> Result<usize, Amf0Error> {
        Ok(u32::from_be_bytes(self.array()?) as usize)
    }

    fn byte(&mut self) -> Result<u8, Amf0Error> {
        let byte = self.peek()?;
        self.at += 1;
        Ok(byte)
    }

    fn peek(&self) -> Result<u8, Amf0Error> {
        let byte = self.bytes.get(self.at).copied();
        byte.ok_or(self.truncated(1))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Amf0Error> {
        let bytes = self.take(N)?;
        Ok(bytes.try_into().expect("take gives what it is asked for"))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Amf0Error> {
        let (taken, _) = self.bytes[self.at..]
            .split_at_checked(length)
            .ok_or(self.truncated(length))?;
        self.at += length;
        Ok(taken)
    }

    fn truncated(&self, needed: usize) -> Amf0Error {
        let left = self.bytes.len() - self.at;
        Amf0Error::Truncated {
            offset: self.at,
            needed,
            left,
        }
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
