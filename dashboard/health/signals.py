"""What others may hear of health."""

from django.dispatch import Signal

# run, examination: sent within the transaction that keeps the verdicts, so that what a receiver
# writes is kept with them or not at all
examined = Signal()
