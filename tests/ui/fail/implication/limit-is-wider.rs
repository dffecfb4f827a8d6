use auth_runtime::policy;

policy! {
    Reports: bearer, limit = "5/min";
    Bulk: bearer, limit = "100/min";
    Bulk => Reports;
}

fn main() {}
