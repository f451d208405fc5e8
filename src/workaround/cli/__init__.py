"""The command `workaround`."""
