//! Whom a request comes from, where proxies stand before this service.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName};

use super::peer::AddressShare;
use crate::fault::Misconfiguration;
use crate::setting::Setting;
use crate::telemetry::foreign;

/// The fields by which proxies say whom they speak for.
const FORWARDING: [HeaderName; 3] =
    [FORWARDED, HeaderName::from_static("x-forwarded-for"), HeaderName::from_static("x-real-ip")];

/// The proxies that are believed, and in which field.
#[derive(Debug, Default)]
pub(crate) struct Proxies {
    listed: Option<(HeaderName, Vec<Network>)>,
    /// That one is missing was said.
    told: AtomicBool,
}

/// Addresses that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    /// How many bits count.
    prefix: u32,
}

impl Proxies {
    /// # Errors
    /// For what is not the name of a field, or not an address or network.
    pub(crate) fn new<'a>(field: &str, networks: impl IntoIterator<Item = &'a str>) -> Result<Self, Misconfiguration> {
        let name = HeaderName::from_bytes(field.as_bytes()).map_err(|_| {
            let field = field.escape_debug();
            Misconfiguration::new(format!("`{field}` is not the name of a header; write the one your proxies set"))
        })?;
        let networks = networks.into_iter().map(Network::parse).collect::<Result<Vec<_>, _>>()?;
        if networks.is_empty() {
            return Err(Misconfiguration::new("no proxy is listed; name the addresses of those before this service"));
        }
        Ok(Self { listed: Some((name, networks)), told: AtomicBool::new(false) })
    }

    /// What reviewers see of it.
    pub(crate) fn reviewed(&self) -> Vec<Setting> {
        let Some((field, networks)) = &self.listed else { return Vec::new() };
        let networks = networks.iter().map(|network| format!("{}/{}", network.address, network.prefix));
        let trusted = networks.map(|network| Setting::allows("proxy", network));
        trusted.chain([Setting::reads("address", field.as_str())]).collect()
    }

    /// The share of whoever sends a request with these fields over this connection.
    pub(crate) fn share(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> AddressShare {
        let Some(address) = peer.map(|peer| peer.ip().to_canonical()) else { return AddressShare::Unknown };
        match &self.listed {
            Some((field, networks)) if is_in(networks, address) => client(headers, field, networks)
                .map_or_else(|| AddressShare::of_address(address), AddressShare::of_address),
            _ if is_private(address) && FORWARDING.iter().any(|field| headers.contains_key(field)) => {
                if !self.told.swap(true, Ordering::Relaxed) {
                    let address = foreign(address);
                    tracing::error!(
                        address,
                        "a proxy that is not listed says whom it speaks for, and is not believed: its callers are not told apart; \
                         list it by `.trusted_proxies(…)`"
                    );
                }
                AddressShare::UnlistedProxy
            }
            _ => AddressShare::of_address(address),
        }
    }
}

/// The right-most entry that is not a listed proxy; `None` where there is none or it cannot be read.
fn client(headers: &HeaderMap, field: &HeaderName, networks: &[Network]) -> Option<IpAddr> {
    let lines: Vec<_> = headers.get_all(field).collect();
    for line in lines.into_iter().rev() {
        for entry in line.to_str().ok()?.rsplit(',') {
            let entry = entry.trim();
            let address = if *field == FORWARDED { for_parameter(entry)? } else { entry };
            let address = read_address(address)?;
            if !is_in(networks, address) {
                return Some(address);
            }
        }
    }
    None
}

/// The value of `for` in an element of `Forwarded` (RFC 7239 section 4). One that is quoted may hold no comma: no address does.
fn for_parameter(element: &str) -> Option<&str> {
    let mut values = element.split(';').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then_some(value.trim())
    });
    let value = values.next().filter(|_| values.next().is_none())?;
    match value.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"'),
        None => Some(value),
    }
}

/// An address with or without a port, an IPv6 address with or without brackets.
fn read_address(text: &str) -> Option<IpAddr> {
    let bare = || text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text).parse().ok();
    let address: IpAddr = bare().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))?;
    Some(address.to_canonical())
}

fn is_in(networks: &[Network], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}

/// Where proxies stand: addresses that nobody has on the Internet.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

impl Network {
    fn parse(text: &str) -> Result<Self, Misconfiguration> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse().ok())),
            None => (text, None),
        };
        let network = address.parse::<IpAddr>().ok().and_then(|address| {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            let prefix = prefix.unwrap_or(Some(bits)).filter(|prefix| (1..=bits).contains(prefix))?;
            Some(Self { address, prefix })
        });
        network.ok_or_else(|| {
            let text = text.escape_debug();
            Misconfiguration::new(format!(
                "`{text}` is not an address or network; write the proxies as `10.0.0.7`, `10.0.0.0/8` or `2001:db8::/32`"
            ))
        })
    }

    fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros() >= self.prefix,
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros() >= self.prefix,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const LISTED: [&str; 3] = ["10.0.0.0/8", "2001:db8:ffff::/48", "203.0.113.9"];

    fn share(proxies: &Proxies, peer: &str, lines: &[(&'static str, &str)]) -> String {
        let request = lines.iter().fold(TestRequest::default(), |request, &line| request.append_header(line));
        proxies.share(Some(peer.parse().unwrap()), request.to_http_request().headers()).to_string()
    }

    #[test]
    fn the_right_most_entry_that_is_not_a_listed_proxy_is_the_caller() {
        let proxies = Proxies::new("X-Forwarded-For", LISTED).unwrap();
        let through = |lines: &[&str]| {
            share(&proxies, "10.1.2.3:80", &lines.iter().map(|line| ("x-forwarded-for", *line)).collect::<Vec<_>>())
        };
        assert_eq!(through(&["192.0.2.1"]), "192.0.2.1");
        assert_eq!(through(&["1.1.1.1, 192.0.2.1"]), "192.0.2.1", "what the caller wrote itself does not count");
        assert_eq!(through(&["192.0.2.1, 203.0.113.9,10.9.9.9"]), "192.0.2.1");
        assert_eq!(through(&["1.1.1.1", "192.0.2.1", "10.9.9.9"]), "192.0.2.1", "several lines are one list");
        assert_eq!(through(&["2001:db8:1:2:3::4"]), "2001:db8:1:2::/64");
        assert_eq!(through(&["[2001:db8:1:2:3::4]:443, 2001:db8:ffff::1"]), "2001:db8:1:2::/64");
        assert_eq!(through(&["::ffff:192.0.2.1"]), "192.0.2.1");
        assert_eq!(through(&["192.0.2.1:5000"]), "192.0.2.1");
        // Nothing that can be read: the share of the proxy itself.
        for lines in [&["unknown"][..], &["192.0.2.1, "], &["192.0.2.1, _hidden"], &[""], &[], &["10.9.9.9"]] {
            assert_eq!(through(lines), "10.1.2.3", "{lines:?}");
        }
    }

    #[test]
    fn one_field_counts_and_only_from_a_listed_proxy() {
        let proxies = Proxies::new("X-Forwarded-For", LISTED).unwrap();
        let lines = [("x-real-ip", "1.1.1.1"), ("forwarded", "for=1.1.1.1")];
        assert_eq!(share(&proxies, "10.1.2.3:80", &lines), "10.1.2.3", "other fields are nobody's word");
        assert_eq!(share(&proxies, "192.0.2.7:80", &[("x-forwarded-for", "1.1.1.1")]), "192.0.2.7");
        let hidden = "behind a proxy that is not listed";
        for private in ["127.0.0.1:80", "192.168.1.1:80", "[::1]:80", "[fd00::1]:80", "[::ffff:127.0.0.1]:80"] {
            assert_eq!(share(&proxies, private, &[("x-forwarded-for", "1.1.1.1")]), hidden, "{private}");
        }
        assert_eq!(share(&proxies, "127.0.0.1:80", &[]), "127.0.0.1", "it does not speak for others");
        assert_eq!(share(&Proxies::default(), "10.1.2.3:80", &[("x-real-ip", "1.1.1.1")]), hidden);
        assert_eq!(proxies.share(None, TestRequest::default().to_http_request().headers()), AddressShare::Unknown);
    }

    #[test]
    fn forwarded_is_read_as_its_rfc_says() {
        let proxies = Proxies::new("Forwarded", LISTED).unwrap();
        let through = |line: &str| share(&proxies, "10.1.2.3:80", &[("forwarded", line)]);
        assert_eq!(through("for=192.0.2.1;proto=https;by=203.0.113.9"), "192.0.2.1");
        assert_eq!(through("for=1.1.1.1, proto=https; For=\"[2001:db8:1:2::3]:4711\""), "2001:db8:1:2::/64");
        for line in ["for=_hidden", "proto=https", "for=1.1.1.1;for=192.0.2.1", "for=\"192.0.2.1", "192.0.2.1"] {
            assert_eq!(through(line), "10.1.2.3", "{line}");
        }
    }

    #[test]
    fn what_is_not_a_list_of_proxies_is_refused() {
        let fault =
            |field: &str, networks: &[&str]| Proxies::new(field, networks.iter().copied()).unwrap_err().to_string();
        assert!(fault("X Forwarded For", &["10.0.0.1"]).contains("not the name of a header"));
        assert!(fault("X-Forwarded-For", &[]).contains("no proxy is listed"));
        for network in ["", "proxy.internal", "10.0.0.0/33", "10.0.0.0/0", "::/0", "10.0.0.0/", "10.0.0.1:80"] {
            assert!(fault("X-Forwarded-For", &[network]).contains("not an address or network"), "{network}");
        }
    }
}
