/// Writes a file.
#[allow(non_camel_case_types)]
pub enum write_file {}
::auth_runtime::__private::declare!(
    write_file, "write_file", ::core::line!(), ::auth_runtime::__private::Only <
    ::auth_runtime::__private::BearerScheme >, {} .requiring:: < Self::Access > ()
    .demanding(::auth_runtime::__private::Requirement::scope("files:write"))
    .inside_requests()
);
impl ::auth_runtime::__private::Includes<write_file> for write_file {}
/// Writes a file.
#[allow(clippy::unused_async, clippy::too_many_arguments)]
pub fn write_file(
    _: &::auth_runtime::__private::Granted<write_file>,
    name: &str,
    text: &str,
) -> Result<(), Error> {
    files::write(name, text)
}
