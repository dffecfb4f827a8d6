//! Properties: no input panics, and no change to a signed token survives.

use proptest::prelude::*;

use crate::jwt::tests::*;

fn verifiers() -> &'static [(Verifier, String)] {
    static CELL: std::sync::OnceLock<Vec<(Verifier, String)>> = std::sync::OnceLock::new();
    CELL.get_or_init(|| {
        [Algorithm::HS256, Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA]
            .into_iter()
            .map(|algorithm| {
                let verifier = verifier(Jwt::key(verification_key(algorithm)).issuer(ISSUER).audience(AUDIENCE));
                let token =
                    sign(algorithm, json!({"alg": algorithm.name(), "typ": "JWT"}), &with(json!({"scope": "read"})));
                assert_eq!(accepted(&verifier, &token).subject(), "alice");
                (verifier, token)
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_refused_without_panic(token in proptest::collection::vec(any::<u8>(), 0..400)) {
        for (verifier, _) in verifiers() {
            prop_assert!(verifier.verify_token(&token, NOW).is_err());
            let _ = Compact::split(&token).map(|compact| verifier.recognizes(&compact));
        }
    }

    #[test]
    fn arbitrary_json_in_the_right_shape_is_refused_without_panic(
        header in "\\{(\"(alg|typ|kid|crit|b64)\":(\"HS256\"|\"none\"|1|null|\\[\\]),?){0,3}\\}",
        payload in "\\{(\"(iss|aud|exp|nbf|sub|cnf)\":(\"a\"|1e9|-1|null|\\[1\\]|\\{\\}),?){0,4}\\}",
        signature in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let token = format!("{}.{}.{}", encode(header), encode(payload), encode(signature));
        for (verifier, _) in verifiers() {
            prop_assert!(verifier.verify_token(token.as_bytes(), NOW).is_err());
        }
    }

    /// Signed with the real key, so that everything behind the signature is reached.
    #[test]
    fn arbitrary_signed_claims_never_panic(
        exp in any::<f64>(), nbf in any::<i64>(), name in ".{0,8}", value in ".{0,8}", depth in 0_usize..40,
    ) {
        let mut nested = json!(value);
        for _ in 0..depth {
            nested = json!([nested]);
        }
        let token = hs256(&with(json!({"exp": exp, "nbf": nbf, "scope": nested, name: value})));
        let _ = verifiers()[0].0.verify_token(token.as_bytes(), NOW);
    }

    #[test]
    fn no_changed_byte_survives(which in 0_usize..4, position in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let (verifier, token) = &verifiers()[which];
        let mut changed = token.clone().into_bytes();
        let at = position.index(changed.len());
        prop_assume!(changed[at] != byte);
        changed[at] = byte;
        prop_assert!(verifier.verify_token(&changed, NOW).is_err());
    }

    #[test]
    fn no_inserted_removed_or_swapped_bytes_survive(
        which in 0_usize..4, a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let (verifier, token) = &verifiers()[which];
        let token = token.as_bytes();
        let (a, b) = (a.index(token.len()), b.index(token.len()));
        let mut inserted = token.to_vec();
        inserted.insert(a, byte);
        let mut removed = token.to_vec();
        removed.remove(a);
        let mut swapped = token.to_vec();
        swapped.swap(a, b);
        for changed in [inserted, removed, token[..a].to_vec()] {
            prop_assert!(verifier.verify_token(&changed, NOW).is_err());
        }
        if swapped != token {
            prop_assert!(verifier.verify_token(&swapped, NOW).is_err());
        }
    }

    #[test]
    fn no_key_material_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in ".{0,120}") {
        for algorithm in Algorithm::ALL.iter().copied() {
            let _ = Jwt::public_der(algorithm, &bytes).dangerous_any_issuer().dangerous_any_audience().into_settings().jwt.unwrap().verifier(Presentation::bearer(None));
        }
        for jwt in [Jwt::public_pem(Algorithm::RS256, &bytes), Jwt::jwk(&bytes), Jwt::jwk_set(&text), Jwt::hs256(&bytes)] {
            let _ = jwt.dangerous_any_issuer().dangerous_any_audience().into_settings().jwt.unwrap().verifier(Presentation::bearer(None));
        }
    }

    /// A real key with bytes changed, cut short: deep into the DER reader.
    #[test]
    fn no_changed_der_panics(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        for pem in [RSA_PUBLIC, P256_PUBLIC, P384_PUBLIC, ED25519_PUBLIC, RSA_PRIVATE, P256_PRIVATE, ED25519_PRIVATE] {
            let text: String = std::str::from_utf8(pem).unwrap().lines().filter(|line| !line.starts_with('-')).collect();
            let mut der = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
            let _ = der::from_der(&der[..cut.index(der.len())]).map(drop);
            let at = at.index(der.len());
            der[at] = byte;
            let _ = der::from_der(&der).map(drop);
        }
    }
}
