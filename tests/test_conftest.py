"""What a test leaves in its process is not there for the next one."""

import pytest
from celery import Celery, current_app

from config import celery_app
from tests.conftest import refuse_another_application


def test_a_module_that_made_another_celery_application_is_told_so() -> None:
    refuse_another_application()
    Celery("another")
    with pytest.raises(AssertionError, match="another"):
        refuse_another_application()
    assert current_app._get_current_object() is celery_app
    refuse_another_application()
