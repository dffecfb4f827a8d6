//! Judges proofs of DPoP by the crate `dpop-verifier`. In: a JSON array of `{"proof", "method", "url", "token"}`. Out: an array of the
//! thumbprint of the key that has signed, or `null` where the proof is no good; in their order, so that one that is there twice counts once.

use std::collections::HashSet;
use std::error::Error;
use std::io::{stdin, stdout};

use dpop_verifier::{DpopError, DpopVerifier, ReplayContext, ReplayStore};
use serde_json::Value;

#[derive(Default)]
struct Used(HashSet<[u8; 32]>);

#[async_trait::async_trait]
impl ReplayStore for Used {
    async fn insert_once(&mut self, id: [u8; 32], _: ReplayContext<'_>) -> Result<bool, DpopError> {
        Ok(self.0.insert(id))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let asked: Vec<Value> = serde_json::from_reader(stdin())?;
    let verifier = DpopVerifier::new().with_max_age_seconds(60).with_future_skew_seconds(60);
    let mut used = Used::default();
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let found: Vec<Option<String>> = runtime.block_on(async {
        let mut found = Vec::new();
        for one in &asked {
            let text = |name: &str| one[name].as_str().unwrap_or_default();
            let (proof, url, method, token) = (text("proof"), text("url"), text("method"), text("token"));
            let judged = verifier.verify(&mut used, proof, url, method, Some(token)).await;
            found.push(judged.ok().map(|good| good.jkt));
        }
        found
    });
    serde_json::to_writer(stdout(), &found)?;
    Ok(())
}
