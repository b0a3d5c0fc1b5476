"""What makes a record evident to tampering, the same for the functions that write it and for who verifies it."""
