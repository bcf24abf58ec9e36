"""Help where no administration is open: what is about an account, and the list of all."""

from django.urls import path

from . import views

app_name = "guide"

urlpatterns = [
    path("help/", views.help_anywhere, name="help"),
    path("help/<slug:topic>/", views.help_anywhere, name="topic"),
    path("tour/", views.tour, name="tour"),
]
