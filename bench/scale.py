"""How much of everything, in one place."""

import sys

SECONDS = 1.5  # a measurement
ROUNDS = 5  # of each; a lawyer books once a round, and 6 ahead is his limit
CLIENTS = 200
GROWTH_CLIENTS = 8
GROWTH_ROUNDS = 5

NOTICES = 600  # a rush of them, each round
NOTICE_SECONDS = 120  # then something is wrong with them

PROCESSES = 2
THREADS = 32  # each process; a teller's batch is at most as large as this
PEERS_THREADS = (8, 32)  # what we are measured against has the better of these

CENTRES = tuple(f"bench{n}" for n in range(8))
DAYS = 4
STARTS = ("08:30", "10:00", "13:30", "15:00", "16:30")
SEATS = 250  # so that no rush of many rounds runs dry; rule 19 raises seats too
FULL_CENTRE, FULL_SEATS, FULL_STARTS = "benchfull", 12, STARTS[:3]
POLICY = '{"unproven_ahead_limit": 6}'  # each lawyer books in six turns, for a person without a proven mandate

BOOKERS = 6000  # more than a rush serves in its seconds
GROWERS = 3000
ASKERS = 10_000  # of slots, days and full slots: what is kept for one of them must not be what is measured
SITTERS = FULL_SEATS
LAWYERS = BOOKERS + GROWERS + ASKERS + SITTERS

OLD_BOOKINGS = 10_000_000 if "--large" in sys.argv else 1_000_000
OLD_DETAINEES = 200_000
