//! Receipts: pinned bytes, and what is none.

use super::*;

#[test]
fn the_bytes_are_pinned() {
    let receipt = Receipt {
        sequence: 300,
        time: 20_000,
    };
    let bytes = hex::decode("412cc180004e20").unwrap();
    assert_eq!(receipt.write(), bytes);
    assert_eq!(Receipt::read(&bytes), Some(receipt));
}

#[test]
fn nothing_else_is_one() {
    let sound = write_datagram(300, &[audio(20, &[0xAA])]);
    assert_eq!(Receipt::read(&sound), None);
    let parity = protect(3, &[7; 100], 1, 1_200).remove(0);
    assert_eq!(Receipt::read(&parity), None);
    for wrong in ["", "412c", "412cc1", "412cc180004e", "412cc180004e2000"] {
        assert_eq!(Receipt::read(&hex::decode(wrong).unwrap()), None, "{wrong}");
    }
    let bytes = Bytes::from(hex::decode("412cc180004e20").unwrap());
    assert_eq!(Parity::read(&bytes), Ok(None));
    assert!(read_datagram(&bytes, MAX).is_err());
}
