//! Who asks. Every resolver takes the viewer from the context; accounts and rights will be decided here.

use std::net::{IpAddr, SocketAddr};

use async_graphql::Context;

use super::problem::Problem;

/// Who asks, as far as it is known before there are accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer {
    from_this_machine: bool,
    address: IpAddr,
}

impl Viewer {
    /// The viewer behind a connection from `peer`.
    pub fn connected_from(peer: SocketAddr) -> Self {
        let address = peer.ip().to_canonical();
        Self { from_this_machine: address.is_loopback(), address }
    }

    /// The peer's address.
    pub(crate) fn address(self) -> IpAddr {
        self.address
    }

    /// Anybody who asks from `peer`.
    pub fn public_from(peer: SocketAddr) -> Self {
        Self { from_this_machine: false, address: peer.ip().to_canonical() }
    }

    /// A name for the record of what was done.
    pub(crate) fn name(self) -> &'static str {
        if self.from_this_machine { "administrator@localhost" } else { "public" }
    }

    /// Whether the viewer may read stored results.
    pub(crate) fn may_read(self) -> Result<(), Problem> {
        Ok(())
    }

    /// Whether the viewer may read the audit log: for now, from this machine only.
    pub(crate) fn may_read_audit(self) -> Result<(), Problem> {
        if self.from_this_machine {
            return Ok(());
        }
        Err(Problem::Forbidden(
            "Chỉ được xem nhật ký từ chính máy chủ. / The audit log may be read from the server's own machine only.",
        ))
    }

    /// Whether the viewer may request builds: for now, from this machine only.
    pub(crate) fn may_request_builds(self) -> Result<(), Problem> {
        if self.from_this_machine {
            return Ok(());
        }
        Err(Problem::Forbidden(
            "Chỉ được yêu cầu từ chính máy chủ. / Builds may be requested from the server's own machine only.",
        ))
    }
}

/// The viewer of the request; without one nothing is allowed.
pub(crate) fn viewer(ctx: &Context<'_>) -> Result<Viewer, Problem> {
    ctx.data_opt::<Viewer>().copied().ok_or(Problem::Forbidden("no viewer"))
}

/// The viewer, if he may read stored results.
pub(crate) fn reader(ctx: &Context<'_>) -> Result<Viewer, Problem> {
    let viewer = viewer(ctx)?;
    viewer.may_read()?;
    Ok(viewer)
}
