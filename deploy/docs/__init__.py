"""Makes the pages of docs/ that are generated: from the code, the table of threats and the Terraform modules."""
