//! The names of a session's segments.

/// The prefix of the names of all header segments.
pub(crate) const PREFIX: &str = "memglass_";
const HEADER_SUFFIX: &str = "_header";

/// Longest session name, in bytes.
pub(crate) const MAX_SESSION_NAME: usize = 64;

/// Whether `name` can name a session: 1 to 64 of `A-Z a-z 0-9 . _ -`.
pub(crate) fn is_session_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=MAX_SESSION_NAME).contains(&name.len()) && name.bytes().all(allowed)
}

/// The segment that holds the header of `session`.
pub(crate) fn header(session: &str) -> String {
    format!("{PREFIX}{session}{HEADER_SUFFIX}")
}

/// The segment that holds region `id` of `session`.
pub(crate) fn region(session: &str, id: u16) -> String {
    format!("{}{id:04}", region_prefix(session))
}

/// The prefix of the names of the region segments of `session`.
pub(crate) fn region_prefix(session: &str) -> String {
    format!("{PREFIX}{session}_region_")
}

/// The session whose header segment has this name.
pub(crate) fn session_of_header(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix(PREFIX)?.strip_suffix(HEADER_SUFFIX)?;
    is_session_name(name).then_some(name)
}

/// The session that a region segment of this name belongs to.
pub(crate) fn session_of_region(segment: &str) -> Option<&str> {
    let (name, id) = segment.strip_prefix(PREFIX)?.rsplit_once("_region_")?;
    let is_id = id.len() >= 4 && id.bytes().all(|byte| byte.is_ascii_digit());
    (is_id && is_session_name(name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_session() {
        for session in ["t1", "a.b-c_d", "x_header", "x_region_0001"] {
            assert_eq!(session_of_header(&header(session)), Some(session));
            assert_eq!(session_of_region(&region(session, 7)), Some(session));
            assert_eq!(session_of_header(&region(session, 7)), None);
            assert_eq!(session_of_region(&header(session)), None);
        }
        assert_eq!(region("t1", 12_345), "memglass_t1_region_12345");
    }

    #[test]
    fn session_names_are_short_and_plain() {
        assert!(is_session_name("trading-engine_1.2"));
        for name in ["", "a/b", "a b", "é", &"x".repeat(65)] {
            assert!(!is_session_name(name), "{name:?}");
        }
        assert!(is_session_name(&"x".repeat(64)));
    }
}
