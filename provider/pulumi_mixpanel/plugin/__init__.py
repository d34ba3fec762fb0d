"""The native plugin: Mixpanel's resources for every language of Pulumi. It loads no Pulumi SDK."""
