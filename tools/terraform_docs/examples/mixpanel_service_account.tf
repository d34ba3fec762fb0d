resource "mixpanel_service_account" "exporter" {
  name    = "data-export"
  role    = "consumer"
  expires = "2030-06-30T00:00:00Z"
  projects = [
    { project_id = 2001, role = "analyst" },
    { project_id = 2002, role = "consumer" },
  ]

  # Terraform deletes first unless this is set; so the old login works until the new one is there.
  lifecycle {
    create_before_destroy = true
  }
}
