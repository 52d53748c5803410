//! A public listing: at a channel, how many procedures of those that must be.

use entity::listing::Channel;

use super::check::Findings;
use super::known::plain;
use super::stored::Said;

/// The words that offices have for a channel, with its code.
const CHANNELS: [(&str, Channel); 7] = [
    ("bộ phận một cửa", Channel::OneStopUnit),
    ("tại bộ phận một cửa", Channel::OneStopUnit),
    ("trang thông tin điện tử", Channel::AgencyWebsite),
    ("cổng thông tin điện tử", Channel::AgencyWebsite),
    ("website", Channel::AgencyWebsite),
    ("trung tâm phục vụ hành chính công", Channel::ProvincialServiceCentre),
    ("trung tâm phục vụ hành chính công tỉnh", Channel::ProvincialServiceCentre),
];

/// What a row says.
pub(super) fn check(found: &mut Findings<'_>) -> Option<Said> {
    let channel = channel(found);
    let [listed, required] = ["listed", "required"].map(|column| {
        if found.row.cell(column).is_empty() {
            found.missing(column);
        }
        found.count(column)
    });
    if listed.zip(required).is_some_and(|(listed, required)| listed > required) {
        found.add(
            "listed",
            "MORE_THAN_REQUIRED",
            "số đã niêm yết nhiều hơn số phải niêm yết",
            "more are listed than must be",
        );
    }
    Some(Said::Listing { channel: channel?, listed: listed?, required: required? })
}

fn channel(found: &mut Findings<'_>) -> Option<Channel> {
    let text = found.name("channel")?;
    let word = plain(&text);
    let said = CHANNELS.iter().find(|(said, _)| *said == word).map(|(_, channel)| *channel);
    let channel = text.parse().ok().or(said);
    if channel.is_none() {
        let codes = Channel::ALL.iter().map(|channel| channel.as_str()).collect::<Vec<_>>().join(", ");
        found.add(
            "channel",
            "UNKNOWN_CHANNEL",
            format!("kênh niêm yết phải là một trong: {codes}"),
            format!("the channel must be one of {codes}"),
        );
    }
    channel
}
