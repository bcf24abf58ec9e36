"""A database that lets nobody in, told in one sentence instead of a traceback."""

import re

REASONS = (
    (r'password authentication failed for user "(.+?)"', "it refuses the password of “{0}”"),
    (r'role "(.+?)" does not exist', "it knows no login “{0}”"),
    (r'database "(.+?)" does not exist', "it has no database “{0}”"),
    (r"(Connection refused|timeout expired|No route to host|could not translate host name.*)", "nothing answers there"),
    (r"FATAL: +(.+)", "it says: {0}"),
)


def sentence_for(error: Exception) -> str | None:
    """What to tell whoever runs a command; None when the connection stood and something else went wrong."""
    said = str(error)
    if not re.match(r"connection (failed|is bad|timeout)|Multiple connection attempts failed", said):
        return None
    place = re.search(r'server at "([^"]+)"(?: \([^)]*\))?, port (\d+)', said)
    where = f"The database at {place[1]}, port {place[2]}," if place else "The database"
    found = [(re.search(pattern, said), words) for pattern, words in REASONS]
    reason = next((words.format(*match.groups()) for match, words in found if match), said.splitlines()[0])
    return f"{where} cannot be used: {reason}. Correct DATABASE_URL or SYNC_DATABASE_URL, or start that server."
