//! Signing in by OpenID Connect, at the tests' own provider.

mod bindings;
mod journeys;
mod keys;
mod providers;
mod stub;
mod tokens;

use reform_api::people::Provider;
use tests::{Answer, App, Asker, Kind, Store};

use self::stub::{CLIENT, SECRET, SITE, Stub};
use super::Hands;

/// What everybody reads who is refused, whatever the reason.
const REFUSED: &str = concat!(
    "<h1>Bảng điểm cải cách / Reform Scorecard</h1>",
    "<p>Không đăng nhập được. Hãy <a href=\"/sign-in/oidc\">thử lại</a> hoặc hỏi quản trị viên. / ",
    "You were not signed in. <a href=\"/sign-in/oidc\">Try again</a> or ask an administrator.</p></html>",
);

/// The application beside a provider, and the clock of both.
struct World {
    app: App,
    stub: Stub,
    hands: Hands,
}

impl World {
    /// The account `an` is bound to the subject `s-1`.
    async fn new(kind: Kind) -> Self {
        let hands = Hands::new();
        let stub = Stub::start(hands.clock()).await;
        let app = App::on_clock(Store::sample(kind).await, hands.clock()).await;
        let app = app.with_provider(provider(&stub.issuer()));
        let made = app
            .ask(
                r#"mutation { createAccount(input: { name: "an", displayName: "An", oidcSubject: "s-1" }) {
                account { oidcSubject } errors { code } } }"#,
            )
            .await;
        assert_eq!(made["createAccount"]["account"]["oidcSubject"], "s-1", "{made}");
        Self { app, stub, hands }
    }

    /// A browser of its own, at an address of its own on this machine.
    fn browser(&self, number: u8) -> Asker<'_> {
        self.app.as_public().from([127, 0, 1, number])
    }

    /// Goes to the provider and signs in there; gives the browser, and the path that the provider sends it to.
    async fn there<'a>(&self, browser: Asker<'a>) -> (Asker<'a>, String) {
        let left = browser.get("/sign-in/oidc").await;
        assert_eq!(left.status, 303, "{left:?}");
        let door = left.headers["location"].to_str().expect("a URL").to_owned();
        let path = door.strip_prefix(&self.stub.issuer()).expect("the provider");
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.stub.address);
        let answer = tests::http(self.stub.address, &request).await;
        let back = answer.lines().find_map(|line| line.strip_prefix("location: "));
        let back =
            back.unwrap_or_else(|| panic!("{answer}")).strip_prefix(SITE).expect("our own site").to_owned();
        (browser.keeping_cookie_of(&left), back)
    }

    /// What a browser reads when it comes back from the provider.
    async fn try_sign_in(&self, number: u8) -> Answer {
        let (browser, back) = self.there(self.browser(number)).await;
        browser.get(&back).await
    }
}

fn provider(issuer: &str) -> Provider {
    Provider::new(issuer, CLIENT, &SECRET.into(), SITE).expect("it is well said")
}

/// Somebody was signed in and led to our own page.
fn assert_signed_in(answer: &Answer, why: &str) {
    assert_eq!(answer.status, 303, "{why}: {answer:?}");
    assert_eq!(answer.headers["location"], "/graphiql", "{why}");
    let cookies: Vec<_> =
        answer.headers.get_all("set-cookie").iter().filter_map(|it| it.to_str().ok()).collect();
    assert!(
        cookies[0].starts_with("reform=") && cookies[0].contains("; HttpOnly; SameSite=Lax"),
        "{cookies:?}"
    );
    assert!(cookies[1].starts_with("reform-oidc=; ") && cookies[1].contains("Max-Age=0"), "{cookies:?}");
}

/// Nobody was signed in, and the page is the one that there is for it.
fn assert_refused(answer: &Answer, why: &str) {
    assert_eq!(answer.status, 403, "{why}: {answer:?}");
    assert_no_session(answer, why);
    assert!(answer.text.ends_with(REFUSED), "the same page for {why}: {}", answer.text);
    assert_eq!(answer.headers["cache-control"], "no-store", "{why}");
    assert!(answer.headers["content-security-policy"].to_str().expect("text").contains("default-src 'none'"));
}

/// The provider cannot be used, and the page says so and nothing else.
fn assert_no_provider(answer: &Answer, why: &str) {
    assert_eq!(answer.status, 503, "{why}: {answer:?}");
    assert_no_session(answer, why);
    assert!(answer.text.contains("Máy chủ đăng nhập không trả lời đúng"), "{why}: {}", answer.text);
    for internal in ["secret", "detail", "expected", "127.0.0.1", "JSON", "error"] {
        assert!(!answer.text.contains(internal), "{why}: {}", answer.text);
    }
}

fn assert_no_session(answer: &Answer, why: &str) {
    let mut cookies = answer.headers.get_all("set-cookie").iter().filter_map(|it| it.to_str().ok());
    assert!(cookies.all(|cookie| cookie.starts_with("reform-oidc=;")), "{why}: {answer:?}");
}
