"""Jobs that stand outside the package and use its front door."""
