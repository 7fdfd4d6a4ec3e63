//! Values to bytes.

use super::Value;
use bytes::{BufMut, Bytes, BytesMut};

/// Appends one value. A property's name is cut to 65,535 bytes, all that its length can say.
pub fn write(value: &Value, out: &mut BytesMut) {
    match value {
        Value::Number(number) => marked(0x00, out).put_f64(*number),
        Value::Boolean(truth) => marked(0x01, out).put_u8((*truth).into()),
        Value::String(text) => write_text(text, out),
        Value::Object(properties) => write_properties(properties, marked(0x03, out)),
        Value::Null => out.put_u8(0x05),
        Value::Undefined => out.put_u8(0x06),
        Value::EcmaArray(properties) => {
            marked(0x08, out).put_u32(length32(properties.len()));
            write_properties(properties, out);
        }
        Value::StrictArray(values) => write_array(values, out),
        Value::Date(milliseconds) => {
            marked(0x0B, out).put_f64(*milliseconds);
            out.put_i16(0);
        }
        Value::LongString(text) => write_long_text(text, out),
    }
}

/// These values one after another.
pub fn write_all(values: &[Value]) -> Bytes {
    let mut out = BytesMut::new();
    for value in values {
        write(value, &mut out);
    }
    out.freeze()
}

fn marked(marker: u8, out: &mut BytesMut) -> &mut BytesMut {
    out.put_u8(marker);
    out
}

fn write_text(text: &str, out: &mut BytesMut) {
    match u16::try_from(text.len()) {
        Ok(length) => {
            marked(0x02, out).put_u16(length);
            out.put_slice(text.as_bytes());
        }
        Err(_) => write_long_text(text, out),
    }
}

fn write_long_text(text: &str, out: &mut BytesMut) {
    marked(0x0C, out).put_u32(length32(text.len()));
    out.put_slice(text.as_bytes());
}

fn write_properties(properties: &[(String, Value)], out: &mut BytesMut) {
    for (key, value) in properties {
        let key = &key[..key.floor_char_boundary(usize::from(u16::MAX))];
        out.put_u16(key.len() as u16);
        out.put_slice(key.as_bytes());
        write(value, out);
    }
    out.put_slice(&[0, 0, 9]);
}

fn write_array(values: &[Value], out: &mut BytesMut) {
    marked(0x0A, out).put_u32(length32(values.len()));
    for value in values {
        write(value, out);
    }
}

fn length32(length: usize) -> u32 {
    u32::try_from(length).expect("no message reaches 4 GiB")
}
