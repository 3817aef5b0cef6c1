"""The emulator of the API: a pure state machine and a thin HTTP shell.

world.py        World.handle(request, now) -> answer; inspection for tests; dump and load
routes.py       what each endpoint answers
listing.py      page, sort, q, filters
shapes.py       views, masks, envelopes
writes.py       what PATCH and POST make of an integration
account.py      what the account holds, lagging reads, moving rows
limits.py       both fixed rate windows
switches.py     a switch for each thing that the documentation leaves open
faults.py       scripted or seeded faults; striking.py: what a struck request gets
messages.py     requests, answers, error bodies
providers.py    the providers; seed.py and seed.json: what the account holds at first
server.py       the World behind a port; conversation.py: one connection; state.py: the World in a file
openapi.json    all of this as an OpenAPI 3.1 document
"""
