//! Publishing: a studio thread draws, encodes and paces; this side carries what it makes and tells it what the node
//! wants.

mod camera;
mod message;
mod metadata;
mod microphone;
mod options;
mod rate;
mod report;
mod sizing;
mod studio;

pub use options::PublishOptions;
pub use rate::{Rate, Says};
pub use report::{PublishProgress, PublishReport};
pub use sizing::{Sizing, Step};

use crate::carry::{CarryError, Connection, Event};
use crate::end::End;
use counterpart_shared::grant::Act;
use counterpart_shared::session::MediaUrl;
use std::time::Instant;
use studio::{Order, Studio};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Why publishing could not begin.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The picture source.
    #[error(transparent)]
    Picture(#[from] crate::picture::PictureError),
    /// An encoder.
    #[error(transparent)]
    Encode(#[from] crate::encode::EncodeError),
    /// The connection.
    #[error(transparent)]
    Carry(#[from] CarryError),
}

/// Publishes until it is stopped, refused or cut; how it ended is in the report. An error means that it never began.
pub async fn publish(
    url: &MediaUrl,
    options: PublishOptions,
) -> Result<PublishReport, PublishError> {
    let begin = Instant::now();
    let mut connection = Connection::open(url, Act::Publish).await?;
    let connect_ms = begin.elapsed().as_secs_f64() * 1000.0;
    let (orders, inbox) = mpsc::channel(64);
    let studio = Studio::new(&options, connection.sender(), inbox)?;
    let mut thread = tokio::task::spawn_blocking(move || studio.run());
    let end = direct(&mut connection, &mut thread, &orders, &options).await;
    drop(orders);
    let mut report = match end {
        Ok(end) => {
            // The orders are closed, so the studio ends with its next picture.
            let mut report = thread.await.unwrap_or_default();
            report.end = end;
            report
        }
        Err(report) => *report,
    };
    report.connect_ms = connect_ms;
    connection.close().await;
    Ok(report)
}

/// Passes orders on until something ends it: `Err` holds the report of a studio that ended by itself.
async fn direct(
    connection: &mut Connection,
    studio: &mut JoinHandle<PublishReport>,
    orders: &mpsc::Sender<Order>,
    options: &PublishOptions,
) -> Result<End, Box<PublishReport>> {
    loop {
        let order = tokio::select! {
            () = options.stop.stopped() => return Ok(End::Stopped),
            report = &mut *studio => return Err(Box::new(report.unwrap_or_default())),
            event = connection.next() => match event {
                Some(Event::KeyframeRequest) => Order::Keyframe,
                Some(Event::Bitrate(bits)) => Order::Bitrate(Says::Node, bits),
                Some(Event::Room(bits)) => Order::Bitrate(Says::Link, bits),
                Some(Event::Closed(status)) => return Ok(End::Closed(status.code)),
                Some(Event::Failed(error)) => return Ok(End::failed(&error)),
                Some(_) => continue,
                None => return Ok(End::failed(&CarryError::Eof)),
            },
        };
        // A studio so far behind will get the next order as well.
        let _ = orders.try_send(order);
    }
}
