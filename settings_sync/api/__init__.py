"""The REST API, version 1: every view authenticates, scopes, calls one service and shapes the answer."""
