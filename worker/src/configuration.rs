//! Options from a file, under those of the environment and the command line. The options themselves are declared once,
//! to clap; a file says them by their long names, without dashes before. Every program has a file of its own, in which
//! nothing may stand that is no option of it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, Parser};
use toml::{Table, Value};

/// Which file.
#[derive(Clone, Debug, Args)]
pub struct ConfigurationFile {
    /// File with options, as TOML: `listen = "127.0.0.1:8080"`. The environment goes before the file, what stands here
    /// before both.
    #[arg(long, global = true, env = "REFORM_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("tệp cấu hình không dùng được / the configuration file cannot be used: {}: {cause}", path.display())]
pub struct ConfigurationError {
    path: PathBuf,
    cause: String,
}

/// An option, its value and where that comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// The option's long name.
    pub name: String,
    /// Its values; none: it is not set. No password is among them.
    pub values: Vec<String>,
    /// `default`, `file`, `environment` or `command line`.
    pub origin: &'static str,
}

/// The program's options from the command line, the environment and the file that one of them names, and what is in
/// force. On a wrong command line it says so and ends the process, as clap does.
///
/// # Errors
/// When the file cannot be read, or says what is no option.
pub fn parse<P: Parser>() -> Result<(P, Vec<InForce>), ConfigurationError> {
    let file = named::<P>().map(|path| (table(&path), path));
    let table = match file {
        Some((Ok(table), _)) => table,
        Some((Err(cause), path)) => return Err(ConfigurationError { path, cause }),
        None => Table::new(),
    };
    let wrong = |cause| ConfigurationError { path: named::<P>().unwrap_or_default(), cause };
    let mut command = P::command();
    for (name, value) in &table {
        let values = values(name, value).map_err(wrong)?;
        command = with_default(command, name, values).map_err(wrong)?;
    }
    let matches = command.clone().get_matches();
    let in_force = options(&command).map(|arg| in_force(arg, &matches, &table)).collect();
    match P::from_arg_matches(&matches) {
        Ok(parsed) => Ok((parsed, in_force)),
        Err(error) => error.format(&mut command).exit(),
    }
}

/// The file that the command line or the environment names, whatever else is wrong with them.
fn named<P: Parser>() -> Option<PathBuf> {
    let matches = P::command().ignore_errors(true).try_get_matches().ok()?;
    matches.get_one::<PathBuf>("config").cloned()
}

fn table(path: &Path) -> Result<Table, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
        format!("line {line}: {}", error.message())
    })
}

/// The options that a file may say.
fn options(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| {
        !matches!(arg.get_long(), None | Some("config" | "help" | "version"))
            && arg.get_action().takes_values()
    })
}

fn values(name: &str, value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Integer(number) => Ok(vec![number.to_string()]),
        Value::Array(values) => {
            let one = |value: &Value| match value {
                Value::String(text) => Ok(text.clone()),
                other => Err(format!("{name}: a list holds texts, not {}", other.type_str())),
            };
            values.iter().map(one).collect()
        }
        other => Err(format!("{name}: a text, a whole number or a list of texts, not {}", other.type_str())),
    }
}

fn with_default(command: Command, name: &str, values: Vec<String>) -> Result<Command, String> {
    let Some(arg) = options(&command).find(|arg| arg.get_long() == Some(name)) else {
        return Err(format!("there is no option `{name}`"));
    };
    let several = matches!(arg.get_action(), clap::ArgAction::Append);
    if values.len() != 1 && !several {
        return Err(format!("{name}: one value, not {}", values.len()));
    }
    let id = arg.get_id().clone();
    Ok(command.mut_arg(id, |arg| arg.default_values(values)))
}

fn in_force(arg: &Arg, matches: &ArgMatches, table: &Table) -> InForce {
    let name = arg.get_long().unwrap_or_default().to_owned();
    let origin = match matches.value_source(arg.get_id().as_str()) {
        Some(ValueSource::CommandLine) => "command line",
        Some(ValueSource::EnvVariable) => "environment",
        _ if table.contains_key(&name) => "file",
        _ => "default",
    };
    let shown = |value: &OsStr| {
        let value = value.to_string_lossy().into_owned();
        if arg.is_hide_env_values_set() { masked(&value) } else { value }
    };
    let raw = matches.get_raw(arg.get_id().as_str());
    let values = raw.map(|raw| raw.map(shown).collect()).unwrap_or_default();
    InForce { name, values, origin }
}

/// A URL without its password.
fn masked(url: &str) -> String {
    let (place, query) = url.split_once('?').map_or((url, None), |(place, query)| (place, Some(query)));
    let place = match place.split_once("://").zip(place.rsplit_once('@')) {
        Some(((scheme, _), (before, host))) => {
            let user = before[scheme.len()..].trim_start_matches("://");
            match user.split_once(':') {
                Some((user, _)) => format!("{scheme}://{user}:***@{host}"),
                None => place.to_owned(),
            }
        }
        None => place.to_owned(),
    };
    let Some(query) = query else { return place };
    let parameter = |parameter: &str| match parameter.split_once('=') {
        Some((key, _)) if key.contains("password") => format!("{key}=***"),
        _ => parameter.to_owned(),
    };
    format!("{place}?{}", query.split('&').map(parameter).collect::<Vec<_>>().join("&"))
}

impl InForce {
    /// A line of a file that says the same, with the origin behind it.
    pub fn line(&self) -> String {
        let text = |value: &String| Value::String(value.clone()).to_string();
        let value = match &self.values[..] {
            [] => return format!("# {} is not set", self.name),
            [value] => text(value),
            values => format!("[{}]", values.iter().map(text).collect::<Vec<_>>().join(", ")),
        };
        format!("{} = {value}  # {}", self.name, self.origin)
    }
}
