"""Other tools on the same objects: each stands in a file of its own, and in an environment of its own."""
