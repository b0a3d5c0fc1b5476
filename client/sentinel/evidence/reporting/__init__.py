"""The report: from audit lines to tables, and from these to a page, CSV files and JSON."""
