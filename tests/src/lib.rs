//! The harness of the end-to-end suites: a database of its own for every test, on SQLite or on a real
//! PostgreSQL, and the application in process behind its front door.

mod app;
mod asker;
pub mod bench;
pub mod make;
mod postgres;
mod socket;
mod store;

pub use app::{Answer, App, http};
pub use asker::{Asker, FORM, form};
pub use postgres::{Postgres, free_port};
pub use socket::Socket;
pub use store::{Kind, Store};

/// Declares end-to-end tests, each of which runs on SQLite and on PostgreSQL: `name::sqlite` and
/// `name::postgres`. The body is an async block over the test's [`Kind`].
#[macro_export]
macro_rules! on_both {
    ($(async fn $name:ident($kind:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "not every body needs what its neighbours import")]
            use super::*;

            async fn test($kind: $crate::Kind) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                test($crate::Kind::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                test($crate::Kind::Postgres).await;
            }
        }
    )+};
}
