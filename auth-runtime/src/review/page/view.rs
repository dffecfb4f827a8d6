//! The page as HTML: the forms, the answer, and around the routes.

use super::asked::{Asked, Description, Unasked, Whom};
use super::html::Html;
use super::routes::Routes;
use super::trial::{BearerTrial, Trial};
use crate::policy::SchemeName;
use crate::principal::{ClaimedIn, Confirmation, Principal};
use crate::scheme::Carrier;
use crate::telemetry::foreign;
use crate::time::UnixTime;

/// So many scopes or roles of a caller are shown.
const NAMES: usize = 16;

/// What stands above the routes.
pub(super) struct View<'a> {
    /// For the script and the style of this answer.
    pub(super) nonce: &'a str,
    pub(super) realm: &'a str,
    pub(super) schemes: &'a [SchemeName],
    pub(super) places: &'a [Carrier],
    pub(super) asked: &'a Asked,
    pub(super) trial: Result<Option<&'a Trial>, Unasked>,
}

impl View<'_> {
    pub(super) fn html(&self, routes: &Routes) -> String {
        let mut page = Html::default();
        page.markup("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
            .markup(match self.trial {
                Err(_) => "Not judged – ",
                Ok(Some(_)) => "Judged – ",
                Ok(None) => "",
            })
            .within("Policies of ", self.realm, "</title>\n<style nonce=\"")
            .text(self.nonce)
            .markup("\">")
            .markup(include_str!("page.css"))
            .markup("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#routes\">Skip to the routes</a>\n<header>\n")
            .within("<h1>Policies of ", self.realm, "</h1>\n")
            .markup(
                "<p class=\"faint\">Who may call which route, as this server enforces it.</p>\n</header>\n<main>\n",
            );
        self.forms(&mut page);
        self.answer(&mut page, routes);
        self.search(&mut page, routes);
        page.part(&routes.html)
            .within("</main>\n<script nonce=\"", self.nonce, "\">")
            .markup(include_str!("page.js"))
            .markup("</script>\n</body>\n</html>\n");
        page.into_string()
    }

    fn forms(&self, page: &mut Html) {
        page.markup("<section aria-labelledby=\"ask\">\n<h2 id=\"ask\">Which routes does a caller open?</h2>\n")
            .markup("<div class=\"forms\">\n");
        if !self.places.is_empty() {
            self.token_form(page);
        }
        self.description_form(page);
        page.markup("</div>\n</section>\n");
    }

    /// Never holds what was pasted into it before.
    fn token_form(&self, page: &mut Html) {
        page.markup("<form class=\"card\" method=\"post\" action=\"?#answer\" autocomplete=\"off\" aria-labelledby=\"by-token\">\n")
            .markup("<h3 id=\"by-token\">By its token</h3>\n<label for=\"token\">Token</label>\n")
            .markup("<textarea id=\"token\" name=\"token\" rows=\"3\" required autocomplete=\"off\" autocapitalize=\"off\" ")
            .markup("spellcheck=\"false\" aria-describedby=\"token-hint\"></textarea>\n<p class=\"hint\" id=\"token-hint\">")
            .markup("Verified by the keys at hand. Nobody else is asked about it; it is not kept, not logged and not shown ")
            .markup("again.</p>\n");
        if self.places.len() > 1 {
            let chosen = if let Whom::Bearer(_, place) = self.asked.whom { place } else { 0 };
            page.markup("<label for=\"place\">Sent in</label>\n<select id=\"place\" name=\"place\">\n");
            for (place, carrier) in self.places.iter().enumerate() {
                option(page, &place.to_string(), &place_words(carrier), place == chosen);
            }
            page.markup("</select>\n");
        }
        self.filter_again(page);
        page.markup("<button>Judge the token</button>\n</form>\n");
    }

    fn description_form(&self, page: &mut Html) {
        let nobody = Description::default();
        let described = if let Whom::Described(described) = &self.asked.whom { described } else { &nobody };
        page.markup("<form class=\"card\" method=\"get\" action=\"?#answer\" aria-labelledby=\"by-words\">\n")
            .markup("<h3 id=\"by-words\">By a description</h3>\n<label for=\"scheme\">Verified by</label>\n")
            .markup("<select id=\"scheme\" name=\"scheme\">\n");
        option(page, "", "nobody: no credentials are sent", described.scheme.is_empty());
        for scheme in self.schemes.iter().map(ToString::to_string) {
            option(page, &scheme, &scheme, scheme == described.scheme);
        }
        page.markup("</select>\n<div class=\"fields\">\n");
        let fields = [
            ("<div><label for=\"scopes\">Scopes</label>\n<input id=\"scopes\" name=\"scopes\" ", &described.scopes),
            ("<div><label for=\"roles\">Roles</label>\n<input id=\"roles\" name=\"roles\" ", &described.roles),
        ];
        for (field, value) in fields {
            page.markup(field)
                .markup(
                    "autocomplete=\"off\" autocapitalize=\"off\" spellcheck=\"false\" aria-describedby=\"words-hint\" ",
                )
                .within("value=\"", value, "\"></div>\n");
        }
        page.markup("</div>\n<label for=\"claims\">Claims, as a JSON object</label>\n")
            .markup("<textarea id=\"claims\" name=\"claims\" rows=\"2\" autocomplete=\"off\" autocapitalize=\"off\" ")
            .within("spellcheck=\"false\" aria-describedby=\"words-hint\">\n", &described.claims, "</textarea>\n")
            .markup("<p class=\"hint\" id=\"words-hint\">Scopes separated by spaces, roles by commas, as the application knows ")
            .markup("them. Of what is empty, the credentials say nothing.</p>\n");
        self.filter_again(page);
        page.markup("<button>Judge the caller</button>\n</form>\n");
    }

    fn filter_again(&self, page: &mut Html) {
        if !self.asked.filter.is_empty() {
            hidden(page, "filter", &self.asked.filter);
        }
    }

    fn answer(&self, page: &mut Html, routes: &Routes) {
        match self.trial {
            Ok(None) => return,
            Err(fault) => {
                page.markup(
                    "<section class=\"card answer fault\" id=\"answer\" role=\"alert\">\n<h2>Not judged</h2>\n",
                )
                .within("<p>", fault.words(), "</p>\n</section>\n");
                return;
            }
            Ok(Some(trial)) => {
                page.markup(
                    "<section class=\"card answer\" id=\"answer\" aria-labelledby=\"answered\">\n<h2 id=\"answered\">",
                );
                match trial {
                    Trial::Bearer(bearer) => tell_token(page.markup("The token</h2>\n"), bearer),
                    Trial::Nobody => _ = page.markup("The caller</h2>\n<p>Sends no credentials.</p>\n"),
                    Trial::Described(scheme, principal) => {
                        page.within("The caller</h2>\n<p>Verified by <code>", scheme, "</code>");
                        tell_names(page, principal);
                        page.markup(".</p>\n");
                    }
                }
            }
        }
        page.within("<p><strong>Opens ", routes.opens, " of ").within("", routes.mounted, " routes</strong>");
        if routes.depends > 0 {
            page.within("; ", routes.depends, " more depend on what is not asked here");
        }
        page.markup(".</p>\n</section>\n");
    }

    fn search(&self, page: &mut Html, routes: &Routes) {
        page.markup("<section id=\"routes\" aria-labelledby=\"routes-heading\" tabindex=\"-1\">\n")
            .markup("<h2 id=\"routes-heading\">Routes</h2>\n<form class=\"search\" role=\"search\" method=\"get\" action=\"?#routes\">\n")
            .markup("<div><label for=\"filter\">Show those with all of these words</label>\n<input type=\"search\" id=\"filter\" ")
            .markup("name=\"filter\" autocomplete=\"off\" autocapitalize=\"off\" spellcheck=\"false\" ")
            .within("value=\"", &self.asked.filter, "\"></div>\n");
        if let Whom::Described(Description { scheme, scopes, roles, claims }) = &self.asked.whom {
            for (name, value) in [("scheme", scheme), ("scopes", scopes), ("roles", roles), ("claims", claims)] {
                hidden(page, name, value);
            }
        }
        page.markup("<button>Filter</button>\n<output id=\"count\" for=\"filter\" class=\"faint small\">")
            .within("", routes.shown, " of ")
            .within("", routes.rows, " shown</output>\n</form>\n</section>\n");
    }
}

fn option(page: &mut Html, value: &str, words: &str, is_chosen: bool) {
    page.within("<option value=\"", value, if is_chosen { "\" selected>" } else { "\">" }).within(
        "",
        words,
        "</option>\n",
    );
}

fn hidden(page: &mut Html, name: &str, value: &str) {
    page.within("<input type=\"hidden\" name=\"", name, "\" ").within("value=\"", value, "\">\n");
}

fn place_words(place: &Carrier) -> String {
    match place {
        Carrier::Authorization(word) => format!("Authorization: {word}"),
        Carrier::Header(name) => format!("the field {name}"),
        Carrier::Query(name) => format!("the parameter {name} of the query"),
        Carrier::Cookie(name) => format!("the cookie {name}"),
    }
}

/// What each configuration says of a token.
fn tell_token(page: &mut Html, bearer: &BearerTrial) {
    page.markup("<ul>\n");
    for (scheme, judged) in &bearer.judged {
        page.within("<li><code>", scheme, "</code>: ");
        match judged {
            None => _ = page.markup("not judged: somebody would have to be asked about it"),
            Some(Err(reason)) => {
                page.within("refused: ", reason.description(), "").within(" (<code>", reason.label(), "</code>)");
            }
            Some(Ok(principal)) => {
                let key = principal.key();
                page.within("good: ", foreign(key.subject()), "").within(" of ", foreign(key.issuer()), "");
                tell_names(page, principal);
                page.markup(match principal.confirmation() {
                    Some(Confirmation::KeyThumbprint(_)) => {
                        "; bound to a key, of which each request must bring a proof"
                    }
                    Some(Confirmation::CertificateThumbprint(_)) => {
                        "; bound to a certificate, with which its holder must connect"
                    }
                    None => "",
                });
                if let (Some(expires_at), Some(now)) = (principal.expires_at(), bearer.now) {
                    tell_rest(page, expires_at.saturating_sub(now));
                }
            }
        }
        page.markup("</li>\n");
    }
    page.markup("</ul>\n");
}

fn tell_names(page: &mut Html, principal: &Principal) {
    for (kind, names) in [("; scopes ", principal.scope_set()), ("; roles ", principal.role_set())] {
        page.markup(kind).text(names.map_or_else(|| "unknown".to_owned(), listed));
    }
}

fn listed(names: ClaimedIn<'_>) -> String {
    let mut shown: Vec<_> = names.granted.iter().take(NAMES).map(foreign).collect();
    match names.granted.iter().nth(NAMES) {
        Some(_) => shown.push("…".to_owned()),
        None if shown.is_empty() => shown.push("none".to_owned()),
        None => {}
    }
    shown.join(", ")
}

fn tell_rest(page: &mut Html, seconds: UnixTime) {
    let (number, unit) = match seconds {
        ..0 => {
            page.markup("; expired, within the leeway");
            return;
        }
        0..120 => (seconds, " seconds"),
        120..7_200 => (seconds / 60, " minutes"),
        7_200..172_800 => (seconds / 3_600, " hours"),
        _ => (seconds / 86_400, " days"),
    };
    page.within("; expires in ", number, unit);
}
