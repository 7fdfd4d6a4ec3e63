//! Randomness from the platform.

use counterpart_shared::id::{CallId, KeyId};
use worker::wasm_bindgen;
use worker::wasm_bindgen::prelude::wasm_bindgen;

const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn fill(bytes: &mut [u8]);
}

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Any number.
pub(super) fn number() -> u32 {
    u32::from_le_bytes(bytes())
}

/// Five random bits per character of the alphabet.
pub(super) fn text<const N: usize>() -> String {
    let letter = |byte: u8| char::from(BASE32[usize::from(byte % 32)]);
    bytes::<N>().map(letter).iter().collect()
}

/// A call's name: 100 random bits, so that none can be guessed.
pub(super) fn call_id() -> CallId {
    let id = format!("c-{}", text::<20>());
    id.parse().expect("base32 is a valid id")
}

/// The public half of an API key.
pub(super) fn key_id() -> KeyId {
    let id = format!("k-{}", text::<12>());
    id.parse().expect("base32 is a valid id")
}

/// The secret half: 160 random bits.
pub(super) fn secret() -> String {
    text::<32>()
}
