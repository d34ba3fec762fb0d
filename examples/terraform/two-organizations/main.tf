# One team's accounts in two organizations: a provider block for each, told apart by an alias.
terraform {
  required_providers {
    mixpanel = { source = "mixpanel/mixpanel" }
  }
}

variable "emea" {
  type      = object({ organization_id = number, username = string, secret = string })
  sensitive = true
}

variable "projects" {
  type        = map(number)
  description = "The projects of the first organization in which the dashboards read, by name."
}

# The first organization's login and number come from the environment.
provider "mixpanel" {}

provider "mixpanel" {
  alias           = "emea"
  organization_id = var.emea.organization_id
  username        = var.emea.username
  secret          = var.emea.secret
}

resource "mixpanel_service_account" "dashboards" {
  name = "dashboards"
}

resource "mixpanel_project_membership" "dashboards" {
  for_each           = var.projects
  service_account_id = mixpanel_service_account.dashboards.service_account_id
  project_id         = each.value
  role               = "consumer"
}

resource "mixpanel_service_account" "dashboards_emea" {
  provider = mixpanel.emea
  name     = "dashboards"
}

output "usernames" {
  value = [
    mixpanel_service_account.dashboards.username,
    mixpanel_service_account.dashboards_emea.username,
  ]
}
