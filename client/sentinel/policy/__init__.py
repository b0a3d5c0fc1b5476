"""What an operator does with policy documents: reading, linting, explaining and publishing them."""
