"""The kill switch: rebuilt from the live revocations and written wherever protected roles are."""
