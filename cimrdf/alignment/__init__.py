"""Alignments: rows that say what corresponds, how a value is carried over, and what is missing."""
