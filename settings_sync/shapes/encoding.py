"""How answers are written as JSON."""

from rest_framework.utils.encoders import JSONEncoder

from tenants.exact_json import ExactEncoder


class AnswerEncoder(ExactEncoder, JSONEncoder):
    """Writes what answers are made of: numbers to their last digit, and besides them instants, days and UUIDs."""
