"""The shapes of requests and answers. No decisions here: serializers only shape."""
