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

/// A token of this subject, whose key the provider does not have unless it is one of the test's.
fn of_subject(algorithm: Algorithm, id: &str, subject: &str) -> String {
    sign(algorithm, json!({"alg": algorithm.name(), "kid": id}), &with(json!({"sub": subject})))
}

#[actix_web::test]
async fn callers_who_invent_key_ids_anywhere_leave_a_fetch_to_whoever_was_good_before() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
    let api = Api::ready(&provider).await;
    assert!(ask_from(&api, 1, &of_subject(Algorithm::ES256, "a", "alice")).await.is_ok());
    assert!(ask_from(&api, 2, &of_subject(Algorithm::ES256, "a", "bob")).await.is_ok());
    // From everywhere, in everybody's name, also from alice's address and in her name from elsewhere.
    for number in 0..200_u8 {
        for subject in ["mallory", "alice"] {
            let host = if subject == "alice" { number.max(2) } else { number };
            let invented = of_subject(Algorithm::EdDSA, &format!("{number}-{subject}"), subject);
            assert!(ask_from(&api, host, &invented).await.is_err());
        }
    }
    assert_eq!(provider.counts().0, 2, "the first one, and one for the flood");
    provider.set("/keys", set(&[published(Algorithm::ES256, "a"), published(Algorithm::EdDSA, "b")]));
    let elsewhere = ask_from(&api, 3, &of_subject(Algorithm::EdDSA, "b", "alice")).await;
    assert_eq!(elsewhere, Err(Reason::KeysBusy), "nobody there was good before");
    assert!(ask_from(&api, 1, &of_subject(Algorithm::EdDSA, "b", "alice")).await.is_ok(), "at once");
    assert_eq!(provider.counts().0, 3);
    // What one of them takes is a share again.
    api.time.advance(60 * SECOND);
    for number in 0..100 {
        let _ = ask_from(&api, 1, &of_subject(Algorithm::EdDSA, &number.to_string(), "alice")).await;
    }
    assert_eq!(provider.counts().0, 4);
    provider.set("/keys", set(&[published(Algorithm::ES256, "a"), published(Algorithm::RS256, "c")]));
    assert!(ask_from(&api, 2, &of_subject(Algorithm::RS256, "c", "bob")).await.is_ok());
}

#[actix_web::test]
async fn bad_signatures_of_strangers_leave_a_fetch_to_whoever_was_good_before() {
    let provider = MockProvider::start();
    let other = json!({
        "kty": "EC", "crv": "P-256", "kid": "k",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let long = |keys: &[Value]| set(keys).header("Cache-Control", "max-age=3600");
    provider.set("/keys", long(&[other.clone(), published(Algorithm::EdDSA, "old")]));
    let api = Api::ready(&provider).await;
    assert!(ask_from(&api, 1, &of_subject(Algorithm::EdDSA, "old", "alice")).await.is_ok());
    let bad = |subject: &str| of_subject(Algorithm::ES256, "k", subject);
    let asked = async |from: &[u8], subject: &str| {
        for host in from {
            assert_eq!(ask_from(&api, *host, &bad(subject)).await, Err(Reason::SignatureInvalid));
        }
        settle().await;
        provider.counts().0
    };
    assert_eq!(asked(&[1, 2, 3, 4, 5], "mallory").await, 2, "once for all strangers");
    // Now the provider puts another key under the same id.
    provider.set("/keys", long(&[published(Algorithm::ES256, "k"), published(Algorithm::EdDSA, "old")]));
    assert_eq!(asked(&[2, 3], "alice").await, 2, "she was not good there");
    assert_eq!(asked(&[1], "alice").await, 3);
    assert!(ask_from(&api, 1, &bad("alice")).await.is_ok());
    // One comes in each five minutes.
    provider.set("/keys", long(&[other, published(Algorithm::EdDSA, "old")]));
    api.time.advance(30 * SECOND);
    assert!(ask_from(&api, 1, &of_subject(Algorithm::EdDSA, "new", "alice")).await.is_err(), "has it fetched");
    assert_eq!(asked(&[1, 2, 3], "alice").await, 4);
    api.time.advance(4 * MINUTE);
    assert_eq!(asked(&[1, 2, 3], "alice").await, 4);
    api.time.advance(6 * MINUTE);
    assert_eq!(asked(&[2, 3], "alice").await, 5, "two came in, of which strangers leave one");
    assert_eq!(asked(&[1], "alice").await, 6);
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
async fn callers_who_invent_tenants_anywhere_leave_calls_to_whoever_was_good_before() {
    let directory = Directory::new();
    let api = directory.api();
    let (a, b) = (of(Algorithm::ES256, "https://a.test", "k"), of(Algorithm::EdDSA, "https://b.test", "k"));
    assert_eq!(ask_from(&api, 1, &a).await, alice());
    api.time.advance(76 * MINUTE);
    for number in 0..400_u16 {
        let invented = of(Algorithm::ES256, &format!("https://{number}.test"), "k");
        assert!(ask_from(&api, (2 + number % 200) as u8, &invented).await.is_err());
    }
    assert_eq!(ask_from(&api, 2, &b).await, Err(Reason::KeysBusy), "nothing is left to strangers");
    assert_eq!(ask_from(&api, 1, &a).await, alice(), "forgotten since, and found again");
}

#[actix_web::test]
async fn a_tenant_whose_turn_does_not_come_is_not_away() {
    let find = |_: String| async {
        tokio::time::sleep(3 * SECOND).await;
        Ok::<_, std::io::Error>(None)
    };
    let api = Api::new(Jwt::tenants(find).audience(AUDIENCE));
    let tokens: Vec<_> = (0..38).map(|number| of(Algorithm::ES256, &format!("https://{number}.test"), "k")).collect();
    let asked = tokens.iter().zip(0..).map(|(token, host)| ask_from(&api, host, token));
    let answers = join_all(asked).await;
    let having = |reason| answers.iter().filter(|answer| **answer == Err(reason)).count();
    assert_eq!((having(Reason::IssuerWrong), having(Reason::KeysBusy)), (32, 6), "{answers:?}");
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
