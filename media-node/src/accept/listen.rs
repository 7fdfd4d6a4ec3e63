//! Opening the sockets.

use super::secure::Secure;
use super::tls::Tls;
use crate::config::Config;
use crate::keys::Keys;
use anyhow::Context;
use counterpart_shared::api::Endpoints;
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use tokio::net::TcpListener;

/// Connections that wait to be accepted.
const BACKLOG: i32 = 1024;
/// Bytes that the kernel holds for the UDP socket in each direction, as far as it allows: 200 streams of
/// 600 kbit/s for a quarter of a second.
const UDP_BUFFER: usize = 4 << 20;
/// How often a free port is looked for that is free on all addresses.
const TRIES: usize = 16;

/// The open sockets. Several of a kind where the node listens on several addresses; all of a kind have the
/// same port.
#[derive(Debug)]
pub struct Listeners {
    /// For RTMP.
    pub rtmp: Vec<TcpListener>,
    /// For HTTP.
    pub http: Vec<TcpListener>,
    /// For RTMP over TLS; none where the operator gives no certificate.
    pub rtmps: Vec<TcpListener>,
    /// For HTTPS; none where the operator gives no certificate.
    pub https: Vec<TcpListener>,
    /// The operator's certificate.
    pub secure: Option<Secure>,
    /// For QUIC and WebTransport.
    pub udp: Vec<quinn::Endpoint>,
}

impl Listeners {
    /// Opens all of them.
    ///
    /// # Errors
    /// Names the flag, the address and the port that could not be had.
    pub fn open(config: &Config, keys: &Arc<Keys>) -> anyhow::Result<Self> {
        let addresses = config.addresses();
        let each = |flag, port, open: fn(SocketAddr) -> io::Result<Socket>| {
            open_all(&addresses, port, open)
                .with_context(|| format!("--{flag} {port} on {addresses:?}"))
        };
        let rtmp = each("rtmp-port", config.rtmp_port, open_tcp)?;
        let http = each("http-port", config.http_port, open_tcp)?;
        let udp = each("udp-port", config.udp_port, open_udp)?;
        let tls_on = |flag, port: Option<u16>| {
            let sockets = port.map(|port| each(flag, port, open_tcp)).transpose()?;
            anyhow::Ok(sockets.unwrap_or_default())
        };
        let with_tls = config.tls.as_ref();
        let rtmps = tls_on("rtmps-port", with_tls.and_then(|tls| tls.rtmps_port))?;
        let https = tls_on("https-port", with_tls.and_then(|tls| tls.https_port))?;
        let quic = server_config(config, keys)?;
        Ok(Self {
            rtmp: listen(rtmp)?,
            http: listen(http)?,
            rtmps: listen(rtmps)?,
            https: listen(https)?,
            secure: with_tls.map(|tls| Secure::load(&tls.files)).transpose()?,
            udp: udp
                .into_iter()
                .map(|socket| endpoint(socket.into(), quic.clone()))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Where clients reach them.
    pub fn endpoints(&self, config: &Config) -> io::Result<Endpoints> {
        let port = |listeners: &[TcpListener]| listeners[0].local_addr().map(|a| a.port());
        let any_port = |listeners: &[TcpListener]| match listeners {
            [] => Ok(None),
            some => port(some).map(Some),
        };
        Ok(Endpoints {
            host: config.host.clone(),
            rtmp_port: port(&self.rtmp)?,
            http_port: port(&self.http)?,
            udp_port: self.udp[0].local_addr()?.port(),
            rtmps_port: any_port(&self.rtmps)?,
            https_port: any_port(&self.https)?,
            one_time: config.one_time,
        })
    }
}

fn listen(sockets: Vec<Socket>) -> io::Result<Vec<TcpListener>> {
    let listeners = sockets.into_iter();
    listeners
        .map(|socket| TcpListener::from_std(socket.into()))
        .collect()
}

/// One socket for each address, all with the same port.
fn open_all(
    addresses: &[IpAddr],
    port: u16,
    open: fn(SocketAddr) -> io::Result<Socket>,
) -> io::Result<Vec<Socket>> {
    for _ in 1..TRIES {
        match open_with(addresses, port, open) {
            Err(error) if port == 0 && error.kind() == io::ErrorKind::AddrInUse => {}
            outcome => return outcome,
        }
    }
    open_with(addresses, port, open)
}

/// The first address must be had; a machine without the others, such as one without IPv6, goes without.
fn open_with(
    addresses: &[IpAddr],
    port: u16,
    open: fn(SocketAddr) -> io::Result<Socket>,
) -> io::Result<Vec<Socket>> {
    let (first, others) = addresses.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut sockets = vec![open(SocketAddr::new(*first, port))?];
    let port = sockets[0]
        .local_addr()?
        .as_socket()
        .map_or(port, |a| a.port());
    for address in others {
        match open(SocketAddr::new(*address, port)) {
            Ok(socket) => sockets.push(socket),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            Err(error) => tracing::warn!(%address, %error, "cannot listen here, going on without"),
        }
    }
    Ok(sockets)
}

fn open_tcp(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    only_v6(&socket, address)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn open_udp(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    only_v6(&socket, address)?;
    // The kernel cuts these to its own limits without an error.
    let _ = socket.set_recv_buffer_size(UDP_BUFFER);
    let _ = socket.set_send_buffer_size(UDP_BUFFER);
    socket.bind(&address.into())?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// The unspecified IPv6 address takes IPv4 too; any other is itself only.
fn only_v6(socket: &Socket, address: SocketAddr) -> io::Result<()> {
    match address.ip() {
        IpAddr::V6(ip) => socket.set_only_v6(!ip.is_unspecified()),
        IpAddr::V4(_) => Ok(()),
    }
}

/// What a QUIC endpoint begins with; each connection gets a configuration of its own.
///
/// # Errors
/// When TLS cannot be set up.
pub fn server_config(config: &Config, keys: &Arc<Keys>) -> anyhow::Result<quinn::ServerConfig> {
    let (config, _) = Tls::new(config).for_connection(keys)?;
    Ok(config.as_ref().clone())
}

fn endpoint(socket: UdpSocket, config: quinn::ServerConfig) -> anyhow::Result<quinn::Endpoint> {
    let runtime = Arc::new(quinn::TokioRuntime);
    let endpoint_config = quinn::EndpointConfig::default();
    Ok(quinn::Endpoint::new(
        endpoint_config,
        Some(config),
        socket,
        runtime,
    )?)
}
