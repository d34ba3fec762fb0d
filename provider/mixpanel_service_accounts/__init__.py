"""The core that every shell stands on: it knows neither Pulumi nor Terraform."""
