"""Notebooks for people who retrain, and how they are built."""
