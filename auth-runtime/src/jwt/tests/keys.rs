//! Keys: what is refused in `build()`, what is skipped in a set, what a changed file does.

use crate::file::testing::TempFile;
use crate::jwt::tests::*;

/// The fault of a single key.
#[track_caller]
fn key_fault(key: Key) -> KeyError {
    match fault(Jwt::key(key).issuer(ISSUER).audience(AUDIENCE)) {
        JwtError::Key { fault, .. } => fault,
        other => panic!("{other}"),
    }
}

fn pem(name: &str, der: &[u8]) -> String {
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN {name}-----\n{body}\n-----END {name}-----\n")
}

fn der_of(pem: &[u8]) -> Vec<u8> {
    let text: String = std::str::from_utf8(pem).unwrap().lines().filter(|line| !line.starts_with("-----")).collect();
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

fn rsa_components() -> (Vec<u8>, Vec<u8>) {
    match der::from_pem(RSA_PUBLIC).unwrap_or_else(|fault| panic!("{fault}")) {
        material::Material::Rsa { modulus, exponent } => (modulus, exponent),
        _ => panic!("not RSA"),
    }
}

pub(crate) fn rsa_jwk() -> Value {
    let (n, e) = rsa_components();
    json!({"kty": "RSA", "n": encode(n), "e": encode(e)})
}

pub(crate) fn ec_jwk() -> Value {
    let point = der_of(P256_PUBLIC);
    let point = &point[point.len() - 64..];
    json!({"kty": "EC", "crv": "P-256", "x": encode(&point[..32]), "y": encode(&point[32..])})
}

/// The key of RFC 7515 appendix A.3.
fn rfc_7515_jwk() -> Value {
    json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    })
}

fn oct_jwk() -> Value {
    json!({"kty": "oct", "alg": "HS256", "k": encode(SECRET)})
}

fn plus(mut jwk: Value, extra: Value) -> Value {
    jwk.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    jwk
}

fn set(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

#[test]
fn short_secrets_are_refused() {
    for (key, least) in
        [(Key::hs256([1; 31]), 32), (Key::hs384([1; 47]), 48), (Key::hs512([1; 63]), 64), (Key::hs256(""), 32)]
    {
        let fault = key_fault(key);
        assert!(matches!(fault, KeyError::SecretTooShort { least: found, .. } if found == least), "{fault:?}");
    }
    for jwt in [Jwt::hs256([1; 32]), Jwt::hs384([1; 48]), Jwt::hs512([1; 64])] {
        verifier(jwt.issuer(ISSUER).audience(AUDIENCE));
    }
}

#[test]
fn a_public_key_given_as_secret_is_refused() {
    for secret in [
        RSA_PUBLIC,
        RSA_PRIVATE,
        P256_PUBLIC,
        b"\n\n -----BEGIN CERTIFICATE-----\nAAAAAAAAAAAAAAAAA",
        &der_of(RSA_PUBLIC),
    ] {
        assert_eq!(key_fault(Key::hs256(secret)), KeyError::SecretIsPublicKey);
    }
    let jwk = json!({"kty": "oct", "alg": "HS256", "k": encode(RSA_PUBLIC)});
    assert_eq!(key_fault(Key::jwk(jwk.to_string())), KeyError::SecretIsPublicKey);
}

#[test]
fn a_private_key_is_refused_with_a_clear_message() {
    for (algorithm, private) in
        [(Algorithm::RS256, RSA_PRIVATE), (Algorithm::ES256, P256_PRIVATE), (Algorithm::EdDSA, ED25519_PRIVATE)]
    {
        assert_eq!(key_fault(Key::public_pem(algorithm, private)), KeyError::PrivateKeyGiven);
        assert_eq!(key_fault(Key::public_der(algorithm, der_of(private))), KeyError::PrivateKeyGiven);
        // Whatever its label says.
        assert_eq!(
            key_fault(Key::public_pem(algorithm, pem("PUBLIC KEY", &der_of(private)))),
            KeyError::PrivateKeyGiven
        );
    }
    assert_eq!(key_fault(Key::jwk(plus(ec_jwk(), json!({"d": "AA"})).to_string())), KeyError::PrivateKeyGiven);
    let message = fault(Jwt::public_pem(Algorithm::RS256, RSA_PRIVATE).issuer(ISSUER).audience(AUDIENCE)).to_string();
    assert_eq!(
        message,
        "key 1 of issuer `https://idp.example`, `public_pem`: a private key was given; only its public half \
         belongs here (`openssl pkey -in private.pem -pubout`)"
    );
}

#[test]
fn keys_of_another_kind_than_the_algorithm_are_refused() {
    for &algorithm in Algorithm::ALL {
        for pem in [RSA_PUBLIC, P256_PUBLIC, P384_PUBLIC, ED25519_PUBLIC] {
            let jwt = Jwt::public_pem(algorithm, pem).issuer(ISSUER).audience(AUDIENCE);
            if algorithm.kind() != crate::crypto::KeyKind::Secret && pem == public_pem(algorithm) {
                verifier(jwt);
            } else {
                let JwtError::Key { fault, .. } = fault(jwt) else { panic!() };
                assert!(
                    matches!(fault, KeyError::KindWrong { .. } | KeyError::AlgorithmNeedsSecret { .. }),
                    "{algorithm}: {fault}"
                );
            }
        }
    }
}

#[test]
fn other_curves_and_certificates_are_refused() {
    assert_eq!(
        key_fault(Key::public_pem(Algorithm::ES256, test_key!("ec-secp256k1.public.pem"))),
        KeyError::KindUnsupported
    );
    assert_eq!(key_fault(Key::public_pem(Algorithm::RS256, pem("CERTIFICATE", b"x"))), KeyError::CertificateGiven);
}

#[test]
fn weak_rsa_keys_are_refused() {
    assert_eq!(
        key_fault(Key::public_pem(Algorithm::RS256, test_key!("rsa-1024.public.pem"))),
        KeyError::RsaTooShort { bits: 1024 }
    );
    let (modulus, _) = rsa_components();
    for exponent in [&[1][..], &[0], &[2], &[1, 0, 0], &[2, 0, 0, 0, 1, 1], &[]] {
        let jwk = json!({"kty": "RSA", "n": encode(&modulus), "e": encode(exponent)});
        assert_eq!(key_fault(Key::jwk(jwk.to_string())), KeyError::RsaExponent, "{exponent:?}");
    }
    // Zeros in front do not make it longer.
    let mut padded = vec![0; 200];
    padded.extend_from_slice(&modulus[..128]);
    let jwk = json!({"kty": "RSA", "n": encode(padded), "e": "AQAB"});
    assert_eq!(key_fault(Key::jwk(jwk.to_string())), KeyError::RsaTooShort { bits: 1024 });
    let jwk = json!({"kty": "RSA", "n": encode(vec![0xff; 1025]), "e": "AQAB"});
    assert!(matches!(key_fault(Key::jwk(jwk.to_string())), KeyError::RsaTooLong { .. }));
}

#[test]
fn malformed_keys_are_refused() {
    for text in ["", "hello", "-----BEGIN PUBLIC KEY-----", "-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----"]
    {
        assert_eq!(key_fault(Key::public_pem(Algorithm::RS256, text)), KeyError::PemUnreadable, "{text}");
    }
    let twice = [RSA_PUBLIC, RSA_PUBLIC].concat();
    assert_eq!(key_fault(Key::public_pem(Algorithm::RS256, twice)), KeyError::PemUnreadable);
    let mut trailing = der_of(RSA_PUBLIC);
    trailing.push(0);
    for der in [&b""[..], b"\x30", b"\x30\x00", b"\x30\x84\xff\xff\xff\xff", b"\x30\x03\x02\x01\x80", &trailing] {
        assert_eq!(key_fault(Key::public_der(Algorithm::RS256, der)), KeyError::DerUnreadable, "{der:?}");
    }
    for text in ["", "[]", "{", r#"{"kty":"RSA","kty":"RSA"}"#] {
        assert_eq!(key_fault(Key::jwk(text)), KeyError::JsonInvalid, "{text}");
    }
    let short = json!({"kty": "EC", "crv": "P-256", "x": encode([1; 31]), "y": encode([1; 33])});
    assert_eq!(key_fault(Key::jwk(short.to_string())), KeyError::JwkMember { member: "x" });
}

/// An element of DER, its length in the form that the bytes before it give.
fn element(tag: u8, length: &[u8], content: &[u8]) -> Vec<u8> {
    [&[tag], length, content].concat()
}

#[test]
fn der_has_one_form_and_every_other_is_refused() {
    let ed25519 = der_of(ED25519_PUBLIC);
    let content = &ed25519[2..];
    assert_eq!(ed25519[..2], [0x30, 0x2a]);
    for length in [&[0x81, 0x2a][..], &[0x82, 0, 0x2a], &[0x83, 0, 0, 0x2a], &[0x80]] {
        let mut der = element(0x30, length, content);
        if length == [0x80] {
            der.extend([0, 0]);
        }
        assert_eq!(key_fault(Key::public_der(Algorithm::EdDSA, der)), KeyError::DerUnreadable, "length {length:x?}");
    }
    // Within, too: the algorithm and the bits.
    let (algorithm, bits) = content.split_at(7);
    for inner in [
        [element(0x30, &[0x81, 5], &algorithm[2..]), bits.to_vec()].concat(),
        [algorithm.to_vec(), element(0x03, &[0x81, 0x21], &bits[2..])].concat(),
    ] {
        let der = element(0x30, &[u8::try_from(inner.len()).unwrap()], &inner);
        assert_eq!(key_fault(Key::public_der(Algorithm::EdDSA, der)), KeyError::DerUnreadable, "{inner:x?}");
    }

    let rsa = der_of(test_key!("rsa-2048.pkcs1.public.pem"));
    // SEQUENCE { INTEGER of 257 bytes, the first a zero; INTEGER 65537 }
    let (modulus, exponent) = (&rsa[8..265], &rsa[267..]);
    assert_eq!((rsa.len(), modulus[0], exponent), (270, 0, &[1, 0, 1][..]));
    let with = |modulus: &[u8], exponent: &[u8]| {
        let length = |content: &[u8]| match content.len() {
            short @ ..0x80 => vec![u8::try_from(short).unwrap()],
            long => [&[0x82][..], &u16::try_from(long).unwrap().to_be_bytes()].concat(),
        };
        let numbers = [element(2, &length(modulus), modulus), element(2, &length(exponent), exponent)].concat();
        Key::public_der(Algorithm::RS256, element(0x30, &length(&numbers), &numbers))
    };
    accepted(&verifier(Jwt::key(with(modulus, exponent)).issuer(ISSUER).audience(AUDIENCE)), &{
        sign(Algorithm::RS256, json!({"alg": "RS256"}), &good())
    });
    for (modulus, exponent) in [
        (&[&[0], modulus].concat()[..], exponent),
        (modulus, &[0, 1, 0, 1][..]),
        (&modulus[1..], exponent),
        (modulus, &[]),
    ] {
        assert_eq!(key_fault(with(modulus, exponent)), KeyError::DerUnreadable);
    }
}

#[test]
fn keys_in_der_and_both_pem_forms_verify() {
    let token = sign(Algorithm::RS256, json!({"alg": "RS256"}), &good());
    for key in [
        Key::public_der(Algorithm::RS256, der_of(RSA_PUBLIC)),
        Key::public_pem(Algorithm::RS256, test_key!("rsa-2048.pkcs1.public.pem")),
        Key::public_der(Algorithm::RS256, der_of(test_key!("rsa-2048.pkcs1.public.pem"))),
        Key::jwk(rsa_jwk().to_string()),
    ] {
        accepted(&verifier(Jwt::key(key).issuer(ISSUER).audience(AUDIENCE)), &token);
    }
}

#[test]
fn a_jwk_without_alg_has_the_one_its_kind_implies() {
    let rsa = verifier(Jwt::jwk(rsa_jwk().to_string()).issuer(ISSUER).audience(AUDIENCE));
    accepted(&rsa, &sign(Algorithm::RS256, json!({"alg": "RS256"}), &good()));
    for other in [Algorithm::RS384, Algorithm::RS512, Algorithm::PS256] {
        assert_eq!(refused(&rsa, &sign(other, json!({"alg": other.name()}), &good())), Reason::AlgorithmRefused);
    }
    let ec = verifier(Jwt::jwk(ec_jwk().to_string()).issuer(ISSUER).audience(AUDIENCE));
    accepted(&ec, &sign(Algorithm::ES256, json!({"alg": "ES256"}), &good()));
    let oct = json!({"kty": "oct", "k": encode(SECRET)});
    assert_eq!(key_fault(Key::jwk(oct.to_string())), KeyError::JwkMember { member: "alg" });
}

#[test]
fn keys_that_name_no_algorithm_have_those_that_were_said() {
    use Algorithm::*;
    let set = set(&[
        plus(rsa_jwk(), json!({"kid": "open"})),
        plus(rsa_jwk(), json!({"kid": "said", "alg": "RS512"})),
        plus(ec_jwk(), json!({"kid": "curve"})),
    ]);
    let jwt = || Jwt::jwk_set(&set).issuer(ISSUER).audience(AUDIENCE);
    let of = |algorithm: Algorithm, id: &str| sign(algorithm, json!({"alg": algorithm.name(), "kid": id}), &good());
    let verifier_of = |algorithms: &[Algorithm]| verifier(jwt().key_algorithms(algorithms.iter().copied()));

    let several = verifier_of(&[RS384, PS256, RS384]);
    for algorithm in [RS384, PS256] {
        accepted(&several, &of(algorithm, "open"));
    }
    for (algorithm, id) in [(RS256, "open"), (PS512, "open"), (RS384, "said"), (PS256, "said")] {
        assert_eq!(refused(&several, &of(algorithm, id)), Reason::AlgorithmRefused, "{algorithm} {id}");
    }
    accepted(&several, &of(RS512, "said"));
    accepted(&several, &of(ES256, "curve"));
    // What is said of other kinds leaves RSA its default.
    let others = verifier_of(&[ES384, HS256, EdDSA]);
    accepted(&others, &of(RS256, "open"));
    accepted(&others, &of(ES256, "curve"));
    assert_eq!(refused(&others, &of(RS384, "open")), Reason::AlgorithmRefused);

    // A key by itself, a secret, and an issuer of its own.
    let oct = json!({"kty": "oct", "k": encode(SECRET)}).to_string();
    let secret = verifier(Jwt::jwk(oct).key_algorithms([HS512]).issuer(ISSUER).audience(AUDIENCE));
    accepted(&secret, &sign(HS512, json!({"alg": "HS512"}), &good()));
    assert_eq!(refused(&secret, &hs256(&good())), Reason::AlgorithmRefused);
    let partner = Issuer::new("https://partner.example", Key::jwk_set(&set)).key_algorithms([PS384]);
    let both = verifier(jwt().key_algorithms([RS384]).add_issuer(partner));
    accepted(&both, &of(RS384, "open"));
    let theirs = |algorithm: Algorithm| {
        let claims = with(json!({"iss": "https://partner.example"}));
        sign(algorithm, json!({"alg": algorithm.name(), "kid": "open"}), &claims)
    };
    accepted(&both, &theirs(PS384));
    assert_eq!(refused(&both, &theirs(RS384)), Reason::AlgorithmRefused);
    assert!(fault(jwt().key_algorithms([])).to_string().starts_with("`.key_algorithms(…)`: the list is empty"));
}

#[test]
fn ed25519_is_another_name_of_eddsa_in_tokens_and_keys() {
    let x = &der_of(ED25519_PUBLIC)[12..];
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(x)});
    for key in [jwk.clone(), plus(jwk.clone(), json!({"alg": "Ed25519"})), plus(jwk.clone(), json!({"alg": "EdDSA"}))] {
        let verifier = verifier(Jwt::jwk(key.to_string()).issuer(ISSUER).audience(AUDIENCE));
        for name in ["EdDSA", "Ed25519"] {
            accepted(&verifier, &sign(Algorithm::EdDSA, json!({"alg": name, "typ": "JWT", "kid": "a"}), &good()));
        }
        for name in ["ed25519", "Ed448", "EDDSA"] {
            assert_eq!(
                refused(&verifier, &sign(Algorithm::EdDSA, json!({"alg": name}), &good())),
                Reason::AlgorithmRefused
            );
        }
        let header = json!({"alg": "Ed25519", "jku": 7});
        assert_eq!(refused(&verifier, &sign(Algorithm::EdDSA, header, &good())), Reason::TokenNotJwt);
    }
    for other in [plus(jwk, json!({"alg": "Ed448"})), plus(ec_jwk(), json!({"alg": "Ed25519"}))] {
        key_fault(Key::jwk(other.to_string()));
    }
}

#[test]
fn a_key_with_a_member_twice_spoils_itself_alone() {
    let good_key = plus(ec_jwk(), json!({"kid": "good"}));
    let key = rsa_jwk().to_string();
    for twice in [
        key.replacen('{', r#"{"kid":"a","kid":"a","#, 1),
        key.replacen('{', r#"{"kid":"a","\u006bid":"b","#, 1),
        key.replacen('{', r#"{"kty":"RSA","#, 1),
        key.replacen('{', r#"{"x":{"y":1,"y":2},"#, 1),
    ] {
        let text = format!(r#"{{"keys":[{twice},{good_key}]}}"#);
        let read = jwk::set(text.as_bytes(), &jwk::KeyRules::default()).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!((read.keys.len(), read.skipped.len()), (1, 1), "{:?}", read.skipped);
        assert!(read.skipped[0].contains("a member stands in it twice"), "{:?}", read.skipped);
        let verifier = verifier(Jwt::jwk_set(text).issuer(ISSUER).audience(AUDIENCE));
        accepted(&verifier, &sign(Algorithm::ES256, json!({"alg": "ES256", "kid": "good"}), &good()));
    }
    // What is around the keys is read as strictly as ever.
    for text in [
        format!(r#"{{"keys":[{good_key}],"keys":[]}}"#),
        format!(r#"{{"keys":[{good_key}],"\u006beys":[]}}"#),
        format!(r#"{{"keys":[{good_key}],"x":1,"x":1}}"#),
        format!(r#"{{"keys":[{good_key}],"x":{{"y":1,"y":1}}}}"#),
        format!(r#"{{"keys":[{good_key}]}} x"#),
        format!(r#"[{good_key}]"#),
    ] {
        assert_eq!(key_fault(Key::jwk_set(&text)), KeyError::JsonInvalid, "{text}");
    }
    for text in [r#"{"keys":{}}"#, r#"{"keys":null}"#, "{}", r#"{"keys":"x"}"#] {
        assert_eq!(key_fault(Key::jwk_set(text)), KeyError::JwkMember { member: "keys" }, "{text}");
    }
}

#[test]
fn a_key_that_names_its_issuer_verifies_tokens_of_that_one_only() {
    let tenant = |tenant: &str| format!("https://login.example/{tenant}/v2.0");
    let keys = |own: &str| set(&[plus(ec_jwk(), json!({"kid": "k", "issuer": own}))]);
    let token = |iss: &str| sign(Algorithm::ES256, json!({"alg": "ES256", "kid": "k"}), &with(json!({"iss": iss})));
    let bare = |iss: &str| sign(Algorithm::ES256, json!({"alg": "ES256"}), &with(json!({"iss": iss})));
    let (one, two) = (tenant("t-1"), tenant("t-2"));
    for jwt in [
        Jwt::jwk_set(keys(&one)).dangerous_any_issuer().audience(AUDIENCE),
        Jwt::jwk_set(keys(&one))
            .issuer(&*one)
            .audience(AUDIENCE)
            .add_issuer(Issuer::new(&*two, Key::jwk_set(keys(&one)))),
        Jwt::jwk(plus(ec_jwk(), json!({"issuer": one})).to_string()).dangerous_any_issuer().audience(AUDIENCE),
    ] {
        let verifier = verifier(jwt);
        accepted(&verifier, &token(&one));
        assert_eq!(refused(&verifier, &token(&two)), Reason::SignatureInvalid);
        assert_eq!(refused(&verifier, &bare(&two)), Reason::SignatureInvalid);
    }
    let any_tenant = verifier(Jwt::jwk_set(keys(&tenant("{tenantid}"))).dangerous_any_issuer().audience(AUDIENCE));
    accepted(&any_tenant, &token(&one));
    accepted(&any_tenant, &token(&two));
    for other in
        [tenant(""), tenant("a/b"), tenant("a?b"), "https://login.example".into(), format!("{one}/"), "x".into()]
    {
        assert_eq!(refused(&any_tenant, &token(&other)), Reason::SignatureInvalid, "{other}");
    }
    // Keys of other issuers do not use up the tries of a token without `kid`.
    let mut all: Vec<_> = (0..6).map(|_| plus(rfc_7515_jwk(), json!({"issuer": two}))).collect();
    all.iter_mut().enumerate().for_each(|(number, key)| key["kid"] = number.to_string().into());
    all.push(plus(ec_jwk(), json!({"kid": "ours", "issuer": one})));
    accepted(&verifier(Jwt::jwk_set(set(&all)).dangerous_any_issuer().audience(AUDIENCE)), &bare(&one));
    let unreadable = set(&[plus(ec_jwk(), json!({"issuer": 1}))]);
    assert!(matches!(key_fault(Key::jwk_set(unreadable)), KeyError::SetEmpty { .. }));
}

/// As many as fit into the 1 MiB that is read of a provider, compared one with another, took six seconds.
#[test]
fn a_set_of_thousands_of_keys_costs_what_its_keys_do() {
    let set = |count: u32| {
        let key =
            |number: u32| json!({"kty": "OKP", "crv": "Ed25519", "x": encode([number.to_le_bytes(); 8].concat())});
        json!({"keys": (0..count).map(key).collect::<Vec<_>>()}).to_string()
    };
    let (small, large) = (set(1_000), set(8_000));
    let cost = |text: &str, count: usize| {
        let start = std::time::Instant::now();
        let read = jwk::set(text.as_bytes(), &jwk::KeyRules::default()).unwrap();
        // Not all of these points are on the curve, which one of the backends notices.
        assert_eq!(read.keys.len() + read.skipped.len(), count);
        start.elapsed()
    };
    // The least of some, in turns: others run at the same time, and not always as many.
    let turns: Vec<_> = (0..6).map(|_| (cost(&small, 1_000), cost(&large, 8_000))).collect();
    let few = turns.iter().map(|turn| turn.0).min().unwrap();
    let many = turns.iter().map(|turn| turn.1).min().unwrap();
    assert!(many < few * 24, "eight times the keys in {many:?} instead of {few:?}: each is compared with each");
}

#[test]
fn unusable_keys_of_a_set_are_skipped_not_the_set() {
    let keys = [
        json!(1),
        json!({}),
        json!({"kty": "unheard-of"}),
        json!({"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}),
        json!({"kty": "OKP", "crv": "Ed448", "x": "AA"}),
        plus(rsa_jwk(), json!({"use": "enc"})),
        plus(rsa_jwk(), json!({"use": 1})),
        plus(rsa_jwk(), json!({"key_ops": ["encrypt"]})),
        plus(rsa_jwk(), json!({"key_ops": "verify"})),
        plus(rsa_jwk(), json!({"alg": "RSA-OAEP"})),
        plus(rsa_jwk(), json!({"alg": "ES256"})),
        plus(rsa_jwk(), json!({"alg": "none"})),
        plus(rsa_jwk(), json!({"alg": "HS256"})),
        plus(rsa_jwk(), json!({"d": "AQAB"})),
        plus(rsa_jwk(), json!({"kid": 1})),
        plus(rsa_jwk(), json!({"e": "AQ"})),
        plus(rsa_jwk(), json!({"n": "AQAB"})),
        plus(rsa_jwk(), json!({"n": "AQ=="})),
        oct_jwk(),
    ];
    let read = jwk::set(set(&keys).as_bytes(), &jwk::KeyRules::default()).unwrap_or_else(|fault| panic!("{fault}"));
    let only_oct = read.keys.len() == 1 && read.keys[0].algorithm == Algorithm::HS256;
    assert!(only_oct, "{:?}", read.skipped);
    assert_eq!(read.skipped.len(), keys.len() - 1);

    let mut keys = keys.to_vec();
    keys.push(plus(ec_jwk(), json!({"kid": "good", "use": "sig", "key_ops": ["verify"], "x5c": ["ignored"]})));
    let verifier = verifier(Jwt::jwk_set(set(&keys)).issuer(ISSUER).audience(AUDIENCE));
    accepted(&verifier, &sign(Algorithm::ES256, json!({"alg": "ES256", "kid": "good"}), &good()));
    assert_eq!(refused(&verifier, &sign(Algorithm::RS256, json!({"alg": "RS256"}), &good())), Reason::AlgorithmRefused);
    assert_eq!(refused(&verifier, &hs256(&good())), Reason::AlgorithmRefused, "a secret beside public keys");
}

#[test]
fn keys_that_share_kid_and_alg_but_differ_are_all_skipped() {
    let other = rfc_7515_jwk();
    let keys = [
        plus(ec_jwk(), json!({"kid": "twice"})),
        plus(rsa_jwk(), json!({"kid": "twice"})),
        plus(other.clone(), json!({"kid": "twice"})),
        plus(ec_jwk(), json!({"kid": "same"})),
        plus(ec_jwk(), json!({"kid": "same"})),
        other,
        ec_jwk(),
    ];
    let read = jwk::set(set(&keys).as_bytes(), &jwk::KeyRules::default()).unwrap_or_else(|fault| panic!("{fault}"));
    let kept: Vec<_> = read.keys.iter().map(|key| (key.id.as_deref(), key.algorithm)).collect();
    let expected = [
        (Some("twice"), Algorithm::RS256),
        (Some("same"), Algorithm::ES256),
        (None, Algorithm::ES256),
        (None, Algorithm::ES256),
    ];
    assert_eq!(kept, expected, "{:?}", read.skipped);
}

#[test]
fn a_set_without_usable_keys_says_why() {
    assert_eq!(key_fault(Key::jwk_set(set(&[]))), KeyError::SetEmpty { skipped: Vec::new() });
    let fault = key_fault(Key::jwk_set(set(&[plus(rsa_jwk(), json!({"use": "enc", "kid": "a\n"}))])));
    assert_eq!(
        fault.to_string(),
        "no key of the set can be used: key 1 (kid `a\\n`): `use` or `key_ops` does not allow to verify signatures"
    );
    for text in ["", "{}", "[]", r#"{"keys":{}}"#] {
        assert!(matches!(
            key_fault(Key::jwk_set(text)),
            KeyError::JsonInvalid | KeyError::JwkMember { member: "keys" }
        ));
    }
    assert_eq!(key_fault(Key::jwk(set(&[ec_jwk()]))), KeyError::JwkMember { member: "kty" });
    assert_eq!(key_fault(Key::jwk_set(set(&[ec_jwk()])).id("a")), KeyError::IdForSet);
}

#[test]
fn secrets_beside_public_keys_need_the_loud_method() {
    let mixed =
        || Jwt::hs256(SECRET).add_key(Key::public_pem(Algorithm::ES256, P256_PUBLIC)).issuer(ISSUER).audience(AUDIENCE);
    assert!(matches!(fault(mixed()), JwtError::KeysMixed { .. }));
    let verifier = verifier(mixed().dangerous_secrets_beside_public_keys());
    accepted(&verifier, &hs256(&good()));
    accepted(&verifier, &sign(Algorithm::ES256, json!({"alg": "ES256"}), &good()));
    // Still no confusion of one for the other.
    let confused =
        sign_text(Algorithm::HS256, &EncodingKey::from_secret(P256_PUBLIC), r#"{"alg":"HS256"}"#, &good().to_string());
    assert_eq!(refused(&verifier, &confused), Reason::SignatureInvalid);
}

#[test]
fn one_id_names_one_key() {
    let twice =
        Jwt::key(Key::hs256([1; 32]).id("a")).add_key(Key::hs256([2; 32]).id("a")).issuer(ISSUER).audience(AUDIENCE);
    assert!(matches!(fault(twice), JwtError::KeyIdRepeated { id, .. } if &*id == "a"));
    let same =
        Jwt::key(Key::hs256([1; 32]).id("a")).add_key(Key::hs256([1; 32]).id("a")).issuer(ISSUER).audience(AUDIENCE);
    verifier(same);
}

/// Looks at the file without waiting for the second to pass.
fn reread(verifier: &Verifier) {
    verifier.issuers.iter().for_each(|issuer| issuer.keys.refresh());
}

#[test]
fn a_changed_file_changes_the_keys() {
    let file = TempFile::new(&set(&[plus(ec_jwk(), json!({"kid": "a"}))]));
    let verifier = verifier(Jwt::jwk_set_file(file.path()).issuer(ISSUER).audience(AUDIENCE));
    let ec = sign(Algorithm::ES256, json!({"alg": "ES256", "kid": "a"}), &good());
    let rsa = sign(Algorithm::RS256, json!({"alg": "RS256", "kid": "b"}), &good());
    accepted(&verifier, &ec);
    assert_eq!(refused(&verifier, &rsa), Reason::KeyUnknown);
    file.write(&set(&[plus(rsa_jwk(), json!({"kid": "b"}))]));
    reread(&verifier);
    accepted(&verifier, &rsa);
    assert_eq!(refused(&verifier, &ec), Reason::KeyUnknown, "a key taken out no longer counts");
}

#[test]
fn a_broken_file_leaves_the_last_good_keys() {
    let good_set = set(&[ec_jwk()]);
    let file = TempFile::new(&good_set);
    let verifier = verifier(Jwt::jwk_set_file(file.path()).issuer(ISSUER).audience(AUDIENCE));
    let token = sign(Algorithm::ES256, json!({"alg": "ES256"}), &good());
    for broken in ["", "{", &good_set[..good_set.len() / 2], "{}", &set(&[json!({"kty": "RSA"})])] {
        file.write(broken);
        reread(&verifier);
        accepted(&verifier, &token);
    }
    file.write(&set(&[]));
    reread(&verifier);
    assert_eq!(refused(&verifier, &token), Reason::KeysUnavailable, "an empty set is meant");
}

#[test]
fn a_file_does_not_bring_secrets_beside_public_keys() {
    let file = TempFile::new(&set(&[plus(rsa_jwk(), json!({"kid": "b"}))]));
    let public = Jwt::public_pem(Algorithm::ES256, P256_PUBLIC).add_key(Key::jwk_set_file(file.path()));
    let verifier = verifier(public.issuer(ISSUER).audience(AUDIENCE));
    file.write(&set(&[oct_jwk()]));
    reread(&verifier);
    assert_eq!(refused(&verifier, &hs256(&good())), Reason::AlgorithmRefused);
    accepted(&verifier, &sign(Algorithm::RS256, json!({"alg": "RS256", "kid": "b"}), &good()));
}

#[test]
fn a_file_does_not_replace_a_key_that_was_given() {
    let other = Key::jwk(rfc_7515_jwk().to_string()).id("a");
    let file = TempFile::new(&set(&[plus(ec_jwk(), json!({"kid": "a"})), plus(rsa_jwk(), json!({"kid": "b"}))]));
    let verifier = verifier(Jwt::key(other).add_key(Key::jwk_set_file(file.path())).issuer(ISSUER).audience(AUDIENCE));
    let token =
        |algorithm: Algorithm, kid: &str| sign(algorithm, json!({"alg": algorithm.name(), "kid": kid}), &good());
    assert_eq!(refused(&verifier, &token(Algorithm::ES256, "a")), Reason::SignatureInvalid);
    accepted(&verifier, &token(Algorithm::RS256, "b"));
}

#[test]
fn a_missing_or_unusable_file_fails_the_build() {
    let missing = std::env::temp_dir().join("auth-runtime-no-such-file");
    assert!(matches!(key_fault(Key::jwk_set_file(missing)), KeyError::FileUnusable { .. }));
    for content in ["", "{}", &set(&[]), &set(&[json!({})])] {
        let file = TempFile::new(content);
        let fault = key_fault(Key::jwk_set_file(file.path())).to_string();
        assert!(fault.contains(&file.path().display().to_string()), "{fault}");
    }
}
