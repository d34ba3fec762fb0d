"""What the plugins of an engine share: messages, a gRPC server and its edge."""
