"""Orders in the admin."""

from django.contrib import admin

from tickets.models import Order, OrderItem

from .base import DeskAdmin


class OrderItemInline(admin.TabularInline):
    model = OrderItem
    extra = 0


@admin.register(Order)
class OrderAdmin(DeskAdmin):
    list_display = ("number", "customer", "status", "total", "payment_status", "placed_at")
    list_select_related = ("customer",)
    list_filter = ("status",)
    # About the newest first, by an index and without their customers
    ordering = ("-number",)
    sortable_by = ()
    search_fields = ("=number", "=tracking_number", "customer__name", "customer__email")
    search_help_text = "Order or tracking number, name or e-mail of the customer."
    autocomplete_fields = ("customer",)
    inlines = (OrderItemInline,)
    fieldsets = (
        (None, {"fields": ("number", "customer", "status")}),
        ("Payment", {"fields": ("total", ("payment_method", "payment_status"))}),
        (
            "Delivery",
            {
                "fields": (
                    ("carrier", "tracking_number"), ("city", "pincode"), "placed_at", "eta", "delivered_at",
                )
            },
        ),
    )  # fmt: skip

    def get_search_results(self, request, queryset, search_term):
        by_number = queryset.filter(number=search_term.strip().upper())
        if by_number.exists():
            return by_number, False
        return super().get_search_results(request, queryset, search_term)

    def has_delete_permission(self, request, obj=None):
        # Tickets speak of it by its number. What did not happen is cancelled
        return False
