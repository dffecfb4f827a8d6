//! What is stored in Redis, and the exchanges with it.
//!
//! Four keys: a hash of revocations (member → `until before`, and once one was withdrawn, when, with a proof), a sorted set of the same members by `until`, a hash of state
//! (`epoch`, `run`, `born`, `seq`) and a stream of the latest changes. The ids of the stream are `seq-0`: they count without
//! a gap and depend on no clock, so that a reader sees when it has missed something. The stream also tells of callers who are to
//! be forgotten, and that is stored nowhere else. `epoch` is a random name for one life of
//! these data in one server process: a restarted server may have lost some of them, and all of them may be deleted.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use ::redis::{Cmd, ErrorKind, RedisError, RedisResult, cmd, pipe};

use crate::crypto::Hex;
use crate::principal::PrincipalKey;
use crate::redis::{Connection, Lua};
use crate::revocation::observe::RevocationKind;
use crate::revocation::record::{Record, Said, Withdrawn};
use crate::revocation::redis::forgetting::ToForget;
use crate::revocation::redis::withdrawal::WithdrawalSecret;
use crate::revocation::redis::{Options, RevokeError};
use crate::time::UnixTime;

/// How many changes the stream keeps, about: a reader that is further behind reads everything.
const LOG_LENGTH: usize = 10_000;
/// Changes that one exchange reads at most, and revocations that one writes or forgets at most.
const AT_ONCE: usize = 500;

/// The names of the keys. They share a hash tag, so that a cluster keeps them on one node.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    entries: String,
    expiry: String,
    state: String,
    log: String,
}

impl Keys {
    pub(super) fn new(prefix: &str) -> Self {
        let entries = format!("{{{prefix}}}:revocations");
        Self {
            expiry: format!("{entries}:expiry"),
            state: format!("{entries}:state"),
            log: format!("{entries}:log"),
            entries,
        }
    }
}

/// Where the data stand when a reader begins.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) epoch: Vec<u8>,
    /// How long ago the epoch began, by the clock of Redis.
    pub(super) age: Duration,
    pub(super) position: u64,
}

static OPEN: LazyLock<Lua> =
    LazyLock::new(|| Lua::new(concat!(include_str!("../../redis/run.lua"), include_str!("open.lua"))));

/// Begins reading: names the epoch, if nobody has, and says where its stream stands.
pub(super) async fn open(connection: &mut Connection, keys: &Keys) -> RedisResult<Opened> {
    let name = random_name()?;
    let opened = OPEN.run(connection, [&keys.state, &keys.log], |call| {
        call.arg(&name);
    });
    let (epoch, age, position): (Vec<u8>, String, String) = opened.await?;
    // Set back, the clock of Redis says nothing: as if the epoch had just begun.
    let age = age.parse().map(Duration::from_millis).unwrap_or(Duration::ZERO);
    let position = position.parse().map_err(|_| broken("`seq` is not a number"))?;
    Ok(Opened { epoch, age, position })
}

fn random_name() -> RedisResult<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| broken("the operating system has no randomness"))?;
    Ok(Hex(&bytes).to_string())
}

fn broken(what: &'static str) -> RedisError {
    (ErrorKind::UnexpectedReturnType, what).into()
}

/// What of all that is stored cannot be believed.
#[derive(Default)]
pub(super) struct Unbelieved {
    /// How much of it cannot be read.
    pub(super) unreadable: usize,
    /// What says that something was withdrawn, without proof: names and values.
    pub(super) forged: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Everything that is stored, as far as it can be believed. Told with each: whether it says, without proof, that it was revoked after a
/// withdrawal.
pub(super) async fn read_all(
    connection: &mut Connection,
    Options { keys, withdrawals, .. }: &Options,
    mut each: impl FnMut(Record, bool),
) -> RedisResult<Unbelieved> {
    let mut cursor = 0_u64;
    let mut unbelieved = Unbelieved::default();
    loop {
        let mut scan = cmd("HSCAN");
        scan.arg(&keys.entries).arg(cursor).arg("COUNT").arg(AT_ONCE);
        let (next, found): (u64, HashMap<Vec<u8>, Vec<u8>>) = scan.query_async(connection).await?;
        for (member, value) in found {
            let record = decode(&member, &value, withdrawals.as_ref());
            let is_proved = record.as_ref().is_some_and(|record| record.said.withdrawn.is_some());
            // Whoever has no secret cannot tell.
            let is_forged = withdrawals.is_some() && !is_proved && says_withdrawn(&value);
            match record {
                Some(record) => each(record, is_forged),
                None => unbelieved.unreadable += usize::from(!is_forged),
            }
            unbelieved.forged.extend(is_forged.then_some((member, value)));
        }
        if next == 0 {
            return Ok(unbelieved);
        }
        cursor = next;
    }
}

/// What a reader hears.
pub(super) enum Heard {
    /// These are the next changes, and there are no more.
    Current(Changes),
    /// There are more after these.
    More(Changes),
    /// The stream does not go on from here: everything must be read again.
    Gap,
    /// These are other data.
    DataLost,
}

/// The next changes of the stream.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) records: Vec<Record>,
    pub(super) to_forget: ToForget,
    pub(super) unreadable: usize,
    pub(super) position: u64,
}

/// Says epoch and sequence number, unless another server has taken over: it may lack what this one had.
const STATE: &str = concat!(include_str!("../../redis/run.lua"), include_str!("state.lua"));

/// Epoch and sequence number.
type State = (Option<Vec<u8>>, Option<u64>);
/// The id of a change, and its fields.
type Change = (String, HashMap<String, Vec<u8>>);
/// By the name of the stream; none where there are no changes.
type Streams = Option<Vec<(Vec<u8>, Vec<Change>)>>;

/// Waits at most `wait` for changes after `position`. The answer proves that all that was stored before the call is known.
///
/// `PERSIST` changes nothing, and is a write: a server that takes none, and so may be no primary any more, proves nothing.
pub(super) async fn listen(
    connection: &mut Connection,
    Options { keys, withdrawals, .. }: &Options,
    epoch: &[u8],
    position: u64,
    wait: Duration,
) -> RedisResult<Heard> {
    let mut exchange = pipe();
    exchange.cmd("PERSIST").arg(&keys.state).ignore();
    exchange.cmd("EVAL").arg(STATE).arg(1).arg(&keys.state);
    exchange.cmd("XREAD").arg("COUNT").arg(AT_ONCE).arg("BLOCK").arg(wait.as_millis().max(1) as u64);
    exchange.arg("STREAMS").arg(&keys.log).arg(format!("{position}-0"));
    let ((now, seq), streams): (State, Streams) = exchange.query_async(connection).await?;
    if now.as_deref() != Some(epoch) || seq.is_none_or(|seq| seq < position) {
        return Ok(Heard::DataLost);
    }
    let mut changes = Changes { position, ..Changes::default() };
    let entries: Vec<_> = streams.into_iter().flatten().flat_map(|(_, entries)| entries).collect();
    let more = entries.len() >= AT_ONCE;
    for (id, fields) in entries {
        let number = id.strip_suffix("-0").and_then(|number| number.parse().ok());
        if number != changes.position.checked_add(1) {
            return Ok(Heard::Gap);
        }
        changes.position += 1;
        let field = |name| fields.get(name).map(Vec::as_slice).unwrap_or_default();
        let (member, value) = (field("member"), field("value"));
        match decode(member, value, withdrawals.as_ref()) {
            Some(record) => changes.records.push(record),
            None if decode_forgotten(member, value, &mut changes.to_forget) => {}
            None => changes.unreadable += 1,
        }
    }
    // Counted, and in the stream no more: it was trimmed or emptied.
    if !more && seq.is_some_and(|seq| changes.position < seq) {
        return Ok(Heard::Gap);
    }
    Ok(if more { Heard::More(changes) } else { Heard::Current(changes) })
}

static STORE: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("store.lua")));

/// What is stored, or told alone.
pub(super) struct Entry {
    /// A JSON array: of a revocation its kind, issuer and id; of a caller who is to be forgotten the parts of its key.
    member: String,
    /// Of a revocation, also of one that was withdrawn.
    said: Option<Said>,
    /// Whether that is said now, and not repeated: then it counts whatever was said before.
    anew: bool,
}

impl Entry {
    /// What this process knows, and Redis may lack.
    pub(super) fn known(record: &Record) -> Self {
        Self { member: encode(record), said: Some(record.said.clone()), anew: false }
    }

    /// What this process was asked for.
    pub(super) fn anew(record: &Record) -> Self {
        Self { anew: true, ..Self::known(record) }
    }

    pub(super) fn forgotten(who: &PrincipalKey) -> Self {
        let member = serde_json::json!([FORGOTTEN, who.issuer(), who.subject(), who.claim()]).to_string();
        if member.len() > FORGOTTEN_BYTES { Self::everybody() } else { Self { member, said: None, anew: true } }
    }

    /// Everybody is to be forgotten.
    pub(super) fn everybody() -> Self {
        Self { member: EVERYBODY.to_owned(), said: None, anew: true }
    }

    fn add_to(&self, call: &mut Cmd) {
        call.arg(&self.member);
        match &self.said {
            Some(said) => call.arg(said.until).arg(said.before.unwrap_or(NOT_REVOKED)).arg(encode_withdrawn(said)),
            None => call.arg("").arg("").arg(""),
        };
        call.arg(if self.anew { "anew" } else { "" });
    }
}

/// Stores revocations, and tells all readers of what is news.
pub(super) async fn store(connection: &mut Connection, keys: &Keys, entries: &[Entry]) -> RedisResult<()> {
    for entries in entries.chunks(AT_ONCE) {
        let stored = STORE.run::<(), 4>(connection, [&keys.entries, &keys.expiry, &keys.state, &keys.log], |call| {
            call.arg(LOG_LENGTH);
            entries.iter().for_each(|entry| entry.add_to(call));
        });
        stored.await?;
    }
    Ok(())
}

static CAP: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("cap.lua")));

/// Lowers the times of what is stored.
pub(super) async fn cap(connection: &mut Connection, keys: &Keys, entries: &[Entry]) -> RedisResult<()> {
    for entries in entries.chunks(AT_ONCE) {
        let capped = CAP.run::<(), 2>(connection, [&keys.entries, &keys.expiry], |call| {
            entries.iter().for_each(|entry| entry.add_to(call));
        });
        capped.await?;
    }
    Ok(())
}

static REMOVE: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("remove.lua")));

/// Takes out what is still as it was read.
pub(super) async fn remove(
    connection: &mut Connection,
    keys: &Keys,
    entries: &[(Vec<u8>, Vec<u8>)],
) -> RedisResult<()> {
    for entries in entries.chunks(AT_ONCE) {
        let removed = REMOVE.run::<(), 2>(connection, [&keys.entries, &keys.expiry], |call| {
            for (member, value) in entries {
                call.arg(member).arg(value);
            }
        });
        removed.await?;
    }
    Ok(())
}

static FORGET: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("forget.lua")));

/// Lets Redis forget some of what has expired; `true` if there may be more.
pub(super) async fn forget(connection: &mut Connection, keys: &Keys, now: UnixTime) -> RedisResult<bool> {
    let gone = FORGET.run::<usize, 2>(connection, [&keys.entries, &keys.expiry], |call| {
        call.arg(now).arg(AT_ONCE);
    });
    Ok(gone.await? >= AT_ONCE)
}

/// The name of a revocation in Redis: a JSON array of kind, issuer and id.
fn encode(record: &Record) -> String {
    serde_json::json!([record.kind.label(), &*record.issuer, &*record.id]).to_string()
}

/// The moment up to which nothing is revoked, as it is written.
const NOT_REVOKED: UnixTime = -1;

/// What stands behind the times: nothing, or when a revocation was withdrawn, and the proof of that.
fn encode_withdrawn(said: &Said) -> String {
    said.withdrawn.as_ref().map(|withdrawn| format!(" {} {}", withdrawn.at, withdrawn.proof)).unwrap_or_default()
}

/// Whether it says that something was withdrawn, proved or not.
fn says_withdrawn(value: &[u8]) -> bool {
    value.iter().filter(|byte| **byte == b' ').count() > 1
}

fn decode(member: &[u8], value: &[u8], secret: Option<&WithdrawalSecret>) -> Option<Record> {
    let (kind, issuer, id): (String, String, String) = serde_json::from_slice(member).ok()?;
    let kind = RevocationKind::ALL.into_iter().find(|known| known.label() == kind)?;
    let mut fields = str::from_utf8(value).ok()?.split(' ');
    let (until, before) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let withdrawn = match (fields.next(), fields.next(), fields.next()) {
        (None, ..) => None,
        (Some(at), Some(proof), None) => Some(Withdrawn { at: at.parse().ok()?, proof: proof.into() }),
        _ => return None,
    };
    let said = Said { before: Some(before).filter(|before| *before != NOT_REVOKED), until, withdrawn: None };
    let mut record = Record { kind, issuer: issuer.into(), id: id.into(), said };
    // What cannot be proved ends nothing. A revocation that is said to be later than a withdrawal is one all the same.
    let proved = withdrawn.filter(|withdrawn| secret.is_some_and(|secret| secret.proves(&record, withdrawn)));
    record.said.withdrawn = proved.map(Arc::new);
    (record.said.before.is_some() || record.said.withdrawn.is_some()).then_some(record)
}

/// What begins the name of a caller who is to be forgotten.
const FORGOTTEN: &str = "forgotten";
/// Everybody is to be forgotten.
const EVERYBODY: &str = r#"["everybody"]"#;
/// The longest name of a caller who is to be forgotten: whoever can write to Redis must not fill our memory.
const FORGOTTEN_BYTES: usize = 32 * 1024;

/// Whom to forget, if it says so.
fn decode_forgotten(member: &[u8], value: &[u8], into: &mut ToForget) -> bool {
    if !value.is_empty() || member.len() > FORGOTTEN_BYTES {
        return false;
    }
    if member == EVERYBODY.as_bytes() {
        into.everybody = true;
        return true;
    }
    let read: Result<(String, String, String, Option<String>), _> = serde_json::from_slice(member);
    let Some((_, issuer, subject, claim)) = read.ok().filter(|(kind, ..)| kind == FORGOTTEN) else { return false };
    let who = PrincipalKey::new(issuer, subject);
    into.callers.insert(match claim {
        Some(claim) => who.with_claim(claim),
        None => who,
    });
    true
}

/// Whether Redis said no, or nothing.
pub(super) fn fault(error: &RedisError) -> RevokeError {
    match error.kind() {
        ErrorKind::Server(_) | ErrorKind::Extension | ErrorKind::AuthenticationFailed => RevokeError::Refused,
        _ => RevokeError::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_survives_its_way_through_redis() {
        for id in ["", "alice", "a\"b\\c\n", "ünï", "[\"token\",\"\",\"\"]"] {
            for record in [Record::token("https://idp.example", id, 7), Record::token(id, id, i64::MAX)] {
                let value = format!("{} 0", record.said.until);
                assert_eq!(decode(encode(&record).as_bytes(), value.as_bytes(), None), Some(record));
            }
        }
    }

    #[test]
    fn different_revocations_have_different_names() {
        let names = [
            encode(&Record::token("a", "bc", 1)),
            encode(&Record::token("ab", "c", 1)),
            encode(&Record::session("a", "bc", 1)),
            encode(&Record::token("a\",\"b", "c", 1)),
        ];
        assert!(names.iter().enumerate().all(|(at, name)| !names[..at].contains(name)), "{names:?}");
    }

    #[test]
    fn a_caller_to_forget_survives_its_way_through_redis() {
        let long = PrincipalKey::new("i", "x".repeat(FORGOTTEN_BYTES));
        let keys = [
            PrincipalKey::new("https://idp.example", "alice"),
            PrincipalKey::new("", ""),
            PrincipalKey::new("local:api_key(\"partner\")", "a\"b\\c\n").with_claim("client_id"),
        ];
        let mut read = ToForget::default();
        for key in &keys {
            let Entry { member, said, .. } = Entry::forgotten(key);
            assert!(said.is_none() && decode_forgotten(member.as_bytes(), b"", &mut read), "{key:?}");
        }
        assert!(!read.everybody && read.callers == keys.into_iter().collect());
        assert!(decode_forgotten(Entry::forgotten(&long).member.as_bytes(), b"", &mut read) && read.everybody);
    }

    #[test]
    fn what_names_nobody_forgets_nobody() {
        let name = Entry::forgotten(&PrincipalKey::new("i", "s")).member;
        let long = format!("[\"forgotten\",\"i\",\"{}\",null]", "x".repeat(FORGOTTEN_BYTES));
        let times = i64::MAX.to_string();
        for (member, value) in [
            (&*name, &*times),
            (&name, "9223372036854775807 0"),
            (&name, " "),
            (EVERYBODY, "0 0"),
            (&long, ""),
            ("[\"forgotten\",\"i\",\"s\"]", ""),
            ("[\"forgotten\",\"i\",\"s\",null,null]", ""),
            ("[\"forgotten\",\"i\",\"s\",7]", ""),
            ("[\"forgotten\",null,\"s\",null]", ""),
            ("[\"Forgotten\",\"i\",\"s\",null]", ""),
            ("[\"everybody\",\"\"]", ""),
            ("[ \"everybody\"]", ""),
            ("forgotten", ""),
            ("", ""),
        ] {
            let mut read = ToForget::default();
            assert!(!decode_forgotten(member.as_bytes(), value.as_bytes(), &mut read), "{member} {value}");
            assert!(!read.everybody && read.callers.is_empty());
        }
    }

    #[test]
    fn what_is_no_record_is_left_out() {
        let member = encode(&Record::token("i", "j", 1)).into_bytes();
        assert!(decode(&member, b"5 0", None).is_some());
        for (member, value) in [
            (&b"[\"unknown\",\"i\",\"j\"]"[..], &b"5 0"[..]),
            (b"[\"token\",\"i\"]", b"5 0"),
            (b"\xff", b"5 0"),
            (b"", b""),
            (&member, b"5"),
            (&member, b"five 0"),
            (&member, b"5 0 0"),
            (&member, b"5 0 x y"),
            (&member, b"5 0 0 y z"),
            (&member, b"5 -1"),
        ] {
            assert_eq!(decode(member, value, None), None, "{member:?} {value:?}");
        }
    }

    #[test]
    fn only_who_has_the_secret_ends_a_revocation() {
        let secret = |byte| WithdrawalSecret::new(vec![byte; 32].into(), "auth");
        let revoked = Record::token("i", "j", 1_000);
        let withdrawn = secret(7).withdrawn(RevocationKind::Token, "i", "j", 100);
        let said = Said { withdrawn: Some(Arc::new(withdrawn)), ..revoked.said.clone() };
        let anew = Record { said: said.clone(), ..revoked.clone() };
        let ended = Record { said: Said { before: None, ..said }, ..revoked.clone() };
        let read = |record: &Record, secret: Option<WithdrawalSecret>| {
            let before = record.said.before.unwrap_or(NOT_REVOKED);
            let value = format!("{} {before}{}", record.said.until, encode_withdrawn(&record.said));
            decode(encode(record).as_bytes(), value.as_bytes(), secret.as_ref())
        };
        assert_eq!(read(&ended, Some(secret(7))).as_ref(), Some(&ended));
        assert_eq!(read(&anew, Some(secret(7))).as_ref(), Some(&anew));
        for other in [Some(secret(8)), None] {
            assert_eq!(read(&ended, other), None);
        }
        for other in [Some(secret(8)), None] {
            assert_eq!(read(&anew, other).as_ref(), Some(&revoked), "a revocation, which ends nothing");
        }
    }
}
