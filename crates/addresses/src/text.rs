//! Addresses, blocks and spans as text.
//!
//! Reading takes `a`, `a/length`, `a/netmask` and `a-b`, with white space around and beside the
//! `-`. It is strict where other programs disagree on a meaning: an IPv4 address has four decimal
//! octets without leading zeros, a network has no bits set beyond its prefix, an address has no
//! zone. What is refused is refused with its reason ([`ParseError`]).
//!
//! Writing gives what the server's `inet` output gives: the first longest run of two or more zero
//! groups as `::`, lower case, and dotted quads in `::a.b.c.d` and `::ffff:a.b.c.d`.

use core::fmt::{self, Write};

use crate::{Address, Block, Family, Span};

/// Why a text is not a span. Borrows the piece of the text that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseError<'a> {
    /// Nothing but white space.
    Empty,
    /// Neither an IPv4 nor an IPv6 address; possibly empty, beside a `-` or a `/`.
    Address(&'a str),
    /// Text follows what would be an address.
    Junk(&'a str),
    /// An IPv4 address with another number of octets than four.
    OctetCount {
        /// The address.
        address: &'a str,
        /// How many octets it has.
        count: usize,
    },
    /// An octet with a leading zero, which some programs read as octal.
    LeadingZero(&'a str),
    /// An octet above 255.
    Octet(&'a str),
    /// A group of an IPv6 address that is not one to four hexadecimal digits; possibly empty.
    Group(&'a str),
    /// An IPv6 address with too few or too many groups.
    GroupCount(&'a str),
    /// An IPv6 address with more than one `::`.
    Elisions(&'a str),
    /// An IPv6 address with a zone.
    Zone {
        /// The address before the zone.
        address: &'a str,
        /// What follows the `%`.
        zone: &'a str,
    },
    /// A prefix length that is not a number from 0 to the family's width without leading zeros.
    Prefix {
        /// What follows the `/`.
        prefix: &'a str,
        /// Family of the address before it.
        family: Family,
    },
    /// A netmask that is not ones followed by zeros.
    Netmask(&'a str),
    /// A netmask of the other family than its address.
    NetmaskFamily(&'a str),
    /// An address within a network where the network's first address was needed.
    HostBits {
        /// The address.
        address: Address,
        /// The network that holds it.
        network: Block,
    },
    /// The two addresses of `a-b` are of different families.
    Families(Address, Address),
}

impl fmt::Display for ParseError<'_> {
    /// What is wrong, as one sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("The text is empty."),
            Self::Address("") => f.write_str("An address is missing."),
            Self::Address(text) => write!(f, "\"{text}\" is neither an IPv4 nor an IPv6 address."),
            Self::Junk(text) => write!(f, "\"{text}\" follows the address."),
            Self::OctetCount { address, count } => {
                write!(f, "\"{address}\" has {count} of the 4 octets of an IPv4 address.")
            }
            Self::LeadingZero(octet) => write!(f, "Octet \"{octet}\" has a leading zero."),
            Self::Octet(octet) => write!(f, "Octet \"{octet}\" is above 255."),
            Self::Group("") => f.write_str("An IPv6 address has an empty group."),
            Self::Group(group) => {
                write!(f, "Group \"{group}\" is not one to four hexadecimal digits.")
            }
            Self::GroupCount(text) => {
                write!(f, "\"{text}\" does not have the 8 groups of an IPv6 address.")
            }
            Self::Elisions(text) => write!(f, "\"{text}\" has more than one \"::\"."),
            Self::Zone { address, zone } => {
                write!(f, "Address \"{address}\" has a zone, \"{zone}\".")
            }
            Self::Prefix { prefix, family } => {
                let width = family.width();
                write!(f, "\"{prefix}\" is not a prefix length from 0 to {width}.")
            }
            Self::Netmask(mask) => {
                write!(f, "Netmask \"{mask}\" is not a run of ones followed by zeros.")
            }
            Self::NetmaskFamily(mask) => {
                write!(f, "Netmask \"{mask}\" is of another family than its address.")
            }
            Self::HostBits { address, network } => {
                write!(f, "Address {address} has bits set to the right of the mask of {network}.")
            }
            Self::Families(a, b) => {
                write!(f, "Addresses {a} and {b} are of different families.")
            }
        }
    }
}

/// Reads `a`, `a/length`, `a/netmask` or `a-b` as the span that it stands for.
pub fn parse(text: &str) -> Result<Span, ParseError<'_>> {
    let text = trim(text);
    if text.is_empty() {
        return Err(ParseError::Empty);
    }
    let single = |address| Span::new(address, address).ok_or(ParseError::Address(text));
    if let Some((first, second)) = text.split_once('-') {
        let (a, b) = (parse_address(trim(first))?, parse_address(trim(second))?);
        if a.family() != b.family() {
            return Err(ParseError::Families(a, b));
        }
        // In either order, as ip4r takes them.
        return Span::new(a.min(b), a.max(b)).ok_or(ParseError::Address(text));
    }
    let Some((address, mask)) = text.split_once('/') else {
        return single(parse_address(text)?);
    };
    let address = parse_address(address)?;
    let family = address.family();
    let bad_prefix = ParseError::Prefix { prefix: mask, family };
    let prefix = if mask.contains(['.', ':']) {
        netmask_prefix(mask, family)?
    } else {
        prefix_length(mask).ok_or(bad_prefix)?
    };
    let network = Block::containing(address, prefix).ok_or(bad_prefix)?;
    if network.first() != address {
        return Err(ParseError::HostBits { address, network });
    }
    Ok(network.span())
}

/// Without the white space around; that of `isspace` in the C locale.
fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\x0B')
}

fn prefix_length(text: &str) -> Option<u8> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

fn netmask_prefix(text: &str, family: Family) -> Result<u8, ParseError<'_>> {
    let mask = parse_address(text)?;
    if mask.family() != family {
        return Err(ParseError::NetmaskFamily(text));
    }
    let host = mask.bits() ^ family.last().bits();
    // The host part is a run of ones at the low end when the next number is a power of two.
    if host & host.wrapping_add(1) != 0 {
        return Err(ParseError::Netmask(text));
    }
    Ok(family.width() - host.count_ones() as u8)
}

/// Reads one address, without white space around it.
fn parse_address(text: &str) -> Result<Address, ParseError<'_>> {
    if let Some(at) = text.find(|c: char| c.is_ascii_whitespace() || c == '\x0B') {
        let (address, rest) = text.split_at(at);
        parse_address(address)?;
        let junk = trim(rest);
        return Err(ParseError::Junk(if junk.is_empty() { rest } else { junk }));
    }
    if !text.contains(':') {
        return Ok(Address::v4(parse_v4(text)?));
    }
    match text.split_once('%') {
        Some((address, zone)) => Err(ParseError::Zone { address, zone }),
        None => Ok(Address::v6(parse_v6(text)?)),
    }
}

fn parse_v4(text: &str) -> Result<u32, ParseError<'_>> {
    let is_octet = |octet: &str| !octet.is_empty() && octet.bytes().all(|b| b.is_ascii_digit());
    if !text.split('.').all(is_octet) {
        return Err(ParseError::Address(text));
    }
    let count = text.split('.').count();
    if count != 4 {
        return Err(ParseError::OctetCount { address: text, count });
    }
    text.split('.').try_fold(0, |bits, octet| {
        if octet.len() > 1 && octet.starts_with('0') {
            return Err(ParseError::LeadingZero(octet));
        }
        let octet: u8 = octet.parse().map_err(|_| ParseError::Octet(octet))?;
        Ok(bits << 8 | u32::from(octet))
    })
}

fn parse_v6(text: &str) -> Result<u128, ParseError<'_>> {
    let is_part = |b: u8| b.is_ascii_hexdigit() || b == b':' || b == b'.';
    if !text.bytes().all(is_part) {
        return Err(ParseError::Address(text));
    }
    let (head, tail) = match text.split_once("::") {
        // `:::` holds two of them.
        Some((_, tail)) if tail.starts_with(':') || tail.contains("::") => {
            return Err(ParseError::Elisions(text));
        }
        Some((head, tail)) => (head, Some(tail)),
        None => (text, None),
    };
    let too_many = ParseError::GroupCount(text);
    let (head_bits, head_count) =
        groups(head, tail.is_none()).map_err(|e| e.unwrap_or(too_many))?;
    let Some(tail) = tail else {
        return if head_count == 8 { Ok(head_bits) } else { Err(too_many) };
    };
    let (tail_bits, tail_count) = groups(tail, true).map_err(|e| e.unwrap_or(too_many))?;
    // `::` stands for at least one group.
    if head_count + tail_count > 7 {
        return Err(too_many);
    }
    Ok(head_bits.checked_shl(16 * (8 - head_count)).unwrap_or(0) | tail_bits)
}

/// Reads groups between single colons, `""` being none: their bits and their number, at most 8.
/// The last of them may be a dotted quad where the address `ends` here. More groups than eight
/// are the error `None`.
fn groups(text: &str, ends: bool) -> Result<(u128, u32), Option<ParseError<'_>>> {
    let (mut bits, mut count) = (0_u128, 0);
    if text.is_empty() {
        return Ok((bits, count));
    }
    let mut rest = Some(text);
    while let Some(text) = rest {
        let (group, after) = match text.split_once(':') {
            Some((group, after)) => (group, Some(after)),
            None => (text, None),
        };
        rest = after;
        let (value, width) = if group.contains('.') && ends && after.is_none() {
            (parse_v4(group)?, 2)
        } else if (1..=4).contains(&group.len()) {
            (u32::from_str_radix(group, 16).map_err(|_| ParseError::Group(group))?, 1)
        } else {
            return Err(Some(ParseError::Group(group)));
        };
        count += width;
        if count > 8 {
            return Err(None);
        }
        bits = bits << (16 * width) | u128::from(value);
    }
    Ok((bits, count))
}

/// Text of an address under construction; the longest takes 39 bytes.
struct Buffer {
    bytes: [u8; 40],
    length: usize,
}

impl Buffer {
    const fn new() -> Self {
        Self { bytes: [0; 40], length: 0 }
    }

    fn push(&mut self, byte: u8) {
        if let Some(free) = self.bytes.get_mut(self.length) {
            *free = byte;
            self.length += 1;
        }
    }

    fn octets(&mut self, bits: u32) {
        for (i, octet) in bits.to_be_bytes().into_iter().enumerate() {
            if i > 0 {
                self.push(b'.');
            }
            if octet >= 100 {
                self.push(b'0' + octet / 100);
            }
            if octet >= 10 {
                self.push(b'0' + octet / 10 % 10);
            }
            self.push(b'0' + octet % 10);
        }
    }

    fn group(&mut self, group: u16) {
        let digits = (4 - group.leading_zeros() / 4).max(1);
        for digit in (0..digits).rev() {
            let digit = (group >> (4 * digit) & 15) as u8;
            self.push(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
        }
    }

    fn groups(&mut self, bits: u128) {
        let group = |i: u32| (bits >> (112 - 16 * i)) as u16;
        let zeros = longest_zeros(bits);
        let embeds = zeros.start == 0 && (zeros.end == 6 || zeros.end == 5 && group(5) == 0xFFFF);
        let mut i = 0;
        while i < 8 {
            if i == zeros.start && !zeros.is_empty() {
                self.push(b':');
                i = zeros.end;
                if i == 8 {
                    self.push(b':');
                }
                continue;
            }
            if i > 0 {
                self.push(b':');
            }
            if embeds && i == 6 {
                self.octets(bits as u32);
                return;
            }
            self.group(group(i));
            i += 1;
        }
    }
}

/// The first longest run of two or more zero groups; empty if there is none.
fn longest_zeros(bits: u128) -> core::ops::Range<u32> {
    let mut longest = 0..0;
    let mut start = 0;
    for i in 0..8 {
        if bits >> (112 - 16 * i) & 0xFFFF != 0 {
            start = i + 1;
        } else if i + 1 - start > longest.end - longest.start && i > start {
            longest = start..i + 1;
        }
    }
    longest
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = Buffer::new();
        match self.family() {
            Family::V4 => buffer.octets(self.bits() as u32),
            Family::V6 => buffer.groups(self.bits()),
        }
        let text = buffer.bytes.get(..buffer.length).unwrap_or_default();
        f.write_str(core::str::from_utf8(text).unwrap_or_default())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Block {
    /// `a/length`, also for a single address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first(), self.prefix())
    }
}

/// The shortest text that [`parse`] reads back as a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Short {
    /// `10.0.0.1`
    Address(Address),
    /// `10.0.0.0/8`
    Block(Block),
    /// `10.0.0.1-10.0.0.9`
    Pair(Span),
}

impl Short {
    /// The form of `span`; `None` if it holds addresses of both families.
    pub fn new(span: Span) -> Option<Self> {
        if span.lower() == span.upper() {
            Some(Self::Address(span.lower()))
        } else if let Some(block) = Block::exact(span) {
            Some(Self::Block(block))
        } else {
            (span.lower().family() == span.upper().family()).then_some(Self::Pair(span))
        }
    }
}

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Block(block) => block.fmt(f),
            Self::Pair(span) => {
                span.lower().fmt(f)?;
                f.write_char('-')?;
                span.upper().fmt(f)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;
    use crate::testing::Random;

    fn short(text: &str) -> String {
        Short::new(parse(text).unwrap()).unwrap().to_string()
    }

    /// Lines of `tests/addresses/generate.py`: a text, then what Python's `ipaddress` reads it as,
    /// `first last` as hexadecimal bits, or `-` where it refuses it.
    #[test]
    fn texts_mean_what_python_reads() {
        let mut accepted = 0;
        let lines = include_str!("testdata/texts.txt").lines();
        for line in lines.filter(|line| !line.starts_with('#')) {
            let (text, meaning) = line.split_once('\t').unwrap();
            let Some((family, bits)) = meaning.split_once(' ') else {
                assert_eq!(meaning, "-");
                assert!(parse(text).is_err(), "{text} {:?}", parse(text));
                continue;
            };
            let family = if family == "4" { Family::V4 } else { Family::V6 };
            let (first, last) = bits.split_once(' ').unwrap();
            let address =
                |hex| Address::new(family, u128::from_str_radix(hex, 16).unwrap()).unwrap();
            assert_eq!(
                parse(text),
                Ok(Span::new(address(first), address(last)).unwrap()),
                "{text}"
            );
            accepted += 1;
        }
        assert!(accepted > 300, "{accepted}");
    }

    /// Lines of `tests/addresses/inet_out.sql`: a full address and `host(address::inet)` of
    /// PostgreSQL, for every pattern of zero groups with small and with large other groups.
    #[test]
    fn addresses_print_as_the_server_prints_them() {
        let lines = include_str!("testdata/inet_out.txt").lines();
        for line in lines.clone() {
            let (full, printed) = line.split_once(' ').unwrap();
            let span = parse(full).unwrap();
            assert_eq!(span.lower().to_string(), printed);
            assert_eq!(parse(printed), Ok(span));
        }
        assert_eq!(lines.count(), 510);
        for (text, printed) in [
            ("::0.0.0.2", "::2"),
            ("::ffff:0:0", "::ffff:0.0.0.0"),
            ("::FFFF:1.2.3.4", "::ffff:1.2.3.4"),
            ("::1.2.3.4", "::1.2.3.4"),
            ("1::", "1::"),
            ("2001:DB8::1", "2001:db8::1"),
            ("255.0.10.109", "255.0.10.109"),
        ] {
            assert_eq!(short(text), printed);
        }
        let long = Family::V6.last();
        assert_eq!(long.to_string(), ["ffff"; 8].join(":"));
    }

    #[test]
    fn addresses_read_as_the_standard_library_reads_them() {
        let mut random = Random(21);
        let alphabet = b"0123456789abcfF:.:.:.::";
        let mut good = 0;
        for round in 0..300_000 {
            let address = random.address();
            let mut text = match address.family() {
                Family::V4 => Ipv4Addr::from_bits(address.bits() as u32).to_string(),
                Family::V6 => Ipv6Addr::from_bits(address.bits()).to_string(),
            }
            .into_bytes();
            for _ in 0..round % 4 {
                let at = random.below(text.len() as u64 + 1) as usize;
                let letter = alphabet[random.below(alphabet.len() as u64) as usize];
                match random.below(3) {
                    0 => text.insert(at, letter),
                    1 if at < text.len() => text[at] = letter,
                    _ if at < text.len() => drop(text.remove(at)),
                    _ => {}
                }
            }
            let text = String::from_utf8(text).unwrap();
            let expected = match text.parse::<std::net::IpAddr>() {
                Ok(std::net::IpAddr::V4(a)) => Some(Address::v4(a.to_bits())),
                Ok(std::net::IpAddr::V6(a)) => Some(Address::v6(a.to_bits())),
                Err(_) => None,
            };
            assert_eq!(parse(&text).ok().map(Span::lower), expected, "{text}");
            good += usize::from(expected.is_some());
        }
        assert!((100_000..250_000).contains(&good), "{good}");
    }

    #[test]
    fn each_mistake_is_named() {
        use ParseError as E;
        let v4 = |a, b, c, d| Address::v4(u32::from_be_bytes([a, b, c, d]));
        let network = |address, prefix| Block::containing(address, prefix).unwrap();
        for (text, error) in [
            (" \t\n", E::Empty),
            ("", E::Empty),
            ("10", E::OctetCount { address: "10", count: 1 }),
            ("10/8", E::OctetCount { address: "10", count: 1 }),
            ("10.1.2", E::OctetCount { address: "10.1.2", count: 3 }),
            ("1.2.3.4.5", E::OctetCount { address: "1.2.3.4.5", count: 5 }),
            ("010.0.0.1", E::LeadingZero("010")),
            ("10.0.0.00", E::LeadingZero("00")),
            ("10.0.256.1", E::Octet("256")),
            ("10.0.0.99999999999999999999", E::Octet("99999999999999999999")),
            ("10.0.0.-1", E::Address("10.0.0.")),
            ("10.0.0.+1", E::Address("10.0.0.+1")),
            ("10.0.0.1x", E::Address("10.0.0.1x")),
            ("host", E::Address("host")),
            ("1.2.3.4%eth0", E::Address("1.2.3.4%eth0")),
            ("fe80::1%eth0", E::Zone { address: "fe80::1", zone: "eth0" }),
            ("fe80::1%1/64", E::Zone { address: "fe80::1", zone: "1" }),
            ("1::2::3", E::Elisions("1::2::3")),
            (":::", E::Elisions(":::")),
            ("1:2:3", E::GroupCount("1:2:3")),
            ("1:2:3:4:5:6:7:8:9", E::GroupCount("1:2:3:4:5:6:7:8:9")),
            ("1:2:3:4::5:6:7:8", E::GroupCount("1:2:3:4::5:6:7:8")),
            ("1:2:3:4:5:6:7:1.2.3.4", E::GroupCount("1:2:3:4:5:6:7:1.2.3.4")),
            ("12345::", E::Group("12345")),
            (":1:2:3:4:5:6:7", E::Group("")),
            ("1:2:3:4:5:6:7:", E::Group("")),
            ("1.2.3.4::", E::Group("1.2.3.4")),
            ("::1.2.3.4:5", E::Group("1.2.3.4")),
            ("::1.2.3", E::OctetCount { address: "1.2.3", count: 3 }),
            ("::01.2.3.4", E::LeadingZero("01")),
            ("::g", E::Address("::g")),
            ("::\u{e9}", E::Address("::\u{e9}")),
            ("10.0.0.0/33", E::Prefix { prefix: "33", family: Family::V4 }),
            ("10.0.0.0/", E::Prefix { prefix: "", family: Family::V4 }),
            ("10.0.0.0/08", E::Prefix { prefix: "08", family: Family::V4 }),
            ("10.0.0.0/+8", E::Prefix { prefix: "+8", family: Family::V4 }),
            ("10.0.0.0/8/8", E::Prefix { prefix: "8/8", family: Family::V4 }),
            ("10.0.0.0/ 8", E::Prefix { prefix: " 8", family: Family::V4 }),
            ("::/129", E::Prefix { prefix: "129", family: Family::V6 }),
            ("::/300", E::Prefix { prefix: "300", family: Family::V6 }),
            ("10.0.0.0/255.0.255.0", E::Netmask("255.0.255.0")),
            ("10.0.0.0/0.0.0.255", E::Netmask("0.0.0.255")),
            ("10.0.0.0/ffff::", E::NetmaskFamily("ffff::")),
            ("::/ffff::1", E::Netmask("ffff::1")),
            ("10.0.0.0/256.0.0.0", E::Octet("256")),
            (
                "10.0.0.5/24",
                E::HostBits { address: v4(10, 0, 0, 5), network: network(v4(10, 0, 0, 5), 24) },
            ),
            ("10.0.0.1 x", E::Junk("x")),
            ("10.0.0.1 10.0.0.2", E::Junk("10.0.0.2")),
            ("10.0.0.1 /32", E::Junk(" ")),
            ("10.0.0.1-10.0.0.2-10.0.0.3", E::Address("10.0.0.2-10.0.0.3")),
            ("10.0.0.1-", E::Address("")),
            ("-10.0.0.1", E::Address("")),
            ("10.0.0.0/24-10.0.1.0/24", E::Address("10.0.0.0/24")),
            ("10.0.0.1-::1", E::Families(v4(10, 0, 0, 1), Address::v6(1))),
            ("::1-10.0.0.1", E::Families(Address::v6(1), v4(10, 0, 0, 1))),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
            assert!(error.to_string().ends_with('.'));
        }
        assert_eq!(
            parse("10.0.0.5/24").unwrap_err().to_string(),
            "Address 10.0.0.5 has bits set to the right of the mask of 10.0.0.0/24."
        );
    }

    #[test]
    fn every_form_has_one_meaning() {
        for (text, expected) in [
            (" 10.0.0.0/8\n", "10.0.0.0/8"),
            ("10.0.0.0/255.0.0.0", "10.0.0.0/8"),
            ("10.0.0.0-10.255.255.255", "10.0.0.0/8"),
            ("10.0.0.1\t-  10.0.0.9", "10.0.0.1-10.0.0.9"),
            ("10.0.0.1/32", "10.0.0.1"),
            ("10.0.0.1/255.255.255.255", "10.0.0.1"),
            ("10.0.0.1-10.0.0.1", "10.0.0.1"),
            ("0.0.0.0/0.0.0.0", "0.0.0.0/0"),
            ("::/::", "::/0"),
            ("2001:DB8::/ffff:ffff::", "2001:db8::/32"),
            ("::ffff:10.0.0.0/104", "::ffff:10.0.0.0/104"),
            ("::1-::2", "::1-::2"),
            ("\x0B::\x0C", "::"),
        ] {
            assert_eq!(short(text), expected);
        }
    }

    #[test]
    fn short_forms_read_back() {
        let mut random = Random(22);
        for _ in 0..50_000 {
            let span = random.span();
            match Short::new(span) {
                Some(form) => assert_eq!(parse(&form.to_string()), Ok(span)),
                None => assert_ne!(span.lower().family(), span.upper().family()),
            }
        }
    }
}
