//! One call of the two pages.

use crate::description::{candidate, exchange};
use crate::link::Links;
use crate::senses::Senses;
use anyhow::{Context, Result};
use counterpart_network::SETTLING;
use counterpart_network::cells::Cell;
use counterpart_network::figures::Run;
use counterpart_shared::api::{CreateCall, MediaUrls, PartyUrls};
use counterpart_shared::grant::Role;
use counterpart_tests::media_pages::MediaPages;
use counterpart_tests::system::System;
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long a call runs before the weather turns.
const WARM_UP: Duration = Duration::from_secs(4);
/// After the last picture that counts: time for it to arrive.
const REST: Duration = Duration::from_secs(2);
/// How often the pages are asked whether they have lost their connection.
const LOOK: Duration = Duration::from_millis(200);

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Row {
    Ours,
    /// With the codecs that the browser would choose.
    WebRtc,
    /// With the codec that we have.
    WebRtcH264,
}

/// All of them.
pub(crate) const ROWS: [Row; 3] = [Row::Ours, Row::WebRtc, Row::WebRtcH264];

impl Row {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours, WebTransport",
            Self::WebRtc => "WebRTC",
            Self::WebRtcH264 => "WebRTC, H.264",
        }
    }
}

/// A call that stands.
pub(crate) struct Call<'a> {
    links: Links,
    /// None of WebRTC.
    served: Option<Served<'a>>,
}

/// A call through the node.
struct Served<'a> {
    system: &'a System,
    /// The caller's and the callee's, each with the path under which he is given his URLs. To the edge they are two
    /// calls, of which each is one's who calls: its steps take none of the time.
    parties: [(String, String); 2],
}

/// What came of a call.
pub(crate) struct Outcome {
    pub(crate) run: Run,
    /// Of the sound in each direction, what WebRTC's player says that it concealed.
    pub(crate) concealed: Option<f64>,
    /// How often a page lost its connection and made another.
    pub(crate) redialled: u64,
}

const PAGES: [&str; 2] = ["ann", "ben"];

impl<'a> Call<'a> {
    /// Sets it up while the weather is fair.
    pub(crate) async fn dial(
        system: &'a System,
        pages: &mut MediaPages,
        cell: &Cell,
        row: Row,
    ) -> Result<Self> {
        let call = match row {
            Row::Ours => Self::dial_node(system, pages, cell).await?,
            Row::WebRtc => Self::dial_webrtc(pages, cell, "any").await?,
            Row::WebRtcH264 => Self::dial_webrtc(pages, cell, "H.264").await?,
        };
        sleep(WARM_UP).await;
        Ok(call)
    }

    async fn dial_node(system: &'a System, pages: &mut MediaPages, cell: &Cell) -> Result<Self> {
        let server: SocketAddr = (Ipv4Addr::LOCALHOST, system.endpoints.udp_port).into();
        let parties = [
            register(system, "ann", "ben").await?,
            register(system, "ben", "ann").await?,
        ];
        let call = Self {
            links: Links::to_server(cell, server)?,
            served: Some(Served { system, parties }),
        };
        for party in 0..2 {
            call.publish(pages, party).await?;
        }
        for party in 0..2 {
            call.play(pages, party).await?;
        }
        Ok(call)
    }

    async fn dial_webrtc(pages: &mut MediaPages, cell: &Cell, codec: &str) -> Result<Self> {
        let offer: String = pages.call("ann", "offer", json!([codec, true])).await?;
        // The callee learns where the caller is when he hears of him.
        let offer = exchange(&offer, None);
        let answer: String = pages.call("ben", "answer", json!([offer, true])).await?;
        let links = Links::to_callee(cell, candidate(&answer)?)?;
        let answer = exchange(&answer, Some(links.caller.port()));
        pages.tell("ann", "accept", json!([answer])).await?;
        let served = None;
        Ok(Self { links, served })
    }

    async fn publish(&self, pages: &mut MediaPages, party: usize) -> Result<()> {
        let urls = self.urls(party).await?.publish;
        pages
            .publish(PAGES[party], &self.behind(party, urls)?)
            .await
    }

    /// A party plays the other one's stream.
    async fn play(&self, pages: &mut MediaPages, party: usize) -> Result<()> {
        let urls = self.urls(1 - party).await?.play;
        pages.play(PAGES[party], &self.behind(party, urls)?).await
    }

    async fn urls(&self, party: usize) -> Result<PartyUrls> {
        let served = self.served.as_ref().context("a call without a node")?;
        let edge = served.system.api()?;
        let (token, path) = &served.parties[party];
        Ok(edge.post(path, token, &json!({})).await?)
    }

    /// The same behind the party's link, and by no other way.
    fn behind(&self, party: usize, urls: MediaUrls) -> Result<MediaUrls> {
        let link = [&self.links.caller, &self.links.callee][party];
        let served = self.served.as_ref().context("a call without a node")?;
        let (node, link) = (served.system.endpoints.udp_port, link.port());
        let webtransport =
            urls.webtransport
                .replacen(&format!(":{node}/"), &format!(":{link}/"), 1);
        Ok(MediaUrls {
            webtransport,
            flv: None,
            ..urls
        })
    }

    /// Turns the weather and takes notes.
    pub(crate) async fn watch(
        self,
        pages: &mut MediaPages,
        cell: &Cell,
        seed: u64,
    ) -> Result<Outcome> {
        let webrtc = self.served.is_none();
        let mut senses = Senses::begin(pages, webrtc).await?;
        self.links.turn(cell, seed);
        let end = Instant::now() + SETTLING + cell.length + REST;
        let mut redialled = 0;
        while Instant::now() < end {
            sleep(LOOK).await;
            if !webrtc {
                redialled += self.redial(pages).await?;
            }
        }
        let watched = senses.end(pages).await?;
        let span = SETTLING..SETTLING + cell.length;
        let mut directions = watched.each_ref().map(|side| side.direction(cell, &span));
        let [up, down] = directions.each_ref().map(|side| side.published);
        let links = self.links.caller.links(cell, up, down).into();
        for (place, direction) in directions.iter_mut().enumerate() {
            direction.ssim = senses.ssim(pages, place, &span).await?;
        }
        Ok(Outcome {
            run: Run {
                directions: directions.into(),
                links,
            },
            concealed: senses.concealed(),
            redialled,
        })
    }

    /// Whoever has lost his connection makes another, as the product's calls do; how many did.
    async fn redial(&self, pages: &mut MediaPages) -> Result<u64> {
        let mut redialled = 0;
        for (party, page) in PAGES.into_iter().enumerate() {
            // What comes of it shows in the page's state when it is asked next.
            if pages.state(page, "publisher").await? == "lost" {
                let _ = self.publish(pages, party).await;
                redialled += 1;
            }
            if pages.state(page, "player").await? == "lost" {
                let _ = self.play(pages, party).await;
                redialled += 1;
            }
        }
        Ok(redialled)
    }
}

/// A user's token, and the path under which he is given the URLs of his stream.
async fn register(system: &System, user: &str, other: &str) -> Result<(String, String)> {
    let token = system.token(user, Role::Customer, None).await?;
    let wish = CreateCall {
        callee: other.parse()?,
        record: false,
    };
    let call = system.api()?.create_call(&token, &wish).await?.call;
    Ok((token, format!("/v1/calls/{call}/urls")))
}
