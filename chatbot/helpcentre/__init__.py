"""The help centre: the shop's published articles as pages for people and search engines.

markdown   an article's text as safe HTML, with a table of contents when it is long
languages  which language a reader gets
views      the list, a search, an article, and whether it helped
sitemap    the articles for search engines
"""
