//! Values to bytes.

use super::Value;
use bytes::{Bytes, BytesMut};

/// Appends one value. A property's name is cut to 65,535 bytes, all that its length can say.
pub fn write(value: &Value, out: &mut BytesMut) {
    todo!()
}

/// These values one after another.
pub fn write_all(values: &[Value]) -> Bytes {
    let mut out = BytesMut::new();
    for value in values {
        write(value, &mut out);
    }
    out.freeze()
}
