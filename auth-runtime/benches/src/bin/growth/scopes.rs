//! From one to two hundred scopes in a token, the wanted one last.

use auth_benches::hand_written;
use auth_benches::measured::Point;
use auth_benches::ours::{self, Memory};
use auth_benches::tokens::{token, with_bearer};
use auth_runtime::Algorithm;

use crate::interleaved;

pub(crate) async fn measure() -> Vec<Point> {
    let mut subjects = Vec::new();
    for count in [1, 10, 50, 200] {
        let scopes: String = (1..count).map(|n| format!("orders:read:{n} ")).collect();
        let token = token(Algorithm::HS256).scope(scopes + "admin").sign();
        let hand_written = hand_written::subject(Algorithm::HS256, with_bearer(token.clone())).await;
        subjects.push(("hand-written", count, hand_written));
        for (what, memory) in [("ours, first sight", Memory::Off), ("ours, repeated", Memory::On)] {
            let subject = ours::subject(Algorithm::HS256, memory, with_bearer(token.clone())).await;
            subjects.push((what, count, subject));
        }
    }
    interleaved(subjects).await
}
