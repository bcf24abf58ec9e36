"""One real sync over HTTP, with which `./dev up --check` and `manage.py check_sync` see that everything works."""
