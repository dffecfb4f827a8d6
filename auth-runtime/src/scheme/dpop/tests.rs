//! Proofs as the specification has them, and as nobody would make them.

use std::sync::Arc;
use std::time::SystemTime;

use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::key::{KnownKeys, ProofKey};
use super::proof::{ProvenRequest, TokenDigest};
use super::replays::{Bounds, Replays};
use super::verifier::{Memory, Now, ProofVerifier};
use crate::crypto::Algorithm;
use crate::denial::Reason;
use crate::http::field::Field;
use crate::principal::{Confirmation, Principal};
use crate::scheme::{Authentication, Outcome};
use crate::time::UnixTime;

/// RFC 9449 section 7.1, figure 12.
const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
const PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
const ISSUED_AT: UnixTime = 1_562_262_618;
/// Section 6.1, figure 8.
const THUMBPRINT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

fn verifier() -> Arc<ProofVerifier> {
    let algorithms = vec![Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256];
    let memory = Memory::Own(Replays::new(Bounds::of(1000)));
    Arc::new(ProofVerifier { algorithms, keys: KnownKeys::new(), memory, nonces: None })
}

fn verify(verifier: &Arc<ProofVerifier>, thumbprint: &str, proof: &[u8], now: UnixTime) -> Result<Principal, Reason> {
    let bound = Confirmation::KeyThumbprint(thumbprint.into());
    let principal = Principal::builder("dpop", "alice").confirmation(bound).build();
    let request = ProvenRequest {
        method: &Method::GET,
        uri: &Uri::from_static("/protectedresource"),
        origin: "https://resource.example.org",
        base_path: "",
        token: &TokenDigest::of(TOKEN.as_bytes()),
        is_cross_origin: false,
    };
    // Others are in no field.
    let line = HeaderValue::from_bytes(proof).map_err(|_| Reason::ProofMalformed)?;
    let now = Now { second: now, time: SystemTime::now() };
    match verifier.verify_at(principal, Field::Line(&line), request, now) {
        Authentication::Ready(Outcome::Verified(principal)) => Ok(principal),
        Authentication::Ready(Outcome::Refused(rejection)) => Err(rejection.reason()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_proof_of_the_specification_is_good_once_and_in_its_time() {
    let of_rfc = |verifier: &Arc<ProofVerifier>, now| verify(verifier, THUMBPRINT, PROOF.as_bytes(), now).map(drop);
    let one = verifier();
    assert_eq!(of_rfc(&one, ISSUED_AT + 60), Ok(()));
    assert_eq!(of_rfc(&one, ISSUED_AT + 60), Err(Reason::ProofReplayed));
    assert_eq!(of_rfc(&one, ISSUED_AT + 61), Err(Reason::ProofOutOfTime));
    assert_eq!(of_rfc(&verifier(), ISSUED_AT - 60), Ok(()));
    assert_eq!(of_rfc(&verifier(), ISSUED_AT - 61), Err(Reason::ProofOutOfTime));
}

#[test]
fn every_bit_of_a_proof_counts() {
    let verifier = verifier();
    for place in 0..PROOF.len() {
        let mut changed = PROOF.as_bytes().to_vec();
        changed[place] ^= 1;
        let refused = verify(&verifier, THUMBPRINT, &changed, ISSUED_AT).unwrap_err();
        assert_eq!(refused.status(), 401, "{refused:?} at {place}");
    }
    assert!(verify(&verifier, THUMBPRINT, PROOF.as_bytes(), ISSUED_AT).is_ok(), "none of them was counted");
}

#[test]
fn only_keys_of_accepted_proofs_are_remembered() {
    let verifier = verifier();
    let header = PROOF.split('.').next().unwrap().as_bytes();
    assert_eq!(verify(&verifier, THUMBPRINT, PROOF.as_bytes(), 0).unwrap_err(), Reason::ProofOutOfTime);
    assert!(verifier.keys.find(header).is_none());
    verify(&verifier, THUMBPRINT, PROOF.as_bytes(), ISSUED_AT).unwrap();
    assert!(verifier.keys.find(header).is_some());
    // Known or not, it must be the token's.
    let other = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
    assert_eq!(verify(&verifier, other, PROOF.as_bytes(), ISSUED_AT).unwrap_err(), Reason::ProofKeyForeign);
}

/// How a header with this key is refused, where its thumbprint is the token's.
fn refusal(jwk: &Value, algorithm: &str) -> Option<Reason> {
    let header = json!({ "typ": "dpop+jwt", "alg": algorithm, "jwk": jwk }).to_string();
    let allowed = [Algorithm::ES256, Algorithm::RS256, Algorithm::EdDSA];
    let canonical: Value = match jwk["kty"].as_str() {
        Some("RSA") => json!({ "e": jwk["e"], "kty": "RSA", "n": jwk["n"] }),
        _ => json!({ "crv": jwk["crv"], "kty": jwk["kty"], "x": jwk["x"], "y": jwk["y"] }),
    };
    let thumbprint = URL_SAFE_NO_PAD.encode(<sha2::Sha256 as sha2::Digest>::digest(canonical.to_string()));
    ProofKey::read(URL_SAFE_NO_PAD.encode(header).as_bytes(), &allowed, &thumbprint).err()
}

#[test]
fn rsa_keys_have_2048_to_4096_bits_and_the_usual_exponent() {
    let rsa = |bytes: usize, first: u8, exponent: &[u8]| {
        let mut modulus = vec![first];
        modulus.resize(bytes - 1, 0xA5);
        modulus.push(1);
        json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(modulus), "e": URL_SAFE_NO_PAD.encode(exponent) })
    };
    let usual = [1, 0, 1];
    assert_eq!(refusal(&rsa(256, 0x80, &usual), "RS256"), None);
    assert_eq!(refusal(&rsa(512, 0xFF, &usual), "RS256"), None);
    for (what, jwk) in [
        ("2047 bits", rsa(256, 0x7F, &usual)),
        ("1024 bits", rsa(128, 0x80, &usual)),
        ("4097 bits", rsa(513, 1, &usual)),
        ("8192 bits", rsa(1024, 0x80, &usual)),
        ("the exponent 3", rsa(256, 0x80, &[3])),
        ("the exponent 1", rsa(256, 0x80, &[1])),
        ("an even exponent", rsa(256, 0x80, &[1, 0, 0])),
        ("an exponent of 2^32 + 1", rsa(256, 0x80, &[1, 0, 0, 0, 1])),
    ] {
        assert_eq!(refusal(&jwk, "RS256"), Some(Reason::ProofKeyRefused), "{what}");
    }
    assert_eq!(refusal(&rsa(256, 0x80, &usual), "ES256"), Some(Reason::ProofKeyRefused), "of another kind");
    assert_eq!(
        refusal(&rsa(256, 0x80, &usual), "RS384"),
        Some(Reason::ProofKeyRefused),
        "not among those that are taken"
    );
    let mut stated = rsa(256, 0x80, &usual);
    stated["alg"] = "PS256".into();
    assert_eq!(refusal(&stated, "RS256"), Some(Reason::ProofKeyRefused), "a key of another algorithm");
}

#[test]
fn a_point_that_is_none_is_no_key() {
    let zero = URL_SAFE_NO_PAD.encode([0; 31]);
    let short = json!({ "kty": "EC", "crv": "P-256", "x": zero, "y": zero });
    assert_eq!(refusal(&short, "ES256"), Some(Reason::ProofKeyRefused));
    let other_curve = json!({ "kty": "EC", "crv": "P-521", "x": zero, "y": zero });
    assert_eq!(refusal(&other_curve, "ES256"), Some(Reason::ProofKeyRefused));
}

/// A part of a proof: JSON that looks like one, or nothing that does.
fn part() -> impl Strategy<Value = Vec<u8>> {
    let value = prop_oneof![
        Just(json!(null)),
        Just(json!("dpop+jwt")),
        Just(json!("ES256")),
        Just(json!("GET")),
        Just(
            json!({"kty":"EC","crv":"P-256","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"})
        ),
        Just(json!({"kty":"RSA","n":"AA","e":"AQAB"})),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("typ"),
        Just("alg"),
        Just("jwk"),
        Just("jti"),
        Just("htm"),
        Just("htu"),
        Just("iat"),
        Just("ath"),
        Just("nonce")
    ];
    prop_oneof![
        proptest::collection::vec((name, value), 0..10).prop_map(|members| {
            let members = members.into_iter().map(|(name, value)| (name.to_owned(), value));
            Value::Object(members.collect()).to_string().into_bytes()
        }),
        proptest::collection::vec(any::<u8>(), 0..40),
    ]
}

proptest! {
    #[test]
    fn nothing_that_is_sent_panics_or_is_let_in(parts in proptest::collection::vec(part(), 0..5), raw in any::<bool>()) {
        let parts: Vec<Vec<u8>> =
            parts.into_iter().map(|part| if raw { part } else { URL_SAFE_NO_PAD.encode(part).into_bytes() }).collect();
        let refused = verify(&verifier(), THUMBPRINT, &parts.join(&b'.'), ISSUED_AT);
        prop_assert_eq!(refused.unwrap_err().status(), 401);
    }

    #[test]
    fn no_part_of_a_good_proof_is_good_by_itself(place in 0..3_usize, part in part()) {
        let mut parts: Vec<Vec<u8>> = PROOF.split('.').map(|part| part.as_bytes().to_vec()).collect();
        parts[place] = URL_SAFE_NO_PAD.encode(part).into_bytes();
        let refused = verify(&verifier(), THUMBPRINT, &parts.join(&b'.'), ISSUED_AT);
        prop_assert_eq!(refused.unwrap_err().status(), 401);
    }
}
