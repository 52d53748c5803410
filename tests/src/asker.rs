//! Somebody who asks the application: the public, a program with a token, a browser with its session.

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};

use crate::{Answer, App};

/// The media type of [`form`].
pub const FORM: &str = "multipart/form-data; boundary=ranh-gioi";

/// A form of fields and files, each file with its name.
pub fn form(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut form = Vec::new();
    for (name, value) in fields {
        let field =
            format!("--ranh-gioi\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        form.extend_from_slice(field.as_bytes());
    }
    for (name, bytes) in files {
        let head = format!(
            "--ranh-gioi\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        );
        form.extend_from_slice(head.as_bytes());
        form.extend_from_slice(bytes);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(b"--ranh-gioi--\r\n");
    form
}

/// Somebody, with what he shows at each request.
#[derive(Clone, Debug)]
pub struct Asker<'a> {
    app: &'a App,
    from: [u8; 4],
    headers: Vec<(String, String)>,
}

impl<'a> Asker<'a> {
    /// Somebody on this machine who shows nothing.
    pub(crate) fn new(app: &'a App) -> Self {
        let host = ("host".to_owned(), "127.0.0.1:8080".to_owned());
        Self { app, from: [127, 0, 0, 1], headers: vec![host] }
    }

    /// The same at another address.
    pub fn from(self, from: [u8; 4]) -> Self {
        Self { from, ..self }
    }

    /// The same with a header, instead of the one that he had of that name.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same without a header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self
    }

    /// The value of a header that he shows.
    pub fn shows(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(other, _)| other == name);
        &found.unwrap_or_else(|| panic!("no {name}")).1
    }

    /// The same browser after the answer's `Set-Cookie`.
    pub fn keeping_cookie_of(self, answer: &Answer) -> Self {
        let set = answer.headers[header::SET_COOKIE].to_str().expect("a cookie");
        let cookie = set.split(';').next().expect("a cookie");
        self.with("cookie", cookie)
    }

    /// The same browser after signing in.
    pub async fn sign_in(self, name: &str, password: &str) -> Self {
        let answer = self.try_sign_in(name, password).await;
        let payload = &answer.json["data"]["signIn"];
        let csrf_token = payload["csrfToken"].as_str().unwrap_or_else(|| panic!("{answer:?}"));
        self.keeping_cookie_of(&answer).with("x-csrf-token", csrf_token)
    }

    /// What the application answers to a sign-in.
    pub async fn try_sign_in(&self, name: &str, password: &str) -> Answer {
        let query = "mutation ($name: String!, $password: String!) {
            signIn(input: { name: $name, password: $password }) {
                account { name } csrfToken errors { code field messageVi messageEn } } }";
        let variables = json!({ "name": name, "password": password });
        self.post(&json!({ "query": query, "variables": variables })).await
    }

    /// The code with which a sign-in is refused.
    pub async fn sign_in_refusal(&self, name: &str, password: &str) -> String {
        let answer = self.try_sign_in(name, password).await;
        let code = &answer.json["data"]["signIn"]["errors"][0]["code"];
        code.as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
    }

    /// The same browser after the button behind a link was pressed; the refusing page if the link is void.
    pub async fn open_link(self, link: &str) -> Result<Self, Answer> {
        let answer = self.press_link(link).await;
        if !answer.headers.contains_key(header::SET_COOKIE) {
            return Err(answer);
        }
        let browser = self.keeping_cookie_of(&answer);
        let me = browser.ask("{ me { csrfToken } }").await;
        let csrf_token = me["me"]["csrfToken"].as_str().expect("a CSRF token").to_owned();
        Ok(browser.with("x-csrf-token", &csrf_token))
    }

    /// What the application answers to the button behind a link.
    pub async fn press_link(&self, link: &str) -> Answer {
        let request = self.request(Method::POST, "/sign-in");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.app.send(self.from, request.body(Body::from(format!("link={link}"))).expect("a request")).await
    }

    /// Gets a page.
    pub async fn get(&self, path: &str) -> Answer {
        let request = self.request(Method::GET, path).body(Body::empty()).expect("a request");
        self.app.send(self.from, request).await
    }

    /// Asks a query and expects an answer without errors.
    pub async fn ask(&self, query: &str) -> Value {
        let answer = self.post(&json!({ "query": query })).await;
        assert_eq!(answer.json.get("errors"), None, "{query}: {answer:?}");
        assert!(answer.status.is_success(), "{query}: {answer:?}");
        answer.json["data"].clone()
    }

    /// Asks a query and gives the first error's code.
    pub async fn refusal(&self, query: &str) -> String {
        let answer = self.post(&json!({ "query": query })).await;
        answer.json["errors"][0]["extensions"]["code"].as_str().unwrap_or("no code").to_owned()
    }

    /// Posts a GraphQL request.
    pub async fn post(&self, body: &Value) -> Answer {
        let request = self.request(Method::POST, "/graphql");
        let request = request.header(header::CONTENT_TYPE, "application/json");
        self.app.send(self.from, request.body(Body::from(body.to_string())).expect("a request")).await
    }

    /// Uploads a file of dossiers, with the other fields of the form.
    pub async fn upload(&self, fields: &[(&str, &str)], file: (&str, &[u8])) -> Answer {
        self.upload_to("/imports/dossiers", fields, file).await
    }

    /// Uploads a file to a path, with the other fields of the form.
    pub async fn upload_to(&self, path: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Answer {
        let request = self.request(Method::POST, path);
        let request = request.header(header::CONTENT_TYPE, FORM);
        self.app.send(self.from, request.body(Body::from(form(fields, &[file]))).expect("a request")).await
    }

    fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let request = Request::builder().method(method).uri(path);
        self.headers.iter().fold(request, |request, (name, value)| request.header(name, value))
    }
}
