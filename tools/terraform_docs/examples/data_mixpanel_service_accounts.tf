data "mixpanel_service_accounts" "exporters" {
  name_pattern = "*-export"
}

output "usernames" {
  value = data.mixpanel_service_accounts.exporters.service_accounts[*].username
}
