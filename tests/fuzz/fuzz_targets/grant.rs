//! Any token, any claims under a true signature, and any change of a true token: no panic; nothing but what was signed
//! verifies.
#![no_main]

use arbitrary::Arbitrary;
use counterpart_shared::grant::{Act, Composite, Grant, KeySet, Layout, Signer};
use counterpart_shared::id::{CallId, Party, StreamId};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

#[derive(Debug, Arbitrary)]
enum Input<'a> {
    Token(&'a str, u64),
    Change { at: usize, to: u8, now: u64 },
    Times { iat: u64, nbf: u64, exp: u64, now: u64 },
}

static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::from_seed(&[7; 32]));
static KEYS: LazyLock<KeySet> = LazyLock::new(|| {
    KeySet::from_keys(&[SIGNER.public_key()]).expect("a signer has a public key")
});

fn grant(iat: u64, nbf: u64, exp: u64) -> Grant {
    let call: CallId = "c1".parse().expect("an id");
    Grant {
        act: Act::Publish,
        stream: StreamId::of(&call, Party::Caller),
        call,
        party: Party::Caller,
        node: "n1".parse().expect("an id"),
        sub: "alice".parse().expect("an id"),
        serial: 1,
        record: true,
        watch: false,
        layout: Layout::default(),
        least_days: 0,
        composite: Composite::default(),
        desk: None,
        iat,
        nbf,
        exp,
    }
}

fuzz_target!(|input: Input| {
    match input {
        Input::Token(text, now) => {
            let _ = KEYS.verify_user(text, now);
            let read = KEYS.verify_grant(text, now);
            assert!(read.is_err(), "nobody but the signer makes one");
        }
        Input::Change { at, to, now } => {
            let token = SIGNER.sign_grant(&grant(1, 1, u64::MAX / 2));
            let mut bytes = token.clone().into_bytes();
            let at = at % bytes.len();
            bytes[at] = to;
            let Ok(changed) = String::from_utf8(bytes) else {
                return;
            };
            let read = KEYS.verify_grant(&changed, now);
            assert!(read.is_err() || changed == token, "{changed}");
        }
        Input::Times { iat, nbf, exp, now } => {
            let grant = grant(iat, nbf, exp);
            let read = KEYS.verify_grant(&SIGNER.sign_grant(&grant), now);
            assert_eq!(read.is_ok(), nbf <= now && now < exp);
            assert!(read.is_err() || read == Ok(grant));
        }
    }
});
