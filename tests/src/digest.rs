//! A client of Digest authentication (RFC 7616) that can be told to say anything, written apart from what it tests.

use md5::Md5;
use sha2::digest::Digest;
use sha2::{Sha256, Sha512_256};

/// A challenge of the scheme, as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestChallenge {
    /// All of it.
    pub line: String,
    parameters: Vec<(String, String)>,
}

impl DigestChallenge {
    /// Reads one field line.
    ///
    /// # Panics
    /// When it is not one challenge of this scheme.
    pub fn read(line: &str) -> Self {
        let challenges = http_auth::parse_challenges(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let [challenge] = &challenges[..] else { panic!("several challenges in a line: {line}") };
        assert_eq!(challenge.scheme, "Digest", "{line}");
        let parameters = &challenge.params;
        let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), value.to_unescaped())).collect();
        Self { line: line.to_owned(), parameters }
    }

    /// One of its parameters.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The line with the nonce and the opaque string blanked, which nobody can foresee.
    pub fn form(&self) -> String {
        let blanked = self.line.replace(self.get("nonce").expect("a nonce"), "N");
        blanked.replace(self.get("opaque").expect("an opaque string"), "O")
    }

    /// Credentials for a request.
    pub fn answer(&self, user: &str, password: &str, method: &str, uri: &str, nc: u32) -> DigestAnswer {
        let get = |name| self.get(name).unwrap_or_else(|| panic!("no {name}: {}", self.line)).to_owned();
        DigestAnswer {
            user: user.to_owned(),
            password: password.to_owned(),
            method: method.to_owned(),
            algorithm: get("algorithm"),
            realm: get("realm"),
            nonce: get("nonce"),
            uri: uri.to_owned(),
            nc: format!("{nc:08x}"),
            cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv".to_owned(),
            qop: "auth".to_owned(),
        }
    }
}

/// What credentials are computed from; a test changes what it wants to.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct DigestAnswer {
    pub user: String,
    pub password: String,
    pub method: String,
    pub algorithm: String,
    pub realm: String,
    pub nonce: String,
    pub uri: String,
    pub nc: String,
    pub cnonce: String,
    pub qop: String,
}

impl DigestAnswer {
    /// The digest of a text by the algorithm.
    pub fn hash(&self, text: &str) -> String {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match &*self.algorithm {
            "SHA-256" => hex(&Sha256::digest(text)),
            "SHA-512-256" => hex(&Sha512_256::digest(text)),
            "MD5" => hex(&Md5::digest(text)),
            other => panic!("unknown algorithm {other}"),
        }
    }

    fn keyed(&self, a2: &str) -> String {
        let Self { user, password, realm, nonce, nc, cnonce, qop, .. } = self;
        let ha1 = self.hash(&format!("{user}:{realm}:{password}"));
        self.hash(&format!("{ha1}:{nonce}:{nc}:{cnonce}:{qop}:{}", self.hash(a2)))
    }

    /// What proves that the client knows the password.
    pub fn response(&self) -> String {
        self.keyed(&format!("{}:{}", self.method, self.uri))
    }

    /// What proves that the server does.
    pub fn rspauth(&self) -> String {
        self.keyed(&format!(":{}", self.uri))
    }

    /// All parameters, in the form in which most clients send them.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        vec![
            ("username", quoted(&self.user)),
            ("realm", quoted(&self.realm)),
            ("nonce", quoted(&self.nonce)),
            ("uri", quoted(&self.uri)),
            ("algorithm", self.algorithm.clone()),
            ("response", quoted(&self.response())),
            ("qop", self.qop.clone()),
            ("nc", self.nc.clone()),
            ("cnonce", quoted(&self.cnonce)),
        ]
    }

    /// The value of the `Authorization` field.
    pub fn field(&self) -> String {
        field(&self.parameters())
    }

    /// The same with one parameter set to what is given, as it is to stand there, or left out.
    pub fn field_with(&self, name: &'static str, value: Option<&str>) -> String {
        let mut parameters = self.parameters();
        parameters.retain(|(known, _)| *known != name);
        parameters.extend(value.map(|value| (name, value.to_owned())));
        field(&parameters)
    }
}

fn field(parameters: &[(&str, String)]) -> String {
    let joined: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("Digest {}", joined.join(", "))
}
