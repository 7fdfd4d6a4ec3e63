//! What a publisher says about his stream before it begins.

use super::camera::Camera;
use super::microphone::Microphone;
use crate::encode::{AudioCodec, SAMPLE_RATE};
use counterpart_shared::amf0::Value;
use counterpart_shared::rtmp::{Message, data};

/// FLV 10.1 E.4.3.1, CodecID.
const AVC: f64 = 7.0;

/// FLV 10.1 E.4.2.1, SoundFormat.
const AAC: f64 = 10.0;

/// `@setDataFrame` with `onMetaData` (FLV 10.1 E.5).
pub(super) fn metadata(camera: Option<&Camera>, microphone: Option<&Microphone>) -> Message {
    let mut properties = Vec::new();
    let mut number = |key: &str, value: f64| properties.push((key.to_owned(), value.into()));
    if let Some(camera) = camera {
        number("width", camera.size().width() as f64);
        number("height", camera.size().height() as f64);
        number("framerate", f64::from(camera.settings().fps));
        number("videocodecid", AVC);
    }
    if let Some(microphone) = microphone {
        let settings = microphone.settings();
        number("audiosamplerate", f64::from(SAMPLE_RATE));
        number("audiochannels", f64::from(settings.channels));
        if settings.codec == AudioCodec::Aac {
            number("audiocodecid", AAC);
        }
    }
    let properties = Value::EcmaArray(properties);
    data::message(
        0,
        &["@setDataFrame".into(), "onMetaData".into(), properties],
    )
}
