"""The past under another policy: `sentinel policy replay`."""
