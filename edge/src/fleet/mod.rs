//! The fleet: which media nodes there are, and which call is where.
//!
//! # Driving contract
//! [`Fleet::handle`] takes one [`Input`] and the time and returns [`Output`]s, which are to be performed
//! in order. Before the first of them leaves the object, [`Fleet::changes`] must be stored. [`Output::Join`]
//! comes before anything that is sent to that node. [`Fleet::due`] says when [`Input::Alarm`] is wanted; earlier or more
//! often is harmless.
//!
//! What a node says is either a state that it says again anyway (its load, its keys) or an event, which is
//! stored before it is acknowledged and acted upon once.
//!
//! A call hears of a stream by turns that it has begun and that it is over. While a node's link is away its streams may
//! still flow; after [`RETURN`] they count as over all the same, and begin once more should the node come back with them.

mod allocate;
mod board;
mod calls;
mod command;
mod event;
mod hello;
mod input;
mod least;
mod limits;
mod lost;
mod node;
mod state;
mod stock;
mod turn;

#[cfg(test)]
mod tests;

pub use calls::Calls;
pub use input::{Input, Output};
pub use limits::{
    CHECK_LINKS, FORGET_CALL, FORGET_NODE, FULL_STOCK, LOW_STOCK, MAX_STOCK, RETURN,
    RETURN_AFTER_START, SILENT_LINK,
};
pub use node::{Ledger, Node, Pending};
pub use state::{Assigned, Fleet, Live};
pub use stock::{Given, Stock};
