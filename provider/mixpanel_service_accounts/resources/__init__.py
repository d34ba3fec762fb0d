"""What each resource means: rules that know the API and not Pulumi."""
