# An account that somebody made by hand, with the secret that is still known, and its place in a project. The first
# plan says "2 to import, 1 to change": the change takes the secret into the state, and makes no call.
terraform {
  required_providers {
    mixpanel = { source = "mixpanel/mixpanel" }
  }
}

variable "organization_id" {
  type = number
}

variable "account_id" {
  type        = number
  description = "The number in the address of the account's page."
}

variable "project_id" {
  type = number
}

variable "secret" {
  type      = string
  sensitive = true
  default   = null
}

import {
  to = mixpanel_service_account.exporter
  id = "${var.organization_id}/${var.account_id}"
}

import {
  to = mixpanel_project_membership.exporter
  id = "${var.organization_id}/${var.account_id}/${var.project_id}"
}

# Its role in the organization and its expiry are left out, so it keeps them.
resource "mixpanel_service_account" "exporter" {
  name            = "data-export"
  existing_secret = var.secret
}

resource "mixpanel_project_membership" "exporter" {
  service_account_id = mixpanel_service_account.exporter.service_account_id
  project_id         = var.project_id
  role               = "analyst"
}
