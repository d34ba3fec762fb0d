# One exporter's account, its place in a project, and its login as outputs. Login and organization come from the
# environment: MIXPANEL_SERVICE_ACCOUNT_USERNAME, MIXPANEL_SERVICE_ACCOUNT_SECRET, MIXPANEL_ORGANIZATION_ID.
terraform {
  required_providers {
    mixpanel = { source = "mixpanel/mixpanel" }
  }
}

variable "project_id" {
  type = number
}

resource "mixpanel_service_account" "exporter" {
  name    = "data-export"
  role    = "consumer"
  expires = "2030-06-30T00:00:00Z"

  # No route changes an account: another name, role or expiry means another one. The old login works until it is there.
  lifecycle {
    create_before_destroy = true
  }
}

resource "mixpanel_project_membership" "exporter" {
  service_account_id = mixpanel_service_account.exporter.service_account_id
  project_id         = var.project_id
  role               = "analyst"
}

output "username" {
  value = mixpanel_service_account.exporter.username
}

output "secret" {
  value     = mixpanel_service_account.exporter.secret
  sensitive = true
}
