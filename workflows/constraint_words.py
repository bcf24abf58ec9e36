"""What the database asks of workflows, where the constraint does not say it by itself."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "workflows_step_predefined_form_names_form": (
        "",
        _("A step with a fixed form names that form, and no other step does."),
    ),
    "workflows_step_email_names_template": (
        "",
        _("A step that sends an e-mail names its template, and no other step does."),
    ),
    "workflows_step_work_status_names_status": (
        "",
        _("A step that sets the work status names that status, and no other step does."),
    ),
    "workflows_step_only_free_fields_name_one": ("", _("Only a step with free fields names a free field.")),
}
