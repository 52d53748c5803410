//! Requests that change something; each is such that it changes nothing.

use super::{Probe, ROW, admitted};

/// What changes something, but for [`input_changes`].
pub(super) fn changes() -> Vec<Probe> {
    const NOBODY: &str = "Account:01890000-0000-7000-8000-000000000000";
    const NO_BUILD: &str = "Build:01890000-0000-7000-8000-000000000000";
    const NO_SCHEDULE: &str = "Schedule:01890000-0000-7000-8000-000000000000";
    const NO_SET: &str = "CriteriaSet:01890000-0000-7000-8000-000000000000";
    let change = |operation: &'static str, field: &str, payload: &str| {
        Probe::new(operation, "", format!("mutation {{ {field} {{ {payload} }} }}"), admitted)
    };
    let errors = "errors { code }";
    let mut changes = dossier_changes();
    changes.extend(vec![
        change("Mutation.requestBuild", r#"requestBuild(input: { period: "1999-H1", reason: "x" })"#, errors),
        change(
            "Mutation.cancelBuild",
            &format!(r#"cancelBuild(input: {{ build: "{NO_BUILD}", reason: "x" }})"#),
            errors,
        ),
        change("Mutation.closePeriod", r#"closePeriod(input: { period: "1999-H1", reason: "x" })"#, errors),
        change("Mutation.reopenPeriod", r#"reopenPeriod(input: { period: "1999-H1", reason: "x" })"#, errors),
        change(
            "Mutation.changeSchedule",
            &format!(r#"changeSchedule(input: {{ schedule: "{NO_SCHEDULE}", cron: "never" }})"#),
            errors,
        ),
        change(
            "Mutation.fireSchedule",
            &format!(r#"fireSchedule(input: {{ schedule: "{NO_SCHEDULE}" }})"#),
            errors,
        ),
        change(
            "Mutation.publishRanking",
            r#"publishRanking(input: { period: "1999-H1", block: "X" })"#,
            errors,
        ),
        change(
            "Mutation.defineMeasure",
            r#"defineMeasure(input: { code: "", unit: COUNT, nameVi: "", nameEn: "", gathering: OBSERVATION })"#,
            errors,
        ),
        change(
            "Mutation.defineProcedure",
            r#"defineProcedure(input: { code: "", nameVi: "", nameEn: "", level: PROVINCE })"#,
            errors,
        ),
        change(
            "Mutation.importCriteriaSet",
            r#"importCriteriaSet(input: { format: YAML, content: "", dryRun: true })"#,
            errors,
        ),
        change(
            "Mutation.activateCriteriaSet",
            &format!(r#"activateCriteriaSet(input: {{ criteriaSet: "{NO_SET}", fingerprint: "" }})"#),
            errors,
        ),
        change(
            "Mutation.cloneCriteriaSet",
            &format!(r#"cloneCriteriaSet(input: {{ criteriaSet: "{NO_SET}", firstYear: 2023 }})"#),
            errors,
        ),
        change(
            "Mutation.retireCriteriaSet",
            &format!(r#"retireCriteriaSet(input: {{ criteriaSet: "{NO_SET}" }})"#),
            errors,
        ),
        change(
            "Mutation.useCriteriaSet",
            &format!(r#"useCriteriaSet(input: {{ criteriaSet: "{NO_SET}", period: "X", block: "X" }})"#),
            errors,
        ),
        change(
            "Mutation.registerAgency",
            r#"registerAgency(input: { code: "", validFrom: "2022-01-01", agency: {
                nameVi: "", nameEn: "", kind: DEPARTMENT, block: "X", source: ILLUSTRATIVE } })"#,
            errors,
        ),
        change("Mutation.closeAgency", r#"closeAgency(input: { agency: "X", on: "2022-01-01" })"#, errors),
        change(
            "Mutation.succeedAgencies",
            r#"succeedAgencies(input: { kind: MERGE, from: [], to: [], effectiveOn: "2022-01-01",
                decisionNumber: "", decidedOn: "2022-01-01" })"#,
            errors,
        ),
        change(
            "Mutation.placeInBlock",
            r#"placeInBlock(input: { agency: "X", block: "X", from: "2022-01-01" })"#,
            errors,
        ),
        change(
            "Mutation.importReorganisation",
            r#"importReorganisation(input: { content: "", dryRun: true })"#,
            "stored",
        ),
        change(
            "Mutation.handOverRecommendation",
            r#"handOverRecommendation(input: {
                recommendation: "Recommendation:01890000-0000-7000-8000-000000000000", to: "X", on: "2022-01-01" })"#,
            errors,
        ),
        change("Mutation.createAccount", r#"createAccount(input: { name: " ", displayName: " " })"#, errors),
        change(
            "Mutation.changeAccount",
            &format!(r#"changeAccount(input: {{ account: "{NOBODY}" }})"#),
            errors,
        ),
        change(
            "Mutation.createSignInLink",
            &format!(r#"createSignInLink(input: {{ account: "{NOBODY}" }})"#),
            errors,
        ),
        change(
            "Mutation.grantRole",
            &format!(r#"grantRole(input: {{ account: "{NOBODY}", role: VIEWER }})"#),
            errors,
        ),
        change(
            "Mutation.revokeRole",
            &format!(r#"revokeRole(input: {{ account: "{NOBODY}", role: VIEWER }})"#),
            errors,
        ),
        change(
            "Mutation.createToken",
            r#"createToken(input: { name: " ", scopes: [], expiresAt: "2000-01-01T00:00:00Z" })"#,
            errors,
        ),
        change(
            "Mutation.revokeToken",
            r#"revokeToken(input: { token: "Token:01890000-0000-7000-8000-000000000000" })"#,
            errors,
        ),
        change("Mutation.setPassword", r#"setPassword(input: { newPassword: "short" })"#, errors),
        change("Mutation.signIn", r#"signIn(input: { name: "nobody", password: "wrong" })"#, errors),
        change("Mutation.signOut", "signOut", "signedOut"),
    ]);
    changes
}

/// Dossiers handed in and removed, of agencies by whose they are.
fn dossier_changes() -> Vec<Probe> {
    let mut probes = Vec::new();
    for (agency, whose) in [("KKT", "own"), ("SNGV", "other")] {
        let query = format!(
            r#"mutation {{ importDossiers(input: {{ agency: "{agency}", mode: ACCEPT_VALID, dryRun: true, rows: [{ROW}] }}) {{
                errors {{ code }} }} }}"#
        );
        probes.push(Probe::new("Mutation.importDossiers", whose, query, admitted));
        let query = format!(
            r#"mutation {{ removeDossier(input: {{ agency: "{agency}", code: "x", reason: "x" }}) {{ errors {{ code }} }} }}"#
        );
        probes.push(Probe::new("Mutation.removeDossier", whose, query, admitted));
    }
    let query = format!(
        r#"mutation {{ importDossiers(input: {{ mode: ACCEPT_VALID, dryRun: true, rows: [{ROW}] }}) {{ errors {{ code }} }} }}"#
    );
    probes.push(Probe::new("Mutation.importDossiers", "any agency", query, admitted));
    probes
}

/// Other inputs handed in, of agencies by whose they are.
pub(super) fn input_changes() -> Vec<Probe> {
    const ROWS: [(&str, &str, &str); 5] = [
        (
            "Mutation.importDossierTables",
            "importDossierTables",
            "whenBroken: REFUSE, rows: [{ receivedTotal: 1 }]",
        ),
        (
            "Mutation.importObservations",
            "importObservations",
            r#"rows: [{ measure: "none", value: "1", asOf: "2022-06-30" }]"#,
        ),
        (
            "Mutation.importDocuments",
            "importDocuments",
            r#"rows: [{ code: "PAR_PLAN", dueOn: "2022-01-31", asOf: "2022-06-30" }]"#,
        ),
        (
            "Mutation.importListings",
            "importListings",
            r#"rows: [{ channel: AGENCY_WEBSITE, listed: 1, required: 2, asOf: "2022-06-30" }]"#,
        ),
        (
            "Mutation.importProcedures",
            "importProcedures",
            r#"rows: [{ procedure: "X.000001", agencyWebsite: true, asOf: "2022-06-30" }]"#,
        ),
    ];
    let mut probes = Vec::new();
    for (operation, field, rows) in ROWS {
        for (agency, whose) in
            [(r#"agency: "KKT","#, "own"), (r#"agency: "SNGV","#, "other"), ("", "any agency")]
        {
            let query = format!(
                r#"mutation {{ {field}(input: {{ {agency} period: "2022-H1", mode: ACCEPT_VALID, dryRun: true, {rows} }}) {{
                    errors {{ code }} }} }}"#
            );
            probes.push(Probe::new(operation, whose, query, admitted));
        }
    }
    probes
}
