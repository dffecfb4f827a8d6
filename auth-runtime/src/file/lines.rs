//! Files of one user a line, `#` before comments.

use crate::file::FileFault;

/// Longest user name, in bytes.
const NAME_MAX: usize = 255;

/// The entries with the numbers of their lines: what is neither empty nor a comment, without the space around it.
///
/// # Errors
/// The line that is not UTF-8.
pub(crate) fn entries(content: &[u8]) -> Result<impl Iterator<Item = (usize, &str)>, FileFault> {
    let text = str::from_utf8(content).map_err(|error| {
        let before = content.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        FileFault::at(line, "not UTF-8; save the file as UTF-8")
    })?;
    let lines = (1..).zip(text.split('\n').map(str::trim_ascii));
    Ok(lines.filter(|(_, entry)| !entry.is_empty() && !entry.starts_with('#')))
}

/// Refuses a user name that nobody could have meant.
///
/// # Errors
/// What is wrong and what to do.
pub(crate) fn check_user_name(name: &str) -> Result<(), &'static str> {
    match name {
        "" => Err("no user name before the colon; write one"),
        _ if name.len() > NAME_MAX => Err("the user name is longer than 255 bytes; shorten it"),
        _ if name.starts_with('\u{feff}') => Err("a byte order mark; save the file as UTF-8 without one"),
        _ if name.contains(char::is_control) => Err("a control character in the user name; remove it"),
        _ if name.trim() != name => Err("space around the user name; remove it"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_with_their_lines() {
        let text = "# staff\na\r\n\n  b c\t\n#d\n";
        assert_eq!(entries(text.as_bytes()).unwrap().collect::<Vec<_>>(), [(2, "a"), (4, "b c")]);
        assert_eq!(entries(b"").unwrap().count(), 0);
    }

    #[test]
    fn what_is_not_utf_8_is_named() {
        assert_eq!(entries(b"a\nb\xff").err().unwrap().line, Some(2));
    }
}
