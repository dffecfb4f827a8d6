//! placeholder
#[derive(Debug, Default)]
pub(crate) struct OriginPolicy;
impl OriginPolicy {
    pub(crate) fn permits(&self, _: &actix_web::HttpRequest) -> bool {
        true
    }
}
