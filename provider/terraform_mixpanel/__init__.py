"""The Terraform and OpenTofu provider: the same resources, spoken in plugin protocol 6."""
