"""Break-glass events: beginning, ending, reviewing and reading them."""
