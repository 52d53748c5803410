//! Codes of builds and of who has them made.

use super::codes;

codes! {
    /// Where a build stands.
    BuildState from entity::build::State {
        /// Waits to be taken up.
        Queued,
        /// Is being compiled.
        Running,
        /// Every part was compiled.
        Succeeded,
        /// Some parts failed.
        Partial,
        /// Every part failed.
        Failed,
        /// Was cancelled.
        Cancelled,
    }
    /// Where a part of a build stands.
    PartState from entity::build_part::State {
        /// Waits for a worker.
        Waiting,
        /// Is being compiled.
        Running,
        /// Was compiled.
        Succeeded,
        /// Was given up.
        Failed,
        /// Was cancelled.
        Cancelled,
    }
    /// What set a build off.
    BuildTrigger from entity::build::Trigger {
        /// The schedule.
        Schedule,
        /// An administrator.
        Administrator,
        /// A change of data.
        DataChange,
        /// An assessment campaign.
        Campaign,
    }
    /// What becomes of a schedule's ticks that no worker was there for.
    CatchUp from entity::schedule::CatchUp {
        /// Each fires, oldest first.
        All,
        /// The latest fires.
        Latest,
        /// None fires.
        Skip,
    }
    /// Whether an account may be used.
    AccountState from entity::account::State {
        /// It may.
        Active,
        /// It may not: it cannot sign in, and its sessions and tokens have ended.
        Disabled,
    }
    /// What an account may be.
    Role from entity::role_grant::Role {
        /// Sees to accounts, data and builds (quản trị viên).
        Administrator,
        /// Appraises what agencies report (người thẩm định).
        Appraiser,
        /// Visits agencies and records what was found (thành viên đoàn kiểm tra).
        Inspector,
        /// Reports for an agency (cán bộ nhập liệu của cơ quan).
        AgencyEditor,
        /// Approves what an agency reports (lãnh đạo cơ quan).
        AgencyLeader,
        /// Reads (người xem).
        Viewer,
    }
    /// What a token is good for, within the roles of its account.
    TokenScope from entity::token::Scope {
        /// Reading.
        Read,
        /// Asking for builds.
        Build,
        /// Everything else that its account may do.
        Administer,
    }
    /// How whoever acted was recognised.
    AuditVia from entity::audit_event::Via {
        /// By a session.
        Session,
        /// By a token.
        Token,
        /// By access to the server's terminal.
        Terminal,
        /// The worker acted, unasked.
        Worker,
        /// Not at all.
        Nobody,
    }
    /// What came of an action.
    AuditOutcome from entity::audit_event::Outcome {
        /// It was done.
        Done,
        /// It was refused: not allowed, or against a rule.
        Refused,
        /// It was allowed and went wrong.
        Failed,
    }
}
