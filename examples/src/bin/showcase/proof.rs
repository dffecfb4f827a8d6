//! Proofs of keys, for the running server: DPoP (RFC 9449).

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use auth_runtime::Algorithm;
use auth_runtime::testing::TestDpopKey;

use crate::arguments::Options;

/// What `proof` takes.
pub(crate) const USAGE: &str =
    "       showcase proof --key FILE --method GET --url URL [--token TOKEN] [--nonce NONCE]";

/// Signs the proof that the arguments describe.
pub(crate) fn sign(arguments: impl Iterator<Item = String>) -> Result<String, String> {
    let options = Options::read(arguments, &["--key", "--method", "--url", "--token", "--nonce"])?;
    let mut proof = key(options.needed("--key")?)?.proof(options.needed("--method")?, options.needed("--url")?);
    if let Some(token) = options.last("--token") {
        proof = proof.token(token);
    }
    if let Some(nonce) = options.last("--nonce") {
        proof = proof.nonce(nonce);
    }
    Ok(proof.sign())
}

/// The private key in this file, PEM in PKCS #8. Where there is no such file, it is made.
pub(crate) fn key(file: &str) -> Result<TestDpopKey, String> {
    let pem = match fs::read_to_string(file) {
        Ok(pem) => pem,
        Err(error) if error.kind() == ErrorKind::NotFound => return made(Path::new(file)),
        Err(error) => return Err(format!("`{file}`: {error}")),
    };
    of_pem(&pem).ok_or_else(|| unusable(file))
}

/// A key of any kind that signs proofs.
fn of_pem(pem: &str) -> Option<TestDpopKey> {
    use Algorithm::{ES256, ES384, EdDSA, PS256};
    [EdDSA, ES256, ES384, PS256].into_iter().find_map(|algorithm| TestDpopKey::try_with_pem(algorithm, pem).ok())
}

fn made(file: &Path) -> Result<TestDpopKey, String> {
    let key = TestDpopKey::new();
    fs::write(file, key.private_pem()).map_err(|error| format!("`{}`: {error}", file.display()))?;
    eprintln!("made a development key in `{}`", file.display());
    Ok(key)
}

fn unusable(file: &str) -> String {
    format!(
        "`{file}` is not a private key that signs proofs: in PKCS #8, of Ed25519, P-256, P-384, or RSA of at least 2048 bits; make one with \
         `openssl genpkey -algorithm ed25519 -out {file}`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Too short.
    const RSA_1024: &str = "-----BEGIN PRIVATE KEY-----\n\
MIICdQIBADANBgkqhkiG9w0BAQEFAASCAl8wggJbAgEAAoGBAL97dSSie4wY4T+/\n\
9X2AZjpsx4ZBONzY6SBT0qwaPbzAB723qf2IqbZICcd8qhbtC1MO+noKFchCyZ8y\n\
xdMQdupNA+nRX8vkIXgU8VqRkMCPFB1MRUMCaHXe9idY20lvAoBmvlOYi2wtBOEn\n\
3L92oBu5mX8Wh5ZoxWRIfLe3ZpPNAgMBAAECgYBBZbnxhCjsBUdRDY+biHHhvGs8\n\
uCPikZa1est2ChRR1cgPDJ5bQASug9YLMtGouNboTDJR4gXkeqL/40hbOMFT1tlK\n\
J0ZkFPIDFc8Oy0e89Gq248ZNagmTunefxFTe1pbgqkXwo+aZNGlH5F/MjtFjqpRp\n\
DdcpnReyrYk7ai0q4QJBAO0PTuhj4rsGO0tsdYdNNGeEVTBNRh1tnvZs26e8NrOy\n\
8JbG+Ko7fKdlq3Oqg6oV2vaAM9XgccpnZ8cgSdzWgIkCQQDOx+5iVqZc+Sdyg6n8\n\
VrDU//pEdz99W8LtTTaObMaiZ1ksxcmCET8xmSrdhcWlJpg8C/8igHfvov1q6SdT\n\
tgAlAkA0ENqp29ZecV3wkN+3WdOasMvtEevGZt81DG+qBYKWMUT6OLVA3lPgiEoB\n\
23+Tib1PypSX8vXLGK8IYyUV5d7RAkAlXEg86kz6pWW0MgfHeN5QTcOpFSaafrbU\n\
a0v9Jbgp5aReC4ph/r29N2BgT+gq87MzvjMlx7Jj0L4az+90F4ElAkAUJIdRFmWL\n\
9FiE2I3bwrN72FbPS8OPlbVZeafaLgqYcIbviS9tII2X42VKXXFCxsNHDeof6Hbo\n\
grn6aK2A+y5m\n\
-----END PRIVATE KEY-----";

    #[test]
    fn the_development_keys_sign_by_what_they_are() {
        let kind = |pem: &str| {
            let key = of_pem(pem)?.public_jwk();
            Some(key.get("crv").or_else(|| key.get("kty"))?.as_str()?.to_owned())
        };
        for (pem, expected) in [
            (include_str!("../../../keys/dev-eddsa.private.pem"), Some("Ed25519")),
            (include_str!("../../../keys/dev-es256.private.pem"), Some("P-256")),
            (include_str!("../../../keys/dev-rs256.private.pem"), Some("RSA")),
            (&TestDpopKey::new().private_pem(), Some("Ed25519")),
            (include_str!("../../../keys/dev-es384.private.pem"), Some("P-384")),
            (RSA_1024, None),
            (include_str!("../../../keys/dev-es256.public.pem"), None),
            ("-----BEGIN PRIVATE KEY-----\nx\n", None),
        ] {
            assert_eq!(kind(pem).as_deref(), expected, "{pem}");
        }
    }
}
