"""The one training loop: one optimizer step after another, in one process or several."""
