"""Figures and verdicts from the notes of a run, and the sections of pages that show them."""
