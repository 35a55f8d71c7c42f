"""Orders in the admin."""

from django.contrib import admin

from supportdesk import money
from tickets.models import Order, OrderItem

from ..base import DeskAdmin
from ..rows import NamedRowForm, NamedRows
from .files import ShopFiles


class OrderItemInline(admin.TabularInline):
    model = OrderItem
    form, formset = NamedRowForm, NamedRows
    extra = 0


@admin.register(Order)
class OrderAdmin(ShopFiles, DeskAdmin):
    shop_kind = "orders"
    list_display = ("number", "whose", "status", "amount", "payment_status", "placed_at")
    list_select_related = ("customer",)
    list_filter = ("status", ("customer", admin.EmptyFieldListFilter))
    # About the newest first, by an index and without their customers
    ordering = ("-number",)
    sortable_by = ()
    search_fields = ("=number", "=tracking_number", "customer__name", "customer__email")
    search_help_text = "Order or tracking number, name or e-mail of the customer."
    autocomplete_fields = ("customer",)
    inlines = (OrderItemInline,)
    fieldsets = (
        (None, {"fields": ("number", "customer", "status", "admin_url")}),
        ("Known of who placed it", {"fields": ("contact_name", "contact_email", "contact_phone")}),
        ("Payment", {"fields": (("total", "currency"), ("payment_method", "payment_status"), "refund_status")}),
        (
            "Delivery",
            {
                "fields": (
                    ("carrier", "tracking_number"), "tracking_url", ("city", "pincode"), "placed_at", "eta", "delivered_at",
                )
            },
        ),
    )  # fmt: skip

    @admin.display(description="customer")
    def whose(self, order):
        if order.customer:
            return str(order.customer)
        return f"Unclaimed: {order.contact_email or order.contact_phone}"

    @admin.display(description="total")
    def amount(self, order):
        return money.formatted(order.total, order.currency)

    def get_search_results(self, request, queryset, search_term):
        by_number = queryset.filter(number=search_term.strip().removeprefix("#").upper())
        if by_number.exists():
            return by_number, False
        return super().get_search_results(request, queryset, search_term)

    def has_delete_permission(self, request, obj=None):
        # Tickets speak of it by its number. What did not happen is cancelled
        return False
