//! Whom a request comes from, as far as the connection tells.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The addresses that count as one caller: an IPv4 address, or the /64 network that an IPv6 host is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum AddressShare {
    V4(std::net::Ipv4Addr),
    /// The upper 64 bits.
    V6(u64),
    /// The connection has no address: a Unix socket, or a test.
    Unknown,
    /// A proxy that was not listed: what comes through it comes from nobody knows where.
    UnlistedProxy,
}

impl AddressShare {
    pub(crate) fn of(peer: Option<SocketAddr>) -> Self {
        match peer.map(|peer| peer.ip().to_canonical()) {
            Some(IpAddr::V4(address)) => Self::V4(address),
            Some(IpAddr::V6(address)) => Self::V6((address.to_bits() >> 64) as u64),
            None => Self::Unknown,
        }
    }

    pub(crate) fn of_address(address: IpAddr) -> Self {
        Self::of(Some(SocketAddr::new(address, 0)))
    }

    /// Whether somebody who is not at this address is at another: of those whom nobody can tell apart, one would keep out all.
    pub(crate) fn is_told_apart(self) -> bool {
        matches!(self, Self::V4(_) | Self::V6(_))
    }

    /// The address in one number, which is never zero; nothing where nobody is told apart.
    pub(crate) fn bits(self) -> Option<u64> {
        match self {
            // No host has an address in 0000::/8.
            Self::V4(address) => Some(1 << 32 | u64::from(address.to_bits())),
            Self::V6(upper) => Some(upper),
            Self::Unknown | Self::UnlistedProxy => None,
        }
        .filter(|bits| *bits != 0)
    }

    /// The network of IPv6 that one customer may have the whole of, a /48: its bits.
    pub(crate) fn network(self) -> Option<u64> {
        match self {
            Self::V6(upper) => Some(upper >> 16),
            Self::V4(_) | Self::Unknown | Self::UnlistedProxy => None,
        }
    }

    /// All that is in the same network, as one.
    pub(crate) fn whole_network(self) -> Self {
        self.network().map_or(self, |network| Self::V6(network << 16))
    }
}

impl fmt::Display for AddressShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(address) => address.fmt(f),
            Self::V6(upper) => write!(f, "{}/64", Ipv6Addr::from_bits(u128::from(*upper) << 64)),
            Self::Unknown => f.write_str("unknown"),
            Self::UnlistedProxy => f.write_str("behind a proxy that is not listed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_host_is_its_network_and_a_mapped_address_is_ipv4() {
        let share = |address: &str| AddressShare::of(Some(address.parse().unwrap())).to_string();
        assert_eq!(share("192.0.2.7:1"), "192.0.2.7");
        assert_eq!(share("[::ffff:192.0.2.7]:1"), "192.0.2.7");
        assert_eq!(share("[2001:db8:1:2:3:4:5:6]:1"), "2001:db8:1:2::/64");
        assert_eq!(AddressShare::of(None).to_string(), "unknown");
    }
}
