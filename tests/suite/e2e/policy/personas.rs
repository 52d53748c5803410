//! Who is probed: the public, everybody with a role over the province or over agencies of his own.

use serde_json::json;
use tests::App;

/// Somebody.
pub struct Persona {
    /// A word for him.
    pub name: &'static str,
    /// What he shows; none for the public.
    pub token: Option<String>,
    /// Whether he sees the whole province.
    pub sees_province: bool,
}

/// The agencies that are somebody's own.
const OWN: [&str; 2] = ["STC", "KKT"];

const ALL_SCOPES: &str = "READ, BUILD, ADMINISTER";

/// Everybody.
pub async fn personas(app: &App) -> Vec<Persona> {
    let mut personas = vec![Persona { name: "public", token: None, sees_province: false }];
    let mut add =
        |name, token, sees_province| personas.push(Persona { name, token: Some(token), sees_province });
    add("no role", token(app, "an", None, ALL_SCOPES).await, false);
    for (name, account, role) in [
        ("VIEWER of own", "binh", "VIEWER"),
        ("AGENCY_EDITOR", "chi", "AGENCY_EDITOR"),
        ("AGENCY_LEADER", "dung", "AGENCY_LEADER"),
    ] {
        add(name, token(app, account, Some((role, Some(&OWN))), ALL_SCOPES).await, false);
    }
    for (name, account, role) in [
        ("VIEWER", "giang", "VIEWER"),
        ("INSPECTOR", "hoa", "INSPECTOR"),
        ("APPRAISER", "khanh", "APPRAISER"),
    ] {
        add(name, token(app, account, Some((role, None)), ALL_SCOPES).await, true);
    }
    add("ADMINISTRATOR", token(app, "lan", Some(("ADMINISTRATOR", None)), ALL_SCOPES).await, true);
    add("ADMINISTRATOR, token READ", token(app, "minh", Some(("ADMINISTRATOR", None)), "READ").await, true);
    add("ADMINISTRATOR, token BUILD", token(app, "nga", Some(("ADMINISTRATOR", None)), "BUILD").await, false);
    personas
}

/// A token of a new account with a role over agencies, or over the province.
pub async fn token(app: &App, name: &str, role: Option<(&str, Option<&[&str]>)>, scopes: &str) -> String {
    let made = app
        .ask(&format!(
            r#"mutation {{ createAccount(input: {{ name: "{name}", displayName: "{name}" }}) {{
                account {{ id }} signInPath errors {{ code }} }} }}"#
        ))
        .await["createAccount"]
        .clone();
    let id = &made["account"]["id"];
    let granted: Vec<String> = match role {
        None => Vec::new(),
        Some((role, None)) => vec![format!("role: {role}")],
        Some((role, Some(own))) => {
            own.iter().map(|agency| format!(r#"role: {role}, agency: "{agency}""#)).collect()
        }
    };
    for role in granted {
        let query =
            format!("mutation {{ grantRole(input: {{ account: {id}, {role} }}) {{ errors {{ code }} }} }}");
        assert_eq!(app.ask(&query).await["grantRole"]["errors"], json!([]), "{role}");
    }
    let link =
        made["signInPath"].as_str().and_then(|path| path.strip_prefix("/sign-in?link=")).expect("a link");
    let browser = app.as_public().open_link(link).await.expect("the link holds");
    let expires_at = app.clock.now() + chrono::TimeDelta::days(30);
    let query = format!(
        r#"mutation {{ createToken(input: {{ name: "probe", scopes: [{scopes}], expiresAt: "{}" }}) {{
            secret errors {{ code }} }} }}"#,
        expires_at.to_rfc3339()
    );
    let token = browser.ask(&query).await["createToken"].clone();
    token["secret"].as_str().unwrap_or_else(|| panic!("{token}")).to_owned()
}
