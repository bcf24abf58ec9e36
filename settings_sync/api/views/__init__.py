"""The views: authenticate, scope, find (404), call one service, shape."""
