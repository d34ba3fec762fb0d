resource "mixpanel_service_account" "exporter" {
  name = "data-export"
}

resource "mixpanel_project_membership" "exporter" {
  service_account_id = mixpanel_service_account.exporter.service_account_id
  project_id         = 2001
  role               = "analyst"
}
