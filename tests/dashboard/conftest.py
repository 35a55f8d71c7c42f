"""Who looks at the desk's pages."""

import pytest


@pytest.fixture
def desk(browse, asha):
    """Asha's browser."""
    return browse(asha)
