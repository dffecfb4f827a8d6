/// Writes a file.
#[requires(bearer, scope = "files:write", operation)]
pub fn write_file(name: &str, text: &str) -> Result<(), Error> {
    files::write(name, text)
}
