"""The emulator of the API: a pure state machine and a thin HTTP shell."""
