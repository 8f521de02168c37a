"""FG-CLIP's region-text contrastive training, with the faults reported of it as options."""
