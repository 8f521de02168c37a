"""Box refinement on HQ-SAM's image features, with the faults reported of it as options."""
