"""The admin for what Villy knows, and a look at what was said to him."""

from django.contrib import admin
from django.db.models import Prefetch
from django.template.loader import render_to_string

from chatbot.models import Chat, DeliveryArea, Product
from tickets.admin import DeskAdmin, RecordAdmin
from tickets.admin.shop.files import ShopFiles
from tickets.models import Ticket


@admin.register(Product)
class ProductAdmin(ShopFiles, DeskAdmin):
    shop_kind = "products"
    list_display = ("name", "sku", "category", "price", "unit", "stock", "is_active")
    list_editable = ("price", "stock", "is_active")
    list_filter = ("is_active", "category")
    search_fields = ("name", "sku", "also_called")
    search_help_text = "Name, any spelling of it, or SKU."
    fieldsets = (
        (None, {"fields": ("name", "sku", "category", "is_active")}),
        ("Price and stock", {"fields": (("price", "currency", "unit"), "stock")}),
        ("What Villy tells", {"fields": ("description", "ingredients", "shelf_life", "image")}),
        ("How people call it", {"fields": ("also_called",)}),
    )


class LanguageFilter(admin.SimpleListFilter):
    """The languages that Villy answers in; which ones there are would be asked of every chat."""

    title = parameter_name = "language"

    def lookups(self, request, model_admin):
        return [("en", "English"), ("hinglish", "Hinglish"), ("hi", "Hindi")]

    def queryset(self, request, chats):
        return chats.filter(language=self.value()) if self.value() else chats


@admin.register(Chat)
class ChatAdmin(RecordAdmin):
    """To learn from: what people asked, and what Villy made of it. Nothing here is edited."""

    purpose = "Conversations with Villy."
    list_display = ("updated_at", "who", "language", "became_ticket")
    # As its index
    ordering = ("-updated_at",)
    list_filter = (LanguageFilter, ("ticket", admin.EmptyFieldListFilter))
    search_fields = ("person__name", "person__email", "=ticket__number")
    search_help_text = "Name or e-mail of the customer, or a ticket number."
    fields = ("person", "ticket", "language", "created_at", "conversation")
    readonly_fields = fields

    def get_queryset(self, request):
        # Fetched for the rows of the page; joined, they would be fetched for every chat that is sorted
        number = Prefetch("ticket", Ticket.objects.only("number"))
        return super().get_queryset(request).defer("memory").prefetch_related("person", number)

    @admin.display(description="person")
    def who(self, chat):
        return str(chat.person)

    @admin.display(description="ticket", empty_value="Stayed with Villy")
    def became_ticket(self, chat):
        return f"#{chat.ticket.number}" if chat.ticket else None

    @admin.display(description="what was said")
    def conversation(self, chat):
        lines = chat.messages.order_by("-seq")[:200][::-1]
        return render_to_string("admin/chatbot/chat/conversation.html", {"lines": lines})


@admin.register(DeliveryArea)
class DeliveryAreaAdmin(DeskAdmin):
    """Delivery areas with their days: the source of "do you deliver to 793001"."""

    purpose = "Where you deliver, in how many days and for how much. Villy answers PIN codes from this."
    list_display = (
        "name",
        "is_served",
        "days_from",
        "days_to",
        "cash_on_delivery",
        "charge",
        "free_from",
        "is_active",
    )
    list_editable = (
        "is_served",
        "days_from",
        "days_to",
        "cash_on_delivery",
        "charge",
        "free_from",
        "is_active",
    )
    search_fields = ("name", "pin_prefixes", "places")
    search_help_text = "Name, PIN code or place."
    fieldsets = (
        (None, {"fields": ("name", "is_served", "is_active")}),
        ("Which places", {"fields": ("pin_prefixes", "places")}),
        (
            "How long, how much",
            {"fields": (("days_from", "days_to"), ("charge", "free_from"), "cash_on_delivery")},
        ),
    )
