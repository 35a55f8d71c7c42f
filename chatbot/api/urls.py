from django.urls import path, re_path

from . import views

urlpatterns = [
    path("auth/visitor", views.visitor),
    path("auth/guest", views.guest),
    path("auth/identify", views.identify),
    re_path(r"^chat/?$", views.current),
    path("chat/new", views.new),
    path("chat/message", views.message),
    path("chat/message/<uuid:answer_id>/helped", views.helped),
    path("support/create", views.create),
]
