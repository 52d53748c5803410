//! The way in: what the first start prints, once, and `administrator link` and `administrator token`.

use anyhow::Context;
use clap::Subcommand;

use crate::people::{FIRST_ADMINISTRATOR, People, link_path};
use crate::report::say;

/// How an administrator is let in.
#[derive(Debug, Subcommand)]
pub(super) enum Way {
    /// Print a link that signs in once, within 24 hours.
    Link {
        /// The administrator's sign-in name.
        #[arg(long, default_value = FIRST_ADMINISTRATOR)]
        name: String,
    },
    /// Print a token for programs, good for everything that the administrator may do, for 7 days.
    Token {
        /// The administrator's sign-in name.
        #[arg(long, default_value = FIRST_ADMINISTRATOR)]
        name: String,
    },
}

/// Makes and prints a link or a token.
pub(super) async fn let_in(people: &People, base_url: &str, way: &Way) -> anyhow::Result<()> {
    match way {
        Way::Link { name } => {
            let link = people.link_from_terminal(name).await?.with_context(|| nobody(name))?;
            say(&format!("{base_url}{}", link_path(&link)))?;
        }
        Way::Token { name } => {
            let token = people.token_from_terminal(name).await?.with_context(|| nobody(name))?;
            say(token.expose())?;
        }
    }
    Ok(())
}

/// Makes the first administrator, if there is no account, and says how to get in. Never again: whoever comes
/// later uses the commands.
pub(super) async fn first_access(people: &People, base_url: &str) -> anyhow::Result<()> {
    let Some(access) = people.make_first_administrator().await? else {
        return Ok(());
    };
    say(&format!(
        "Tài khoản đầu tiên / First account: {FIRST_ADMINISTRATOR}\n\
         Đăng nhập một lần, trong 24 giờ / Sign in once, within 24 hours: {base_url}{}\n\
         Mã truy cập cho chương trình, 7 ngày / Token for programs, 7 days: {}",
        access.link_path(),
        access.token.expose()
    ))?;
    Ok(())
}

fn nobody(name: &str) -> String {
    format!(
        "không có quản trị viên nào đang hoạt động tên `{name}` / no active administrator of the province is \
         named `{name}`; the first start of the server makes one, --name names another"
    )
}
