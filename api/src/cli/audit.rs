//! `audit`: where the log's chain ends, and whether the log is as it was written.
//!
//! Both only read, and neither brings the schema up to date: an auditor may run them on a standby or a copy.

use anyhow::{Context, bail};
use clap::Subcommand;
use reform_worker::audit::{Head, Verified, head, verify};
use sea_orm::DatabaseConnection;

const UNREADABLE: &str = "the audit log cannot be read";

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Print the head, SEQ:HASH. Kept elsewhere, it later proves that nothing up to it was cut off or
    /// written anew.
    Head,
    /// Check every event of the log; print its head, or fail with the first event that is wrong.
    Verify {
        /// A head that was kept elsewhere: the log must still hold that event.
        #[arg(long, value_name = "SEQ:HASH")]
        head: Option<Head>,
    },
}

pub(super) async fn audit(database: &DatabaseConnection, audit: Audit) -> anyhow::Result<()> {
    match audit {
        Audit::Head => print_head(database).await,
        Audit::Verify { head } => print_verified(database, head.as_ref()).await,
    }
}

async fn print_head(database: &DatabaseConnection) -> anyhow::Result<()> {
    println!("{}", head(database).await.context(UNREADABLE)?);
    Ok(())
}

async fn print_verified(database: &DatabaseConnection, kept: Option<&Head>) -> anyhow::Result<()> {
    match verify(database, kept).await.context(UNREADABLE)? {
        Verified::Match(head) => println!("MATCH {head}"),
        Verified::Differs(difference) => bail!("the audit log is not as it was written: {difference}"),
    }
    Ok(())
}
