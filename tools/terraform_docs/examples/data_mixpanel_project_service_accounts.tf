data "mixpanel_project_service_accounts" "web" {
  project_id = 2001
}

output "roles" {
  value = { for one in data.mixpanel_project_service_accounts.web.service_accounts : one.account.username => one.role }
}
