terraform {
  required_providers {
    mixpanel = { source = "mixpanel/mixpanel" }
  }
}

# Login and organization from the environment: MIXPANEL_SERVICE_ACCOUNT_USERNAME, MIXPANEL_SERVICE_ACCOUNT_SECRET and
# MIXPANEL_ORGANIZATION_ID.
provider "mixpanel" {}
