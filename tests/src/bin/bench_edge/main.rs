//! `make bench-edge`: how many requests, calls and messages the edge carries, beside the least that a Worker can do.
//!
//! Method. One workerd process serves the built edge and, on a second port, `tests/peer`: a bare Rust Worker that
//! answers "hello", and a bare object that stores one row per text and forwards it. So both have the same runtime,
//! disk and moment. All measurements come in turn, that is one round, and there are several rounds; what counts is the
//! median over the rounds, and a ratio is taken within each round first. Each measurement begins with one thing by each
//! client and half a second that do not count. Clients wait for an answer before they ask again, so times under many clients are mostly
//! waiting in line. This program has one thread; the share of a core that it and workerd used stands beside each
//! figure, and one near 100 % is what limits it.
//!
//! - Requests: 16 connections that stay open. `POST /v1/streams` asks for both acts of a new stream each time, by an
//!   ordinary API key: two grants are signed, two one-time keys given out, which a node of this program's own brings
//!   (`node`). How many answers had their keys stands beside it; the others pin the node's certificate of the day.
//! - Calls: 16 customers and 16 agents of one desk. Ask for a call, connect, request, be offered to an agent who accepts at
//!   once, hang up, have that acknowledged.
//! - Messages: at a desk that lets them say more than people would, one party speaks, the other listens; a message's time goes from its sending to its arrival at the other
//!   party's socket, and the next one is sent when one was acknowledged. A lost, doubled or overtaken one is a failure.
//!
//! Rate limits are off. An aim that is missed is printed, not a failure.

mod calls;
mod http;
mod measure;
mod messages;
mod node;
mod report;
mod requests;
mod socket;

use anyhow::{Context, Result, ensure};
use calls::Customer;
use clap::Parser;
use counterpart_shared::api::{ApiKeyCreated, CreateApiKey, CreateStream, Provider, StreamAct};
use counterpart_tests::figures::write_report;
use counterpart_tests::ports;
use counterpart_tests::system::{Options, System};
use measure::{Client, Sample, measure};
use messages::Pair;
use report::Report;
use requests::Asking;
use std::path::Path;
use std::time::Duration;
use tokio::task::JoinHandle;

#[derive(Parser)]
struct Args {
    /// How often everything is measured.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long each measurement lasts.
    #[arg(long, default_value_t = 2)]
    seconds: u64,
    /// Connections for requests; customers and agents for calls.
    #[arg(long, default_value_t = 16)]
    clients: usize,
    /// Calls that talk at once.
    #[arg(long, default_value_t = 200)]
    talks: usize,
    /// Texts under way in the one call that speaks as fast as it can.
    #[arg(long, default_value_t = 32)]
    under_way: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let args = Args::parse();
    ensure!(
        args.rounds * args.clients * args.talks * args.under_way > 0 && args.seconds > 0,
        "nothing to measure: every number must be at least 1"
    );
    let folder = tempfile::tempdir()?;
    let mut bench = Bench::start(&args, folder.path()).await?;
    let mut report = Report::new(args.seconds);
    for round in 1..=args.rounds {
        println!("round {round} of {}", args.rounds);
        let round = bench.round(&mut report).await;
        round.with_context(|| format!("workerd said:\n{}", bench.system.edge.tail()))?;
    }
    report.print();
    write_report("bench-edge", &report.finished())?;
    println!("the same as JSON: target/report/bench-edge.json");
    Ok(())
}

/// The system and all clients, which stay from round to round.
struct Bench {
    system: System,
    period: Duration,
    requests: Vec<(&'static str, Vec<Asking>)>,
    customers: Vec<Customer>,
    /// The node and the agents, who must live.
    others: Vec<JoinHandle<Result<()>>>,
    pairs: Vec<(&'static str, Vec<Pair>)>,
}

impl Bench {
    async fn start(args: &Args, folder: &Path) -> Result<Self> {
        let peer = ports::free()?;
        let system = System::start(options(folder, peer)).await?;
        let mut bench = Self {
            system,
            period: Duration::from_secs(args.seconds),
            requests: Vec::new(),
            customers: Vec::new(),
            others: Vec::new(),
            pairs: Vec::new(),
        };
        println!("bench-edge: {} calls are being made…", args.talks);
        bench.others.push(node::node(&bench.system).await?);
        bench.dial_requests(peer, args.clients).await?;
        bench.dial_desk(args.clients).await?;
        bench.dial_pairs(peer, args).await?;
        Ok(bench)
    }

    async fn dial_requests(&mut self, peer: u16, clients: usize) -> Result<()> {
        let key = self.api_key().await?;
        let root = self.system.api_key().to_owned();
        let edge = self.system.edge_port();
        let mut hello = Vec::new();
        let (mut by_key, mut by_root, mut tencent) = (Vec::new(), Vec::new(), Vec::new());
        for number in 0..clients {
            hello.push(Asking::new(peer, "hello", || Ok(http::get("/"))));
            let own = |kind, key: &str| streams(format!("{kind}-{number}"), key, Provider::Own);
            by_key.push(Asking::new(edge, "publish", own("key", &key)));
            by_root.push(Asking::new(edge, "publish", own("root", &root)));
            let theirs = streams(format!("theirs-{number}"), &key, Provider::Tencent);
            tencent.push(Asking::new(edge, "txSecret", theirs));
        }
        self.requests = vec![
            (report::HELLO, hello),
            (report::STREAMS, by_key),
            (report::STREAMS_ROOT, by_root),
            (report::STREAMS_TENCENT, tencent),
        ];
        Ok(())
    }

    async fn dial_desk(&mut self, clients: usize) -> Result<()> {
        for number in 0..clients {
            self.others.push(calls::agent(&self.system, number).await?);
            let customer = Customer::new(&self.system, number).await?;
            self.customers.push(customer);
        }
        Ok(())
    }

    async fn dial_pairs(&mut self, peer: u16, args: &Args) -> Result<()> {
        messages::open_desk(&self.system).await?;
        let [one, fast, many] = report::TALKS;
        for ((edge, bare), talks, under_way) in [
            (one, 1, 1),
            (fast, 1, args.under_way),
            (many, args.talks, 1),
        ] {
            let (mut calls, mut objects) = (Vec::new(), Vec::new());
            for number in 0..talks {
                let name = format!("{}-{number}", self.pairs.len());
                calls.push(Pair::of_call(&self.system, &name, under_way).await?);
                objects.push(Pair::of_bare(peer, format!("{bare}-{number}"), under_way).await?);
            }
            self.pairs.extend([(bare, objects), (edge, calls)]);
        }
        Ok(())
    }

    async fn api_key(&self) -> Result<String> {
        let wish = CreateApiKey {
            name: "bench".into(),
        };
        let request = http::post("/v1/api-keys", self.system.api_key(), &wish)?;
        let mut http = http::Http::dial(self.system.edge_port()).await?;
        Ok(http.value::<ApiKeyCreated>(&request).await?.key)
    }

    async fn round(&mut self, report: &mut Report) -> Result<()> {
        let (system, period) = (&self.system, self.period);
        for (name, clients) in &mut self.requests {
            report.note(name, one(system, name, clients, period).await?);
        }
        let calls = one(system, report::CALLS, &mut self.customers, period).await?;
        report.note(report::CALLS, calls);
        ensure!(
            !self.others.iter().any(JoinHandle::is_finished),
            "the socket of an agent or of the node failed"
        );
        for (name, pairs) in &mut self.pairs {
            report.note(name, one(system, name, pairs, period).await?);
        }
        Ok(())
    }
}

async fn one<C: Client>(
    system: &System,
    name: &str,
    clients: &mut Vec<C>,
    period: Duration,
) -> Result<Sample> {
    let sample = measure(system, clients, period).await;
    sample.with_context(|| name.to_owned())
}

fn options(folder: &Path, peer: u16) -> Options {
    let setting = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Options {
        edge_config: "tests/peer/workerd.capnp".into(),
        edge_flags: vec![format!("--socket-addr=peer=127.0.0.1:{peer}")],
        edge_settings: vec![
            setting("RATE_USER", "off"),
            setting("TENCENT_PUSH_DOMAIN", "push.example.com"),
            setting("TENCENT_PUSH_KEY", "a-push-key"),
            setting("TENCENT_PLAY_DOMAIN", "play.example.com"),
            setting("TENCENT_PLAY_KEY", "a-play-key"),
        ],
        ..Options::new(folder)
    }
}

/// Both acts of a new stream each time.
fn streams(
    name: String,
    key: &str,
    provider: Provider,
) -> impl FnMut() -> Result<Vec<u8>> + Send + use<> {
    let key = key.to_owned();
    let mut count = 0_u64;
    move || {
        count += 1;
        let wish = CreateStream {
            stream: format!("{name}-{count}").parse()?,
            act: StreamAct::Both,
            user: "bench".parse()?,
            ttl_s: 3600,
            provider,
        };
        http::post("/v1/streams", &key, &wish)
    }
}
