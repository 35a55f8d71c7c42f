"""Payloads in the form that Shopify and WooCommerce document, shortened where nothing of ours reads them."""

SHOPIFY_ORDER = {
    "id": 820982911946154508, "admin_graphql_api_id": "gid://shopify/Order/820982911946154508",
    "name": "#9999", "number": 234, "order_number": 1234, "email": "jon@example.com", "phone": None,
    "contact_email": "jon@example.com", "created_at": "2026-11-20T07:11:21-05:00",
    "processed_at": "2026-11-20T07:11:21-05:00", "updated_at": "2026-11-26T07:11:21-05:00", "cancelled_at": None,
    "currency": "USD", "total_price": "403.00", "financial_status": "paid", "fulfillment_status": None,
    "payment_gateway_names": ["visa", "bogus"], "order_status_url": "https://jsmith.myshopify.com/548380009/orders/x",
    "customer": {
        "id": 115310627314723954, "email": "john@example.com", "first_name": "John", "last_name": "Smith",
        "phone": None, "state": "disabled",
        "default_address": {"city": "Ottawa", "zip": "K2P0V6", "phone": "555-625-1199"},
    },
    "shipping_address": {
        "first_name": "Steve", "last_name": "Shipper", "address1": "123 Shipping Street", "city": "Shippington",
        "zip": "40003", "phone": "555-555-7777", "country_code": "US",
    },
    "line_items": [
        {
            "id": 866550311766439020, "name": "Aviator sunglasses", "title": "Aviator sunglasses", "sku": "SKU2006-001",
            "quantity": 1, "price": "89.99", "fulfillment_status": None,
        },
        {
            "id": 141249953214522974, "name": "Mid-century lounger", "title": "Mid-century lounger", "sku": None,
            "quantity": 2, "price": "159.99",
        },
    ],
    "fulfillments": [], "refunds": [],
}  # fmt: skip
SHOPIFY_FULFILLMENT = {
    "id": 123456, "order_id": 820982911946154508, "status": "success", "created_at": "2026-11-27T09:00:00-05:00",
    "updated_at": "2026-11-27T09:00:00-05:00", "service": None, "name": "#9999.1", "email": "jon@example.com",
    "tracking_company": "UPS", "shipment_status": "out_for_delivery", "tracking_number": "1z827wk74630",
    "tracking_numbers": ["1z827wk74630"],
    "tracking_url": "https://www.ups.com/WebTracking?loc=en_US&requester=ST&trackNums=1z827wk74630",
    "tracking_urls": ["https://www.ups.com/WebTracking?loc=en_US&requester=ST&trackNums=1z827wk74630"],
}  # fmt: skip
SHOPIFY_PRODUCT = {
    "id": 788032119674292922, "title": "Example T-Shirt", "handle": "example-t-shirt", "vendor": "Acme",
    "body_html": "<p>A shirt of <b>cotton</b> &amp; care.</p><p>Made in Kumaon.</p>", "product_type": "Shirts",
    "status": "active", "tags": "mens, t-shirt, example", "updated_at": "2026-11-26T10:00:00-05:00",
    "image": None, "images": [{"id": 1, "src": "https://cdn.shopify.com/shirt.png"}],
    "variants": [
        {
            "id": 642667041472713922, "title": "Small", "sku": "example-shirt-s", "price": "19.99",
            "inventory_management": "shopify", "inventory_quantity": 75,
        },
        {
            "id": 757650484644203962, "title": "Medium", "sku": "example-shirt-m", "price": "20.99",
            "inventory_management": None, "inventory_quantity": -3,
        },
    ],
}  # fmt: skip
SHOPIFY_CUSTOMER = {
    "id": 706405506930370084, "email": "bob@biller.com", "first_name": "Bob", "last_name": "Biller", "phone": None,
    "state": "disabled", "updated_at": "2026-11-26T10:00:00-05:00",
    "default_address": {"phone": "555-555-2222", "city": "Moncton"},
}  # fmt: skip
WOO_ORDER = {
    "id": 727, "parent_id": 0, "number": "727", "order_key": "wc_order_58d2d042d1d", "status": "processing",
    "currency": "EUR", "date_created": "2026-11-22T16:28:02", "date_created_gmt": "2026-11-22T19:28:02",
    "date_modified": "2026-11-22T16:28:08", "date_modified_gmt": "2026-11-22T19:28:08", "date_paid_gmt": "2026-11-22T19:28:08",
    "date_completed_gmt": None, "total": "29.35", "customer_id": 26, "payment_method": "bacs",
    "payment_method_title": "Direct Bank Transfer",
    "billing": {
        "first_name": "John", "last_name": "Doe", "city": "San Francisco", "postcode": "94103", "country": "US",
        "email": "john.doe@example.com", "phone": "(555) 555-5555",
    },
    "shipping": {"first_name": "John", "last_name": "Doe", "city": "San Francisco", "postcode": "94103"},
    "meta_data": [{"id": 13106, "key": "_download_permissions_granted", "value": "yes"}],
    "line_items": [
        {"id": 315, "name": "Woo Single #1", "product_id": 93, "quantity": 2, "total": "6.00", "sku": "", "price": 3},
        {"id": 316, "name": "Ship Your Idea", "product_id": 22, "quantity": 1, "sku": "Bar3", "price": 11.999999},
    ],
    "refunds": [],
}  # fmt: skip
WOO_PRODUCT = {
    "id": 794, "name": "Premium Quality", "slug": "premium-quality-19", "type": "simple", "status": "publish",
    "catalog_visibility": "visible", "sku": "PQ-19", "price": "21.99", "regular_price": "21.99", "sale_price": "",
    "description": "<p>Pellentesque habitant.</p>", "short_description": "<p>Morbi <em>tristique</em>.</p>",
    "manage_stock": False, "stock_quantity": None, "stock_status": "instock", "weight": "0.5",
    "date_modified_gmt": "2026-11-23T20:01:14", "categories": [{"id": 9, "name": "Clothing", "slug": "clothing"}],
    "tags": [{"id": 3, "name": "soft"}], "images": [{"id": 792, "src": "https://shop.example/T_2_front.jpg"}],
    "attributes": [{"id": 6, "name": "Color", "options": ["Black", "Green"]}],
}  # fmt: skip
WOO_CUSTOMER = {
    "id": 25, "date_modified_gmt": "2026-11-21T16:11:14", "email": "john.doe@example.com", "first_name": "John",
    "last_name": "Doe", "role": "customer", "billing": {"phone": "(555) 555-5555", "email": "john.doe@example.com"},
}  # fmt: skip
