"""The shapes of requests and answers, for the API and the terminal. No decisions here: serializers only shape."""
