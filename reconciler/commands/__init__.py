"""The commands, one file a verb: each reads as the pipeline, and only here rooms meet."""
