//! `ftyp` and `moov`.

use super::super::track::{Picture, Sound};
use super::chapters::with_last;
use super::{MOVIE_TIMESCALE, VIDEO_TIMESCALE};
use counterpart_shared::opus::OpusHead;
use mp4_atom::esds::{DecoderConfig, DecoderSpecific, EsDescriptor, SLConfig};
use mp4_atom::{
    Audio, Avc1, Avcc, AvccExt, Codec, Dinf, Dops, Dref, Encode, Error, Esds, FixedPoint, FourCC,
    Free, Ftyp, Hdlr, Mdhd, Mdia, Mehd, Minf, Moov, Mp4a, Mvex, Mvhd, Opus, OpusChannelMapping,
    Smhd, Stbl, Stsd, Tkhd, Trak, Trex, Url, Visual, Vmhd,
};

pub(crate) const VIDEO_ID: u32 = 1;
pub(crate) const AUDIO_ID: u32 = 2;

/// Seconds from 1904, MP4's epoch, to 1970.
const EPOCH_OFFSET: u64 = 2_082_844_800;
/// What an `mehd` box takes, and so the `free` box that keeps its place.
const MEHD_LEN: usize = 20;
const BOX_HEADER_LEN: usize = 8;

/// The beginning of the file, without fragments. `started_at` is in UNIX milliseconds; `room` bytes stay free for chapters.
pub(super) fn init(
    picture: Option<&Picture>,
    sound: Option<&Sound>,
    started_at: u64,
    room: usize,
) -> Result<(Vec<u8>, Moov), Error> {
    let created = (started_at / 1000).saturating_add(EPOCH_OFFSET);
    let mut trak = Vec::new();
    trak.extend(picture.map(|picture| video_track(picture, created)));
    trak.extend(sound.map(|sound| audio_track(sound, created)));
    let trex = trak.iter().map(|trak: &Trak| Trex {
        track_id: trak.tkhd.track_id,
        default_sample_description_index: 1,
        ..Trex::default()
    });
    let moov = Moov {
        mvhd: Mvhd {
            creation_time: created,
            modification_time: created,
            timescale: MOVIE_TIMESCALE,
            next_track_id: AUDIO_ID + 1,
            ..Mvhd::default()
        },
        meta: None,
        mvex: Some(Mvex {
            mehd: None,
            trex: trex.collect(),
        }),
        trak,
        udta: None,
        ainf: None,
    };
    let mut out = Vec::with_capacity(1024);
    ftyp().encode(&mut out)?;
    moov.encode(&mut out)?;
    free(MEHD_LEN + room)?.encode(&mut out)?;
    Ok((out, moov))
}

/// `moov` with the duration in it: as long as `moov` and the `free` box behind it were.
pub(crate) fn with_duration(moov: Moov, duration_ms: u64) -> Result<Vec<u8>, Error> {
    with_chapters(moov, duration_ms, &[], 0)
}

/// The same of a file that has `room` for chapters; `udta` is a whole box, or nothing.
pub(super) fn with_chapters(
    mut moov: Moov,
    duration_ms: u64,
    udta: &[u8],
    room: usize,
) -> Result<Vec<u8>, Error> {
    let mvex = moov.mvex.get_or_insert_default();
    mvex.mehd = Some(Mehd {
        fragment_duration: duration_ms,
    });
    let mut out = Vec::with_capacity(1024);
    moov.encode(&mut out)?;
    let mut out = with_last(out, udta);
    match room.checked_sub(udta.len()) {
        Some(0) => {}
        Some(rest) => free(rest)?.encode(&mut out)?,
        None => return Err(Error::TooLarge(FourCC::new(b"udta"))),
    }
    Ok(out)
}

/// A `free` box of this length, at least that of its header.
fn free(len: usize) -> Result<Free, Error> {
    let zeroed = len.checked_sub(BOX_HEADER_LEN);
    let zeroed = zeroed.ok_or(Error::TooLarge(FourCC::new(b"free")))?;
    Ok(Free {
        zeroed: zeroed.into(),
    })
}

/// Where `moov` begins.
pub(super) fn moov_offset() -> Result<u64, Error> {
    let mut out = Vec::new();
    ftyp().encode(&mut out)?;
    Ok(out.len() as u64)
}

fn ftyp() -> Ftyp {
    Ftyp {
        major_brand: FourCC::new(b"iso5"),
        minor_version: 512,
        compatible_brands: [b"iso5", b"iso6", b"isom", b"avc1", b"mp41"]
            .map(FourCC::new)
            .to_vec(),
    }
}

fn video_track(picture: &Picture, created: u64) -> Trak {
    let (width, height) = picture.size;
    let side = |pixels: u32| u16::try_from(pixels).unwrap_or(0);
    let visual = Visual {
        data_reference_index: 1,
        width: side(width),
        height: side(height),
        ..Visual::default()
    };
    let avc1 = Avc1 {
        visual,
        avcc: avcc(picture),
        ..Avc1::default()
    };
    let tkhd = Tkhd {
        width: FixedPoint::from(side(width)),
        height: FixedPoint::from(side(height)),
        ..header(VIDEO_ID, created)
    };
    let minf = Minf {
        vmhd: Some(Vmhd::default()),
        ..info(avc1.into())
    };
    track(tkhd, VIDEO_TIMESCALE, b"vide", minf)
}

fn audio_track(sound: &Sound, created: u64) -> Trak {
    let tkhd = Tkhd {
        volume: FixedPoint::from(1),
        ..header(AUDIO_ID, created)
    };
    let minf = Minf {
        smhd: Some(Smhd::default()),
        ..info(sample_entry(sound))
    };
    track(tkhd, sound.timescale(), b"soun", minf)
}

fn header(track_id: u32, created: u64) -> Tkhd {
    Tkhd {
        creation_time: created,
        modification_time: created,
        track_id,
        enabled: true,
        in_movie: true,
        ..Tkhd::default()
    }
}

fn track(tkhd: Tkhd, timescale: u32, handler: &[u8; 4], minf: Minf) -> Trak {
    let mdhd = Mdhd {
        creation_time: tkhd.creation_time,
        modification_time: tkhd.creation_time,
        timescale,
        duration: 0,
        language: "und".to_owned(),
    };
    let hdlr = Hdlr {
        handler: FourCC::new(handler),
        name: String::new(),
    };
    Trak {
        tkhd,
        mdia: Mdia { mdhd, hdlr, minf },
        ..Trak::default()
    }
}

/// A sample table without samples: these are in the fragments.
fn info(codec: Codec) -> Minf {
    let stbl = Stbl {
        stsd: Stsd {
            codecs: vec![codec],
        },
        ..Stbl::default()
    };
    let dref = Dref {
        entries: vec![Url::default().into()],
    };
    Minf {
        dinf: Dinf { dref },
        stbl,
        ..Minf::default()
    }
}

fn avcc(picture: &Picture) -> Avcc {
    let config = &picture.config;
    let bytes = |nals: &[counterpart_shared::h264::Nal]| {
        nals.iter().map(|nal| nal.bytes().to_vec()).collect()
    };
    Avcc {
        configuration_version: 1,
        avc_profile_indication: config.profile,
        profile_compatibility: config.constraints,
        avc_level_indication: config.level,
        length_size: config.length_size,
        sequence_parameter_sets: bytes(&config.sps),
        picture_parameter_sets: bytes(&config.pps),
        ext: config.high.as_ref().map(|high| AvccExt {
            chroma_format: high.chroma_format,
            bit_depth_luma: high.luma_bits,
            bit_depth_chroma: high.chroma_bits,
            sequence_parameter_sets_ext: bytes(&high.sps_ext),
        }),
    }
}

fn sample_entry(sound: &Sound) -> Codec {
    match sound {
        Sound::Aac(config, raw) => Mp4a {
            audio: audio(config.channels(), config.sample_rate),
            esds: esds(raw),
            btrt: None,
            taic: None,
        }
        .into(),
        Sound::Opus(head) => Opus {
            audio: audio(head.channels, sound.timescale()),
            dops: dops(head),
            btrt: None,
        }
        .into(),
    }
}

fn audio(channels: u8, rate: u32) -> Audio {
    Audio {
        data_reference_index: 1,
        channel_count: u16::from(channels),
        sample_size: 16,
        // 16 bits cannot say 88.2 or 96 kHz; 0 sends the player to the codec's configuration.
        sample_rate: FixedPoint::from(u16::try_from(rate).unwrap_or(0)),
    }
}

fn esds(config: &[u8]) -> Esds {
    const AAC: u8 = 0x40;
    const AUDIO_STREAM: u8 = 5;
    let dec_specific = DecoderSpecific {
        raw: config.to_vec(),
        ..DecoderSpecific::default()
    };
    let dec_config = DecoderConfig {
        object_type_indication: AAC,
        stream_type: AUDIO_STREAM,
        dec_specific: Some(dec_specific),
        ..DecoderConfig::default()
    };
    let es_desc = EsDescriptor {
        es_id: AUDIO_ID as u16,
        dec_config,
        sl_config: SLConfig::default(),
        ..EsDescriptor::default()
    };
    Esds { es_desc }
}

fn dops(head: &OpusHead) -> Dops {
    Dops {
        output_channel_count: head.channels,
        pre_skip: head.pre_skip,
        input_sample_rate: head.input_rate,
        output_gain: head.gain,
        channel_mapping: head.mapping.as_ref().map(|mapping| OpusChannelMapping {
            family: mapping.family,
            stream_count: mapping.streams,
            coupled_count: mapping.coupled,
            channel_mapping: mapping.table.clone(),
        }),
    }
}
