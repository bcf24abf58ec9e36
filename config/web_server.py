"""gunicorn's settings (`-c python:config.web_server`); what the command line says goes before them.

A process that is asked to stop takes nothing new and answers what it was asked, for at most `graceful_timeout`.
"""

import os

from config import logs

worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = 8
timeout = 120
graceful_timeout = 30
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # nosec B108 # gunicorn makes a name of its own
# It would be one file for all servers of an account.
control_socket_disable = True
logconfig_dict = logs.LOGGING
