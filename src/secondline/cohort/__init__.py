"""Virtual patients of ZUMA-7: an explicit model, calibrated to published statistics."""
