"""The pages of an administration's own variables."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from catalog_kit.edit_pages import attempt
from tenants.entering import AdministrationRequest, administration_page

from . import variables
from .models import Variable
from .variable_forms import VariableForm


@require_GET
@administration_page(variables.MAY_CHANGE)
def list_variables(request: AdministrationRequest) -> HttpResponse:
    """What there is, what uses it, and what templates ask for that is not there."""
    return render(request, "templates_catalog/variables.html", {"overview": variables.read_overview()})


@administration_page(variables.MAY_CHANGE)
def create_variable(request: AdministrationRequest) -> HttpResponse:
    """A new one; `?name=` fills in a name that templates ask for."""
    form = VariableForm(request.POST or None, initial={"name": request.GET.get("name", "")})
    if request.method == "POST" and form.is_valid():
        made = attempt(request, form, variables.create_variable, **form.cleaned_data)
        if made:
            messages.success(request, _("The variable “%(name)s” was added.") % {"name": made})
            return redirect("templates:variables", request.administration.slug)
    return render(request, "templates_catalog/variable_edit.html", {"form": form})


@administration_page(variables.MAY_CHANGE)
def edit_variable(request: AdministrationRequest, variable_id: int) -> HttpResponse:
    """Its name and its value."""
    variable = get_object_or_404(Variable, pk=variable_id)
    form = VariableForm(request.POST or None, instance=get_object_or_404(Variable, pk=variable_id))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if attempt(request, form, variables.update_variable, variable=variable, values=values):
            messages.success(request, _("The variable “%(name)s” was saved.") % {"name": values["name"]})
            return redirect("templates:variables", request.administration.slug)
    context = {"form": form, "variable": variable, "used_by": variables.templates_with(variable.name)}
    return render(request, "templates_catalog/variable_edit.html", context)


@administration_page(variables.MAY_CHANGE)
def delete_variable(request: AdministrationRequest, variable_id: int) -> HttpResponse:
    """Asked first, with what uses it."""
    variable = get_object_or_404(Variable, pk=variable_id)
    if request.method == "POST" and attempt(request, None, variables.delete_variable, variable=variable):
        messages.success(request, _("The variable “%(name)s” was deleted.") % {"name": variable})
        return redirect("templates:variables", request.administration.slug)
    context = {"variable": variable, "used_by": variables.templates_with(variable.name)}
    return render(request, "templates_catalog/variable_delete.html", context)
