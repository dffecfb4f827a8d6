//! Every algorithm verifies its own signatures and no others.

use crate::jwt::tests::*;

#[test]
fn each_algorithm_makes_the_round_trip() {
    for &algorithm in Algorithm::ALL {
        let verifier = verifier(Jwt::key(verification_key(algorithm)).issuer(ISSUER).audience(AUDIENCE));
        let token = sign(algorithm, json!({"alg": algorithm.name(), "typ": "JWT"}), &good());
        assert_eq!(accepted(&verifier, &token).subject(), "alice", "{algorithm}");
        let (message, signature) = token.rsplit_once('.').unwrap();
        for broken in
            [format!("{message}."), format!("{message}.{}", encode([0; 64])), format!("{message}A.{signature}")]
        {
            verifier.verify_token(broken.as_bytes(), NOW).unwrap_err();
        }
    }
}

#[test]
fn a_key_verifies_its_own_algorithm_only() {
    for &own in Algorithm::ALL {
        let verifier = verifier(Jwt::key(verification_key(own)).issuer(ISSUER).audience(AUDIENCE));
        for &other in Algorithm::ALL.iter().filter(|&&other| other != own) {
            let honest = sign(other, json!({"alg": other.name()}), &good());
            assert_eq!(refused(&verifier, &honest), Reason::AlgorithmRefused, "{own} took {other}");
            let lying = sign(other, json!({"alg": own.name()}), &good());
            assert_eq!(refused(&verifier, &lying), Reason::SignatureInvalid, "{own} took {other} under its own name");
        }
    }
}

#[test]
fn names_are_exact() {
    for &algorithm in Algorithm::ALL {
        assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
        assert_eq!(Algorithm::from_name(&algorithm.name().to_lowercase()), None);
        assert_eq!(Algorithm::from_name(&format!("{} ", algorithm.name())), None);
    }
}

#[test]
fn an_ecdsa_signature_in_der_is_refused() {
    // RFC 7518 section 3.4 wants r and s side by side; another encoding would give one token two spellings.
    let token = sign(Algorithm::ES256, json!({"alg": "ES256"}), &good());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let raw = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let integer = |number: &[u8]| {
        let padding: &[u8] = if number[0] >= 0x80 { &[0] } else { &[] };
        [&[2, (number.len() + padding.len()) as u8], padding, number].concat()
    };
    let body = [integer(&raw[..32]), integer(&raw[32..])].concat();
    let der = [&[0x30, body.len() as u8][..], &body].concat();
    let verifier = verifier(Jwt::public_pem(Algorithm::ES256, P256_PUBLIC).issuer(ISSUER).audience(AUDIENCE));
    assert_eq!(accepted(&verifier, &token).subject(), "alice");
    assert_eq!(refused(&verifier, &format!("{message}.{}", encode(der))), Reason::SignatureInvalid);
}
