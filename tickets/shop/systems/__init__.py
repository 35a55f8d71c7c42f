"""Shop systems: what Shopify and WooCommerce send, as rows of the shop's own data.

common       puts from a payload, leniently; what a system calls a row, and we
shopify      topics and payloads of Shopify
woocommerce  topics and payloads of WooCommerce
hooks        the addresses that they call
fetching     everything once, through their REST APIs
"""
