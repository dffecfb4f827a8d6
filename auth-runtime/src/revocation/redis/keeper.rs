//! The thread that keeps a process and Redis of one mind.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use std::{io, thread};

use ::redis::{RedisError, RedisResult};
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use crate::principal::PrincipalKey;
use crate::redis::{Client, Connection, describe};
use crate::revocation::observe::{self, Outcome, RevocationKind, SyncEvent};
use crate::revocation::record::Record;
use crate::revocation::redis::protocol::{self, Changes, Entry, Heard};
use crate::revocation::redis::{RevokeError, Shared};

/// Time between two attempts to reach Redis. Together with the time a connection takes well below `SETTLING`.
const RETRY: Duration = Duration::from_millis(200);
/// How young an epoch may be to count: what the data lost, others send again meanwhile.
const SETTLING: Duration = Duration::from_secs(1);
/// The longest wait for a connection, or for Redis to store a revocation.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two attempts to send what Redis did not take.
const SEND_AGAIN: Duration = Duration::from_secs(2);
/// Time between two looks at what has expired.
const FORGET_EVERY: Duration = Duration::from_secs(30);
/// Time between two looks at how current this process is.
const WATCH_EVERY: Duration = Duration::from_millis(250);
/// Entries that the view forgets at once.
const SWEPT_AT_ONCE: usize = 4_096;

/// What is to be stored, or told to the other processes.
pub(super) enum Write {
    Revoked { record: Record, done: oneshot::Sender<Result<(), RevokeError>> },
    Withdrawn { record: Record, done: oneshot::Sender<Result<(), RevokeError>> },
    Forgotten(PrincipalKey),
}

impl Write {
    fn entry(&self) -> Entry {
        match self {
            Self::Revoked { record, .. } | Self::Withdrawn { record, .. } => Entry::anew(record),
            Self::Forgotten(who) => Entry::forgotten(who),
        }
    }
}

/// Starts the thread; it ends when nobody can send it writes any more and the last is done with.
pub(super) fn start(shared: Arc<Shared>, client: Client, writes: mpsc::Receiver<Write>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let run = move || {
        runtime.block_on(async {
            let following = tokio::spawn(forever(Arc::clone(&shared), client.clone()));
            let watching = tokio::spawn(watch(Arc::clone(&shared)));
            write(&shared, &client, writes).await;
            following.abort();
            watching.abort();
        });
    };
    thread::Builder::new().name("auth-revocations".into()).spawn(run).map(drop)
}

/// Follows Redis until aborted, whatever happens.
async fn forever(shared: Arc<Shared>, client: Client) {
    loop {
        // Should one round panic, the next may not; until then nothing is proven.
        let round = tokio::spawn(follow_and_report(Arc::clone(&shared), client.clone()));
        let abort = AbortOnDrop(round.abort_handle());
        let panicked = round.await.is_err();
        drop(abort);
        if panicked {
            observe::sync(SyncEvent::Panicked, "following Redis panicked");
        }
        sleep(RETRY).await;
    }
}

/// A task that ends with the one which waits for it.
struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Follows Redis, one connection after the other.
async fn follow_and_report(shared: Arc<Shared>, client: Client) {
    let mut lost = false;
    loop {
        let connected = Instant::now();
        let Err(error) = follow(&shared, &client).await;
        // One event for each outage, not one for each attempt to end it.
        let caught_up_since = shared.freshness.age(Instant::now()).is_some_and(|age| age < connected.elapsed());
        if !lost || caught_up_since {
            observe::sync(SyncEvent::Lost, &describe(&error));
        }
        lost = true;
        sleep(RETRY).await;
    }
}

/// Follows Redis over one connection, until that fails.
async fn follow(shared: &Shared, client: &Client) -> Result<Infallible, RedisError> {
    let options = &shared.options;
    // Whoever waits hears of a loss of data when the wait ends, and has to send again before anybody counts as current.
    let wait = (options.bound / 4).min(SETTLING / 4);
    let patience = PATIENCE.min(options.bound);
    let mut connection = client.connect(patience, wait + patience).await?;
    let mut forgotten = None;
    loop {
        let Caught { epoch, mut position, settled } = catch_up(shared, &mut connection).await?;
        let caught_up = Instant::now();
        loop {
            let asked = Instant::now();
            match protocol::listen(&mut connection, options, &epoch, position, wait).await? {
                Heard::More(changes) => position = apply(shared, changes),
                Heard::Current(changes) => {
                    position = apply(shared, changes);
                    if asked >= settled {
                        shared.freshness.prove(asked);
                    }
                }
                Heard::Gap => {
                    observe::sync(SyncEvent::Gap, "the stream does not go on where this process left it");
                    break;
                }
                Heard::DataLost => {
                    observe::sync(SyncEvent::DataLost, "Redis has lost its revocations");
                    break;
                }
            }
            if shared.unsent.load(Ordering::Acquire) && caught_up.elapsed() > SEND_AGAIN {
                break;
            }
            if forgotten.is_none_or(|at: Instant| at.elapsed() > FORGET_EVERY)
                && let Ok(now) = options.clock.now()
                && !protocol::forget(&mut connection, &options.keys, now).await?
            {
                forgotten = Some(Instant::now());
            }
        }
        // Reading everything is dear: not without a pause, whatever goes on in Redis.
        sleep(wait).await;
    }
}

/// Where following begins.
struct Caught {
    epoch: Vec<u8>,
    position: u64,
    /// From when on what is heard proves anything.
    settled: Instant,
}

/// Reads everything that is stored, and sends what this process knows beyond it.
async fn catch_up(shared: &Shared, connection: &mut Connection) -> RedisResult<Caught> {
    let keys = &shared.options.keys;
    shared.unsent.store(false, Ordering::Release);
    let forgotten = shared.memories.take_unsent();
    let caught_up = async {
        // The position first: what is stored from now on will be heard, if it is not read.
        let opened = protocol::open(connection, keys).await?;
        // Whom the others forgot until then is not stored.
        shared.memories.forget_everybody();
        let settled = Instant::now() + SETTLING.saturating_sub(opened.age);
        let (mut stored, mut implausible) = (HashMap::new(), Vec::new());
        let unbelieved = protocol::read_all(connection, &shared.options, |record, is_forged| {
            let plausible = add(shared, record.clone());
            if is_forged {
                return;
            }
            if plausible.said.until < record.said.until || plausible.said.before < record.said.before {
                implausible.push(Entry::known(&plausible));
            }
            stored.insert(record.name(), record.said);
        })
        .await?;
        observe::unreadable(unbelieved.unreadable);
        if !unbelieved.forged.is_empty() {
            // Else what is revoked could not be stored in their places.
            protocol::remove(connection, keys, &unbelieved.forged).await?;
            observe::sync(SyncEvent::Forged, &format!("{} withdrawals without proof", unbelieved.forged.len()));
        }
        if !implausible.is_empty() {
            // Else they would count anew with each reading.
            protocol::cap(connection, keys, &implausible).await?;
            observe::sync(SyncEvent::Capped, &format!("{} for longer than tokens live", implausible.len()));
        }
        let ours = shared.view.records();
        let missing: Vec<&Record> = ours
            .iter()
            .filter(|ours| stored.get(&ours.name()).is_none_or(|stored| stored.clone().join(&ours.said)))
            .filter(|ours| shared.options.clock.now().is_ok_and(|now| ours.said.until > now))
            .collect();
        let everybody = forgotten.then(Entry::everybody);
        let entries: Vec<Entry> = missing.iter().map(|record| Entry::known(record)).chain(everybody).collect();
        protocol::store(connection, keys, &entries).await?;
        shared.unstored.stored(&ours);
        if !missing.is_empty() {
            observe::sync(SyncEvent::SentAgain, &format!("{} that Redis did not have", missing.len()));
        }
        observe::sync(SyncEvent::CaughtUp, &format!("{} in Redis", stored.len()));
        Ok(Caught { epoch: opened.epoch, position: opened.position, settled })
    };
    let caught_up = caught_up.await;
    if caught_up.is_err() {
        shared.mark_unsent();
        if forgotten {
            shared.memories.mark_unsent();
        }
    }
    caught_up
}

fn apply(shared: &Shared, changes: Changes) -> u64 {
    observe::unreadable(changes.unreadable);
    for record in changes.records {
        add(shared, record);
    }
    shared.memories.forget(&changes.to_forget);
    changes.position
}

/// Adds what was read to the view, as far as it is believed.
fn add(shared: &Shared, record: Record) -> Record {
    let now = shared.options.clock.now().ok();
    let record = shared.plausible(record.kept_for(shared.options.longest), now);
    shared.view.add(&record, now, Instant::now());
    if record.said.before.is_none()
        && let Some(own) = shared.unstored.beside(&record)
    {
        shared.view.revoke(own, now, Instant::now());
    }
    record
}

/// Stores what is revoked here, as much at once as is waiting.
async fn write(shared: &Shared, client: &Client, mut writes: mpsc::Receiver<Write>) {
    let mut connection = None;
    let mut batch = Vec::new();
    while writes.recv_many(&mut batch, 256).await > 0 {
        let entries: Vec<Entry> = batch.iter().map(Write::entry).collect();
        let stored = tokio::time::timeout(2 * PATIENCE, store(shared, client, &mut connection, &entries)).await;
        let result = match stored {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err((protocol::fault(&error), describe(&error))),
            Err(_) => Err((RevokeError::Unreachable, "no answer in time".to_owned())),
        };
        if let Err((_, error)) = &result {
            connection = None;
            if batch.iter().any(|write| matches!(write, Write::Forgotten(_))) {
                shared.memories.mark_unsent();
            }
            // A withdrawal is not sent again: it might end what is revoked meanwhile.
            let lasting = batch.iter().filter(|write| !matches!(write, Write::Withdrawn { .. })).count();
            if lasting > 0 {
                shared.mark_unsent();
                tracing::error!(error, revocations = lasting, "revocations were not stored and will be sent again");
            }
        }
        let result = result.map_err(|(fault, _)| fault);
        let outcome = if result.is_ok() { Outcome::Stored } else { Outcome::Unstored };
        for write in batch.drain(..) {
            match write {
                Write::Revoked { record, done } => {
                    observe::revoked(record.kind, outcome);
                    if result.is_err() {
                        shared.unstored.insert(record);
                    }
                    let _ = done.send(result); // whoever asked may have gone
                }
                Write::Withdrawn { record, done } => {
                    if result.is_ok() {
                        shared.unstored.remove(&record);
                        add(shared, record);
                    }
                    let _ = done.send(result);
                }
                Write::Forgotten(_) => observe::forgotten(outcome),
            }
        }
    }
}

/// Stores over the connection there is, or over a new one if that has failed.
async fn store(
    shared: &Shared,
    client: &Client,
    connection: &mut Option<Connection>,
    entries: &[Entry],
) -> RedisResult<()> {
    let keys = &shared.options.keys;
    if let Some(known) = connection.as_mut() {
        match protocol::store(known, keys, entries).await {
            // A connection that was closed while nothing was sent: storing twice is storing once.
            Err(error) if error.is_connection_dropped() => *connection = None,
            result => return result,
        }
    }
    let fresh = connection.insert(client.connect(PATIENCE, PATIENCE).await?);
    protocol::store(fresh, keys, entries).await
}

/// Says when this process stops and starts to be current, and sweeps the view.
async fn watch(shared: Arc<Shared>) {
    let mut state = observe::Currency::Starting;
    loop {
        sleep(WATCH_EVERY).await;
        let at = Instant::now();
        let age = shared.freshness.age(at);
        let next = match age {
            Some(age) if age <= shared.options.bound => observe::Currency::Current,
            _ if shared.is_closed(at) && (age.is_some() || state != observe::Currency::Starting) => {
                observe::Currency::Closed
            }
            None => observe::Currency::Starting,
            Some(_) => observe::Currency::Behind,
        };
        if next != state {
            observe::currency(next);
            state = next;
        }
        observe::age(age);
        if let Ok(now) = shared.options.clock.now() {
            while shared.view.sweep(now, at, SWEPT_AT_ONCE) {
                tokio::task::yield_now().await;
            }
        }
        for kind in RevocationKind::ALL {
            observe::held(kind, shared.view.len(kind));
        }
    }
}
