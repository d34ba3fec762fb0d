"""gRPC for plugins of Terraform and Pulumi: messages, a server, an edge. It knows no resource."""
