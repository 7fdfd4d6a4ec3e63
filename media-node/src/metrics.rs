//! What the node counts, for Prometheus. Each node has its own registry; nothing is global.

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Label, Level, Metadata, Recorder, Unit};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusRecorder};
use std::fmt;
use std::time::Duration;

/// Upper bounds of the forward delay's buckets, in seconds.
const DELAYS: [f64; 12] = [
    0.0001, 0.0003, 0.001, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0,
];

const METADATA: Metadata<'static> = Metadata::new("counterpart_node", Level::INFO, None);

/// How a client reaches the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// RTMP over TCP.
    Rtmp,
    /// HTTP-FLV.
    Flv,
    /// QUIC, ALPN `counterpart/1`.
    Quic,
    /// WebTransport.
    WebTransport,
}

impl Carrier {
    const ALL: [Carrier; 4] = [
        Carrier::Rtmp,
        Carrier::Flv,
        Carrier::Quic,
        Carrier::WebTransport,
    ];

    /// In logs and labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Carrier::Rtmp => "rtmp",
            Carrier::Flv => "flv",
            Carrier::Quic => "quic",
            Carrier::WebTransport => "webtransport",
        }
    }
}

/// The counters of one carrier.
#[derive(Clone)]
pub struct CarrierMetrics {
    /// Connections so far.
    pub connections: Counter,
    /// Connections now.
    pub connected: Gauge,
    /// Frames received.
    pub frames_in: Counter,
    /// Bytes of their bodies.
    pub bytes_in: Counter,
    /// Frames handed to the socket.
    pub frames_out: Counter,
    /// Bytes of their bodies.
    pub bytes_out: Counter,
}

/// All counters of a node.
pub struct Metrics {
    recorder: PrometheusRecorder,
    carriers: [CarrierMetrics; 4],
    /// Pictures that no other needs, dropped for slow readers.
    pub dropped_disposable: Counter,
    /// Pictures dropped up to a keyframe for slow readers.
    pub dropped_until_key: Counter,
    /// Sound dropped for slow readers.
    pub dropped_sound: Counter,
    /// Pictures on QUIC that outlived their deadline.
    pub expired: Counter,
    /// Messages on QUIC that never arrived whole.
    pub lost: Counter,
    /// From the arrival of a frame until it is handed to a reader's socket.
    pub forward_delay: Histogram,
    /// Published streams.
    pub streams: Gauge,
    /// Readers but recorders.
    pub readers: Gauge,
    /// Streams whose Opus is made AAC.
    pub transcoding: Gauge,
    /// Parties being recorded.
    pub recording: Gauge,
    /// Composites that are made while their calls go on.
    pub live: Gauge,
    /// Composites that were to be and are made afterwards.
    pub live_given_up: Counter,
    /// Unused one-time keys.
    pub keys: Gauge,
    /// Events that the edge has not acknowledged.
    pub events_waiting: Gauge,
    /// Whether the control link stands.
    pub edge_connected: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All at zero.
    pub fn new() -> Self {
        let delay = Matcher::Full("counterpart_forward_delay_seconds".to_owned());
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(delay, &DELAYS)
            .expect("the buckets are not empty")
            .build_recorder();
        describe(&recorder);
        let dropped = |reason| {
            counter(
                &recorder,
                "counterpart_frames_dropped_total",
                "reason",
                reason,
            )
        };
        let gauge =
            |name: &'static str| recorder.register_gauge(&Key::from_static_name(name), &METADATA);
        let delay = Key::from_static_name("counterpart_forward_delay_seconds");
        Self {
            carriers: Carrier::ALL.map(|carrier| carrier_metrics(&recorder, carrier)),
            dropped_disposable: dropped("disposable"),
            dropped_until_key: dropped("until_key"),
            dropped_sound: dropped("sound"),
            expired: dropped("expired"),
            lost: dropped("lost_on_the_way_in"),
            forward_delay: recorder.register_histogram(&delay, &METADATA),
            streams: gauge("counterpart_streams"),
            readers: gauge("counterpart_readers"),
            transcoding: gauge("counterpart_transcoding"),
            recording: gauge("counterpart_recording"),
            live: gauge("counterpart_live_composites"),
            live_given_up: recorder.register_counter(
                &Key::from_static_name("counterpart_live_composites_given_up_total"),
                &METADATA,
            ),
            keys: gauge("counterpart_one_time_keys"),
            events_waiting: gauge("counterpart_events_waiting"),
            edge_connected: gauge("counterpart_edge_connected"),
            recorder,
        }
    }

    /// The counters of one carrier.
    pub fn of(&self, carrier: Carrier) -> &CarrierMetrics {
        &self.carriers[carrier as usize]
    }

    /// Somebody was turned away.
    pub fn refused(&self, reason: &'static str) {
        counter(
            &self.recorder,
            "counterpart_refused_total",
            "reason",
            reason,
        )
        .increment(1);
    }

    /// Everything as Prometheus reads it.
    pub fn render(&self) -> String {
        self.recorder.handle().render()
    }

    /// Frees what the histogram holds back. To be called every few seconds.
    pub fn upkeep(&self) {
        self.recorder.handle().run_upkeep();
    }

    /// A frame that arrived this long ago has been handed to a socket.
    pub fn forwarded(&self, delay: Duration) {
        self.forward_delay.record(delay.as_secs_f64());
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

fn counter(
    recorder: &PrometheusRecorder,
    name: &'static str,
    label: &'static str,
    value: &'static str,
) -> Counter {
    let labels = vec![Label::from_static_parts(label, value)];
    recorder.register_counter(&Key::from_parts(name, labels), &METADATA)
}

fn carrier_metrics(recorder: &PrometheusRecorder, carrier: Carrier) -> CarrierMetrics {
    let count = |name| counter(recorder, name, "carrier", carrier.as_str());
    let labels = vec![Label::from_static_parts("carrier", carrier.as_str())];
    let connected = Key::from_parts("counterpart_connected", labels);
    CarrierMetrics {
        connections: count("counterpart_connections_total"),
        connected: recorder.register_gauge(&connected, &METADATA),
        frames_in: count("counterpart_frames_in_total"),
        bytes_in: count("counterpart_bytes_in_total"),
        frames_out: count("counterpart_frames_out_total"),
        bytes_out: count("counterpart_bytes_out_total"),
    }
}

fn describe(recorder: &PrometheusRecorder) {
    let counters = [
        ("counterpart_connections_total", "Connections by carrier"),
        ("counterpart_refused_total", "Refusals by reason"),
        ("counterpart_frames_in_total", "Frames received by carrier"),
        (
            "counterpart_bytes_in_total",
            "Bytes of received frames by carrier",
        ),
        (
            "counterpart_frames_out_total",
            "Frames handed to sockets by carrier",
        ),
        (
            "counterpart_bytes_out_total",
            "Bytes of frames handed to sockets by carrier",
        ),
        (
            "counterpart_frames_dropped_total",
            "Frames dropped by reason",
        ),
        (
            "counterpart_live_composites_given_up_total",
            "Composites that were to be made during the call and are made afterwards",
        ),
    ];
    for (name, text) in counters {
        recorder.describe_counter(KeyName::from_const_str(name), None, text.into());
    }
    let gauges = [
        ("counterpart_connected", "Open connections by carrier"),
        ("counterpart_streams", "Published streams"),
        ("counterpart_readers", "Readers but recorders"),
        ("counterpart_transcoding", "Streams whose Opus is made AAC"),
        ("counterpart_recording", "Parties being recorded"),
        (
            "counterpart_live_composites",
            "Composites that are made while their calls go on",
        ),
        ("counterpart_one_time_keys", "Unused one-time keys"),
        (
            "counterpart_events_waiting",
            "Events not acknowledged by the edge",
        ),
        (
            "counterpart_edge_connected",
            "Whether the control link stands",
        ),
    ];
    for (name, text) in gauges {
        recorder.describe_gauge(KeyName::from_const_str(name), None, text.into());
    }
    let text = "From a frame's arrival until it is handed to a reader's socket";
    let name = KeyName::from_const_str("counterpart_forward_delay_seconds");
    recorder.describe_histogram(name, Some(Unit::Seconds), text.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_renders_what_was_counted() {
        let metrics = Metrics::new();
        metrics.of(Carrier::Quic).frames_in.increment(3);
        metrics.refused("grant_expired");
        metrics.forwarded(Duration::from_millis(2));
        let text = metrics.render();
        for line in [
            "counterpart_frames_in_total{carrier=\"quic\"} 3",
            "counterpart_refused_total{reason=\"grant_expired\"} 1",
            "counterpart_forward_delay_seconds_bucket{le=\"0.003\"} 1",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }
}
