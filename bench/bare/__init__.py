"""A bare Django site: what the framework costs by itself, on this machine, today."""
