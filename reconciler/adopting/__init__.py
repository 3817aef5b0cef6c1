"""Live state into manifests: files are made, and changed in their scalars alone."""
