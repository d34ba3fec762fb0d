"""The Terraform and OpenTofu provider."""
