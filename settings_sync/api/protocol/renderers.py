"""Answers as JSON in which a number with decimals keeps every digit."""

from rest_framework.renderers import JSONRenderer

from settings_sync.shapes.encoding import AnswerEncoder


class ExactJSONRenderer(JSONRenderer):
    """Renders an answer; REST framework's own renderer makes a text of a decimal that it finds in a document."""

    encoder_class = AnswerEncoder
