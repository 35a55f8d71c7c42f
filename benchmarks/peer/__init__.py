"""django-helpdesk, the best-known helpdesk in Django, in an environment of its own and under the same load."""
