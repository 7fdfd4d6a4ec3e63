//! The link in real time does what the cell says. Packets may be late on a busy machine, never early.

use counterpart_network::cells::{self, Cell};
use counterpart_network::{Dialled, Relay};
use counterpart_shared::id::Party;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// Long enough for a busy machine; nothing of it is waited for in vain.
const PATIENCE: Duration = Duration::from_secs(20);

fn cell(name: &str) -> Cell {
    let cell = cells::all().into_iter().find(|cell| cell.name == name);
    cell.expect("there is such a cell")
}

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    socket.set_read_timeout(Some(PATIENCE)).expect("a time");
    socket
}

fn number(socket: &UdpSocket) -> (u32, SocketAddr) {
    let mut buffer = [0; 100];
    let (len, from) = socket.recv_from(&mut buffer).expect("a packet comes");
    let number = buffer[..len].try_into().expect("it is a number");
    (u32::from_be_bytes(number), from)
}

fn send(by: &UdpSocket, number: u32, to: SocketAddr) {
    by.send_to(&number.to_be_bytes(), to).expect("it is sent");
}

/// A link to a socket, and where it begins.
fn link(far: &UdpSocket, dialled: Dialled, delay: Duration) -> (Relay, SocketAddr) {
    let target = far.local_addr().expect("it has an address");
    let relay = Relay::start(target, dialled, delay).expect("there is a port");
    let begin = (Ipv4Addr::LOCALHOST, relay.port()).into();
    (relay, begin)
}

#[test]
fn each_who_dials_has_answers_of_his_own_and_nothing_is_early() {
    let (far, delay) = (socket(), Duration::from_millis(30));
    let (_relay, begin) = link(&far, Dialled::ByParty, delay);
    let near = [socket(), socket()];
    let sent = Instant::now();
    for (socket, name) in near.iter().zip(1..) {
        send(socket, name, begin);
    }
    for _ in &near {
        let (name, from) = number(&far);
        assert!(sent.elapsed() >= delay);
        send(&far, name * 10, from);
    }
    for (socket, name) in near.iter().zip(1..) {
        assert_eq!(number(socket), (name * 10, begin));
    }
    assert!(sent.elapsed() >= 2 * delay);
}

/// Which of two hundred packets come through.
fn survivors(dialled: Dialled) -> Vec<u32> {
    let (near, far) = (socket(), socket());
    let (relay, begin) = link(&far, dialled, Duration::ZERO);
    let lossy = cell("loss 20 %, 20 ms");
    relay.turn(&lossy, Party::Caller, 7);
    let carried = || {
        let [up, down] = relay.links(&lossy, 1, 1);
        let (used, idle) = match dialled {
            Dialled::ByParty => (up, down),
            Dialled::ByOthers => (down, up),
        };
        assert_eq!(idle.packets, 0);
        assert_eq!(used.bytes, used.packets * 4);
        (used.packets, used.packets - used.lost)
    };
    let mut came = Vec::new();
    for name in 0..200 {
        send(&near, name, begin);
        let end = Instant::now() + PATIENCE;
        while carried().0 <= u64::from(name) {
            assert!(Instant::now() < end, "{name} never reached the link");
            std::thread::yield_now();
        }
        while carried().1 > came.len() as u64 {
            came.push(number(&far).0);
        }
    }
    came
}

#[test]
fn the_seed_decides_what_is_lost_and_each_direction_by_itself() {
    let up = survivors(Dialled::ByParty);
    assert!((130..190).contains(&up.len()), "{}", up.len());
    let down = survivors(Dialled::ByOthers);
    assert_eq!(up, survivors(Dialled::ByParty));
    assert_ne!(up, down);
}
