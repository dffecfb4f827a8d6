//! What one caller makes a provider or a directory be asked leaves something to the others.

use super::*;

/// Asks from an address.
async fn ask_from(api: &Api, host: u8, token: &str) -> Result<String, Reason> {
    let request = TestRequest::default().peer_addr(([192, 0, 2, host], 1).into());
    let outcome = match api.start_by(request, token) {
        Authentication::Ready(outcome) => outcome,
        Authentication::Pending(outcome) => outcome.await,
    };
    match outcome {
        Outcome::Verified(principal) => Ok(principal.subject().to_owned()),
        Outcome::Refused(rejection) => Err(rejection.reason()),
        Outcome::Unavailable(unavailable) => Err(unavailable.reason()),
    }
}

#[actix_web::test]
async fn a_caller_who_invents_key_ids_leaves_a_fetch_to_whoever_has_a_new_key() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
    let api = Api::ready(&provider).await;
    for number in 0..200 {
        assert!(ask_from(&api, 1, &unknown(&number.to_string())).await.is_err());
    }
    assert_eq!(provider.counts().0, 2, "the first one, and one for the flood");
    provider.set("/keys", set(&[published(Algorithm::ES256, "a"), published(Algorithm::EdDSA, "b")]));
    assert_eq!(ask_from(&api, 2, &token(Algorithm::EdDSA, "b")).await, alice(), "at once");
    assert_eq!(provider.counts().0, 3);
}

#[actix_web::test]
async fn a_caller_who_invents_tenants_leaves_calls_to_the_others() {
    let directory = Directory::new();
    let api = directory.api();
    let invented = |number: usize| of(Algorithm::ES256, &format!("https://{number}.test"), "k");
    for number in 0..200 {
        assert!(ask_from(&api, 1, &invented(number)).await.is_err());
    }
    // Half of the burst, and what came in meanwhile.
    assert!((25..100).contains(&directory.asked()), "{}", directory.asked());
    assert_eq!(ask_from(&api, 2, &of(Algorithm::ES256, "https://a.test", "k")).await, alice());
    assert_eq!(ask_from(&api, 1, &of(Algorithm::ES256, "https://a.test", "k")).await, alice(), "known to all by now");
    assert_eq!(ask_from(&api, 3, &of(Algorithm::EdDSA, "https://b.test", "k")).await, alice());
}

#[actix_web::test]
async fn whoever_waits_in_numbers_leaves_as_many_places() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
    let api = Api::ready(&provider).await;
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]).after(Duration::from_millis(500)));
    let waiting = |host: u8| {
        let request = || TestRequest::default().peer_addr(([192, 0, 2, host], 1).into());
        let started = (0..300).map(|number| api.start_by(request(), &unknown(&format!("{host}-{number}"))));
        started.filter(|one| matches!(one, Authentication::Pending(_))).collect::<Vec<_>>()
    };
    let (one, two) = (waiting(1), waiting(2));
    assert_eq!((one.len(), two.len()), (128, 64));
}
