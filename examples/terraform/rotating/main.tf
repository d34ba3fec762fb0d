# An exporter whose login is replaced every thirty days; for two days both the next and the previous one work.
# `terraform apply` has to run at least once in each of those two days, for example from a pipeline every night.
terraform {
  required_providers {
    mixpanel = { source = "mixpanel/mixpanel" }
  }
}

variable "project_id" {
  type = number
}

variable "rotate" {
  type        = string
  default     = "1"
  description = "Another value rotates at the next apply, for example after a leak."
}

resource "mixpanel_rotating_service_account" "exporter" {
  name                  = "data-export"
  validity_period_hours = 720
  overlap_hours         = 48
  projects              = [{ project_id = var.project_id, role = "analyst" }]
  rotate_when_changed   = { on_demand = var.rotate }
}

# What a secret manager's resource takes: the whole login at once, so that no reader sees half of it.
output "login" {
  value = {
    username = mixpanel_rotating_service_account.exporter.username
    secret   = mixpanel_rotating_service_account.exporter.secret
  }
  sensitive = true
}

output "next_rotation_at" {
  value = mixpanel_rotating_service_account.exporter.next_rotation_at
}
