data "mixpanel_service_account" "login" {
  name = "emulator-login" # or its id, or its username
}

output "expires" {
  value = data.mixpanel_service_account.login.expires
}
