use std::time::Duration;

use super::table::COUNTERS_MAX;
use super::*;

fn at(host: u32) -> AddressShare {
    AddressShare::V4(std::net::Ipv4Addr::from_bits(host))
}

fn attempts(window: Duration) -> Arc<Attempts> {
    Arc::new(Attempts::new(Allowance { per_account: 3, per_address: 5, window, normalize: None }))
}

fn begin(attempts: &Arc<Attempts>, tried: Tried<'_>) -> Result<CountedAttempt, Spent> {
    let Answer::Now(begun) = attempts.begin(tried) else { panic!("nobody else is there") };
    begun
}

fn wrong(attempts: &Arc<Attempts>, name: &str, host: u32) -> Option<Spent> {
    begin(attempts, Tried::account("basic", None, name, at(host))).map(drop).err()
}

fn good(attempts: &Arc<Attempts>, name: &str, host: u32) -> bool {
    begin(attempts, Tried::account("basic", None, name, at(host))).map(CountedAttempt::good).is_ok()
}

const LONG: Duration = Duration::from_secs(300);

#[test]
fn an_account_is_guessed_at_so_many_times_from_wherever_and_then_ever_slower() {
    let attempts = attempts(LONG);
    assert!((0..3).all(|host| wrong(&attempts, "alice", host).is_none()));
    let spent = wrong(&attempts, "alice", 4).unwrap();
    assert_eq!((spent.what, spent.quota, spent.window), ("account", 3, LONG));
    assert!(spent.after <= LONG / 3 && spent.after > LONG / 3 - Duration::from_secs(5));
    assert!(!good(&attempts, "alice", 5), "the right password is not tried either");
    for other in [" ALICE ", "Alice", "ａｌｉｃｅ"] {
        assert!(wrong(&attempts, other, 6).is_some(), "{other}");
    }
    assert!(wrong(&attempts, "bob", 7).is_none());
}

#[test]
fn an_address_guesses_so_many_times_at_whatever() {
    let attempts = attempts(LONG);
    assert!((0..5).all(|name| wrong(&attempts, &name.to_string(), 1).is_none()));
    assert_eq!(wrong(&attempts, "another", 1).unwrap().what, "address");
    assert!(wrong(&attempts, "another", 2).is_none());
    let keys = |host| attempts.check(Tried::anonymous("api_key", at(host)));
    assert!(keys(1).is_err() && keys(2).is_ok());
    // All of a /48 have as much as four addresses.
    let network = |host: u64| Tried::anonymous("api_key", AddressShare::V6(0x2001_0db8_0001_0000 + host));
    let passed = (0..100).filter(|host| begin(&attempts, network(*host)).is_ok()).count();
    assert_eq!(passed, 20);
    let nowhere = |share| (0..100).all(|_| begin(&attempts, Tried::anonymous("api_key", share)).is_ok());
    assert!(nowhere(AddressShare::Unknown) && nowhere(AddressShare::UnlistedProxy));
}

#[test]
fn who_was_good_at_an_address_is_not_kept_out_by_strangers() {
    let attempts = attempts(LONG);
    assert!(good(&attempts, "alice", 1));
    while wrong(&attempts, "alice", 2).is_none() {}
    (0..10).for_each(|name| _ = wrong(&attempts, &name.to_string(), 1));
    assert!(!good(&attempts, "alice", 3), "from elsewhere");
    assert!(good(&attempts, "alice", 1) && good(&attempts, "Alice", 1));
    // It has a counter of its own.
    assert!((0..3).all(|_| wrong(&attempts, "alice", 1).is_none()));
    assert_eq!(wrong(&attempts, "alice", 1).unwrap().what, "account");
}

#[test]
fn what_is_good_or_cannot_be_told_does_not_count() {
    let attempts = attempts(LONG);
    for _ in 0..20 {
        assert!(good(&attempts, "alice", 1));
        begin(&attempts, Tried::account("basic", None, "bob", at(2))).map(CountedAttempt::undecided).unwrap();
    }
    assert_eq!(attempts.counters.load(Ordering::Relaxed), 0);
    assert!((0..2).all(|_| wrong(&attempts, "carol", 9).is_none()));
    assert!(good(&attempts, "carol", 9));
    assert!(wrong(&attempts, "carol", 8).is_none(), "the wrong ones before it count");
    assert!(wrong(&attempts, "carol", 8).is_some());
}

#[test]
#[cfg(feature = "basic")]
fn the_same_password_at_the_same_time_is_one_guess() {
    let attempts = attempts(LONG);
    let tried = |password: &str| begin(&attempts, Tried::account("basic", None, "alice", at(1)).by(password));
    let parallel: Vec<_> = (0..50).map(|_| tried("wonderland").unwrap()).collect();
    let others: Vec<_> = ["a", "b"].map(|password| tried(password).unwrap()).into();
    assert!(tried("c").is_err());
    parallel.into_iter().for_each(CountedAttempt::good);
    drop(others);
    assert!(attempts.table().in_flight.is_empty());
}

#[test]
fn delays_grow_up_to_the_window_and_end() {
    let allowance = Allowance::default();
    let delay = |beyond| allowance.delay(CounterKind::Account, beyond).as_secs();
    assert_eq!([0, 1, 2, 3, 4, 5, 6, 40].map(delay), [10, 20, 40, 80, 160, 300, 300, 300]);
    let attempts = attempts(Duration::from_millis(1200));
    while wrong(&attempts, "alice", 1).is_none() {}
    std::thread::sleep(Duration::from_millis(450));
    assert!(wrong(&attempts, "alice", 2).is_none(), "after 400 ms");
    assert!(wrong(&attempts, "alice", 3).is_some(), "for 800 ms");
    std::thread::sleep(Duration::from_millis(2100));
    assert!((0..3).all(|host| wrong(&attempts, "alice", 10 + host).is_none()), "quiet for a window");
}

#[test]
fn memory_is_bounded_and_a_flood_forgets_nobody() {
    let attempts = attempts(LONG);
    while wrong(&attempts, "alice", 1).is_none() {}
    let many = (0..100_000_u32).filter(|number| wrong(&attempts, &number.to_string(), 1000 + number).is_none()).count();
    assert!(many < COUNTERS_MAX, "they share counters: {many}");
    assert!(attempts.table().counters.len() <= COUNTERS_MAX);
    assert!(wrong(&attempts, "alice", 2).is_some());
}

/// Answered guesses of the first five minutes, the first hour and the first day, by somebody who guesses whenever it may, but rests for
/// the whole window after so many.
fn guesses(rest_after: Option<usize>, account: impl Fn(usize) -> String, host: impl Fn(usize) -> u32) -> [usize; 3] {
    let attempts = Arc::new(Attempts::new(Allowance::default()));
    let begun = Instant::now();
    let mut now = begun;
    let (mut answered, mut tried) = (Vec::new(), 0);
    while now - begun < Duration::from_secs(86_400) {
        let named = attempts.named(Tried::account("basic", None, &account(tried), at(host(tried))), now);
        tried += 1;
        match attempts.begin_here(named, now) {
            Ok(_) => answered.push(now - begun),
            Err(spent) => now += spent.after,
        }
        if rest_after.is_some_and(|most| answered.len() % most == 0) {
            now += LONG;
        }
    }
    [300, 3600, 86_400].map(|seconds| answered.iter().filter(|at| at.as_secs() < seconds).count())
}

#[test]
fn so_fast_is_guessed_by_default() {
    let (one, another) = (|_| "alice".to_owned(), |guess: usize| guess.to_string());
    let (everywhere, here) = (|guess| guess as u32, |_| 1);
    assert_eq!(guesses(None, one, everywhere), [34, 45, 321]);
    assert_eq!(guesses(Some(29), one, everywhere), [29, 348, 8352]);
    assert_eq!(guesses(None, another, here), [106, 117, 393]);
    assert_eq!(guesses(Some(99), another, here), [99, 1188, 28_512]);
    assert_eq!(guesses(None, one, here), [34, 45, 321]);
}
