"""Exchange: settings as files, out of an administration and into one."""
