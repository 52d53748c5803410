//! What ended long ago is forgotten, and nothing else.

use chrono::TimeDelta;
use entity::{session, sign_in_link, token};
use sea_orm::{DatabaseConnection, EntityTrait, PaginatorTrait};
use tests::{App, Store, on_both};

use super::{Hands, PASSWORD, name_of};

/// How many sessions, tokens and links there are.
async fn rows(database: &DatabaseConnection) -> [u64; 3] {
    let sessions = session::Entity::find().count(database).await.expect("sessions");
    let tokens = token::Entity::find().count(database).await.expect("tokens");
    [sessions, tokens, sign_in_link::Entity::find().count(database).await.expect("links")]
}

on_both! {
    async fn what_ended_more_than_ninety_days_ago_is_forgotten(kind) {
        let hands = Hands::new();
        let app = App::on_clock(Store::sample(kind).await, hands.clock()).await;
        app.person("an", PASSWORD).await;
        app.sign_in("an", PASSWORD).await;
        let before = rows(&app.database).await;
        assert!(before.iter().all(|rows| *rows > 0), "{before:?}");
        hands.turn(TimeDelta::days(89));
        assert_eq!(app.people.prune().await.expect("it prunes"), 0, "nothing has ended for so long");
        hands.turn(TimeDelta::days(9));
        let browser = app.sign_in("an", PASSWORD).await;
        assert_eq!(app.people.prune().await.expect("it prunes"), before.iter().sum::<u64>());
        assert_eq!(rows(&app.database).await, [1, 0, 0]);
        assert_eq!(name_of(&browser).await, "an");
        assert_eq!(app.people.prune().await.expect("it prunes"), 0);
    }
}
