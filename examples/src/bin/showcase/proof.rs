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
    Ok(TestDpopKey::with_pem(algorithm(&pem).ok_or_else(|| unusable(file))?, pem))
}

fn made(file: &Path) -> Result<TestDpopKey, String> {
    let key = TestDpopKey::new();
    fs::write(file, key.private_pem()).map_err(|error| format!("`{}`: {error}", file.display()))?;
    eprintln!("made a development key in `{}`", file.display());
    Ok(key)
}

fn unusable(file: &str) -> String {
    format!("`{file}` is not a private key in PKCS #8; make one with `openssl genpkey -algorithm ed25519 -out {file}`")
}

/// By what such a key signs: its type stands near the beginning, before anything that differs.
fn algorithm(pem: &str) -> Option<Algorithm> {
    const KINDS: [(&str, Algorithm); 4] = [
        ("MC4CAQAwBQYDK2VwBCIEI", Algorithm::EdDSA),
        ("MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg", Algorithm::ES256),
        ("MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDA", Algorithm::ES384),
        ("BADANBgkqhkiG9w0BAQEFAASC", Algorithm::PS256),
    ];
    let body: String =
        pem.split_once("-----BEGIN PRIVATE KEY-----")?.1.chars().filter(|c| !c.is_whitespace()).collect();
    KINDS.into_iter().find(|(start, _)| body.get(..80).unwrap_or(&body).contains(start)).map(|(_, found)| found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_development_keys_sign_by_what_they_are() {
        let kind = |pem: &str| algorithm(pem);
        assert_eq!(kind(include_str!("../../../keys/dev-eddsa.private.pem")), Some(Algorithm::EdDSA));
        assert_eq!(kind(include_str!("../../../keys/dev-es256.private.pem")), Some(Algorithm::ES256));
        assert_eq!(kind(include_str!("../../../keys/dev-rs256.private.pem")), Some(Algorithm::PS256));
        assert_eq!(kind(&TestDpopKey::new().private_pem()), Some(Algorithm::EdDSA));
        assert_eq!(kind(include_str!("../../../keys/dev-es256.public.pem")), None);
        assert_eq!(kind("-----BEGIN PRIVATE KEY-----\nx\n"), None);
    }
}
