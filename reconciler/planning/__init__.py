"""Planning: pure functions from desired and live to a plan."""
