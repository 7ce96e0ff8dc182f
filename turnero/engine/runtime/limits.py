"""Every bound of the runtime, each with the reason for its number."""

from __future__ import annotations

# A calendar decides some 10,000 commands a second; a thousand waiting is a tenth of a second of work and far more
# than real callers ever queue. Past that it is a flood, and telling it to come back is kinder than a timeout.
MAILBOX_MAX = 1_000

# How many messages an actor handles before another ready actor gets its turn on the thread.
SLICE_MESSAGES = 64

# Deciding holds the GIL, so more threads do not decide more; two let one calendar's long decision (a snapshot-sized
# replay) not hold up all the others.
DISPATCHER_THREADS = 2

# One transaction takes at most this many batches, so that a flood is acknowledged in steps instead of all at the end.
COMMIT_BATCHES_MAX = 500

# A caller that has heard nothing for this long is told that the outcome is unknown. Commits take milliseconds; ten
# seconds outlast a failover of the database and end before most clients' own timeouts.
ASK_TIMEOUT_S = 10.0

# A decision that another process overtook is made again on fresh state. Each try costs the other process one, too,
# so tries wait a random while, growing: eight of them span about two seconds.
ASK_ATTEMPTS = 8
RETRY_PAUSE_S = 0.008

# A calendar nobody has asked anything of for this long is dropped from memory.
IDLE_AFTER_S = 600.0
SWEEP_EVERY_S = 30.0

# A replica of a calendar that has been compared with the journal this recently is good enough to read from; what
# another process has booked since is caught by the booking itself.
VIEW_FRESH_FOR_S = 1.0
# Views of calendars without an actor. A small one takes a few KiB.
VIEWS_MAX = 10_000

# How often followed calendars are compared with the journal, because a notice may have been lost. Without a Redis
# between the processes this is the only way, so a watching page then waits this long; 500 calendars are one query.
FEED_POLL_S = 3.0
FEED_POLL_BATCH = 500
# A follower far behind is told this many events at a time: a few milliseconds of the loop, then others get their turn.
FEED_CHUNK = 200

# Events are read and applied in pieces this large, so that a long replay lets the loop serve others in between.
REPLAY_CHUNK = 1_000
# A calendar is snapshotted when its tail is this long, and at least this share of the whole: the cost of writing
# snapshots stays proportional to the events, and a replay reads at most about a quarter.
SNAPSHOT_TAIL_MIN = 500
SNAPSHOT_TAIL_SHARE = 0.25
# When it is dropped from memory a shorter tail is worth a snapshot, too.
SNAPSHOT_TAIL_ON_DROP = 50

# A snapshot up to this size is decoded in less time than a hop to a thread and back costs under load.
SNAPSHOT_INLINE_BYTES = 16_384

# How often deadlines are looked at: a hold that is over is treated as such by every decision anyway.
TICK_S = 0.5
# Deadlines of calendars that live in another process are left to it for this long, then anybody meets them.
OVERDUE_GRACE_S = 30.0
OVERDUE_POLL_S = 15.0
OVERDUE_BATCH = 200

# The newest refusals under a key, so that a repeat within the activation gets the same answer. Not journalled: a
# refusal changed nothing, and a repeat after a restart may rightly be decided anew.
REFUSALS_REMEMBERED = 2_000

# Some 10 KiB each: a day's page of every provider of a large city's barbershops fits.
SLOT_ANSWERS_REMEMBERED = 1_000

# Customers known to be known: a tenth of a KiB each, and a third of a booking's time saved.
CUSTOMERS_KNOWN_MAX = 50_000

# Request keys of the catalogue live as long as those in calendars.
REQUEST_KEYS_FORGOTTEN_EVERY_S = 3_600.0
