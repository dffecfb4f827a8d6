//! How many may be at something at once, divided among shares.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::shares::{Claimant, Share};

/// What part is for callers that are known: one in so many.
const KNOWN_PART: usize = 4;

/// Places of which one share has no more than it leaves free. Where callers are known, strangers leave them a part.
#[derive(Debug)]
pub(crate) struct Places {
    most: usize,
    taken: Mutex<Vec<(Share, usize)>>,
}

/// One of them, until dropped.
#[derive(Debug)]
pub(crate) struct TakenPlace {
    places: Arc<Places>,
    share: Share,
}

impl Places {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::default() })
    }

    pub(crate) fn take(self: &Arc<Self>, claimant: Claimant) -> Option<TakenPlace> {
        let (share, mut taken) = (claimant.share(), self.taken());
        let kept = if claimant.leaves_reserve() { self.most / KNOWN_PART } else { 0 };
        let free = (self.most - kept).saturating_sub(taken.iter().map(|(_, count)| count).sum());
        match taken.iter_mut().find(|(other, _)| *other == share) {
            Some((_, count)) if *count < free => *count += 1,
            None if free > 0 => taken.push((share, 1)),
            Some(_) | None => return None,
        }
        drop(taken);
        Some(TakenPlace { places: Arc::clone(self), share })
    }

    fn taken(&self) -> MutexGuard<'_, Vec<(Share, usize)>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for TakenPlace {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(index) = taken.iter().position(|(share, _)| *share == self.share)
            && let Some((_, count)) = taken.get_mut(index)
        {
            *count -= 1;
            if *count == 0 {
                taken.swap_remove(index);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::peer::AddressShare;

    fn host(number: u32) -> Claimant {
        Claimant::stranger(Share::of(AddressShare::of(Some((std::net::Ipv4Addr::from_bits(number), 1).into())), ()))
    }

    #[test]
    fn one_share_leaves_as_much_as_it_has() {
        let places = Places::new(32);
        let take = |claimant| std::iter::from_fn(|| places.take(claimant)).collect::<Vec<_>>();
        let (one, two) = (take(host(1)), take(host(2)));
        assert_eq!((one.len(), two.len()), (12, 6));
        drop(one);
        assert_eq!(take(host(3)).len(), 9);
        // Strangers in any number leave a quarter.
        let strangers: Vec<_> = (3..100).flat_map(|number| take(host(number))).collect();
        let known = |number| Claimant::known(Share::Credential(number));
        assert_eq!((strangers.len(), take(known(1)).len()), (18, 4));
        drop((two, strangers));
        assert!(places.taken().is_empty());
    }
}
