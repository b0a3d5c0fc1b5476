"""What audit lines show: read from where they are kept, replayed, and reported."""
