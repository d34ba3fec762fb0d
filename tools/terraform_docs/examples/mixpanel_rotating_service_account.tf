resource "mixpanel_rotating_service_account" "exporter" {
  name                  = "data-export"
  validity_period_hours = 720 # an account a month
  overlap_hours         = 48  # and two days in which both work
  projects              = [{ project_id = 2001, role = "analyst" }]
}
