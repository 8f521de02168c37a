"""FG-CLIP's region-text contrastive training, with the faults that were reported of it as options."""
