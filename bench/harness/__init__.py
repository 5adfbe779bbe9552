"""The parts of bench/run.py, one subject a module."""
