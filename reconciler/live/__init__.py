"""Live state: the only room with network and clock."""
