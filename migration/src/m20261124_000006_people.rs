//! People: who may sign in, with what, and which roles they hold. Secrets are
//! kept as hashes only. Grants are dated and never deleted.

use sea_orm_migration::prelude::*;

use crate::column::{
    Sketch, drop_tables, flag, id, id_null, instant, instant_null, int, primary, text, text_null,
    unique_where,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        account(manager).await?;
        role_grant(manager).await?;
        session(manager).await?;
        token(manager).await?;
        sign_in_link(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["sign_in_link", "token", "session", "role_grant", "account"]).await
    }
}

async fn account(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("account")
        .columns([
            primary(),
            text("name"),
            text("display_name"),
            text_null("password_hash"),
            text_null("oidc_issuer"),
            text_null("oidc_subject"),
            id_null("agency_id"),
            text("state"),
            int("failed_attempts"),
            instant_null("locked_until"),
            instant("created_at"),
        ])
        .points("agency_id", "agency")
        .unique(&["name"])
        .unique(&["oidc_issuer", "oidc_subject"])
        .create(manager)
        .await
}

async fn role_grant(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("role_grant")
        .columns([
            primary(),
            id("account_id"),
            text("role"),
            id_null("agency_id"),
            id_null("granted_by"),
            instant("granted_at"),
            id_null("revoked_by"),
            instant_null("revoked_at"),
        ])
        .points("account_id", "account")
        .points("agency_id", "agency")
        .points("granted_by", "account")
        .points("revoked_by", "account")
        .create(manager)
        .await?;
    // Empty agencies are never equal to each other: the province needs an index of its own.
    let on_an_agency = Expr::col("revoked_at").is_null();
    unique_where(manager, "role_grant", &["account_id", "role", "agency_id"], on_an_agency).await?;
    let on_the_province = Expr::col("revoked_at").is_null().and(Expr::col("agency_id").is_null());
    unique_where(manager, "role_grant", &["account_id", "role"], on_the_province).await
}

async fn session(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("session")
        .columns([
            primary(),
            id("account_id"),
            text("secret_hash"),
            text("csrf_token"),
            flag("by_link"),
            instant("created_at"),
            instant("expires_at"),
            instant("last_seen_at"),
            instant_null("ended_at"),
        ])
        .points("account_id", "account")
        .unique(&["secret_hash"])
        .create(manager)
        .await
}

async fn token(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("token")
        .columns([
            primary(),
            id("account_id"),
            text("name"),
            text("secret_hash"),
            text("scopes"),
            instant("created_at"),
            instant("expires_at"),
            instant_null("last_used_at"),
            instant_null("revoked_at"),
        ])
        .points("account_id", "account")
        .unique(&["secret_hash"])
        .create(manager)
        .await
}

async fn sign_in_link(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    Sketch::table("sign_in_link")
        .columns([
            primary(),
            id("account_id"),
            text("secret_hash"),
            id_null("made_by"),
            instant("created_at"),
            instant("expires_at"),
            instant_null("used_at"),
        ])
        .points("account_id", "account")
        .points("made_by", "account")
        .unique(&["secret_hash"])
        .create(manager)
        .await
}
