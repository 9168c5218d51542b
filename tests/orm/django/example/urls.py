"""The admin, the async view and the REST view."""

from django.contrib import admin
from django.urls import include, path
from rest_framework.routers import DefaultRouter

from .views import RoomViewSet, overview

router = DefaultRouter()
router.register("rooms", RoomViewSet)
urlpatterns = [
    path("admin/", admin.site.urls),
    path("overview/", overview),
    path("api/", include(router.urls)),
]
