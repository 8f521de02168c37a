"""What a run may send, in one place; docs/api.md tells people."""

MAX_NAME = 250  # characters of a metric's name
MAX_NAMES = 10_000  # metrics of a run
MAX_STEP = 2**53  # beyond, JSON readers lose steps
MAX_TIME = 1e11  # seconds since 1970: the year 5138; beyond, it is most likely milliseconds
MAX_ATTEMPT = 1_000_000
MAX_KIND = 40  # characters of a line's kind
MAX_POINTS = 1_000_000  # of a post
AHEAD = 60.0  # seconds by which a clock may be ahead of ours before it is remarked upon
