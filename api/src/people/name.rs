//! Names. The name to sign in with is kept trimmed, in lower case and in Unicode's form NFKC, so that full
//! width letters, composed and decomposed accents and capitals are all the same name.

use unicode_normalization::UnicodeNormalization;

use super::refusal::Refusal;

/// The longest name to sign in with.
const LONGEST_NAME: usize = 100;
/// The longest name that others read.
const LONGEST_DISPLAY_NAME: usize = 200;

/// The name as it is stored and looked up.
pub(crate) fn normalised(name: &str) -> String {
    // Lower case may leave the normal form again.
    let lower: String = name.trim().nfkc().collect::<String>().to_lowercase();
    lower.nfkc().collect()
}

/// The name as it is stored, if an account may have it.
pub(crate) fn checked(name: &str) -> Result<String, Refusal> {
    let name = normalised(name);
    let length = name.chars().count();
    let fits = (1..=LONGEST_NAME).contains(&length);
    if fits && !name.chars().any(|character| character.is_whitespace() || character.is_control()) {
        return Ok(name);
    }
    Err(Refusal::new(
        "INVALID_NAME",
        "name",
        format!("Tên đăng nhập phải có từ 1 đến {LONGEST_NAME} ký tự, không có khoảng trắng."),
        format!("The sign-in name must have 1 to {LONGEST_NAME} characters and no spaces."),
    ))
}

/// A name that others read, trimmed.
pub(crate) fn checked_display(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    let length = name.chars().count();
    if (1..=LONGEST_DISPLAY_NAME).contains(&length) && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    Err(Refusal::new(
        "INVALID_DISPLAY_NAME",
        "displayName",
        format!("Họ tên phải có từ 1 đến {LONGEST_DISPLAY_NAME} ký tự."),
        format!("The display name must have 1 to {LONGEST_DISPLAY_NAME} characters."),
    ))
}

#[cfg(test)]
mod tests {
    use super::{checked, normalised};

    #[test]
    fn names_that_look_alike_are_one() {
        for name in ["nguyễn.an", "NGUYỄN.AN", " Nguye\u{302}\u{303}n.An ", "ｎguyễn.an"] {
            assert_eq!(normalised(name), "nguyễn.an", "{name}");
        }
        assert_eq!(normalised(&normalised("İ")), normalised("İ"));
    }

    #[test]
    fn a_name_has_no_spaces_and_an_end() {
        for name in ["", "  ", "a b", "a\u{0}", &"x".repeat(101)] {
            assert_eq!(checked(name).expect_err("refused").code, "INVALID_NAME", "{name}");
        }
        assert!(checked(&"x".repeat(100)).is_ok());
    }
}
