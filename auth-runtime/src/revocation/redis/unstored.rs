//! Revocations of this process that Redis did not take.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::revocation::record::{Name, Record};

/// They stay in force whatever was withdrawn meanwhile: who withdrew did not know of them.
#[derive(Default)]
pub(super) struct Unstored(Mutex<HashMap<Name, Record>>);

impl Unstored {
    pub(super) fn insert(&self, record: Record) {
        self.lock().insert(record.name(), record);
    }

    /// What this process was asked to revoke of what this withdrawal names.
    pub(super) fn beside(&self, withdrawal: &Record) -> Option<Record> {
        self.lock().get(&withdrawal.name()).cloned()
    }

    /// It was withdrawn here.
    pub(super) fn remove(&self, withdrawal: &Record) {
        self.lock().remove(&withdrawal.name());
    }

    /// Redis has all of these.
    pub(super) fn stored(&self, records: &[Record]) {
        let mut unstored = self.lock();
        if !unstored.is_empty() {
            let stored: HashSet<Name> = records.iter().map(Record::name).collect();
            unstored.retain(|name, _| !stored.contains(name));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Name, Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
