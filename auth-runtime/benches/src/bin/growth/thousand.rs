//! A thousand handlers, written by the build script.

use actix_web::get;
use auth_benches::hand_written::Claims;
use auth_runtime::{Bearer, requires};

include!(concat!(env!("OUT_DIR"), "/thousand.rs"));
