"""Desired state: YAML manifests and configuration as plain data, each value with its place."""
