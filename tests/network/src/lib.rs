//! A laboratory for calls over bad networks.
//!
//! The real node and the real client's carriers talk over a link that exists in this process only, by a clock that stands
//! still while anybody computes. So a minute of a call takes a second, the load of the machine changes nothing, and what is
//! measured is what the protocol does.
//!
//! | file | what |
//! |---|---|
//! | `weather` | what a link does to packets, and when |
//! | `lane` | one direction of a link, packet by packet |
//! | `net` | the sockets at its ends |
//! | `clip`, `sound` | pictures and sound, encoded by the native client's encoders |
//! | `camera` | publishes the clip and obeys the node |
//! | `screen`, `flv` | plays and takes notes |
//! | `judge` | has ffmpeg compare what was shown with the clip |
//! | `call`, `node` | two parties, a node and the weather |
//! | `beside` | somebody else on the caller's link |
//! | `transit` | the same link in real time |
//! | `relay`, `watched` | for UDP, and what pages in a browser saw behind it |
//! | `tunnel`, `tcp`, `bulk` | for the kernel's TCP, a call in it, and a download beside one |
//! | `cells`, `figures`, `report`, `plot` | what is tried, what is counted, how it is told |

mod beside;
mod bulk;
mod call;
mod camera;
pub mod cells;
mod clip;
pub mod figures;
mod flv;
mod judge;
mod lane;
mod net;
mod node;
pub mod plot;
mod relay;
pub mod report;
mod screen;
mod sound;
mod tcp;
mod transit;
mod tunnel;
mod watched;
mod weather;

pub use beside::{Beside, Control, Way};
pub use call::{ROWS, Row, run};
pub use clip::Clip;
pub use judge::ssim_of_lumas;
pub use relay::{Dialled, Relay};
pub use tcp::{Load, TunnelRun, run_in_tunnel};
pub use tunnel::able;
pub use watched::{SETTLING, Watched};
pub use weather::{Forecast, Jitter, Loss, Narrow, Weather};
