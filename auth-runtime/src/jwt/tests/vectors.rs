//! Published vectors, under the clock of their time. The claims have no `sub`, so `iss` stands in for it.

use crate::jwt::tests::*;

/// The second before the `exp` of RFC 7515 appendix A.1.
const THEN: UnixTime = 1_300_819_379;

/// RFC 7515 appendix A.1.1 (which is RFC 7519 section 3.1): {"iss":"joe","exp":1300819380,"http://example.com/is_root":true}
const PAYLOAD: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

#[track_caller]
fn vector(jwk: &str, token: &str) {
    let verifier = verifier(
        Jwt::jwk(jwk).issuer("joe").dangerous_any_audience().subject_claim("iss").leeway(std::time::Duration::ZERO),
    );
    let principal = verifier.verify_token(token.as_bytes(), THEN).unwrap();
    assert_eq!(principal.issuer(), Some("joe"));
    assert_eq!(principal.expires_at(), Some(1_300_819_380));
    assert_eq!(principal.claims().unwrap()["http://example.com/is_root"], json!(true));
    assert_eq!(verifier.verify_token(token.as_bytes(), THEN + 1).unwrap_err(), Reason::TokenExpired);
    let other = token.replacen(PAYLOAD, &encode(r#"{"iss":"joe","exp":9999999999}"#), 1);
    assert_eq!(verifier.verify_token(other.as_bytes(), THEN).unwrap_err(), Reason::SignatureInvalid);
}

#[test]
fn rfc_7515_appendix_a_1_and_rfc_7519_section_3_1_hs256() {
    vector(
        r#"{"kty":"oct","alg":"HS256",
            "k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#,
        &format!("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{PAYLOAD}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    );
}

#[test]
fn rfc_7515_appendix_a_2_rs256() {
    vector(
        r#"{"kty":"RSA","e":"AQAB",
            "n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}"#,
        &format!(
            "eyJhbGciOiJSUzI1NiJ9.{PAYLOAD}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
        ),
    );
}

#[test]
fn rfc_7515_appendix_a_3_es256() {
    vector(
        r#"{"kty":"EC","crv":"P-256",
            "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
        &format!(
            "eyJhbGciOiJFUzI1NiJ9.{PAYLOAD}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        ),
    );
}

/// The payload of RFC 8037 appendix A.4 is plain text, so only its signature is looked at.
#[test]
fn rfc_8037_appendix_a_4_eddsa() {
    let key = Key::jwk(r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#);
    let keyring = keyring::Keyring::load(&[key], &Default::default()).unwrap();
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let compact = Compact::split(token.as_bytes()).unwrap();
    assert_eq!(keyring.verify(None, Algorithm::EdDSA, None, compact.signed(), compact.signature().unwrap()), Ok(()));
    assert_eq!(
        keyring.verify(None, Algorithm::EdDSA, None, b"other", compact.signature().unwrap()),
        Err(Reason::SignatureInvalid)
    );
}

/// RFC 7515 appendix A.5 and RFC 7519 section 6.1: the unsecured one.
#[test]
fn rfc_7519_section_6_1_unsecured_is_refused() {
    let token = format!("eyJhbGciOiJub25lIn0.{PAYLOAD}.");
    let verifier = verifier(Jwt::hs256(SECRET).issuer("joe").dangerous_any_audience().subject_claim("iss"));
    assert_eq!(verifier.verify_token(token.as_bytes(), THEN).unwrap_err(), Reason::AlgorithmRefused);
}
