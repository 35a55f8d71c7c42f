"""The shop's own data: what comes in by API, file and webhook, and the keys that open the way.

models      service keys, connections to Shopify and WooCommerce, the history of people
keys        making, finding and checking service keys
registry    the kinds of data (customers, orders, ...); other apps add theirs
"""
