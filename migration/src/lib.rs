//! The schema, up and down, on SQLite and PostgreSQL: one migration per room
//! of the data model.
//!
//! Migrations name tables and columns in their own words and never import
//! `entity`: an old migration must keep its meaning when the entities move on.
//! [`migrate`] brings a database up to date from any number of processes that
//! start at once.

mod column;
mod m20261123_000001_registry;
mod m20261123_000002_criteria;
mod m20261123_000003_inputs;
mod m20261123_000004_inspections;
mod m20261123_000005_results;
mod m20261124_000006_people;
mod m20261124_000007_audit;
mod m20261124_000008_publication;
mod m20261124_000010_criteria_frozen;
mod m20261127_000011_measure_course;
mod m20261127_000020_dossiers;
mod m20261127_000020_schedule;
mod m20261127_000021_build_life;
mod m20261127_000022_live;
mod m20261127_000030_agency_change;
mod m20261127_000040_inputs_imported;
mod m20261127_000050_agency_procedure;
mod m20261127_000060_dossier_months;
mod once;

pub use once::migrate;
pub use sea_orm_migration::MigratorTrait;

use sea_orm_migration::MigrationTrait;
use sea_orm_migration::async_trait::async_trait;

/// The list of our migrations, oldest first.
///
/// Use it to go down or to look at the state; to come up use [`migrate`],
/// which also locks and brings up the queue's tables.
pub struct Migrator;

#[async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_registry::Migration),
            Box::new(m20261123_000002_criteria::Migration),
            Box::new(m20261123_000003_inputs::Migration),
            Box::new(m20261123_000004_inspections::Migration),
            Box::new(m20261123_000005_results::Migration),
            Box::new(m20261124_000006_people::Migration),
            Box::new(m20261124_000007_audit::Migration),
            Box::new(m20261124_000008_publication::Migration),
            Box::new(m20261124_000010_criteria_frozen::Migration),
            Box::new(m20261127_000011_measure_course::Migration),
            Box::new(m20261127_000020_dossiers::Migration),
            Box::new(m20261127_000020_schedule::Migration),
            Box::new(m20261127_000021_build_life::Migration),
            Box::new(m20261127_000022_live::Migration),
            Box::new(m20261127_000030_agency_change::Migration),
            Box::new(m20261127_000040_inputs_imported::Migration),
            Box::new(m20261127_000050_agency_procedure::Migration),
            Box::new(m20261127_000060_dossier_months::Migration),
        ]
    }
}
